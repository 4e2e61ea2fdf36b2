import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connect, type Client, type RoomEvent } from "../../src/index.js";
import { bundle } from "../support/bundle.js";
import { Carillon } from "../support/carillon.js";
import { Middlebox } from "../support/middlebox.js";
import { FaultProxy } from "../support/proxy.js";

/** Runs in the page. `publishing` counts in localStorage, which is written at once, what it is about to publish. */
const page = (url: string): string => `<!doctype html><title>test</title><script type="module">
  import { createClient } from "/client.js";
  const client = window.client = createClient(${JSON.stringify(url)}, { log: (text) => console.log(text) });
  window.events = [];
  client.on("error", (event) => events.push(event.code));
  client.on("closed", (event) => events.push(event.code));
  window.publishing = (room, pause) => {
    window.writing = setInterval(() => {
      const n = Number(localStorage.count ?? 0);
      localStorage.count = n + 1;
      client.publish(room, n).catch((error) => events.push(error.code));
    }, pause);
  };
  client.connected.then(() => document.title = "connected");
</script>`;

declare const client: Client;
declare const events: string[];
declare const publishing: (room: string, pause: number) => void;
declare const writing: ReturnType<typeof setInterval>;

let browser: Browser;
let code: string;
let server: Carillon;
let proxy: FaultProxy;
let context: BrowserContext;
const readers: Client[] = [];

beforeAll(async () => {
  const installer = fileURLToPath(new URL("../../../../tools/install-chromium", import.meta.url));
  const executablePath = execFileSync(installer, { encoding: "utf8" }).trim();
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"] });
  code = await bundle("src/index.ts");
  server = await Carillon.start();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

beforeEach(async () => {
  proxy = await FaultProxy.start(server.port);
  context = await browser.newContext();
  // The page comes from the server's own address, as a site behind the same proxy would.
  await context.route("**/*.html", (route) => route.fulfill({ contentType: "text/html", body: page(proxy.url) }));
  await context.route("**/client.js", (route) => route.fulfill({ contentType: "text/javascript", body: code }));
}, 120_000);

afterEach(async () => {
  await context.close();
  await Promise.all(readers.splice(0).map((reader) => reader.close({ drain: 0 })));
  await proxy.stop();
});

async function tab(): Promise<Page> {
  const opened = await context.newPage();
  await opened.goto(`http://127.0.0.1:${proxy.port}/tab.html`);
  return opened;
}

const isConnected = (opened: Page) => opened.waitForFunction(() => document.title === "connected", undefined, { timeout: 30_000 });

/** A reader outside of the browser that keeps what comes. */
async function reading(room: string): Promise<{ numbers: number[]; events: RoomEvent<number>[]; until(count: number): Promise<void> }> {
  const reader = await connect(server.url, { timeout: 30_000 });
  readers.push(reader);
  const joined = await reader.join<number>(room);
  const numbers: number[] = [];
  const seen: RoomEvent<number>[] = [];
  let check = (): void => undefined;
  void (async () => {
    for await (const event of joined.events()) {
      seen.push(event);
      if (event.kind === "message") numbers.push(event.data);
      check();
    }
  })();
  return {
    numbers,
    events: seen,
    until: (count) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          const missing = upTo(count).filter((n) => !numbers.includes(n));
          reject(new Error(`${numbers.length} of ${count} have come to ${room} within 30 s; missing: ${missing.slice(0, 20).join(", ")}`));
        }, 30_000);
        check = () => {
          if (numbers.length < count) return;
          clearTimeout(late);
          resolve();
        };
        check();
      }),
  };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const counted = (opened: Page) => opened.evaluate(() => Number(localStorage.count ?? 0));

