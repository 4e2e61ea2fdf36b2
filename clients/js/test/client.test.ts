import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CarillonError, connect, createClient, type Client, type ClientOptions, type RoomEvent } from "../src/index.js";
import { name, version } from "../src/version.js";
import packageJson from "../package.json" with { type: "json" };
import { ScriptedServer } from "./support/server.js";

let server: ScriptedServer;
const clients: Client[] = [];

beforeEach(async () => {
  server = await ScriptedServer.start();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ drain: 0 })));
  await server.stop();
});

function client(options: ClientOptions = {}): Client {
  const made = createClient(server.url, options);
  clients.push(made);
  return made;
}

async function open(options?: ClientOptions): Promise<[Client, Awaited<ReturnType<ScriptedServer["welcomed"]>>]> {
  const made = client(options);
  const connection = await server.welcomed();
  await made.connected;
  return [made, connection];
}

const message = (room: string, offset: number, data: unknown, type = "text") => ({ op: "message", room, offset, type, data, time: 1 });
const eventOf = (made: Client, kind: "error" | "closed") => new Promise<{ code: string }>((resolve) => made.on(kind, resolve));
const failure = (promise: Promise<unknown>): Promise<CarillonError> =>
  promise.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: CarillonError) => error,
  );

describe("connecting", () => {
  it("adds /ws, says who it is, and resolves with the welcome", async () => {
    const [connected, connection] = await Promise.all([connect(server.url, { token: "t", heartbeat: 5000 }), server.connection().then(async (connection) => {
      expect(await connection.next("connect")).toMatchObject({ token: "t", heartbeat: 5000, client: { name, version } });
      connection.send({ op: "welcome", session: "s7", user: "ann", resumed: false, server_time: 1, heartbeat: 0, limits: { max_message_bytes: 100, max_rooms: 1 } });
      return connection;
    })]);
    clients.push(connected);
    expect(connection.path).toBe("/ws");
    expect(connected).toMatchObject({ status: "connected", session: "s7", user: "ann" });
  });

  it("says its real version", () => {
    expect(version).toBe(packageJson.version);
  });

  it("fails with the reason when nobody answers in time", async () => {
    await server.stop();
    const error = await failure(connect(server.url, { timeout: 300 }));
    expect(error).toMatchObject({ code: "unreachable", retryable: true });
    expect(error.message).toContain("ECONNREFUSED");
    server = await ScriptedServer.start();
  });

  it.each(["ftp://example.org", "localhost:8080", "not an address"])("refuses the address %s", async (address) => {
    expect(await failure(connect(address))).toMatchObject({ code: "bad_address" });
  });

  it("asks for a new token before each connection", async () => {
    let tokens = 0;
    client({ token: () => `t${++tokens}` });
    const first = await server.connection();
    expect(await first.next("connect")).toMatchObject({ token: "t1" });
    first.socket.close(4401);
    expect(await (await server.connection()).next("connect")).toMatchObject({ token: "t2" });
  });

  it("tries again when the token cannot be had", async () => {
    let tries = 0;
    const made = client({ token: () => (++tries === 1 ? Promise.reject(new Error("login is down")) : "t") });
    const waiting = new Promise((resolve) => made.on("status", (event) => event.status === "waiting" && resolve(event.error.message)));
    expect(await waiting).toContain("login is down");
    expect(await (await server.connection()).next("connect")).toMatchObject({ token: "t" });
  });

  it("renews a token that is about to expire", async () => {
    const made = client({ token: () => "fresh" });
    const connection = await server.welcomed({ expires: 1 });
    await made.connected;
    connection.send({ op: "error", code: "token_expired", message: "soon", retryable: false });
    expect(await connection.next("refresh")).toMatchObject({ token: "fresh" });
  });
});

