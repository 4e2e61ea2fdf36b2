import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type CarillonError } from "../../src/index.js";
import { Carillon } from "../support/carillon.js";

const openssl = spawnSync("openssl", ["version"]).status === 0;
const ways = ["websocket", "stream", "poll"] as const;

describe.skipIf(!openssl)("over TLS, with a certificate made for the test", () => {
  let folder: string;
  let server: Carillon;
  const url = (): string => `wss://localhost:${server.port}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "carillon-tls-"));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    execFileSync("openssl", [...request, "-keyout", key, "-out", certificate], { stdio: "ignore" });
    server = await Carillon.start("--set", `tls.certificate=${certificate}`, "--set", `tls.key=${key}`);
  }, 300_000);
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(ways)("a certificate that nobody vouches for is refused, over %s", async (way) => {
    const error = await connect(url(), { transports: [way], timeout: 1500 }).catch((failed: CarillonError) => failed);
    expect(error).toMatchObject({ code: "unreachable", retryable: true });
  });

  it.each(ways)("everything goes over %s", async (way) => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // what is tested here is the way, and above that it is secure
    try {
      const client = await connect(url(), { transports: [way] });
      const room = await client.join<number>(`tls/${way}`);
      for (let n = 0; n < 20; n++) void client.publish(`tls/${way}`, n);
      const got: number[] = [];
      for await (const { data } of room) if (got.push(data) === 20) break;
      expect(got).toEqual(Array.from({ length: 20 }, (_, n) => n));
      await client.close();
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });
});
