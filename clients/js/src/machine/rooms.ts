import { CarillonError, refusal } from "../errors.js";
import type { ClientMessage, Problem, ServerMessage } from "../messages.js";
import { Reader } from "./reader.js";
import type { Requests } from "./requests.js";
import type { Host, Input, JoinOptions } from "./types.js";

type Joined = Extract<ServerMessage, { op: "joined" }>;

/** How long the answer to a join is waited for, ms. */
const JOIN_LIMIT = 10_000;
/** What is lost of a room's presence is told for the room of this name. */
const PRESENCE = "$presence/";
/** The group of rooms that the server joins for each session: what is said to it, to its user, and to everybody. */
export const INBOX = "$inbox";

/** The rooms that are read: by their names, by a wildcard that matches them, or because the server has joined them. */
export class Rooms {
  readonly #readers = new Map<string, Reader>();
  /** The session is not the one of the last connection, so what this client said of itself is to be said again. */
  #newSession = false;

  constructor(
    private readonly host: Host,
    private readonly requests: Requests,
  ) {}

  reader(room: string): Reader | undefined {
    return this.#readers.get(room);
  }

  // -- What the application wants -----------------------------------------------------------------------------------

  join({ call, room, options }: Extract<Input, { type: "join" }>): void {
    if (this.#readers.has(room)) {
      const error = new CarillonError("already_joined", `${room} is joined already`, { room });
      return this.host.fail(call, error);
    }
    const reader = this.#read(room, options);
    reader.call = call;
    if (this.host.connected) this.#joinNow(reader);
  }

  leave(call: number, room: string): void {
    const reader = this.#readers.get(room);
    if (reader) this.#forget(reader);
    if (reader?.pattern) this.#leaveGroup(room);
    if (reader?.call !== undefined) {
      this.host.fail(reader.call, new CarillonError("closed", `${room} was left`, { room }));
    }
    if (reader && reader.phase !== "absent") this.requests.add(call, { op: "leave", room });
    else this.host.done(call, undefined);
  }

  /** Keeps what this client says of itself in a room, for the next session. */
  remember(message: ClientMessage): void {
    const reader = this.#readers.get(message.room as string);
    if (reader) reader.state = message.type === undefined ? undefined : message;
  }

  // -- The connection -----------------------------------------------------------------------------------------------