describe("a room", () => {
  it("gives its messages as an async iterable, also those that came before anybody read", async () => {
    const [made, connection] = await open();
    const joining = made.join<string>("r");
    await connection.joined();
    connection.send(message("r", 1, "a"), message("r", 2, "b"));
    const room = await joining;
    connection.send(message("r", 3, "c"));
    const got: string[] = [];
    for await (const { data } of room) {
      got.push(data);
      if (got.length === 3) break;
    }
    expect(got).toEqual(["a", "b", "c"]);
    expect(room.position).toEqual({ epoch: "e1", offset: 3 });
  });

  it("tells everything in order as events, to several listeners and iterators at once", async () => {
    const [made, connection] = await open();
    const joining = made.join("r");
    await connection.joined();
    connection.send(message("r", 1, { n: 1 }, "json"), { op: "gap", room: "r", epoch: "e1", ranges: [[2, 3]], reason: "conflated" }, message("r", 4, "AQI=", "binary"));
    const room = await joining;
    const heard: RoomEvent[] = [];
    for (const kind of ["message", "gap"] as const) room.on(kind, (event) => heard.push(event));
    const events: RoomEvent[] = [];
    for await (const event of room.events()) {
      events.push(event);
      if (events.length === 3) break;
    }
    expect(events).toMatchObject([{ kind: "message", data: { n: 1 } }, { kind: "gap", ranges: [[2, 3]], reason: "conflated" }, { kind: "message", offset: 4, data: Uint8Array.of(1, 2) }]);
    expect(heard).toEqual(events);
  });

  it("ends its iteration when it is left, and throws when the server ends it", async () => {
    const [made, connection] = await open();
    const joining = [made.join("a"), made.join("b")] as const;
    await connection.joined();
    await connection.joined();
    const [a, b] = await Promise.all(joining);
    const reading = (async () => {
      for await (const _ of a);
      return "over";
    })();
    const leaving = a.leave();
    const { id } = await connection.next("leave");
    connection.send({ op: "left", id, room: "a" }, { op: "left", room: "b", reason: "removed" });
    await leaving;
    expect(await reading).toBe("over");
    const error = await failure((async () => { for await (const _ of b); })());
    expect(error).toMatchObject({ code: "removed", room: "b" });
  });

  it("keeps a bounded number of events for a slow reader, and says that it did", async () => {
    const [made, connection] = await open({ buffer: 3 });
    const joining = made.join<string>("r");
    await connection.joined();
    const room = await joining;
    for (let offset = 1; offset <= 5; offset++) connection.send(message("r", offset, `${offset}`));
    void made.history("r").catch(() => undefined);
    const { id } = await connection.next("history");
    connection.send({ op: "error", id, code: "unsupported", message: "no", retryable: false });
    await new Promise<void>((resolve) => {
      const poll = (): void => void (room.position?.offset === 5 ? resolve() : setImmediate(poll));
      poll();
    });
    const got: string[] = [];
    const error = await failure((async () => { for await (const { data } of room) got.push(data); })());
    expect(got).toEqual(["1", "2", "3"]);
    expect(error).toMatchObject({ code: "lagging", retryable: true });
  });

  it("refuses to be joined twice at a time", async () => {
    const [made, connection] = await open();
    const joining = made.join("r");
    await connection.joined();
    await joining;
    expect(await failure(made.join("r"))).toMatchObject({ code: "already_joined" });
  });

  it("shows who is there as a map that lives", async () => {
    const [made, connection] = await open();
    const joining = made.join<string, { typing: boolean }>("r", { presence: true });
    await connection.joined({ presence: { members: [{ session: "a", user: "ann" }], count: 1 } });
    const room = await joining;
    expect([...room.presence.keys()]).toEqual(["a"]);
    const changed = new Promise((resolve) => room.on("presence", (event) => event.event === "state" && resolve(event.member.state)));
    connection.send(
      { op: "presence", room: "r", offset: 1, event: "join", member: { session: "b", user: "bob" } },
      { op: "presence", room: "r", offset: 2, event: "state", member: { session: "b", state: { type: "json", data: { typing: true } } } },
    );
    expect(await changed).toEqual({ typing: true });
    expect(room.presence.get("b")).toEqual({ session: "b", user: "bob", state: { typing: true } });
    expect(room.memberCount).toBe(2);
  });

  it("a listener that throws does not stop the others", async () => {
    const [made, connection] = await open();
    const joining = made.join("r");
    await connection.joined();
    const room = await joining;
    const thrown = new Promise((resolve) => process.once("uncaughtException", resolve));
    const others = process.listeners("uncaughtException").slice(0, -1);
    for (const listener of others) process.off("uncaughtException", listener);
    room.on("message", () => {
      throw new Error("mine");
    });
    const heard = new Promise((resolve) => room.on("message", resolve));
    connection.send(message("r", 1, "a"));
    expect(await heard).toMatchObject({ offset: 1 });
    expect(await thrown).toMatchObject({ message: "mine" });
    for (const listener of others) process.on("uncaughtException", listener);
  });
});

