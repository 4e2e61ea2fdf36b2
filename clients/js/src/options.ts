import type { Codec } from "./codec/json.js";
import type { Member, Message } from "./machine/types.js";
import type { DataType, Position } from "./messages.js";
import type { Store } from "./storage/store.js";
import type { TransportName } from "./transport/choose.js";
import type { Transport } from "./transport/transport.js";
import type { WebSocketConstructor } from "./transport/websocket.js";

export interface ClientOptions {
  /** Who the user is: a token, or a function that gets a new one. It is called before every connection, and before the token expires. */
  token?: string | (() => string | Promise<string>);
  /** How long `connect` waits for the first welcome, in ms; default 15 s. Afterwards the client comes back for ever. */
  timeout?: number;
  /** How it comes back: after a random part of `first` ms, then of 1.5 times as much with each failure, up to `longest`; default 1000 and 30 000. */
  reconnect?: { first?: number; longest?: number };
  /** How messages look on the wire; default `json`. */
  codec?: Codec;
  /** The WebSocket to use where there is no global one; default the package `ws` if it is installed. */
  webSocket?: WebSocketConstructor;
  /**
   * The ways to reach the server, best first; default `["websocket", "stream", "poll"]`: a WebSocket, else an event
   * stream with POST, else requests that fetch. The first that works is taken. Those without a WebSocket speak JSON only.
   */
  transports?: readonly TransportName[];
  /** A way of your own instead. */
  transport?: Transport;
  /** How much may wait to be published: default 1000 messages of together 4 MiB. */
  outbox?: { messages: number; bytes: number };
  /** Where it waits. Default: IndexedDB in pages, so that it outlives a reload, else memory. */
  storage?: "memory" | Store;
  /** Whose outbox it is. Set it to something of the user's when users share a browser; default "". */
  scope?: string;
  /** How many events a room keeps for a `for await` that is slower than they come; default 4096. */
  buffer?: number;
  /** The largest frame that is taken, in bytes; default 16 MiB. */
  maxFrameBytes?: number;
  /** A wish for the server's heartbeat, in ms. */
  heartbeat?: number;
  /** Takes notes for whoever looks for a fault: ignored messages, storage that fails. */
  log?: (text: string) => void;
}

/** Where a message goes that is not for a room: into the inbox of a user's sessions, of one session, or of everybody. */
export type Target = { user: string } | { session: string } | { global: true };

export interface PublishOptions {
  /** The name for this kind of message. */
  event?: string;
  /** What the data is; default: strings are `text`, bytes `binary`, everything else `json`. */
  type?: DataType;
  /** What conflation and compaction go by. */
  key?: string;
  tags?: Record<string, string>;
  priority?: "low" | "normal" | "high";
  /** How long it is worth delivering, in ms. */
  ttl?: number;
  /** false: not to myself. */
  echo?: boolean;
  /** An expression over the readers' claims: only they get it. */
  filter?: string;
  /** Makes the answer say how many readers there were. */
  readers?: boolean;
  /** true: sent at most once, dropped when there is no connection or it is full, and not answered. For cursors and the like. */
  volatile?: boolean;
}

/** Where a publication stands. */
export interface Publication extends Position {
  readonly room: string;
  /** How safe it is. */
  readonly level: "memory" | "replicated" | "stored";
  /** Had been published before: this was a repetition after a lost answer. */
  readonly duplicate: boolean;
  readonly readers?: number;
}

export interface HistoryOptions {
  /** Entries behind this position; with `order: "newest"` those up to and including it, backwards. */
  from?: Position;
  last?: number;
  /** ms since 1970 */
  since?: number;
  limit?: number;
  order?: "oldest" | "newest";
  /** Only the newest of each key. */
  compact?: boolean;
}

export interface History<T = unknown> {
  readonly room: string;
  readonly epoch: string;
  readonly messages: readonly Message<T>[];
  /** The room's last offset. */
  readonly head: number;
  /** The oldest that is retained. */
  readonly oldest?: number;
  /** There is more in this direction. */
  readonly more: boolean;
}

export interface Roster<P = unknown> {
  readonly members: readonly Member<P>[];
  readonly count: number;
}

export interface CallOptions {
  room?: string;
  /** The session that is asked; default: the application. */
  member?: string;
  /** How long the other side may take, in ms. */
  timeout?: number;
  type?: DataType;
}

/** A call that somebody made to this client. */
export interface IncomingCall<T = unknown> {
  readonly event: string;
  readonly data: T;
  readonly room?: string;
  readonly sender?: { readonly session?: string; readonly user?: string };
}
