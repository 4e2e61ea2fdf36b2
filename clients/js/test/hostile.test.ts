import { deflateRawSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket as Ws } from "ws";
import { CarillonError, connect, createClient, type Client, type ClientOptions } from "../src/index.js";
import { msgpack } from "../src/codec/msgpack.js";
import { Machine } from "../src/machine/machine.js";
import { json } from "../src/codec/json.js";
import type { WebSocketConstructor } from "../src/transport/websocket.js";
import { frame, JSON_PROTOCOL, RawServer, switching, WELCOME, type Serve } from "./support/raw.js";

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function raw(serve: Serve): Promise<RawServer> {
  const server = await RawServer.start(serve);
  ending.push(() => server.stop());
  return server;
}

const soon = { first: 20, longest: 100 };

/** A client, its errors and how its connection went. */
function client(url: string, options: ClientOptions = {}): { made: Client; errors: CarillonError[]; states: string[]; notes: string[] } {
  const made = createClient(url, { reconnect: soon, ...options, log: (text) => notes.push(text) });
  const [errors, states, notes]: [CarillonError[], string[], string[]] = [[], [], []];
  made.on("error", ({ error }) => errors.push(error));
  made.on("status", (event) => states.push(event.status === "waiting" ? `waiting: ${event.error.code}` : event.status));
  made.on("closed", ({ code }) => states.push(`closed: ${code}`));
  ending.push(() => made.close({ drain: 0 }));
  return { made, errors, states, notes };
}

const failure = (promise: Promise<unknown>): Promise<CarillonError> =>
  promise.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: CarillonError) => error,
  );

