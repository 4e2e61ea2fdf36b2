// The npm package `ws`, unmodified, on a real echo server and a real server. ECHO and SERVER are their addresses.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import WebSocket from "ws";

const limit = { timeout: 30_000 };

async function open(address, protocols, options) {
  const socket = new WebSocket(address, protocols, options);
  socket.came = [];
  socket.on("message", (data, binary) => socket.came.push(binary ? data : data.toString()));
  await once(socket, "open");
  return socket;
}

async function next(socket) {
  while (socket.came.length === 0) await once(socket, "message");
  return socket.came.shift();
}

for (const perMessageDeflate of [true, false]) {
  test(`echo, compression ${perMessageDeflate}`, limit, async () => {
    const socket = await open(process.env.ECHO, [], { perMessageDeflate });
    assert.equal(socket.extensions.includes("permessage-deflate"), perMessageDeflate);
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
      socket.send("x".repeat(size));
      assert.equal((await next(socket)).length, size);
      const bytes = Buffer.alloc(size, 0xa5);
      socket.send(bytes);
      assert.ok(bytes.equals(await next(socket)));
    }
    socket.ping("are you there");
    const [payload] = await once(socket, "pong");
    assert.equal(payload.toString(), "are you there");
    socket.close(4321, "done");
    assert.equal((await once(socket, "close"))[0], 4321);
  });
}

test("fragments become one message", limit, async () => {
  const socket = await open(process.env.ECHO);
  socket.send("one ", { fin: false });
  socket.send("two ", { fin: false });
  socket.send("three", { fin: true });
  assert.equal(await next(socket), "one two three");
  socket.terminate();
});

test("two in a room, without a library", limit, async () => {
  const address = `${process.env.SERVER}/rooms/chat/ws?last=10`;
  const [alice, bob] = await Promise.all([open(address), open(address)]);
  alice.send("hello");
  assert.equal(await next(alice), "hello");
  assert.equal(await next(bob), "hello");
  bob.send(Buffer.from([0, 255]));
  assert.deepEqual([...(await next(alice))], [0, 255]);
  alice.close();
  assert.equal((await once(alice, "close"))[0], 1005);
  bob.close();
});

test("the own protocol is agreed by its name", limit, async () => {
  const socket = await open(`${process.env.SERVER}/ws`, ["unknown", "carillon.v1.json"]);
  assert.equal(socket.protocol, "carillon.v1.json");
  socket.send(JSON.stringify({ op: "connect", id: 1 }));
  assert.equal(JSON.parse(await next(socket)).op, "welcome");
  socket.close();
});

test("an address that speaks nothing is 404, a foreign origin 403", limit, async () => {
  for (const [path, headers, status] of [["/no", {}, 404], ["/ws", { Origin: "http://evil.test" }, 403]]) {
    const socket = new WebSocket(process.env.SERVER + path, { headers });
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, status);
    response.destroy();
  }
});
