import type { CarillonError } from "../errors.js";
import type { Call, ClientMessage, DataType, Position, Range, Sender, WireEntry, WireMember } from "../messages.js";
import type { Timers } from "./timers.js";

/** One entry of a room, as it is handed to the application. */
export interface Message<T = unknown> {
  readonly room: string;
  readonly epoch: string;
  readonly offset: number;
  /** The name that the publisher gave to this kind of message. */
  readonly event?: string;
  readonly type: DataType;
  /** A JSON value, a string or a `Uint8Array`, as `type` says. */
  readonly data: T;
  readonly sender?: Sender;
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number;
  readonly id?: string;
  readonly key?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly priority: "low" | "normal" | "high";
  /** Has been handed on before, and comes again because it was not acknowledged. */
  readonly redelivered: boolean;
}

export interface Member<P = unknown> {
  readonly session: string;
  readonly user?: string;
  /** What the member says of itself. */
  readonly state?: P;
}

/** Everything that a room tells, in the order in which it happened. */
export type RoomEvent<T = unknown, P = unknown> =
  | ({ readonly kind: "message" } & Message<T>)
  /** These messages existed and are lost to this reader. */
  | { readonly kind: "gap"; readonly room: string; readonly epoch: string; readonly ranges: readonly Range[]; readonly reason: string }
  /** These were not meant for this reader (filtered out, its own with `echo: false`, expired). */
  | { readonly kind: "skipped"; readonly room: string; readonly epoch: string; readonly ranges: readonly Range[] }
  /** The position belongs to another log: what was between is unknown. Reading goes on behind `head`. */
  | { readonly kind: "reset"; readonly room: string; readonly old_epoch?: string; readonly epoch: string; readonly head: number; readonly oldest?: number; readonly reason: string }
  /** What was missed comes now, up to and including `to`; what follows is live. */
  | { readonly kind: "resumed"; readonly room: string; readonly epoch: string; readonly from: number; readonly to: number }
  | { readonly kind: "rewind"; readonly room: string; readonly to: number; readonly attempt: number }
  /** The room's storage cannot be asked since then (ms since 1970). Ends with `fresh`. */
  | { readonly kind: "stale"; readonly room: string; readonly since: number }
  /** A room that was stale is up to date again. */
  | { readonly kind: "fresh"; readonly room: string }
  | { readonly kind: "presence"; readonly room: string; readonly event: "join" | "leave" | "state"; readonly member: Member<P> }
  | { readonly kind: "presence"; readonly room: string; readonly event: "count"; readonly count: number }
  /** The room has ended, though nobody left it. */
  | { readonly kind: "left"; readonly room: string; readonly code: string; readonly error: CarillonError }
  | { readonly kind: "error"; readonly room: string; readonly code: string; readonly error: CarillonError; readonly ranges?: readonly Range[] };

export type Status =
  /** A connection is being opened. */
  | { readonly kind: "status"; readonly status: "connecting" }
  | { readonly kind: "status"; readonly status: "connected"; readonly session: string; readonly user?: string; readonly resumed: boolean }
  /** Comes back by itself in `retryIn` ms. */
  | { readonly kind: "status"; readonly status: "waiting"; readonly retryIn: number; readonly error: CarillonError };

/** What the client as a whole tells. */
export type ClientEvent =
  | Status
  | { readonly kind: "error"; readonly code: string; readonly error: CarillonError; readonly room?: string }
  /** The client has ended for good. `error` is absent when the application closed it. */
  | { readonly kind: "closed"; readonly code: string; readonly error?: CarillonError };

export interface JoinOptions {
  /** Begin behind this position. What was missed comes first. */
  from?: Position | undefined;
  /** Begin with the last n messages. */
  last?: number | undefined;
  /** Begin with the messages since then (ms since 1970). */
  since?: number | undefined;
  /** Tell who is there. */
  presence?: boolean | undefined;
  /** An expression over messages' tags: only these are delivered. */
  filter?: string | undefined;
  /** The name of a durable subscription, whose place the server keeps. Its messages are acknowledged with `ack`. */
  name?: string | undefined;
  /** Messages come again until they are acknowledged with `ack`. */
  ack?: boolean | undefined;
}