describe("publishing", () => {
  it("sends text, JSON and bytes as what they are, and gives the position", async () => {
    const [made, connection] = await open();
    const published = made.publish("r", "hi", { event: "e", tags: { a: "b" } });
    const { id, ...fields } = await connection.next("publish");
    expect(fields).toMatchObject({ room: "r", type: "text", data: "hi", event: "e", tags: { a: "b" }, sequence: 1 });
    connection.send({ op: "published", id, room: "r", epoch: "e1", offset: 9, level: "stored" });
    expect(await published).toEqual({ room: "r", epoch: "e1", offset: 9, level: "stored", duplicate: false });
    void made.publish("r", { n: [1, null] }).catch(() => undefined);
    expect(await connection.next("publish")).toMatchObject({ type: "json", data: { n: [1, null] }, sequence: 2 });
    void made.publish("r", Uint8Array.of(255, 0)).catch(() => undefined);
    expect(await connection.next("publish")).toMatchObject({ type: "binary", data: "/wA=", sequence: 3 });
    void made.publish("r", "quoted", { type: "json" }).catch(() => undefined);
    expect(await connection.next("publish")).toMatchObject({ type: "json", data: "quoted", sequence: 4 });
  });

  it("repeats what was said then, not what the object says by now", async () => {
    const [made, connection] = await open();
    const data = { text: "before" };
    void made.publish("r", data).catch(() => undefined);
    data.text = "after";
    expect(await connection.next("publish")).toMatchObject({ data: { text: "before" } });
    connection.socket.terminate();
    expect(await (await server.welcomed()).next("publish")).toMatchObject({ data: { text: "before" }, sequence: 1 });
  });

  it("refuses what JSON cannot say, and what is larger than the server takes", async () => {
    const [made] = await open();
    await expect(made.publish("r", undefined)).rejects.toThrow(TypeError);
    await expect(made.publish("r", () => 1)).rejects.toThrow(TypeError);
    expect(await failure(made.publish("r", "x".repeat(1 << 20)))).toMatchObject({ code: "too_large", outcome: "not_applied" });
  });

  it("keeps a bounded number while there is no connection", async () => {
    const made = client({ outbox: { messages: 2, bytes: 10_000 } });
    await server.connection();
    void made.publish("r", "a").catch(() => undefined);
    void made.publish("r", "b").catch(() => undefined);
    expect(await failure(made.publish("r", "c"))).toMatchObject({ code: "outbox_full", retryable: true, outcome: "not_applied" });
  });

  it("drops what is volatile when there is no connection", async () => {
    const made = client();
    await made.publish("r", "lost", { volatile: true });
    const connection = await server.welcomed();
    await made.connected;
    await made.publish("r", "seen", { volatile: true });
    const sent = await connection.next("publish");
    expect(sent).toMatchObject({ data: "seen" });
    expect(sent).not.toHaveProperty("id");
    expect(sent).not.toHaveProperty("sequence");
  });

  it("is waited for by close", async () => {
    const [made, connection] = await open();
    const published = made.publish("r", "last");
    const closing = made.close();
    const { id } = await connection.next("publish");
    connection.send({ op: "published", id, room: "r", epoch: "e", offset: 1, level: "memory" });
    expect(await published).toMatchObject({ offset: 1 });
    await closing;
    expect(await connection.closed).toBe(1000);
  });
});

describe("requests and calls", () => {
  it("history gives messages", async () => {
    const [made, connection] = await open();
    const asked = made.history("r", { last: 2, order: "newest" });
    const { id, ...fields } = await connection.next("history");
    expect(fields).toEqual({ op: "history", room: "r", last: 2, order: "newest" });
    connection.send({ op: "history", id, room: "r", epoch: "e", head: 5, more: true, messages: [{ offset: 5, type: "json", data: [1], time: 3, message_id: "m" }] });
    expect(await asked).toEqual({
      room: "r", epoch: "e", head: 5, more: true,
      messages: [{ room: "r", epoch: "e", offset: 5, type: "json", data: [1], time: 3, id: "m", priority: "normal", redelivered: false }],
    });
  });

  it("a server that does not offer calls says so in the error", async () => {
    const [made, connection] = await open();
    const asked = made.call("add", [1, 2]);
    const { id } = await connection.next("call");
    connection.send({ op: "error", id, code: "unsupported", message: "this server does not offer calls", retryable: false });
    expect(await failure(asked)).toMatchObject({ name: "CarillonError", code: "unsupported", retryable: false, message: "this server does not offer calls" });
  });

  it("answers calls with what the handler gives, its error, or that there is none", async () => {
    const [made, connection] = await open();
    made.handle<number[]>("add", ({ data }) => data.reduce((a, b) => a + b));
    made.handle("fail", () => {
      throw new CarillonError("refused", "not today");
    });
    made.handle("crash", () => {
      throw new Error("secret detail");
    });
    connection.send({ op: "call", id: 1, event: "add", type: "json", data: [1, 2] });
    expect(await connection.next("reply")).toEqual({ op: "reply", id: 1, type: "json", data: 3 });
    connection.send({ op: "call", id: 2, event: "fail", type: "json", data: 0 });
    expect(await connection.next("reply")).toEqual({ op: "reply", id: 2, error: { code: "refused", message: "not today", retryable: false } });
    connection.send({ op: "call", id: 3, event: "crash", type: "json", data: 0 });
    expect(await connection.next("reply")).toEqual({ op: "reply", id: 3, error: { code: "internal", message: "the handler failed", retryable: false } });
    connection.send({ op: "call", id: 4, event: "nobody", type: "json", data: 0 });
    expect(await connection.next("reply")).toMatchObject({ id: 4, error: { code: "no_handler" } });
  });
});

