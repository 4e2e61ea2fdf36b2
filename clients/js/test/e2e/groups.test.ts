import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, type Client, type ClientOptions, type HistoryOptions, type Message, type Room, type RoomEvent } from "../../src/index.js";
import { Carillon } from "../support/carillon.js";
import { FaultProxy } from "../support/proxy.js";

const full = process.env.VERIFY === "full";
const clients: Client[] = [];
let server: Carillon;

beforeAll(async () => {
  server = await Carillon.start();
}, 300_000);
afterAll(() => server?.stop());
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ drain: 0 })));
});

async function open(url = server.url, options: ClientOptions = {}): Promise<Client> {
  const client = await connect(url, { timeout: 30_000, ...options });
  clients.push(client);
  return client;
}

/** The next messages of a room or several. */
async function take<T>(room: Room<T>, count: number): Promise<Message<T>[]> {
  const got: Message<T>[] = [];
  for await (const message of room) if (got.push(message) === count) break;
  return got;
}

describe("the inbox", () => {
  it("gets what is said to the session, to its user and to everybody", async () => {
    const [ann, bob] = [await open(), await open()];
    const reading = take(bob.inbox, 3);
    const { readers } = (await ann.publish({ session: bob.session! }, "to you", { readers: true }))!;
    expect(readers).toBe(1);
    await ann.publish({ user: bob.user! }, { to: "user" }, { event: "note", priority: "high", ttl: 60_000 });
    await ann.publish({ global: true }, "to all");
    const got = await reading;
    expect(got.map(({ data }) => data)).toEqual(["to you", { to: "user" }, "to all"]);
    expect(got.map(({ room }) => room.split("/")[0])).toEqual(["$session", "$user", "$global"]);
    expect(got[1]).toMatchObject({ event: "note", priority: "high", sender: { session: ann.session } });
    expect((await take(ann.inbox, 1))[0]!.data).toBe("to all");
  });

  it("goes on where it was after a lost connection", async () => {
    const proxy = await FaultProxy.start(server.port);
    const [ann, bob] = [await open(), await open(proxy.url)];
    const session = bob.session!;
    await ann.publish({ session }, 1);
    const got: unknown[] = [];
    const reading = (async () => {
      for await (const { room, data } of bob.inbox) if (room.startsWith("$session") && got.push(data) === 5) break;
    })();
    proxy.off();
    for (const n of [2, 3, 4]) await ann.publish({ session }, n);
    const back = new Promise((resolve) => bob.on("status", ({ status }) => status === "connected" && resolve(status)));
    proxy.on();
    await back;
    await ann.publish({ session }, 5);
    await reading;
    expect(got).toEqual([1, 2, 3, 4, 5]);
    await proxy.stop();
  }, 30_000);
});

