import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { connect, type CarillonError, type Client, type TransportName } from "../../src/index.js";
import { Carillon } from "../support/carillon.js";
import { Middlebox } from "../support/middlebox.js";
import { Random } from "../support/random.js";
import { standing, within, Witness } from "../support/witness.js";

const full = process.env.VERIFY === "full";
const ways: TransportName[] = ["websocket", "stream", "poll"];
/** How a client reaches the server, and how often the server is killed meanwhile. */
const kills = (few: number): [TransportName, number][] => ways.map((way) => [way, full ? 50 : way === "websocket" ? few : 1]);
/** Coming back soon: the server is, and what is looked at is not how long it takes. */
const soon = { first: 50, longest: 500 };

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

/** A client over one way, and what it went through. */
async function open(url: string, way: TransportName): Promise<[Client, string[]]> {
  const notes: string[] = [];
  const client = await connect(url, { timeout: 30_000, transports: [way], reconnect: soon, log: (text) => notes.push(text) });
  client.on("status", (event) => notes.push(event.status === "waiting" ? `waiting: ${event.error.code} ${event.error.message}` : event.status));
  client.on("error", ({ error }) => notes.push(`error: ${error.message}`));
  client.on("closed", ({ code }) => notes.push(`closed: ${code}`));
  ending.push(() => client.close({ drain: 0 }));
  return [client, notes];
}

async function serve(...args: string[]): Promise<Carillon> {
  const server = await Carillon.start(...args);
  ending.push(() => server.stop());
  return server;
}

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("connections that are cut", () => {
  it.each(ways)("over %s lose nothing and double nothing", async (way) => {
    const server = await serve("--set", "rooms.cut.retention.count=100000");
    const box = await Middlebox.start(server.port);
    ending.push(() => box.stop());
    const wanted = full ? 200 : 20;
    const random = new Random(8);
    const [[writer, wrote], [reader, read]] = [await open(box.url, way), await open(box.url, way)];
    const seen = new Witness(await reader.join<number>("cut"));
    const published: Promise<{ offset: number }>[] = [];
    let n = 0;
    let cut = 0;
    const where = (): string => `${cut} of ${wanted} cut, ${n} published; ${standing("writer", writer, wrote)}; ${standing("reader", reader, read)}`;
    const writing = setInterval(() => writer.unsettled < 500 && published.push(writer.publish("cut", n++)), 5);
    ending.push(async () => clearInterval(writing));
    while (cut < wanted) {
      // Mostly in the middle of coming back; now and then something gets through before.
      if (random.chance(0.5)) {
        const before = seen.messages.length;
        await seen.until(() => seen.messages.length > before + 5, where);
      }
      await pause(random.below(150));
      cut += box.cut();
    }
    clearInterval(writing);
    const positions = await within(Promise.all(published), where);
    await seen.until(() => seen.messages.length >= n, where);
    expect(seen.messages.map(({ data }) => data)).toEqual(numbers(n));
    expect(seen.messages.map(({ offset }) => offset)).toEqual(positions.map(({ offset }) => offset));
    expect(seen.losses).toEqual([]);
    expect(n).toBeGreaterThan(50);
  }, full ? 600_000 : 120_000);
});

describe("a server that is killed", () => {
  it.each(kills(2))("kept in memory and read over %s, every loss is told as a reset, and no publication is doubled within an epoch", async (way, count) => {
    const server = await serve("--set", "rooms.kill.retention.count=100000");
    const [[writer, wrote], [reader, read]] = [await open(server.url, way), await open(server.url, way)];
    const seen = new Witness(await reader.join<number>("kill"));
    const outcomes: (string | number)[] = [];
    const settled: Promise<void>[] = [];
    let n = 0;
    let killed = 0;
    const where = (): string => `${killed} of ${count} killed, ${n} published; ${standing("writer", writer, wrote)}; ${standing("reader", reader, read)}`;
    const writing = setInterval(() => {
      if (writer.unsettled >= 500) return;
      const number = n++;
      const sent = writer.publish("kill", number);
      settled.push(sent.then(({ epoch }) => void (outcomes[number] = epoch), (error: CarillonError) => void (outcomes[number] = error.outcome!)));
    }, 5);
    ending.push(async () => clearInterval(writing));
    while (killed < count) {
      const before = seen.messages.length;
      await seen.until(() => seen.messages.length > before + 20, where);
      await server.kill();
      killed++;
      await server.start();
      await seen.until(() => seen.events.length > 0 && seen.of("reset").length >= killed, where);
    }
    clearInterval(writing);
    await within(Promise.all(settled), where);
    const last = (await reader.history<number>("kill", { last: 1 })).messages[0]!.offset;
    await seen.until(() => seen.messages.at(-1)!.offset >= last, where);

    const { messages } = seen;
    const resets = seen.of("reset");
    expect(resets.length).toBe(count);
    expect(seen.of("error")).toEqual([]);
    for (const epoch of new Set(messages.map((message) => message.epoch))) {
      const inEpoch = messages.filter((message) => message.epoch === epoch).map(({ data }) => data);
      expect(new Set(inEpoch).size).toBe(inEpoch.length);
      expect(inEpoch).toEqual([...inEpoch].sort((a, b) => a - b));
    }
    expect(outcomes.length).toBe(n);
    // What was acknowledged in the last epoch is there, all of it.
    const final = messages.at(-1)!.epoch;
    const acknowledged = outcomes.flatMap((outcome, number) => (outcome === final ? [number] : []));
    const inReset = resets.at(-1)! as { head: number };
    const kept: number[] = [];
    for await (const { data } of reader.past<number>("kill")) kept.push(data);
    expect(kept.filter((number) => acknowledged.includes(number))).toEqual(acknowledged);
    expect(kept.length).toBeGreaterThanOrEqual(inReset.head);
  }, full ? 600_000 : 240_000);

  it.each(kills(3))("kept on the disk and read over %s, nothing is lost and nothing doubled, whatever was in doubt", async (way, count) => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-js-"));
    ending.push(() => rm(folder, { recursive: true, force: true }));
    const server = await serve("--data", folder, "--set", "rooms.disk.retention.count=100000");
    const [[writer, wrote], [reader, read]] = [await open(server.url, way), await open(server.url, way)];
    const seen = new Witness(await reader.join<number>("disk"));
    const published: Promise<{ offset: number }>[] = [];
    let n = 0;
    let killed = 0;
    const where = (): string => `${killed} of ${count} killed, ${n} published; ${standing("writer", writer, wrote)}; ${standing("reader", reader, read)}`;
    // Also while the server is away; on a slow machine the outbox is not to be full by the time that it is back.
    const writing = setInterval(() => writer.unsettled < 500 && published.push(writer.publish("disk", n++)), 5);
    ending.push(async () => clearInterval(writing));
    for (; killed < count; killed++) {
      const before = seen.messages.length;
      await seen.until(() => seen.messages.length > before + 20, where);
      await server.kill();
      await server.start();
    }
    clearInterval(writing);
    const positions = await within(Promise.all(published), where);
    await seen.until(() => seen.messages.length >= n, where);
    expect(seen.messages.map(({ data }) => data)).toEqual(numbers(n));
    expect(seen.messages.map(({ offset }) => offset)).toEqual(positions.map(({ offset }) => offset));
    expect(seen.losses).toEqual([]);
  }, full ? 600_000 : 240_000);
});
