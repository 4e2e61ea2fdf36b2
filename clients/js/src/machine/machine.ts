import { CarillonError, refusal } from "../errors.js";
import type { ClientMessage, Problem, ServerMessage, Welcome } from "../messages.js";
import { closeName, comeBack } from "./closing.js";
import { Outbox } from "./outbox.js";
import type { Reader } from "./reader.js";
import { Requests } from "./requests.js";
import { Rooms } from "./rooms.js";
import { Timers } from "./timers.js";
import { present, type ClientEvent, type Host, type Input, type Output, type RoomEvent } from "./types.js";
import { ownerOf } from "../storage/store.js";
import { validate, type ReadData } from "./validate.js";

export interface MachineOptions {
  /** How this client calls itself to the server. */
  client?: { name: string; version?: string } | undefined;
  publisher: string;
  /** From 1; higher than in any earlier life of this publisher. */
  incarnation: number;
  resume?: string | undefined;
  /** Whether a token that was refused can be replaced. */
  renewable?: boolean | undefined;
  /** Wished heartbeat, ms. */
  heartbeat?: number | undefined;
  outbox?: { messages: number; bytes: number } | undefined;
  /** The first delay before it comes back, and the longest, ms. */
  reconnect?: { first?: number; longest?: number } | undefined;
  readData: ReadData;
  /** A number in [0, 1). */
  random: () => number;
}

const MAX_SLOT = 300_000;
/** What was refused is not asked again sooner, whatever the server says. */
const MIN_REST = 100;
const OPEN_LIMIT = 10_000;
const CHECK_LIMIT = 5_000;
const LATE = 2_000;
const STEADY = 60_000;
const NO_HEARTBEAT = 4420;
/** How much earlier than it was last heard a server may have said what was lost, ms. */
const MARGIN = 2_000;

/**
 * The client's state without I/O: takes what happens together with the time, and gives back what is to be done. It has
 * no clock, no timer and no randomness of its own; `spec/scenarios` say what it does.
 */
export class Machine implements Host {
  readonly timers = new Timers();
  now = 0;
  #phase: "idle" | "opening" | "greeting" | "connected" | "waiting" | "closed" = "idle";
  readonly #outbox: Outbox;
  readonly #requests = new Requests(this);
  readonly #rooms = new Rooms(this, this.#requests);
  #outputs: Output[] = [];
  #ids = 0;
  #connectCall: number | undefined;
  #connectId = 0;
  #resume: string | undefined;
  #session: string | undefined;
  #user: string | undefined;
  #welcome: Welcome | undefined;
  #welcomedAt = 0;
  #heardAt = 0;
  #heard = false;
  #attempts = 0;
  #violations = 0;
  #slot: number | undefined;
  #problem: Problem | undefined;

