import assert from "node:assert/strict";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {Proxy, Server} from "./lib/server.js";
import {launch, Tab} from "./lib/tab.js";

let server;
let browser;
let room;
let rooms = 0;
const tabs = [];

before(async () => {
  server = await Server.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

beforeEach(() => {
  room = `test/${++rooms}`;
});

afterEach(async () => {
  const complaints = tabs.flatMap((tab) => tab.complaints.map((words) => `${tab.name}: ${words}`));
  await Promise.all(tabs.splice(0).map((tab) => tab.close()));
  assert.deepEqual(complaints, []);
});

async function open(name, options = {}, port = server.port) {
  const tab = await Tab.open(browser, port, name, {room, ...options});
  tabs.push(tab);
  return tab;
}

/** A plain WebSocket in a page: no library, no protocol. */
async function plain(tab, port = server.port) {
  await tab.page.evaluate(
    ([port, room]) =>
      new Promise((resolve, reject) => {
        window.heard = [];
        window.plain = new WebSocket(`ws://localhost:${port}/rooms/${room}?user=Socket`);
        window.plain.onmessage = ({data}) => window.heard.push(data);
        window.plain.onopen = resolve;
        window.plain.onerror = reject;
      }),
    [port, room],
  );
  return {
    send: (text) => tab.page.evaluate((words) => window.plain.send(words), text),
    hears: (text) => tab.page.waitForFunction((words) => window.heard.includes(words), text),
  };
}

test("two tabs see each other and what each says, each thing once and in one order", async () => {
  const ann = await open("Ann");
  const bob = await open("Bob");
  await ann.seesPeople("Ann", "Bob");
  await bob.seesPeople("Ann", "Bob");

  for (let i = 1; i <= 5; i++) {
    await ann.says(`a${i}`);
    await bob.says(`b${i}`);
  }
  for (const tab of [ann, bob]) for (let i = 1; i <= 5; i++) {
    await tab.sees(`a${i}`);
    await tab.sees(`b${i}`);
  }

  const heard = await ann.texts();
  assert.equal(heard.length, 10);
  assert.deepEqual(await bob.texts(), heard);
  assert.deepEqual(heard.filter((text) => text.startsWith("a")), ["a1", "a2", "a3", "a4", "a5"]);
  assert.equal(await ann.page.locator(".message.own").count(), 5);
  assert.equal(await bob.page.locator(".message.own").count(), 5);
});

test("who closes the tab and does not come back is no longer here", async () => {
  const ann = await open("Ann");
  const bob = await open("Bob");
  await ann.seesPeople("Ann", "Bob");

  await bob.close();

  await ann.seesPeople("Ann");
});

test("who comes later gets the last fifty messages", async () => {
  const ann = await open("Ann");
  for (let i = 1; i <= 60; i++) await ann.says(`message ${i}.`);
  await ann.sees("message 60.");

  const eve = await open("Eve");
  await eve.sees("message 60.");

  assert.deepEqual(await eve.texts(), Array.from({length: 50}, (_, i) => `message ${i + 11}.`));
});

test("a WebSocket without a library is in the same room", async () => {
  const ann = await open("Ann");
  const other = await open("Other", {}, server.port);
  const socket = await plain(other);

  await ann.says("hello, socket");
  await socket.hears("hello, socket");
  await socket.send("hello, page");
  await ann.sees("hello, page");
});

test("what people write is text, whatever it looks like", async () => {
  const attack = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
  const ann = await open(`<b>Ann</b>`);
  const bob = await open("Bob");
  await ann.says(attack);
  await bob.sees("onerror");

  assert.deepEqual(await bob.texts(), [attack]);
  assert.deepEqual((await bob.people()).sort(), ["<b>Ann</b>", "Bob"]);
  assert.match(await bob.page.title(), /^#test/);
  assert.equal(await bob.page.locator("#log img, #log script, #members b").count(), 0);
});

test("a connection that is cut comes back with nothing missing and nothing doubled", async () => {
  const proxy = await Proxy.to(server.port);
  try {
    const ann = await open("Ann", {}, proxy.port);
    const bob = await open("Bob");
    await bob.says("before");
    await ann.sees("before");

    proxy.cut();
    await ann.is("waiting");
    for (let i = 1; i <= 20; i++) await bob.says(`while away ${i}.`);
    await ann.says("written while away");
    await bob.sees("while away 20.");
    proxy.mend();

    await ann.is("open");
    await bob.sees("written while away");
    await ann.sees("while away 20.");
    const wanted = ["before", ...Array.from({length: 20}, (_, i) => `while away ${i + 1}.`), "written while away"];
    assert.deepEqual(await ann.texts(), wanted);
    assert.deepEqual(await bob.texts(), wanted);
    assert.equal(await ann.page.locator(".line.warning").count(), 0);
  } finally {
    await proxy.close();
  }
});

test("a server that was killed is found again, and what was said since is there", async () => {
  const own = await Server.start();
  try {
    const ann = await open("Ann", {}, own.port);
    await ann.says("before");
    await ann.sees("before");

    await own.stop("SIGKILL");
    await ann.is("waiting");
    await ann.says("written while it was away");
    const again = await Server.start(own.port);
    try {
      const other = await open("Other", {}, again.port);
      const socket = await plain(other, again.port);
      await socket.send("said after the start");

      await ann.is("open");
      await ann.sees("said after the start");
      await ann.sees("written while it was away");
      await socket.send("and now live");
      await ann.sees("and now live");
      const texts = await ann.texts();
      assert.deepEqual([...texts].sort(), ["and now live", "before", "said after the start", "written while it was away"]);
      // The rooms were in memory, and are another log now: that is said.
      assert.equal(await ann.page.locator(".line.warning", {hasText: "begun anew"}).count(), 1);
      await ann.seesPeople("Ann", "Other", "Socket");
    } finally {
      await again.stop();
    }
  } finally {
    await own.stop();
  }
});

test("a server that ends in good order says so, and the page waits for its successor", async () => {
  const own = await Server.start();
  const ann = await open("Ann", {}, own.port);
  await own.stop("SIGTERM");
  await ann.is("waiting");
  const again = await Server.start(own.port);
  try {
    await ann.is("open");
  } finally {
    await again.stop();
  }
});

test("another room is another place", async () => {
  const ann = await open("Ann");
  await ann.says("in the first room");
  await ann.sees("in the first room");

  await ann.page.fill("#room", `${room}/side`);
  await ann.page.press("#room", "Enter");
  await ann.is("open");
  await ann.says("in the other one");
  await ann.sees("in the other one");
  assert.deepEqual(await ann.texts(), ["in the other one"]);

  await ann.page.goBack();
  await ann.sees("in the first room");
  assert.deepEqual(await ann.texts(), ["in the first room"]);
});

test("the keyboard is enough, and a line break is not the end of a message", async () => {
  const ann = await open("Ann");
  assert.equal(await ann.page.evaluate(() => document.activeElement.id), "text");
  await ann.page.keyboard.type("one");
  await ann.page.keyboard.press("Shift+Enter");
  await ann.page.keyboard.type("two");
  await ann.page.keyboard.press("Enter");

  await ann.sees("two");
  assert.deepEqual(await ann.texts(), ["one\ntwo"]);
  assert.equal(await ann.page.evaluate(() => document.activeElement.id), "text");
});

test("the name is remembered, and can be changed", async () => {
  const ann = await open("Ann");
  await ann.page.reload();
  await ann.is("open");
  assert.equal(await ann.page.textContent("#own-name"), "Ann");

  await ann.page.click("#name-button");
  await ann.page.fill("#name", "Anna");
  await ann.page.keyboard.press("Enter");
  await ann.seesPeople("Anna");
});

test("on a phone everything is within reach", async () => {
  const ann = await open("Ann", {viewport: {width: 390, height: 844}, isMobile: true, hasTouch: true});
  await ann.says("a-word-that-is-longer-than-the-screen-is-wide-".repeat(4));
  await ann.sees("a-word");

  assert.ok((await ann.page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  assert.equal(await ann.page.isVisible("#members"), false);
  await ann.page.tap("#people-button");
  assert.equal(await ann.page.isVisible("#members"), true);
  assert.equal(await ann.page.getAttribute("#people-button", "aria-expanded"), "true");
});
