import { json } from "./codec/json.js";
import { byteLength, dataFields } from "./data.js";
import { Driver } from "./driver.js";
import { CarillonError } from "./errors.js";
import { Listeners } from "./events.js";
import { INBOX } from "./machine/rooms.js";
import { memberOf, messageOf, type ClientEvent, type JoinOptions, type Message, type RoomEvent, type Status } from "./machine/types.js";
import type { Call, ClientMessage, ServerMessage } from "./messages.js";
import type { CallOptions, ClientOptions, History, HistoryOptions, IncomingCall, Publication, PublishOptions, Roster, Target } from "./options.js";
import { Room } from "./room.js";
import { pageStore } from "./storage/store.js";
import { choose } from "./transport/choose.js";
import { webSocket } from "./transport/websocket.js";
import { serverUrl } from "./url.js";
import { name, version } from "./version.js";

type Said<Op> = Extract<ServerMessage, { op: Op }>;
/** Rooms of all types, as their messages come to them. */
type AnyRoom = Room<never, never>;
type Handler = (call: IncomingCall<never>) => unknown;

/** Room for what a publication gets beside what the application gave: id, publisher, incarnation, sequences. */
const STAMP = 160;
/** A volatile publication is dropped when more than this waits in the socket. */
const FULL = 1 << 20;
const MAX_CALLS = 64;
const DRAIN = 5000;

/**
 * A session with a server. It comes back by itself when the connection is lost, joins its rooms again where it stopped,
 * and sends again what was not answered.
 */
export class Client {
  readonly #driver: Driver;
  readonly #rooms = new Map<string, AnyRoom>();
  readonly #listeners = new Listeners<ClientEvent>();
  readonly #handlers = new Map<string, Handler>();
  readonly #options: ClientOptions;
  readonly #url: string;
  #calls = 0;
  #current: Status | Extract<ClientEvent, { kind: "closed" }> = { kind: "status", status: "connecting" };
  #identity: { session: string; user?: string } | undefined;
  /** Settles with the first welcome, or when the client ends before. */
  readonly connected: Promise<this>;
  /** What is said to this session, to its user and to everybody, whoever says it. It need not be joined. */
  readonly inbox: Room;