async function until(done: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !done(); ) {
    if (Date.now() > end) throw new Error(`not within 10 s: ${String(done)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** As in a page: nothing but what the standard has, so no limit and no `terminate`. */
class Plain {
  readonly #ws: Ws;
  constructor(url: string, protocols: string[]) {
    this.#ws = new Ws(url, protocols);
    for (const name of ["onopen", "onmessage", "onclose"] as const) {
      this.#ws[name] = ((event: unknown) => (this as unknown as Record<string, ((event: unknown) => void) | undefined>)[name]?.(event)) as never;
    }
    this.#ws.onerror = () => (this as unknown as { onerror?: (event: unknown) => void }).onerror?.({ type: "error" });
  }
  set binaryType(type: "arraybuffer") {
    this.#ws.binaryType = type;
  }
  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }
  get protocol(): string {
    return this.#ws.protocol;
  }
  send(data: never): void {
    this.#ws.send(data);
  }
  close(code?: number, reason?: string): void {
    this.#ws.close(code, reason);
  }
}

const kinds: [string, WebSocketConstructor][] = [
  ["of Node.js", Ws as unknown as WebSocketConstructor],
  ["as pages have it", Plain as unknown as WebSocketConstructor],
];

describe.each(kinds)("over a WebSocket %s", (_kind, webSocket) => {
  const way = { webSocket, transports: ["websocket"] } as const;

  it.each([
    ["404", (socket) => socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")],
    ["200 and a page", (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")],
    ["a redirect to itself", (socket) => socket.end("HTTP/1.1 302 Found\r\nLocation: /ws\r\nContent-Length: 0\r\n\r\n")],
    ["what is no HTTP", (socket) => socket.end("\0\x01\x02\r\n\r\n")],
    ["a line without end", (socket) => socket.write(`HTTP/1.1 101 ${"x".repeat(100_000)}`)],
    ["headers without end", (socket) => socket.write(`HTTP/1.1 101 Fine\r\n${"a: b\r\n".repeat(20_000)}`)],
    ["a wrong accept key", (socket, head) => socket.write(switching(head, JSON_PROTOCOL, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="))],
    ["a subprotocol that was not offered", (socket, head) => socket.write(switching(head, "Sec-WebSocket-Protocol: chat\r\n"))],
    ["no subprotocol", (socket, head) => socket.write(switching(head, ""))],
    ["an extension that was not offered", (socket, head) => socket.write(switching(head, `${JSON_PROTOCOL}Sec-WebSocket-Extensions: x-made-up\r\n`))],
    ["nothing", (socket) => socket.end()],
  ] satisfies [string, Serve][])("%s is no server: told, with its cause, and tried again after a while", async (_name, serve) => {
    const server = await raw(serve);
    const error = await failure(connect(server.url, { ...way, timeout: 300 }));
    expect(error).toMatchObject({ name: "CarillonError", code: "unreachable", retryable: true });
    expect(error.message).toContain("no welcome from");
    expect((error.cause as CarillonError).message.length).toBeGreaterThan(10);
    expect(server.requests.length).toBeLessThan(8); // a random part of 1 s lies between them
  }, 20_000);

  it.each<[string, Buffer]>([
    ["masked", frame("{}", { mask: true })],
    ["with a reserved bit", frame("{}", { first: 0x91 })],
    ["of a reserved kind", frame("{}", { first: 0x83 })],
    ["of text that is no UTF-8", frame(Buffer.from([0xff, 0xfe]))],
    ["of half a message", frame('{"op":')],
    ["of binary where text was agreed", frame("{}", { first: 0x82 })],
    ["nested without end", frame("[".repeat(100_000))],
    ["that is an array", frame("[]")],
    ["that claims 4 EiB", Buffer.from([0x81, 127, 0x40, 0, 0, 0, 0, 0, 0, 0])],
    ["that claims more than there can be", Buffer.from([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 1])],
    ["that is too large", frame(`{"op":"pong","server_time":1,"x":"${"x".repeat(70_000)}"}`)],
  ])("a frame %s costs the connection and nothing else", async (_name, wrong) => {
    const server = await raw((socket, head, turn) => {
      socket.write(switching(head));
      socket.write(frame(WELCOME));
      if (turn === 1) socket.write(wrong);
    });
    const { made, states } = client(server.url, { ...way, maxFrameBytes: 65_536 });
    await until(() => states.filter((state) => state === "connected").length === 2);
    expect(states.join()).toMatch(/^connecting,connected,waiting: \w+,connecting,connected$/);
    expect(made.status).toBe("connected");
    expect(server.requests.length).toBe(2);
  }, 20_000);

  it("a frame that inflates without end costs the connection", async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 << 20, " "), { finishFlush: 2 });
    const server = await raw((socket, head, turn) => {
      const deflates = /permessage-deflate/i.test(head);
      socket.write(switching(head, deflates ? `${JSON_PROTOCOL}Sec-WebSocket-Extensions: permessage-deflate\r\n` : JSON_PROTOCOL));
      socket.write(frame(WELCOME));
      if (turn === 1) socket.write(frame(bomb.subarray(0, -4), { first: 0xc1 }));
    });
    const { states } = client(server.url, { ...way, maxFrameBytes: 65_536 });
    await until(() => states.filter((state) => state === "connected").length === 2);
    expect(server.requests.length).toBe(2);
  }, 20_000);
});

const answer = (status: string, lines: string, body: string | Buffer = ""): Buffer =>
  Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${lines}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);
const EVENTS = "Content-Type: text/event-stream\r\n";
const event = (data: string, name = ""): string => `${name && `event: ${name}\n`}data: ${data}\n\n`;

describe.each(["stream", "poll"] as const)("over %s", (way) => {
  const options: ClientOptions = { transports: [way], maxFrameBytes: 65_536 };

  it.each<[string, (socket: Parameters<Serve>[0]) => void]>([
    ["a page", (socket) => socket.write(answer("200 OK", "Content-Type: text/html\r\n", "<html>log in</html>"))],
    ["a page without end", (socket) => endless(socket, "Content-Type: text/html\r\n", "<p>more</p>".repeat(1000))],
    ["events that are none", (socket) => socket.write(answer("200 OK", EVENTS, "\0\xff garbage"))],
    ["a line without end", (socket) => endless(socket, EVENTS, "x".repeat(10_000))],
    ["lines without an end of the event", (socket) => endless(socket, EVENTS, "data: x\n".repeat(1000))],
    ["what inflates without end", (socket) => socket.write(answer("200 OK", `${EVENTS}Content-Encoding: gzip\r\n`, gzipSync(Buffer.alloc(64 << 20, "x"))))],
    ["what claims to be compressed", (socket) => socket.write(answer("200 OK", `${EVENTS}Content-Encoding: gzip\r\n`, "no gzip"))],
    ["a redirect to itself", (socket) => socket.write(answer("307 Again", "Location: /ws\r\n"))],
    ["no content", (socket) => socket.write("HTTP/1.1 204 No Content\r\n\r\n")],
    ["503", (socket) => socket.write(answer("503 No", "Retry-After: -1\r\n"))],
    ["a length that is none", (socket) => socket.write(`HTTP/1.1 200 OK\r\n${EVENTS}Content-Length: x\r\n\r\n`)],
    ["chunks that are none", (socket) => socket.write(`HTTP/1.1 200 OK\r\n${EVENTS}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)],
    ["half an answer", (socket) => socket.end(`HTTP/1.1 200 OK\r\n${EVENTS}Content-Length: 500\r\n\r\ndata: `)],
  ])("%s is no server: told, with its cause, and tried again after a while", async (_name, serve) => {
    const server = await raw(serve);
    const error = await failure(connect(server.url, { ...options, timeout: 300 }));
    expect(error).toMatchObject({ name: "CarillonError", code: "unreachable", retryable: true });
    expect(server.requests.length).toBeLessThan(8);
  }, 20_000);

  /** Opens the link, welcomes, and goes on as told. */
  const welcoming = (then: (socket: Parameters<Serve>[0], turn: number, head: string) => void): Serve => {
    let fetched = 0;
    return (socket, head) => {
      const posts = head.startsWith("POST") && !/carillon-link: new/i.test(head);
      if (posts || head.startsWith("DELETE")) return void socket.write("HTTP/1.1 204 No Content\r\n\r\n");
      const turn = ++fetched;
      if (way === "stream") {
        socket.write(`HTTP/1.1 200 OK\r\n${EVENTS}Connection: close\r\n\r\n${event("l1", "link")}${event(WELCOME)}`);
        then(socket, turn, head);
      } else if (/carillon-link: new/i.test(head)) {
        socket.write(answer("200 OK", EVENTS, event("l1", "link") + event(WELCOME)));
      } else {
        then(socket, turn, head);
      }
    };
  };
  const send = (socket: Parameters<Serve>[0], text: string | Buffer): unknown => socket.write(way === "stream" ? text : answer("200 OK", EVENTS, text));

  it.each([
    ["a message that is none", event("{nothing")],
    ["an event that is too large", event("x".repeat(80_000))],
    ["a close that is none", event("null", "close")],
    ["a close of another kind", event('{"code":"x","reason":{}}', "close")],
  ])("%s costs the link and nothing else", async (_name, wrong) => {
    let wrongs = 0;
    const server = await raw(welcoming((socket) => {
      if (wrongs++ === 0) send(socket, wrong);
    }));
    const { made, states } = client(server.url, options);
    await until(() => states.filter((state) => state === "connected").length === 2);
    expect(made.status).toBe("connected");
  }, 20_000);

  it("a link that is named twice, comments and unknown events change nothing", async () => {
    const server = await raw(welcoming((socket, turn) => {
      if (turn <= 2) send(socket, `${event("evil", "link")}:\n\nretry: 1\n\n${event("x", "made-up")}${event('{"op":"made_up"}')}${event('{"op":"heads","rooms":{}}')}`);
    }));
    const { made, notes, states } = client(server.url, options);
    await until(() => notes.length > 0);
    expect(notes).toEqual(["ignored the unknown operation made_up"]);
    expect(states).toEqual(["connecting", "connected"]);
    expect(made.status).toBe("connected");
  }, 20_000);

  it("a server that ends each answer at once is asked again with pauses", async () => {
    const server = await raw(welcoming((socket) => (way === "stream" ? socket.end() : send(socket, ":\n\n"))));
    const { states } = client(server.url, { ...options, reconnect: {} });
    await until(() => states.includes("connected"));
    const before = server.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(server.requests.length - before).toBeLessThan(30);
  }, 20_000);
});