describe("a wildcard", () => {
  it("reads rooms that are there and rooms that come up, each once", async () => {
    const client = await open();
    await client.publish("prices/old", 0);
    const room = await client.join<number>("prices/*", { last: 1 });
    const reading = take(room, 4);
    await client.publish("prices/new", 1);
    await client.publish("prices/old", 2);
    await client.publish("prices/deep/er", 3);
    await client.publish("prices/new", 4);
    const got = await reading;
    expect(got.map(({ room: from, data }) => `${from} ${data}`).sort()).toEqual(["prices/new 1", "prices/new 4", "prices/old 0", "prices/old 2"]);
    expect(room.name).toBe("prices/*");
    await expect(client.join("prices/new")).rejects.toMatchObject({ code: "already_joined" });
    await room.leave();
    await client.publish("prices/new", 5);
    expect(await take(await client.join<number>("prices/new", { last: 1 }), 1)).toMatchObject([{ data: 5 }]);
  });

  it("loses and doubles nothing while connections are cut and rooms come up", async () => {
    const proxy = await FaultProxy.start(server.port);
    const [writer, reader] = [await open(proxy.url), await open(proxy.url)];
    const room = await reader.join<number>("cut/*/**");
    const events: RoomEvent<number>[] = [];
    let count = 0;
    let check: () => void = () => undefined;
    void (async () => {
      for await (const event of room.events()) {
        events.push(event);
        if (event.kind === "message") count++;
        check();
      }
    })();
    const published: Promise<unknown>[] = [];
    const rooms = new Map<string, number>();
    let n = 0;
    // Every 20th message begins a room; the others go to one of the latest.
    const writing = setInterval(() => {
      const newest = Math.floor(n / 20);
      const name = `cut/${Math.max(0, n % 20 === 0 ? newest : newest - (n % 3))}/x`;
      published.push(writer.publish(name, rooms.get(name) ?? 0));
      rooms.set(name, (rooms.get(name) ?? 0) + 1);
      n++;
    }, 5);
    while (proxy.cuts < (full ? 200 : 16)) {
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 300));
      proxy.cut();
    }
    clearInterval(writing);
    await Promise.all(published);
    await new Promise<void>((resolve) => {
      check = () => void (count >= n && resolve());
      check();
    });
    const told = events.filter(({ kind }) => kind !== "message" && kind !== "resumed");
    expect(told).toEqual([]);
    for (const [name, expected] of rooms) {
      const numbers = events.flatMap((event) => (event.kind === "message" && event.room === name ? [event.data] : []));
      expect([name, numbers]).toEqual([name, Array.from({ length: expected }, (_, i) => i)]);
    }
    expect(rooms.size).toBeGreaterThan(5);
    await proxy.stop();
  }, full ? 300_000 : 60_000);
});

describe("the past", () => {
  it.each(["websocket", "stream", "poll"] as const)("is read page by page in either direction over %s", async (way) => {
    const client = await open(server.url, { transports: [way] });
    const room = `past/pages/${way}`;
    const filling = "x".repeat(2000);
    await Promise.all(Array.from({ length: 100 }, (_, n) => client.publish(room, `${n + 1}${filling}`, { key: `k${(n + 1) % 10}` })));
    const offsets = async (options: HistoryOptions): Promise<number[]> => {
      const got: number[] = [];
      for await (const { offset } of client.past(room, options)) got.push(offset);
      return got;
    };
    const range = (from: number, to: number): number[] => Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => (from < to ? from + i : from - i));
    expect((await client.history(room)).more).toBe(true);
    expect(await offsets({})).toEqual(range(1, 100));
    expect(await offsets({ last: 60 })).toEqual(range(41, 100));
    expect(await offsets({ order: "newest", last: 60, limit: 50 })).toEqual(range(100, 51));
    expect(await offsets({ order: "newest" })).toEqual(range(100, 1));
    expect(await offsets({ compact: true })).toEqual(range(91, 100));
    expect(await offsets({ compact: true, order: "newest" })).toEqual(range(100, 91));
    expect(await offsets({ since: 1, limit: 3 })).toEqual([1, 2, 3]);
    const { epoch } = await client.history(room, { last: 1 });
    expect(await offsets({ from: { epoch, offset: 95 } })).toEqual(range(96, 100));
    expect(await offsets({ from: { epoch, offset: 40 }, order: "newest" })).toEqual(range(40, 1));
    await expect(offsets({ from: { epoch: "e".repeat(32), offset: 1 } })).rejects.toMatchObject({ code: "epoch_changed" });
  });

  it("is acknowledged by who joined so, and comes again until it is", async () => {
    const [writer, reader] = [await open(), await open()];
    const room = await reader.join<number>("acks", { ack: true });
    for (const n of [1, 2, 3]) await writer.publish("acks", n);
    const got = await take(room, 3);
    room.ack(got[0]!);
    room.nack(got[1]!, "not now");
    const again = await take(room, 1);
    expect(again[0]).toMatchObject({ data: 2, redelivered: true });
    room.ack(again[0]!);
    expect(await take(room, 1)).toMatchObject([{ data: 3, redelivered: true }]);
  });
});