/** A publication that has not been settled. Plain values only, so that it can be stored. */
export interface OutboxEntry {
  /** Which client's outbox it was put into, and its number there. Neither ever changes. */
  owner: string;
  key: number;
  publisher: string;
  incarnation: number;
  sequence: number;
  /** The sequence that was the room's last before this one, as far as is known. */
  previous: number;
  /** Whether it may be in the room already. */
  doubt: boolean;
  /** Bytes that it takes on the wire, about. */
  size: number;
  /** `publish` without `id` and the fields above. */
  message: ClientMessage;
}

export type Input =
  | { type: "connect"; call: number }
  | { type: "opened"; token?: string | undefined }
  | { type: "failed"; error: CarillonError; fatal?: boolean }
  | { type: "closed"; code: number; reason?: string | undefined }
  | { type: "message"; message: Record<string, unknown> }
  /** A frame that could not be read, or was larger than the limit. */
  | { type: "garbled"; reason: string; code: 4400 | 4413 }
  | { type: "online" | "offline" | "wake" | "tick" }
  | { type: "join"; call: number; room: string; options: JoinOptions }
  | { type: "leave"; call: number; room: string }
  | { type: "publish"; call: number; message: ClientMessage; size: number }
  /** Anything else that is answered. */
  | { type: "request"; call: number; message: ClientMessage; timeout?: number | undefined }
  /** What is not answered, and of no use later: dropped when there is no connection. */
  | { type: "tell"; message: ClientMessage }
  | { type: "token"; token: string }
  /** Publications of an earlier life, to be sent before new ones. */
  | { type: "restore"; entries: OutboxEntry[]; user?: string | undefined }
  | { type: "close" };

export type Output =
  | { kind: "open" }
  | { kind: "send"; message: ClientMessage }
  | { kind: "drop"; code: number; reason: string }
  | { kind: "tell"; event: RoomEvent | ClientEvent; group?: string | undefined }
  | { kind: "call"; message: Call }
  | { kind: "done"; call: number; value: unknown }
  | { kind: "fail"; call: number; error: CarillonError }
  | { kind: "log"; text: string }
  /** The token expires soon: get a new one. */
  | { kind: "renew" }
  | { kind: "store"; entry: OutboxEntry }
  | { kind: "forget"; entry: OutboxEntry }
  /** The incarnation has risen, or there is a new resume token. */
  | { kind: "identity"; incarnation: number; resume: string | undefined; user: string | undefined };

/** What the parts of the machine share. */
export interface Host {
  readonly timers: Timers;
  readonly connected: boolean;
  now: number;
  out(output: Output): void;
  send(message: ClientMessage): void;
  /** @param group the wildcard or inbox through which the event's room is read */
  tell(event: RoomEvent | ClientEvent, group?: string): void;
  /** Settles a call of the application's. One that nobody made fails as an event, and is done without a word. */
  done(call: number | undefined, value?: unknown): void;
  fail(call: number | undefined, error: CarillonError): void;
  /** The delay before try n (from 0) of something that was refused, in ms: the server's, or else one that is drawn. */
  rest(tries: number, retryAfter: number | undefined): number;
  nextId(): number;
}

export function messageOf(room: string, epoch: string, entry: WireEntry, redelivered = false): Message {
  const { message_id: id, priority = "normal", offset, event, type, data, sender, time, key, tags } = entry;
  return present({ room, epoch, offset, event, type, data, sender, time, id, key, tags, priority, redelivered }) as Message;
}

export function memberOf({ session, user, state }: WireMember): Member {
  return present({ session, user, state: state?.data }) as Member;
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** The same without the fields that are undefined: what is absent is not there. */
export function present<const T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