/** More and more, for as long as somebody reads it. */
function endless(socket: Parameters<Serve>[0], lines: string, text: string): void {
  socket.write(`HTTP/1.1 200 OK\r\n${lines}Connection: close\r\n\r\n`);
  const more = (): void => {
    if (socket.destroyed) return;
    if (socket.write(text)) setImmediate(more);
    else socket.once("drain", more);
  };
  more();
}

describe("a machine whose server breaks the rules", () => {
  const machine = (): Machine => {
    const made = new Machine({ publisher: "p", incarnation: 1, readData: json.readData, random: () => 0.5 });
    made.step(0, { type: "connect", call: 1 });
    made.step(0, { type: "opened" });
    return made;
  };
  const say = (made: Machine, now: number, message: unknown): ReturnType<Machine["step"]> => made.step(now, { type: "message", message: JSON.parse(JSON.stringify(message)) as Record<string, unknown> });
  const welcome = JSON.parse(WELCOME) as object;

  it("that never welcomes is left after 10 s", () => {
    const made = machine();
    expect(made.deadline).toBe(10_000);
    expect(made.step(10_000, { type: "tick" })).toMatchObject([{ kind: "drop", code: 4420 }, { event: { status: "waiting", error: { code: "no_heartbeat", retryable: true } } }]);
  });

  it.each([9007199254740991, -1, null, "soon", 1.5, 1e300])("gives the slot %s: at most five minutes, at least its own delay", (retry_after) => {
    const made = machine();
    say(made, 0, welcome);
    say(made, 1, { op: "goodbye", reason: "restart", retry_after });
    const waiting = made.step(2, { type: "closed", code: 1012 }).find((output) => output.kind === "tell") as unknown as { event: { retryIn: number } };
    expect(waiting.event.retryIn).toBeGreaterThanOrEqual(500);
    expect(waiting.event.retryIn).toBeLessThanOrEqual(300_000);
  });

  it("ignores a second welcome, answers to nothing, and messages of rooms that are not joined", () => {
    const made = machine();
    say(made, 0, welcome);
    const nothing = [
      welcome,
      { op: "published", id: 99, room: "r", epoch: "e", offset: 1, level: "memory" },
      { op: "rejected", id: 99, outcome: "unknown", code: "x", message: "", retryable: true },
      { op: "joined", id: 99, room: "r", epoch: "e", head: 7 },
      { op: "joined", room: "r", epoch: "e", head: 7 },
      { op: "resumed", room: "r", epoch: "e", from: 1, to: 2 },
      { op: "left", id: 99, room: "r" },
      { op: "error", id: 99, code: "x", message: "", retryable: false },
      { op: "history", id: 99, room: "r", epoch: "e", messages: [], head: 1 },
      { op: "message", room: "r", offset: 1, type: "text", data: "x", time: 1 },
    ];
    for (const message of nothing) expect(say(made, 1, message).filter(({ kind }) => kind !== "log")).toEqual([]);
    expect(made.connected).toBe(true);
  });

  it("and refuses each join for the same reason is not asked without a pause", () => {
    const made = machine();
    say(made, 0, welcome);
    const joinOf = (outputs: ReturnType<Machine["step"]>): number | undefined => outputs.flatMap((output) => (output.kind === "send" && output.message.op === "join" ? [output.message.id as number] : []))[0];
    let id = joinOf(made.step(0, { type: "join", call: 2, room: "r", options: {} }));
    say(made, 0, { op: "joined", id, room: "r", epoch: "e", head: 5 });
    made.step(1, { type: "closed", code: 1006 });
    made.step(600, { type: "tick" });
    made.step(600, { type: "opened" });
    id = joinOf(say(made, 600, welcome));
    let asked = 0;
    for (; id !== undefined && asked < 100; asked++) id = joinOf(say(made, 600, { op: "error", id, room: "r", code: "epoch_changed", message: "", retryable: false }));
    expect(asked).toBeLessThan(5);
  });

  it("tells offsets that go backwards nobody, and those that jump are asked for once", () => {
    const made = machine();
    say(made, 0, welcome);
    const [join] = made.step(0, { type: "join", call: 2, room: "r", options: {} }).flatMap((output) => (output.kind === "send" ? [output.message.id] : []));
    say(made, 0, { op: "joined", id: join, room: "r", epoch: "e", head: 5 });
    const offsets = (offset: number): string[] => say(made, 1, { op: "message", room: "r", offset, type: "text", data: "x", time: 1 }).map((output) => (output.kind === "tell" ? output.event.kind : output.kind === "send" ? (output.message.op as string) : output.kind));
    expect(offsets(6)).toEqual(["message"]);
    expect(offsets(6)).toEqual(["log"]);
    expect(offsets(2)).toEqual(["log"]);
    expect(offsets(9)).toEqual(["error", "leave", "join"]);
  });
});

describe("MessagePack", () => {
  it.each([
    ["a length beyond its end", "dfffffffff"],
    ["a string beyond its end", "dbffffffff61"],
    ["an array that claims 2^32", "81a26f70ddffffffff"],
    ["nested without end", "91".repeat(100_000)],
    ["a byte that is none", "c1"],
    ["a name twice", "82a26f70a178a26f70a178"],
    ["nothing", ""],
    ["something behind it", "80c0"],
    ["text that is no UTF-8", "81a26f70a2c328"],
  ])("%s is refused before memory is taken", (_name, hex) => {
    expect(() => msgpack.decode(Buffer.from(hex, "hex"))).toThrow();
  });
});
