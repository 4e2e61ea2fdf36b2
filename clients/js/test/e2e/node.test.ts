import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CarillonError, connect, type Client, type ClientOptions, type Room, type RoomEvent, type TransportName } from "../../src/index.js";
import { msgpack } from "../../src/codec/msgpack.js";
import { Carillon } from "../support/carillon.js";
import { FaultProxy } from "../support/proxy.js";

const full = process.env.VERIFY === "full";
const clients: Client[] = [];

async function open(url: string, options: ClientOptions = {}): Promise<Client> {
  const client = await connect(url, { timeout: 30_000, ...options });
  clients.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ drain: 0 })));
});

/** Keeps everything that a room tells. */
function witness<T>(room: Room<T>): { events: RoomEvent<T>[]; until(done: (events: RoomEvent<T>[]) => boolean): Promise<void> } {
  const events: RoomEvent<T>[] = [];
  let check: () => void = () => undefined;
  void (async () => {
    for await (const event of room.events()) {
      events.push(event);
      check();
    }
  })();
  return {
    events,
    until: (done) =>
      new Promise((resolve) => {
        check = () => void (done(events) && resolve());
        check();
      }),
  };
}

const messagesIn = <T>(events: RoomEvent<T>[]) => events.filter((event) => event.kind === "message");

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
    const behind = witness(await client.join<number>("past", { from: { epoch, offset: 1 } }));
    await behind.until((events) => messagesIn(events).length === 4);
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

  it("loses and doubles nothing while connections are cut", async () => {
    const proxy = await FaultProxy.start(server.port);
    const wanted = full ? 200 : 20;
    const [writer, reader] = [await open(proxy.url), await open(proxy.url)];
    const seen = witness(await reader.join<number>("cut"));
    const published: Promise<{ offset: number }>[] = [];
    let n = 0;
    const writing = setInterval(() => published.push(writer.publish("cut", n++)), 5);
    while (proxy.cuts < wanted) {
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));
      proxy.cut();
    }
    clearInterval(writing);
    const positions = await Promise.all(published);
    await seen.until((events) => messagesIn(events).length >= n);
    const messages = messagesIn(seen.events);
    expect(messages.map(({ data }) => data)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(messages.map(({ offset }) => offset)).toEqual(positions.map(({ offset }) => offset));
    expect(seen.events.filter(({ kind }) => kind !== "message" && kind !== "resumed")).toEqual([]);
    expect(n).toBeGreaterThan(50);
    await proxy.stop();
  }, full ? 600_000 : 90_000);
});

/** How a client reaches the server, and how often the server is killed meanwhile. */
const ways = (few: number): [TransportName, number][] => [["websocket", full ? 50 : few], ["stream", full ? 50 : 1], ["poll", full ? 50 : 1]];

describe("when the server goes away", () => {
  it.each(ways(2))("kept in memory and read over %s, every loss is told as a reset, and no publication is doubled within an epoch", async (way, kills) => {
    const server = await Carillon.start();
    const options = { transports: [way] };
    const [writer, reader] = [await open(server.url, options), await open(server.url, options)];
    const seen = witness(await reader.join<number>("kill"));
    const outcomes: (string | number)[] = [];
    const settled: Promise<void>[] = [];
    let n = 0;
    const writing = setInterval(() => {
      const number = n++;
      const sent = writer.publish("kill", number);
      settled.push(sent.then(({ epoch }) => void (outcomes[number] = epoch), (error: CarillonError) => void (outcomes[number] = error.outcome!)));
    }, 10);
    for (let i = 0; i < kills; i++) {
      await seen.until((events) => messagesIn(events).length > 20 * (i + 1));
      await server.kill();
      await server.start();
      await seen.until((events) => events.filter(({ kind }) => kind === "reset").length > i);
    }
    clearInterval(writing);
    await Promise.all(settled);
    const last = (await reader.history<number>("kill", { last: 1 })).messages[0]!.offset;
    await seen.until((events) => messagesIn(events).at(-1)!.offset >= last);

    const messages = messagesIn(seen.events);
    const resets = seen.events.filter(({ kind }) => kind === "reset");
    expect(resets.length).toBe(kills);
    expect(seen.events.filter(({ kind }) => kind === "error")).toEqual([]);
    for (const epoch of new Set(messages.map((message) => message.epoch))) {
      const numbers = messages.filter((message) => message.epoch === epoch).map(({ data }) => data);
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
    expect(outcomes.length).toBe(n);
    // What was acknowledged in the last epoch is there, all of it.
    const final = messages.at(-1)!.epoch;
    const acknowledged = outcomes.flatMap((outcome, number) => (outcome === final ? [number] : []));
    const inReset = resets.at(-1)! as { head: number };
    const kept: number[] = [];
    let page = await reader.history<number>("kill", { limit: 1000 });
    for (;;) {
      kept.push(...page.messages.map(({ data }) => data));
      if (!page.more) break;
      const from = { epoch: page.epoch, offset: page.messages.at(-1)!.offset };
      page = await reader.history<number>("kill", { from, limit: 1000 });
    }
    expect(kept.filter((number) => acknowledged.includes(number))).toEqual(acknowledged);
    expect(kept.length).toBeGreaterThanOrEqual(inReset.head);
    await server.stop();
  }, full ? 900_000 : 240_000);

  it.each(ways(3))("kept on the disk and read over %s, nothing is lost and nothing doubled, whatever was in doubt", async (way, kills) => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-js-"));
    const server = await Carillon.start("--data", folder, "--set", "rooms.disk.retention.count=100000");
    const options = { transports: [way] };
    const [writer, reader] = [await open(server.url, options), await open(server.url, options)];
    const seen = witness(await reader.join<number>("disk"));
    const published: Promise<{ offset: number }>[] = [];
    let n = 0;
    let writing = false;
    // On a slow machine it takes long until the server is back and the client with it; the outbox is not to be full by then.
    const timer = setInterval(() => writing && writer.unsettled < 500 && published.push(writer.publish("disk", n++)), 10);
    for (let killed = 0; killed < kills; killed++) {
      const before = messagesIn(seen.events).length;
      writing = true;
      await seen.until((events) => messagesIn(events).length > before + 20);
      await server.kill();
      writing = false;
      await server.start();
    }
    clearInterval(timer);
    const positions = await Promise.all(published);
    await seen.until((events) => messagesIn(events).length >= n);
    const messages = messagesIn(seen.events);
    expect(messages.map(({ data }) => data)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(messages.map(({ offset }) => offset)).toEqual(positions.map(({ offset }) => offset));
    expect(seen.events.filter(({ kind }) => kind !== "message" && kind !== "resumed")).toEqual([]);
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, full ? 900_000 : 240_000);

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
