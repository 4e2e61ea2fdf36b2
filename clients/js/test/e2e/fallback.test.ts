import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, type Client, type ClientOptions } from "../../src/index.js";
import { Carillon } from "../support/carillon.js";
import { Middlebox } from "../support/middlebox.js";

const clients: Client[] = [];
const boxes: Middlebox[] = [];
let server: Carillon;

beforeAll(async () => {
  server = await Carillon.start();
}, 300_000);
afterAll(() => server?.stop());
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ drain: 0 })));
  await Promise.all(boxes.splice(0).map((box) => box.stop()));
});

async function open(url: string, options: ClientOptions = {}): Promise<Client> {
  const client = await connect(url, { timeout: 30_000, ...options });
  clients.push(client);
  return client;
}

async function box(how: Parameters<typeof Middlebox.start>[1] = {}): Promise<Middlebox> {
  const started = await Middlebox.start(server.port, how);
  boxes.push(started);
  return started;
}

/** Publishes numbers to the room over one client, and reads them there. */
async function talk(client: Client, room: string, count: number): Promise<void> {
  const joined = await client.join<number>(room);
  const sent = Promise.all(Array.from({ length: count }, (_, n) => client.publish(room, n)));
  const got: number[] = [];
  for await (const { data } of joined) if (got.push(data) === count) break;
  expect(got).toEqual(Array.from({ length: count }, (_, n) => n));
  expect((await sent).map(({ offset }) => offset)).toEqual(got.map((n) => n + 1));
}

describe("over HTTP", () => {
  it.each(["stream", "poll"] as const)("everything works over %s alone", async (name) => {
    const one = await box();
    const client = await open(one.url, { transports: [name] });
    await talk(client, `alone/${name}`, 100);
    const text = "größer 😀\n\r\nzeile";
    expect((await client.history<string>(`alone/${name}`, { last: 1 })).messages.length).toBe(1);
    await client.publish(`alone/${name}`, text);
    expect((await client.history<string>(`alone/${name}`, { last: 1 })).messages[0]!.data).toBe(text);
    expect(one.requests.filter((line) => line.startsWith("UPGRADE"))).toEqual([]);
    const room = await client.join("people", { presence: true });
    expect([...room.presence.keys()]).toContain(client.session);
  }, 60_000);

  it.each(["swallow", "refuse"] as const)("a proxy that answers upgrades with %s is passed by an event stream, which is remembered", async (upgrades) => {
    const one = await box({ upgrades });
    await talk(await open(one.url), `upgrades/${upgrades}`, 20);
    expect(one.requests).toContain("UPGRADE /ws");
    expect(one.requests).toContain("GET /ws");
    const before = one.requests.length;
    await open(one.url);
    expect(one.requests.slice(before)).not.toContain("UPGRADE /ws");
  }, 60_000);

  it("a proxy that keeps answers until they are whole is passed by long polls", async () => {
    const one = await box({ upgrades: "refuse", buffers: true });
    await talk(await open(one.url), "buffers", 20);
    expect(one.requests.some((line) => line.startsWith("GET /ws?wait="))).toBe(true);
  }, 60_000);

  it("a session goes on over another way, with its positions", async () => {
    const one = await box();
    const client = await open(one.url);
    const { session } = client;
    const room = await client.join<number>("moves");
    await client.publish("moves", 1);
    one.upgrades = "refuse";
    one.cut();
    const direct = await open(server.url);
    await direct.publish("moves", 2);
    const got: number[] = [];
    for await (const { data } of room) if (got.push(data) === 2) break;
    expect(got).toEqual([1, 2]);
    expect(client.session).toBe(session);
    expect(one.requests).toContain("GET /ws");
  }, 60_000);

  it("an address where nobody listens is told soon", async () => {
    const started = Date.now();
    const error = await connect("ws://127.0.0.1:9", { timeout: 2000 }).catch((failed: Error) => failed);
    expect(error).toMatchObject({ code: "unreachable" });
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});