  /** @internal Use `connect` or `createClient`. */
  constructor(url: string, options: ClientOptions) {
    this.#options = options;
    this.#url = serverUrl(url);
    const { codec = json, token, heartbeat, outbox, reconnect, storage, scope = "", log = () => undefined } = options;
    this.#driver = new Driver({
      url: this.#url,
      codec,
      transport: options.transport ?? choose(webSocket(options.webSocket), options.transports ?? ["websocket", "stream", "poll"]),
      store: async () => (storage === "memory" ? undefined : (storage ?? pageStore(`${scope} ${this.#url}`, log))),
      token: token === undefined ? undefined : typeof token === "string" ? () => Promise.resolve(token) : async () => token(),
      machine: { client: { name, version }, renewable: typeof token === "function", heartbeat, outbox, reconnect },
      maxBytes: options.maxFrameBytes ?? 16 << 20,
      log,
      told: (event, group) => this.#told(event, group),
      called: (call, reply) => void this.#called(call, reply),
    });
    this.inbox = new Room(this, INBOX, undefined, options.buffer ?? 4096, () => this.#leave(INBOX, this.inbox as unknown as AnyRoom));
    this.#rooms.set(INBOX, this.inbox as unknown as AnyRoom);
    this.connected = this.#driver.call({ type: "connect" }).then(() => this);
    this.connected.catch(() => undefined); // told as `closed` too
  }

  /** What the connection is like at this moment. */
  get status(): "connecting" | "connected" | "waiting" | "closed" {
    return this.#current.kind === "closed" ? "closed" : this.#current.status;
  }

  /** The name of this session, as others see it. */
  get session(): string | undefined {
    return this.#identity?.session;
  }

  get user(): string | undefined {
    return this.#identity?.user;
  }

  /** How many publications wait for an answer. */
  get unsettled(): number {
    return this.#driver.machine.unsettled;
  }

  /**
   * Joins a room and reads it from now on, or from where the options say. A wildcard joins every room that it matches,
   * those that are there and those that come up: `*` stands for one segment of a name, `**` at its end for one or more.
   *
   * @typeParam T what its messages carry
   * @typeParam P what its members say of themselves
   */
  async join<T = unknown, P = unknown>(room: string, options: JoinOptions = {}): Promise<Room<T, P>> {
    await this.#driver.opened;
    const joined = this.#driver.call({ type: "join", room, options });
    const reader = this.#driver.machine.reader(room);
    const known = this.#rooms.get(room);
    let handle: Room<T, P> | undefined;
    if (reader && !known) {
      const leaving = (): Promise<void> => this.#leave(room, handle as unknown as AnyRoom);
      handle = new Room<T, P>(this, room, reader, this.#options.buffer ?? 4096, leaving);
      this.#rooms.set(room, handle as unknown as AnyRoom);
    }
    try {
      await joined;
      return handle!;
    } catch (error) {
      if (handle && this.#rooms.get(room) === (handle as unknown)) this.#rooms.delete(room);
      throw error;
    }
  }

  /** Publishes to a room, joined or not, or into the inbox of a user, of one session, or of everybody. */
  publish(to: string | Target, data: unknown, options?: PublishOptions & { volatile?: false }): Promise<Publication>;
  publish(to: string | Target, data: unknown, options: PublishOptions & { volatile: true }): Promise<undefined>;
  async publish(to: string | Target, data: unknown, { type, volatile, ...options }: PublishOptions = {}): Promise<Publication | undefined> {
    const target = typeof to === "string" ? { room: to } : to;
    const message: ClientMessage = { op: "publish", ...target, ...options, ...dataFields(data, type) };
    if (volatile) {
      if (this.#driver.buffered < FULL) this.tell(message);
      return undefined;
    }
    const size = byteLength((this.#options.codec ?? json).encode(message)) + STAMP;
    return this.#driver.call({ type: "publish", message, size });
  }

  /** A page of a room's past, which need not be joined. `more` says whether there is another behind it. */
  async history<T = unknown>(room: string, options: HistoryOptions = {}): Promise<History<T>> {
    const { messages, epoch, head, oldest, more = false } = await this.request<Said<"history">>({ op: "history", room, ...options });
    const entries = messages.map((entry) => messageOf(room, epoch, entry) as History<T>["messages"][number]);
    return { room, epoch, messages: entries, head, more, ...(oldest !== undefined && { oldest }) };
  }

  /**
   * The same, message by message, with as many pages as it takes: all of them, or `limit`. A position of another epoch,
   * also of one that begins meanwhile, is an error `epoch_changed`.
   */
  async *past<T = unknown>(room: string, options: HistoryOptions = {}): AsyncGenerator<Message<T>, void, undefined> {
    const { past } = await import("./past.js");
    yield* past((page) => this.history<T>(room, page), options);
  }

  async members<P = unknown>(room: string): Promise<Roster<P>> {
    const { members, count } = await this.request<Said<"members">>({ op: "members", room });
    return { members: members.map((member) => memberOf(member) as Roster<P>["members"][number]), count };
  }

  /** Asks the application, or with `member` another session, and waits for the reply. Not repeated after a lost connection. */
  async call<R = unknown>(event: string, data: unknown, { type, ...options }: CallOptions = {}): Promise<R> {
    const message: ClientMessage = { op: "call", event, ...options, ...dataFields(data, type) };
    const reply = await this.request<Said<"reply">>(message, options.timeout);
    return reply.data as R;
  }

  /** Answers calls with this event: what the handler gives back, or the error that it throws. The result takes it back. */
  handle<T = unknown>(event: string, handler: (call: IncomingCall<T>) => unknown): () => void {
    this.#handlers.set(event, handler as Handler);
    return () => {
      if (this.#handlers.get(event) === (handler as Handler)) this.#handlers.delete(event);
    };
  }

  /** Calls `listener` with every event of a kind: `status`, `error`, `closed`. The result takes it back. */
  on<K extends ClientEvent["kind"]>(kind: K, listener: (event: Extract<ClientEvent, { kind: K }>) => void): () => void {
    return this.#listeners.add(kind, listener as (event: ClientEvent) => void);
  }

  /**
   * Ends the session. Publications that are under way are waited for, at most `drain` ms (default 5 s; only while
   * connected); what is left fails with `closed`, and stays in the outbox where that is stored.
   */
  async close({ drain = DRAIN }: { drain?: number } = {}): Promise<void> {
    await this.#driver.opened;
    const until = Date.now() + drain;
    while (this.status === "connected" && this.unsettled > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#driver.input({ type: "close" });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  request<R>(message: ClientMessage, timeout?: number): Promise<R> {
    return this.#driver.call<R>({ type: "request", message, timeout });
  }

  /** @internal */
  tell(message: ClientMessage): void {
    this.#driver.input({ type: "tell", message });
  }

  async #leave(name: string, room: AnyRoom): Promise<void> {
    if (this.#rooms.get(name) !== room) return;
    this.#rooms.delete(name);
    room.finish();
    if (this.status !== "closed") await this.#driver.call({ type: "leave", room: name });
  }

  #told(event: RoomEvent | ClientEvent, group: string | undefined): void {
    if (event.kind === "status" || event.kind === "closed") {
      this.#current = event;
      if (event.kind === "status" && event.status === "connected") this.#identity = event;
      if (event.kind === "closed") for (const room of this.#rooms.values()) room.finish(event.error);
      return this.#listeners.tell(event);
    }
    const name = group ?? event.room;
    const room = name === undefined ? undefined : this.#rooms.get(name);
    if (!room) return this.#listeners.tell(event as ClientEvent);
    room.deliver(event as RoomEvent<never, never>);
    if (event.kind === "left" && event.room === name) {
      this.#rooms.delete(name);
      room.finish(event.error);
    }
  }

  async #called({ event, room, sender, data }: Call, reply: (fields: Record<string, unknown>) => void): Promise<void> {
    const handler = this.#handlers.get(event);
    const refuse = (code: string, message: string, retryable = false): void => reply({ error: { code, message, retryable } });
    if (!handler) return refuse("no_handler", `nobody answers ${event} here`);
    if (this.#calls >= MAX_CALLS) return refuse("overloaded", "too many calls at once", true);
    this.#calls++;
    try {
      const call = { event, data, ...(room !== undefined && { room }), ...(sender && { sender }) };
      reply(dataFields((await handler(call as IncomingCall<never>)) ?? null));
    } catch (error) {
      if (error instanceof CarillonError) refuse(error.code, error.message, error.retryable);
      else refuse("internal", "the handler failed");
      if (!(error instanceof CarillonError)) this.#options.log?.(`the handler of ${event} failed: ${String(error)}`);
    } finally {
      this.#calls--;
    }
  }
}

/** A client that connects by itself; what is asked of it waits until it has. */
export function createClient(url: string, options: ClientOptions = {}): Client {
  return new Client(url, options);
}

/**
 * Connects to a server. An address without a path means its `/ws`.
 *
 * @throws CarillonError `unreachable` when there is no welcome within `options.timeout`, or why the server refused
 */
export async function connect(url: string, options: ClientOptions = {}): Promise<Client> {
  const client = createClient(url, options);
  const { timeout = 15_000 } = options;
  let last: CarillonError | undefined;
  const off = client.on("status", (event) => {
    if (event.status === "waiting") last = event.error;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new CarillonError("unreachable", `no welcome from ${url} within ${timeout} ms${last ? ` (${last.message})` : ""}`, { retryable: true, cause: last });
      void client.close({ drain: 0 });
      reject(error);
    }, timeout);
  });
  try {
    return await Promise.race([client.connected, late]);
  } finally {
    clearTimeout(timer);
    off();
  }
}
