/** The protocol's messages, as far as a client says or hears them (docs/reference/protocol.md). */

export type DataType = "json" | "text" | "binary";
export type Range = readonly [from: number, to: number];

/** A place in a room's log: everything up to and including `offset` has been read. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

export interface Sender {
  readonly session?: string;
  readonly user?: string;
}

export interface WireMember {
  session: string;
  user?: string;
  state?: { type: DataType; data: unknown };
}

export interface Roster {
  members: WireMember[];
  count: number;
  /** The last change of presence that is contained. */
  offset?: number;
}

export interface WireEntry {
  offset: number;
  event?: string;
  message_id?: string;
  type: DataType;
  data: unknown;
  sender?: Sender;
  time: number;
  key?: string;
  tags?: Record<string, string>;
  priority?: "low" | "normal" | "high";
}

export interface Problem {
  code: string;
  message: string;
  retryable: boolean;
  retry_after?: number;
}

export interface Welcome {
  op: "welcome";
  id?: number;
  session: string;
  user?: string;
  resume?: string;
  resumed: boolean;
  server_time: number;
  heartbeat: number;
  limits: { max_message_bytes: number; max_rooms: number; max_history?: number; max_publish_rate?: number };
  node?: string;
  expires?: number;
}

export interface Published {
  op: "published";
  id: number;
  room: string;
  epoch: string;
  offset: number;
  level: "memory" | "replicated" | "stored";
  duplicate?: boolean;
  readers?: number;
}

export interface Rejected extends Problem {
  op: "rejected";
  id: number;
  outcome: "not_applied" | "unknown";
  last_sequence?: number;
}

export type Call = { op: "call"; id: number; room?: string; sender?: Sender; event: string; type: DataType; data: unknown; timeout?: number };

export type ServerMessage =
  | Welcome
  | { op: "joined"; id?: number; room: string; epoch: string; head: number; oldest?: number; presence?: Roster }
  | { op: "resumed"; room: string; epoch: string; from: number; to: number }
  | { op: "reset"; room: string; old_epoch?: string; epoch: string; head: number; oldest?: number; reason: string }
  | { op: "gap"; room: string; epoch: string; ranges: Range[]; reason: string }
  | { op: "skipped"; room: string; ranges: Range[] }
  | { op: "rewind"; room: string; to: number; attempt: number }
  | { op: "stale"; room: string; since: number }
  | { op: "left"; id?: number; room: string; reason?: string }
  | ({ op: "message"; room: string } & WireEntry)
  | { op: "presence"; room: string; offset: number; event: "join" | "leave" | "state" | "count"; member?: WireMember; count?: number }
  | Published
  | Rejected
  | { op: "history"; id: number; room: string; epoch: string; messages: WireEntry[]; head: number; oldest?: number; more?: boolean }
  | ({ op: "members"; id: number; room: string } & Roster)
  | Call
  | { op: "reply"; id: number; type?: DataType; data?: unknown; error?: Problem }
  | { op: "done"; id: number }
  | { op: "refreshed"; id?: number; expires?: number }
  | ({ op: "error"; id?: number; room?: string } & Problem)
  | { op: "heads"; rooms: Record<string, number> }
  | { op: "pong"; id?: number; server_time: number }
  | { op: "goodbye"; reason: string; retry_after?: number; resume?: string };

/** What a client says. The fields are those of the protocol; `undefined` is absent. */
export interface ClientMessage {
  op: string;
  id?: number | undefined;
  [field: string]: unknown;
}