describe("a hostile server", () => {
  it("that sends garbage is left with 4400, told, and not hammered", async () => {
    const [made, connection] = await open();
    const told = eventOf(made, "error");
    connection.raw("{\"op\":");
    expect(await told).toMatchObject({ code: "bad_message" });
    expect(await connection.closed).toBe(4400);
    expect(made.status).toBe("waiting");
  });

  it("that sends a binary frame to a JSON client is left too", async () => {
    const [, connection] = await open();
    connection.raw(Buffer.from([1, 2, 3]));
    expect(await connection.closed).toBe(4400);
  });

  it("that sends a huge frame is left before the frame is read", async () => {
    const [made, connection] = await open({ maxFrameBytes: 10_000 });
    const told = eventOf(made, "error");
    connection.raw(JSON.stringify({ op: "pong", server_time: 1, padding: "x".repeat(20_000) }));
    expect(await told).toMatchObject({ code: "bad_message" });
    await connection.closed;
    expect(made.status).toBe("waiting");
  });

  it("that invents operations, fields and names of Object is read as far as it makes sense", async () => {
    const notes: string[] = [];
    const [made, connection] = await open({ log: (text) => notes.push(text) });
    const joining = made.join("r");
    await connection.joined();
    const room = await joining;
    connection.send({ op: "toString" }, { op: "warp", id: 1 }, { op: "message", room: "__proto__", offset: 1, type: "text", data: "x", time: 1 });
    connection.raw('{"op":"heads","rooms":{"__proto__":5}}');
    connection.send({ ...message("r", 1, "good"), wings: 2 });
    for await (const { data } of room) {
      expect(data).toBe("good");
      break;
    }
    expect(notes.join()).toContain("warp");
    expect(made.status).toBe("connected");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("that nests a thousand times is read or left, without a crash", async () => {
    const [made, connection] = await open();
    connection.raw(`{"op":"pong","server_time":1,"x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`);
    const joining = made.join("r").catch((error: CarillonError) => error);
    await Promise.race([connection.joined(), connection.closed]);
    await made.close({ drain: 0 });
    await joining;
  });

  it("that chose another subprotocol is not talked to", async () => {
    await server.stop();
    server = await ScriptedServer.start({ subprotocol: () => false });
    const error = await failure(connect(server.url, { timeout: 1000, transports: ["websocket"] }));
    expect(error).toMatchObject({ code: "unreachable" });
    expect(error.message).toMatch(/subprotocol/i);
  });
});

describe("a closed client", () => {
  it("refuses everything, and ends its rooms", async () => {
    const [made, connection] = await open();
    const joining = made.join("r");
    await connection.joined();
    const room = await joining;
    const reading = (async () => { for await (const _ of room); return "over"; })();
    await made.close();
    expect(await reading).toBe("over");
    expect(await failure(made.publish("r", "x"))).toMatchObject({ code: "closed" });
    expect(await failure(made.join("q"))).toMatchObject({ code: "closed" });
    await made.close();
    await room.leave();
  });

  it("that the server ended for good says why, and throws in its rooms", async () => {
    const [made, connection] = await open();
    const joining = made.join("r");
    await connection.joined();
    const room = await joining;
    const closed = eventOf(made, "closed");
    connection.socket.close(4423, "bye");
    expect(await closed).toMatchObject({ code: "removed" });
    expect(await failure((async () => { for await (const _ of room); })())).toMatchObject({ code: "removed" });
    expect(server.count).toBe(1);
  });
});
