import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CarillonError, connect, type Client, type ClientOptions } from "../../src/index.js";
import { msgpack } from "../../src/codec/msgpack.js";
import { Carillon } from "../support/carillon.js";
import { Witness } from "../support/witness.js";

const clients: Client[] = [];

async function open(url: string, options: ClientOptions = {}): Promise<Client> {
  const client = await connect(url, { timeout: 30_000, ...options });
  clients.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ drain: 0 })));
});

describe("with a real server", () => {
  let server: Carillon;
  beforeAll(async () => {
    server = await Carillon.start();
  }, 300_000);
  afterAll(() => server?.stop());

  it.each([["JSON", {}], ["MessagePack", { codec: msgpack }]])("text, JSON and bytes come as they were published, in %s", async (_name, options) => {
    const client = await open(server.url, options);
    const room = await client.join<unknown>(`kinds/${_name}`);
    const said = ["hellö 😀", { n: [1, null, "x"] }, Uint8Array.of(0, 255), "", 5, null, false];
    const positions = [];
    for (const data of said) positions.push(await room.publish(data));
    expect(positions.map(({ offset }) => offset)).toEqual(said.map((_, i) => i + 1));
    const got: unknown[] = [];
    for await (const { data } of room) {
      got.push(data);
      if (got.length === said.length) break;
    }
    expect(got).toEqual(said);
    expect((await room.history({ last: 2 })).messages.map(({ data }) => data)).toEqual([null, false]);
  });

  it("begins with the last messages, or behind a position", async () => {
    const client = await open(server.url);
    for (let n = 1; n <= 5; n++) await client.publish("past", n);
    const last = await client.join<number>("past", { last: 2 });
    const got: number[] = [];
    for await (const { data } of last) if (got.push(data) === 2) break;
    expect(got).toEqual([4, 5]);
    const { epoch } = last.position!;
    await last.leave();
    const behind = new Witness(await client.join<number>("past", { from: { epoch, offset: 1 } }));
    await behind.until(() => behind.messages.length === 4, () => "reading from a position");
    expect(behind.events.map((event) => (event.kind === "message" ? event.data : event.kind))).toEqual(["resumed", 2, 3, 4, 5]);
  });

  it("calls a member, who answers, and says why it cannot", async () => {
    const ann = await open(server.url);
    const bob = await open(server.url, { codec: msgpack });
    const room = await ann.join("calls");
    await bob.join("calls");
    bob.handle<number[]>("sum", ({ data, sender }) => ({ sum: data.reduce((a, b) => a + b), for: sender?.session }));
    bob.handle("never", () => new Promise(() => undefined));
    bob.handle("no", () => {
      throw new CarillonError("not_now", "later", { retryable: true });
    });
    expect(await room.call("sum", [1, 2, 3], { member: bob.session! })).toEqual({ sum: 6, for: ann.session });
    const why = (call: Promise<unknown>): Promise<unknown> => call.catch((error: CarillonError) => [error.code, error.retryable]);
    expect(await why(room.call("no", null, { member: bob.session! }))).toEqual(["not_now", true]);
    expect(await why(room.call("dance", null, { member: bob.session! }))).toEqual(["no_handler", false]);
    expect(await why(room.call("never", null, { member: bob.session!, timeout: 100 }))).toEqual(["timeout", true]);
    expect(await why(room.call("sum", [], { member: "nobody" }))).toEqual(["no_such_member", false]);
    expect(await why(ann.call("start", {}))).toEqual(["no_handler", false]);
  });

  it("shows who is there", async () => {
    const ann = await open(server.url);
    const room = await ann.join("people", { presence: true });
    const bob = await open(server.url);
    const joined = new Promise<void>((resolve) => room.on("presence", (event) => event.event === "join" && event.member.session === bob.session && resolve()));
    await bob.join("people");
    await joined;
    expect([...room.presence.keys()].sort()).toEqual([ann.session, bob.session].sort());
    const left = new Promise((resolve) => room.on("presence", (event) => event.event === "leave" && resolve(event.member.session)));
    await bob.close();
    expect(await left).toBe(bob.session);
    expect([...room.presence.keys()]).toEqual([ann.session]);
  });

  it("says what the server does not offer", async () => {
    const client = await open(server.url);
    const error = await client.call("add", [1]).catch((failed: unknown) => failed);
    expect(error).toBeInstanceOf(CarillonError);
    expect(["unsupported", "no_handler"]).toContain((error as CarillonError).code);
    expect(await client.join("$inbox/x").catch((failed: CarillonError) => failed.retryable)).toBe(false);
  });
});

describe("when the server goes away", () => {
  it("comes back in the slot that a goodbye gave", async () => {
    const server = await Carillon.start();
    const client = await open(server.url);
    const room = await client.join<string>("bye");
    const waiting = new Promise<number>((resolve) => client.on("status", (event) => event.status === "waiting" && resolve(event.retryIn)));
    await server.stop();
    expect(await waiting).toBeGreaterThanOrEqual(0);
    const sent = client.publish("bye", "while away");
    await server.start();
    await sent;
    for await (const { data } of room) {
      expect(data).toBe("while away");
      break;
    }
    await server.stop();
  }, 120_000);
});