  constructor(private readonly options: MachineOptions) {
    this.#resume = options.resume;
    this.#outbox = new Outbox(
      this,
      options.publisher,
      options.incarnation,
      options.outbox ?? { messages: 1000, bytes: 4 << 20 },
      () => this.#welcome?.limits.max_message_bytes ?? Infinity,
      () => this.#identify(),
    );
  }

  get connected(): boolean {
    return this.#phase === "connected";
  }

  /** When `step` is to be called at the latest, or `Infinity`. */
  get deadline(): number {
    return this.timers.next();
  }

  /** How many publications have not been settled. */
  get unsettled(): number {
    return this.#outbox.count;
  }

  reader(room: string): Reader | undefined {
    return this.#rooms.reader(room);
  }

  /** Something has happened, or time has passed. `now` is in ms and never falls. */
  step(now: number, input: Input): Output[] {
    this.now = now;
    if (this.#phase !== "closed") {
      if (input.type === "message" || input.type === "garbled") {
        this.#heardAt = now;
        this.#heard = true;
      }
      if (this.timers.next() + LATE < now) this.#check();
      this.timers.run(now);
    }
    this.#take(input);
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  // -- For the parts ------------------------------------------------------------------------------------------------

  out(output: Output): void {
    this.#outputs.push(output);
  }

  send(message: ClientMessage): void {
    this.out({ kind: "send", message });
  }

  tell(event: RoomEvent | ClientEvent, group?: string): void {
    this.out({ kind: "tell", event, group });
  }

  done(call: number | undefined, value?: unknown): void {
    if (call !== undefined) this.out({ kind: "done", call, value });
  }

  fail(call: number | undefined, error: CarillonError): void {
    if (call === undefined) this.tell({ kind: "error", code: error.code, error });
    else this.out({ kind: "fail", call, error });
  }

  nextId(): number {
    return ++this.#ids;
  }

  rest(tries: number, retryAfter: number | undefined): number {
    return Math.min(Math.max(retryAfter ?? this.#delay(tries), MIN_REST), MAX_SLOT);
  }

  /** Draws the delay before try n (from 0) of anything, in ms. */
  #delay(tries: number): number {
    const { first = 1000, longest = 30_000 } = this.options.reconnect ?? {};
    return Math.floor(this.options.random() * Math.min(longest, first * 1.5 ** tries));
  }

  // -- What happens -------------------------------------------------------------------------------------------------

  #take(input: Input): void {
    if (this.#phase === "closed") return this.#refuse(input);
    switch (input.type) {
      case "connect":
        this.#connectCall = input.call;
        if (this.#phase === "idle") this.#open();
        return;
      case "opened":
        if (this.#phase === "opening") this.#greet(input.token);
        return;
      case "failed":
        if (input.fatal) this.#end(input.error);
        else if (this.#phase !== "waiting") this.#lose(input.error);
        return;
      case "closed":
        return this.#closed(input.code, input.reason);
      case "message":
        return this.#receive(input.message);
      case "garbled":
        return this.#garbled(input.reason, input.code);
      case "tick":
        return;
      case "online":
      case "wake":
        if (this.#phase === "waiting" && this.#slot === undefined) this.#open();
        else this.#check();
        return;
      case "offline":
        return this.#check();
      case "join":
        return this.#rooms.join(input);
      case "leave":
        return this.#rooms.leave(input.call, input.room);
      case "publish":
        return this.#outbox.publish(input.call, input.message, input.size);
      case "request":
        if (input.message.op === "state") this.#rooms.remember(input.message);
        return this.#requests.add(input.call, input.message, input.timeout);
      case "tell":
        if (this.connected) this.send(input.message);
        return;
      case "token":
        return this.#requests.add(undefined, { op: "refresh", token: input.token });
      case "restore":
        return this.#outbox.restore(input.entries, input.user);
      case "close":
        return this.#end();
    }
  }

  #refuse(input: Input): void {
    if ("call" in input) this.fail(input.call, new CarillonError("closed", "the client is closed"));
  }

  // -- The connection -----------------------------------------------------------------------------------------------

  #open(): void {
    this.#phase = "opening";
    this.#slot = this.#problem = undefined;
    this.timers.set("connection", this.now + OPEN_LIMIT, () => {
      this.#drop(NO_HEARTBEAT, `no welcome within ${OPEN_LIMIT / 1000} s`);
    });
    this.tell({ kind: "status", status: "connecting" });
    this.out({ kind: "open" });
  }

  #greet(token: string | undefined): void {
    this.#phase = "greeting";
    this.#connectId = this.nextId();
    const { client, heartbeat } = this.options;
    this.send({ op: "connect", id: this.#connectId, token, resume: this.#resume, client, heartbeat });
  }

  #welcomed(welcome: Welcome): void {
    if (welcome.id !== undefined && welcome.id !== this.#connectId) return this.#ignored("a welcome to somebody else");
    this.#phase = "connected";
    const newSession = welcome.session !== this.#session;
    this.#welcome = welcome;
    this.#welcomedAt = this.now;
    this.#attempts = 0;
    this.#problem = undefined;
    this.#session = welcome.session;
    this.#resume = welcome.resume;
    this.#user = welcome.user;
    this.timers.clear("connection");
    this.#watch();
    this.timers.set("steady", this.now + STEADY, () => (this.#violations = 0));
    this.#expiry(welcome.expires);
    this.#identify();
    const { session, user, resumed } = welcome;
    this.tell({ kind: "status", status: "connected", session, resumed, ...present({ user }) });
    if (this.#connectCall !== undefined) this.out({ kind: "done", call: this.#connectCall, value: { session, user, resumed } });
    this.#connectCall = undefined;
    this.#rooms.connected(newSession);
    this.#requests.connected();
    this.#outbox.connected(ownerOf(welcome.user));
  }

  #identify(): void {
    this.out({ kind: "identity", incarnation: this.#outbox.incarnation, resume: this.#resume, user: this.#user });
  }

  #expiry(expires: number | undefined): void {
    if (expires === undefined || !this.options.renewable || !this.#welcome) return;
    this.timers.set("token", this.now + Math.max(0.9 * (expires - this.#serverTime(this.now)), 10_000), () => this.out({ kind: "renew" }));
  }

  #serverTime(at: number): number {
    return this.#welcome!.server_time + at - this.#welcomedAt;
  }

  /** Takes the connection for dead when nothing is heard for twice the heartbeat. */
  #watch(): void {
    const heartbeat = this.#welcome?.heartbeat;
    if (!heartbeat) return;
    const limit = 2 * Math.max(heartbeat, 1000);
    this.timers.set("heartbeat", this.#heardAt + limit, () => {
      if (this.#heardAt + limit > this.now) this.#watch();
      else this.#drop(NO_HEARTBEAT, `nothing heard for ${limit} ms`);
    });
  }

  /** Time may have passed without us, or the network changed: asks for a sign of life. */
  #check(): void {
    if (!this.connected || this.timers.has("check")) return;
    this.#heard = false;
    this.timers.clear("heartbeat");
    this.timers.set("check", this.now + CHECK_LIMIT, () => {
      if (this.#heard) this.#watch();
      else this.#drop(NO_HEARTBEAT, `nothing heard for ${CHECK_LIMIT} ms after a ping`);
    });
    this.send({ op: "ping", id: this.nextId() });
  }

  #drop(code: number, reason: string): void {
    this.out({ kind: "drop", code, reason });
    this.#lose(new CarillonError(closeName(code), reason, { retryable: true }));
  }

  #garbled(reason: string, code: 4400 | 4413): void {
    this.#violations++;
    const error = new CarillonError("bad_message", reason);
    this.tell({ kind: "error", code: "bad_message", error });
    this.#drop(code, reason);
  }

  #closed(code: number, reason = ""): void {
    if (this.#phase === "waiting" || this.#phase === "idle") return;
    const problem = this.#problem;
    const name = problem?.code ?? closeName(code);
    const words = problem?.message ?? (reason || `the connection was closed with ${code}`);
    const back = comeBack(code);
    if (back === "never" || (back === "with_new_token" && !this.options.renewable)) return this.#end(new CarillonError(name, words));
    if (back === "without_session") {
      this.#resume = this.#session = undefined;
      this.#rooms.lost();
    }
    this.#lose(new CarillonError(name, words, { retryable: true }));
  }

  /** The connection is gone; another one is tried later. */
  #lose(error: CarillonError): void {
    const young = !this.connected || this.now - this.#welcomedAt < 1000;
    const own = this.#delay(this.#attempts + this.#violations);
    let wait = own;
    if (this.#slot !== undefined) wait = Math.max(Math.min(this.#slot, MAX_SLOT), young ? own : 0);
    this.#phase = "waiting";
    this.#attempts++;
    for (const timer of ["heartbeat", "check", "steady", "token"]) this.timers.clear(timer);
    this.#rooms.disconnected(() => Math.floor(this.#serverTime(this.#heardAt)) - MARGIN);
    this.#requests.disconnected();
    this.#outbox.disconnected();
    this.timers.set("connection", this.now + wait, () => this.#open());
    this.tell({ kind: "status", status: "waiting", retryIn: wait, error });
  }

  #end(error?: CarillonError): void {
    const open = this.#phase === "opening" || this.#phase === "greeting" || this.connected;
    this.#phase = "closed";
    this.timers.clearAll();
    if (!error && open) this.out({ kind: "drop", code: 1000, reason: "" });
    const ended = (outcome?: "unknown" | "not_applied"): CarillonError =>
      new CarillonError("closed", error ? `the client has ended: ${error.message}` : "the client was closed", { cause: error, outcome });
    if (this.#connectCall !== undefined) this.out({ kind: "fail", call: this.#connectCall, error: error ?? ended() });
    this.#rooms.close(ended);
    this.#requests.close(ended);
    this.#outbox.close(ended);
    this.tell({ kind: "closed", code: error?.code ?? "closed", ...(error && { error }) });
  }

  // -- What the server says -----------------------------------------------------------------------------------------

  #receive(raw: Record<string, unknown>): void {
    if (this.#phase !== "connected" && this.#phase !== "greeting") return;
    const message = validate(raw, this.options.readData);
    if (message === "unknown") return this.#ignored(`the unknown operation ${String(raw.op).slice(0, 50)}`);
    if (message === "bad") {
      const error = new CarillonError("bad_message", `the server sent ${String(raw.op).slice(0, 50)} with missing or wrong fields`);
      return this.tell({ kind: "error", code: "bad_message", error });
    }
    if (this.#phase === "greeting") {
      if (message.op === "welcome") this.#welcomed(message);
      else if (message.op === "error") this.#greetingRefused(message);
      else if (message.op === "goodbye") this.#goodbye(message);
      else this.#ignored(`${message.op} before welcome`);
      return;
    }
    if ("room" in message && typeof message.room === "string" && this.#rooms.said(message)) return;
    switch (message.op) {
      case "published":
        return this.#outbox.published(message);
      case "rejected":
        this.#outbox.refused(message);
        return;
      case "error":
        return this.#refused(message);
      case "goodbye":
        return this.#goodbye(message);
      case "heads":
        for (const [room, head] of Object.entries(message.rooms)) this.#rooms.reader(room)?.head(head);
        return;
      case "call":
        return this.out({ kind: "call", message });
      case "refreshed":
        this.#expiry(message.expires);
        this.#requests.answered(message);
        return;
      case "welcome":
        return this.#ignored("a second welcome");
      default:
        if (!this.#requests.answered(message) && message.op !== "pong") this.#ignored(message.op);
    }
  }

  #greetingRefused(message: Problem & { id?: number }): void {
    this.#problem = message;
    this.#slot = message.retry_after;
  }

  #goodbye({ retry_after, resume }: Extract<ServerMessage, { op: "goodbye" }>): void {
    this.#slot = retry_after;
    if (resume === undefined) return;
    this.#resume = resume;
    this.#identify();
  }

  #refused(message: Extract<ServerMessage, { op: "error" }>): void {
    const { id, code, room } = message;
    const error = refusal(message, { room });
    if (id === undefined) {
      if (code === "token_expired" && this.options.renewable) return this.out({ kind: "renew" });
      const reader = room === undefined ? undefined : this.#rooms.reader(room);
      if (reader) reader.error(error);
      else this.tell({ kind: "error", code, error, ...present({ room }) });
      return;
    }
    if (this.#outbox.refused(message) || this.#requests.failed(id, error) || this.#rooms.refused(message)) return;
    this.#ignored(`error ${code} to nothing that waits`);
  }

  #ignored(what: string): void {
    this.out({ kind: "log", text: `ignored ${what}` });
  }
}