describe("in Chromium", () => {
  it("two tabs talk to each other", async () => {
    const [one, two] = [await tab(), await tab()];
    await Promise.all([isConnected(one), isConnected(two)]);
    const heard = two.evaluate(async () => {
      const room = await client.join<string>("tabs", { presence: true });
      document.title = "joined";
      for await (const { data } of room) return data;
      return "";
    });
    await two.waitForFunction(() => document.title === "joined");
    await one.evaluate(() => client.publish("tabs", "hello from the other tab"));
    expect(await heard).toBe("hello from the other tab");
  }, 60_000);

  it("a reload in mid-traffic loses and doubles no publication", async () => {
    const reader = await reading("reload");
    const opened = await tab();
    await isConnected(opened);
    for (let i = 0; i < 5; i++) {
      await opened.evaluate(() => publishing("reload", 3));
      await new Promise((resolve) => setTimeout(resolve, 300));
      if (i % 2 === 1) proxy.cut(); // so that some are in doubt
      await opened.reload();
      await isConnected(opened);
    }
    const count = await counted(opened);
    expect(count).toBeGreaterThan(100);
    await opened.waitForFunction(() => client.unsettled === 0, undefined, { timeout: 30_000 });
    await reader.until(count);
    expect(reader.numbers).toEqual(upTo(count));
    expect(await opened.evaluate(() => events)).toEqual([]);
  }, 120_000);

  it("what is published while the network is off arrives when it is on again, once", async () => {
    const reader = await reading("network");
    const opened = await tab();
    await isConnected(opened);
    await opened.evaluate(() => publishing("network", 10));
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      proxy.off();
      await context.setOffline(true);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      proxy.on();
      await context.setOffline(false);
    }
    await opened.evaluate(() => clearInterval(writing));
    await opened.waitForFunction(() => client.unsettled === 0, undefined, { timeout: 60_000 });
    const count = await counted(opened);
    await reader.until(count);
    expect(reader.numbers).toEqual(upTo(count));
  }, 120_000);

  it("a server that is killed and restarted is come back to, and what it lost is told as a reset", async () => {
    const reader = await reading("restart");
    const opened = await tab();
    await isConnected(opened);
    const told = opened.evaluate(async () => {
      const room = await client.join("restart");
      document.title = "reading";
      for await (const event of room.events()) if (event.kind === "reset") return event.reason;
      return "";
    });
    await opened.waitForFunction(() => document.title === "reading");
    await opened.evaluate(() => publishing("restart", 50));
    await reader.until(10);
    await server.kill();
    await server.start();
    expect(await told).toBe("epoch_changed");
    await opened.evaluate(() => clearInterval(writing));
    await opened.waitForFunction(() => client.unsettled === 0, undefined, { timeout: 60_000 });
    const count = await counted(opened);
    const failed = await opened.evaluate(() => events);
    expect(failed.filter((code) => code !== "publisher_reset")).toEqual([]);
    await reader.until(1);
    const { messages } = await readers[0]!.history<number>("restart", { last: 100 });
    const kept = messages.map(({ data }) => data);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => kept[0]! + i));
    expect(kept.at(-1)).toBe(count - 1);
    expect(reader.events.some(({ kind }) => kind === "reset")).toBe(true);
    expect(failed.length).toBeLessThanOrEqual(32);
  }, 120_000);

  it("an EventSource on a room comes back to where it was, and no message is missing", async () => {
    const writer = await connect(server.url, { timeout: 30_000 });
    readers.push(writer);
    const opened = await tab();
    await opened.evaluate(() => {
      const seen: string[] = (window as unknown as { seen: string[] }).seen = [];
      const source = new EventSource("/rooms/source");
      source.addEventListener("joined", () => (document.title = "reading"));
      for (const kind of ["message", "gap", "reset", "skipped"]) {
        source.addEventListener(kind, (event) => seen.push(kind === "message" ? event.data : kind));
      }
    });
    await opened.waitForFunction(() => document.title === "reading");
    const count = 60;
    for (let n = 0; n < count; n++) {
      await writer.publish("source", n);
      if (n % 20 === 10) proxy.cut();
    }
    await opened.waitForFunction((all) => (window as unknown as { seen: string[] }).seen.length >= all, count, { timeout: 30_000 });
    expect(await opened.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual(upTo(count).map(String));
  }, 60_000);

  it("where no WebSocket gets through tabs talk all the same, and a reload loses and doubles nothing", async () => {
    const box = await Middlebox.start(server.port, { upgrades: "refuse" });
    await context.route("**/box.html", (route) => route.fulfill({ contentType: "text/html", body: page(box.url) }));
    const at = `http://127.0.0.1:${box.port}/box.html`;
    const reader = await reading("blocked");
    const opened = await context.newPage();
    await opened.goto(at);
    await isConnected(opened);
    for (let i = 0; i < 3; i++) {
      await opened.evaluate(() => publishing("blocked", 10));
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (i === 1) box.cut();
      await opened.reload();
      await isConnected(opened);
    }
    const count = await counted(opened);
    await opened.waitForFunction(() => client.unsettled === 0, undefined, { timeout: 30_000 });
    await reader.until(count);
    expect(reader.numbers).toEqual(upTo(count));
    expect(box.requests).toContain("GET /ws");
    // What got through is remembered beyond a reload.
    expect(box.requests.filter((line) => line === "UPGRADE /ws").length).toBe(1);
    expect(await opened.evaluate(() => events)).toEqual([]);
    await opened.close();
    await box.stop();
  }, 120_000);

  it("where pages have no WebSocket at all they talk over an event stream", async () => {
    const opened = await context.newPage();
    await opened.addInitScript(() => delete (window as { WebSocket?: unknown }).WebSocket);
    const asked: string[] = [];
    opened.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await opened.goto(`http://127.0.0.1:${proxy.port}/tab.html`);
    await isConnected(opened);
    const reader = await reading("bare");
    await opened.evaluate(() => client.publish("bare", 0));
    await reader.until(1);
    expect(asked).toContain("GET /ws");
    await opened.close();
  }, 60_000);

  it("with polls only, the third tab asks now and then, and all of them talk", async () => {
    const box = await Middlebox.start(server.port, { upgrades: "refuse", buffers: true });
    await context.route("**/box.html", (route) => route.fulfill({ contentType: "text/html", body: page(box.url) }));
    const tabs: Page[] = [];
    for (let i = 0; i < 3; i++) {
      const opened = await context.newPage();
      await opened.goto(`http://127.0.0.1:${box.port}/box.html`);
      await isConnected(opened);
      tabs.push(opened);
    }
    const heard = tabs.map((opened) =>
      opened.evaluate(async () => {
        const room = await client.join<string>("polls");
        document.title = "joined";
        for await (const { data } of room) return data;
        return "";
      }),
    );
    for (const opened of tabs) await opened.waitForFunction(() => document.title === "joined");
    await tabs[2]!.evaluate(() => client.publish("polls", "from the third"));
    expect(await Promise.all(heard)).toEqual(Array(3).fill("from the third"));
    expect(box.requests.some((line) => line.includes("wait=0"))).toBe(true);
    expect(box.requests.some((line) => line.includes("wait=25"))).toBe(true);
    for (const opened of tabs) await opened.close();
    await box.stop();
  }, 120_000);

  it("a duplicated tab is a session and a publisher of its own", async () => {
    const reader = await reading("duplicate");
    const one = await tab();
    await isConnected(one);
    const duplicating = context.waitForEvent("page");
    await one.evaluate(() => void window.open(location.href, "_blank")); // copies sessionStorage, as duplicating does
    const two = await duplicating;
    await isConnected(two);
    expect(await two.evaluate(() => Object.values(sessionStorage))).not.toEqual(await one.evaluate(() => Object.values(sessionStorage)));
    const sessions = await Promise.all([one, two].map((opened) => opened.evaluate(() => client.session)));
    expect(new Set(sessions).size).toBe(2);
    await Promise.all([one, two].map((opened, i) => opened.evaluate((n) => client.publish("duplicate", n), i)));
    await reader.until(2);
    expect([...reader.numbers].sort()).toEqual([0, 1]);
    expect(await one.evaluate(() => client.status)).toBe("connected");
  }, 60_000);

  it("what a closed tab left is sent by another one", async () => {
    const reader = await reading("orphan");
    const [one, two] = [await tab(), await tab()];
    await Promise.all([isConnected(one), isConnected(two)]);
    proxy.off();
    await one.evaluate(() => publishing("orphan", 5));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await one.evaluate(() => clearInterval(writing));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await one.close();
    proxy.on();
    const count = await counted(two);
    expect(count).toBeGreaterThan(10);
    await reader.until(count);
    expect(reader.numbers).toEqual(upTo(count));
  }, 60_000);

  it("what a closed tab left is sent by one that stays connected, too", async () => {
    const reader = await reading("left");
    const [one, two] = [await tab(), await tab()];
    await Promise.all([isConnected(one), isConnected(two)]);
    await one.evaluate(async () => {
      WebSocket.prototype.send = () => undefined; // what it publishes goes nowhere
      for (let n = 0; n < 10; n++) void client.publish("left", n);
      while (client.unsettled < 10) await new Promise((resolve) => setTimeout(resolve, 5));
    });
    await one.close();
    await reader.until(10);
    expect(reader.numbers).toEqual(upTo(10));
    expect(await two.evaluate(() => client.status)).toBe("connected");
  }, 60_000);
});