  connected(newSession: boolean): void {
    this.#newSession = newSession;
    // Rooms with positions before the wildcards that match them.
    for (const wildcards of [false, true]) {
      for (const reader of this.#readers.values()) if (!reader.pattern !== wildcards) this.#joinNow(reader);
    }
  }

  /** @param heard when the server was last heard, ms since 1970 by its clock */
  disconnected(heard: () => number): void {
    for (const reader of this.#readers.values()) {
      if (reader.pattern && reader.phase === "reading") reader.since = heard();
      reader.phase = "absent";
      this.host.timers.clear(reader);
    }
  }

  /** The session is gone, and with it what the server knew of positions. */
  lost(): void {
    for (const reader of this.#readers.values()) reader.lost = true;
  }

  close(error: () => CarillonError): void {
    for (const { call } of this.#readers.values()) if (call !== undefined) this.host.fail(call, error());
    this.#readers.clear();
  }

  // -- What the server says -----------------------------------------------------------------------------------------

  /** Whether a room's reader is concerned with it, or it made one. */
  said(message: ServerMessage & { room?: string }): boolean {
    const reader = this.#readers.get(message.room!);
    if (!reader) return message.op === "joined" ? this.#summoned(message) : this.#inPresence(message);
    switch (message.op) {
      case "joined":
        if (message.id === reader.joinId && reader.phase === "joining") this.#joined(reader, message);
        return true;
      case "message":
      case "resumed":
      case "reset":
      case "gap":
      case "skipped":
      case "rewind":
      case "stale":
      case "presence":
        reader[message.op](message as never);
        return true;
      case "left":
        if (message.id !== undefined || reader.phase === "joining") return false;
        this.#end(reader, new CarillonError(message.reason ?? "left", `the server ended ${message.room}`, { room: message.room }));
        return true;
      case "members":
        if (this.requests.answered(message)) return true;
        if (reader.options.presence && reader.phase !== "joining") reader.roster(message);
        return true;
      default:
        return false;
    }
  }

  /** Whether the error was the answer to a join. */
  refused(message: Problem & { id?: number }): boolean {
    for (const reader of this.#readers.values()) {
      if (reader.joinId !== message.id || reader.phase !== "joining") continue;
      this.#refusedJoin(reader, message);
      return true;
    }
    return false;
  }

  #joined(reader: Reader, message: Joined): void {
    this.host.timers.clear(reader);
    reader.joined(message);
    const { call } = reader;
    reader.call = undefined;
    const { room, epoch, head, oldest } = message;
    if (call !== undefined) this.host.done(call, { room, epoch, head, oldest });
    else if (this.#newSession && reader.state) this.host.send({ ...reader.state, id: this.host.nextId() });
  }

  #refusedJoin(reader: Reader, problem: Problem): void {
    const { room } = reader;
    const { code } = problem;
    this.host.timers.clear(reader);
    const error = refusal(problem, { room });
    if (code === "already_joined" && reader.tries++ < 3) {
      reader.leave();
      return this.#joinNow(reader);
    }
    reader.phase = "absent";
    if (reader.call !== undefined) {
      this.#readers.delete(room);
      if (code === "timeout") this.host.send({ op: "leave", room });
      return this.host.fail(reader.call, error);
    }
    if (!reader.lost && (code === "epoch_changed" || code === "bad_position")) {
      reader.lost = true;
      return this.#joinNow(reader);
    }
    if (!problem.retryable) return this.#end(reader, error);
    reader.error(error);
    this.host.timers.set(reader, this.host.now + this.host.rest(reader.tries++, problem.retry_after), () => this.#joinNow(reader));
  }

  /** The server has joined a room by itself. */
  #summoned(message: Joined): boolean {
    const { room, id } = message;
    const group = this.#groupOf(room);
    if (id !== undefined || group === undefined) return false;
    this.#read(room, this.#readers.get(group)?.wish ?? {}, group).joined(message);
    return true;
  }

  #inPresence({ op, room }: ServerMessage & { room?: string }): boolean {
    const reader = room!.startsWith(PRESENCE) && this.#readers.get(room!.slice(PRESENCE.length));
    if (!reader || (op !== "gap" && op !== "skipped" && op !== "reset")) return false;
    reader.presenceHole(op !== "skipped");
    return true;
  }

  // -- Readers ------------------------------------------------------------------------------------------------------

  #read(room: string, options: JoinOptions, group?: string): Reader {
    const reader = new Reader(room, options, this.host, (again) => this.#joinNow(again), group);
    this.#readers.set(room, reader);
    return reader;
  }

  #joinNow(reader: Reader): void {
    reader.join();
    this.host.timers.set(reader, this.host.now + JOIN_LIMIT, () => {
      this.#refusedJoin(reader, { code: "timeout", message: `no answer to join ${reader.room}`, retryable: true });
    });
  }

  #groupOf(room: string): string | undefined {
    if (room.startsWith("$")) return INBOX;
    for (const { pattern, room: wildcard } of this.#readers.values()) if (pattern?.test(room)) return wildcard;
    return undefined;
  }

  /** The rooms of a wildcard that is left: another one may have them, or they are left as well. */
  #leaveGroup(group: string): void {
    for (const reader of [...this.#readers.values()]) {
      if (reader.group !== group) continue;
      reader.group = this.#groupOf(reader.room);
      if (reader.group !== undefined) continue;
      this.#forget(reader);
      // Those that were not joined by their names since the connection was made are left with the wildcard.
      if (reader.joinId !== undefined && reader.phase !== "absent") reader.leave();
    }
  }

  #end(reader: Reader, error: CarillonError): void {
    this.#forget(reader);
    if (reader.pattern) this.#leaveGroup(reader.room);
    this.host.tell({ kind: "left", room: reader.room, code: error.code, error }, reader.group);
  }

  #forget(reader: Reader): void {
    this.host.timers.clear(reader);
    this.#readers.delete(reader.room);
  }
}
