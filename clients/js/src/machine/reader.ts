import { CarillonError } from "../errors.js";
import type { ClientMessage, Position, Range, Roster, ServerMessage, WireMember } from "../messages.js";
import { memberOf, messageOf, present, type Host, type JoinOptions, type Member, type RoomEvent } from "./types.js";

type Said<Op> = Extract<ServerMessage, { op: Op }>;

/** More ranges announced ahead than this are not remembered: what they cover is then told as missing. */
const MAX_HOLES = 1024;

/** Every segment of a wildcard as it stands, but `*` for one, and `**` for one or more. */
function patternOf(room: string): RegExp | undefined {
  const literal = room.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return room.includes("*") ? new RegExp(`^${literal.replace(/\*+/g, (stars) => (stars[1] ? ".+" : "[^/]+"))}$`) : undefined;
}

/**
 * One room as this client reads it: which offset comes next, and what has to be said before another one may come.
 *
 * `absent`: not joined on this connection. `joining`: asked. `placing`: joined, and the server is about to say where
 * reading begins. `reading`: every message has the expected offset, or was announced.
 */
export class Reader {
  phase: "absent" | "joining" | "placing" | "reading" = "absent";
  /** The application's call that waits for the first `joined`. */
  call: number | undefined;
  readonly members = new Map<string, Member>();
  count: number | undefined;
  /** What this client said of itself here, to be said again by a new session. */
  state: ClientMessage | undefined;
  tries = 0;
  /** For a wildcard: what it matches. The server then joins those rooms, and each gets a reader in this group. */
  readonly pattern: RegExp | undefined;
  /** From when on rooms are read that came up while a wildcard was not joined, ms since 1970 by the server's clock. */
  since: number | undefined;
  /** The position is to be given up at the next join, and the reader told. */
  lost = false;
  /** The request that is to be answered by `joined`. */
  joinId: number | undefined;
  #position: Position | undefined;
  #joinedAs: string | undefined;
  #highest = 0;
  /** The offset that comes again after an attempt in vain, perhaps another client's. */
  #retried: number | undefined;
  #holes: Range[] = [];
  #repairedAt: number | undefined;
  #presenceAt: number | undefined;
  /** Nothing has come since `joined`, which may still be followed by `resumed`. */
  #fresh = false;
  #stale = false;

  constructor(
    readonly room: string,
    readonly options: JoinOptions,
    private readonly host: Host,
    private readonly rejoin: (reader: Reader) => void,
    /** The wildcard that this room was joined by, or the inbox. */
    public group?: string,
  ) {
    this.pattern = patternOf(room);
    this.#position = options.from;
    this.#highest = options.from?.offset ?? 0;
  }

  /** Whether the server has let this reader in on this connection. */
  get #here(): boolean {
    return this.phase === "placing" || this.phase === "reading";
  }

  /** What has been handed on, or announced as never to come. */
  get place(): Position | undefined {
    return this.#position;
  }

  /** The message that joins, or joins again, from where reading stopped. */
  joinMessage(id: number): ClientMessage {
    const { last, since, presence, filter, name, ack } = this.wish;
    const from = name !== undefined && this.call === undefined ? undefined : this.lost ? undefined : this.#position;
    this.phase = "joining";
    const fresh = !this.lost && !this.#position;
    return {
      op: "join",
      id,
      room: this.room,
      from: from && { epoch: from.epoch, offset: from.offset },
      last: fresh ? last : undefined,
      since: fresh ? since : undefined,
      presence: presence || undefined,
      filter,
      name,
      ack: ack || undefined,
    };
  }

  /** What the application wants, or for a wildcard that is joined again, what of it is left to want. */
  get wish(): JoinOptions {
    return this.since === undefined ? this.options : { ...this.options, last: undefined, since: this.since };
  }

  joined(message: Said<"joined">): void {
    const { epoch, head } = message;
    const { name, last, since } = this.options;
    this.tries = 0;
    this.#notStale();
    if (this.pattern) {
      this.phase = "reading"; // its rooms have positions, and it has none
      return;
    }
    this.#joinedAs = epoch;
    this.#holes = [];
    this.#presenceAt = undefined;
    if (message.presence) this.roster(message.presence, this.call !== undefined);
    const placed = !this.lost && (this.#position !== undefined || last !== undefined || since !== undefined);
    if (placed || name !== undefined) {
      this.phase = "placing";
    } else {
      const old = this.#position;
      this.#begin(epoch, head);
      this.#fresh = true;
      if (this.lost) {
        this.#tell(present({ kind: "reset", room: this.room, old_epoch: old?.epoch, epoch, head, reason: "session_expired" }));
      }
    }
    this.lost = false;
  }

  resumed({ epoch, from, to }: Said<"resumed">): void {
    if (this.phase !== "placing" && !this.#fresh) return this.#ignored("resumed");
    this.#notStale();
    const known = this.#fresh ? undefined : this.#position;
    this.phase = "reading";
    this.#fresh = false;
    if (!known) this.#highest = Math.min(this.#highest, from - 1);
    if (known && known.epoch !== epoch) {
      this.reset({ op: "reset", room: this.room, old_epoch: known.epoch, epoch, head: from - 1, reason: "epoch_changed" });
    } else if (!known || this.options.name !== undefined) {
      this.#position = { epoch, offset: from - 1 };
    } else if (from - 1 > known.offset && !this.#missing(from)) {
      return;
    }
    this.#tell({ kind: "resumed", room: this.room, epoch, from, to });
  }

  reset({ epoch, head, oldest, old_epoch, reason }: Said<"reset">): void {
    if (!this.#here) return this.#ignored("reset");
    this.#notStale();
    const old = old_epoch ?? this.#position?.epoch;
    this.#begin(epoch, head);
    this.#tell(present({ kind: "reset", room: this.room, old_epoch: old, epoch, head, oldest, reason }));
  }

  gap(message: Said<"gap">): void {
    this.#hole(message);
  }

  skipped(message: Said<"skipped">): void {
    this.#hole(message);
  }

  #hole(message: Said<"gap"> | Said<"skipped">): void {
    const epoch = this.phase === "placing" ? this.#joinedAs : this.#position?.epoch;
    if (!this.#here || epoch === undefined || (message.op === "gap" && message.epoch !== epoch)) {
      return this.#ignored(message.op);
    }
    const { ranges } = message;
    const { room } = this;
    this.#tell(message.op === "gap" ? { kind: "gap", room, epoch, ranges, reason: message.reason } : { kind: "skipped", room, epoch, ranges });
    this.#holes = [...this.#holes, ...ranges].sort((a, b) => a[0] - b[0]).slice(0, MAX_HOLES);
    this.#jump();
  }

  message(message: Said<"message">): void {
    const position = this.#position;
    if (this.phase !== "reading" || !position) return this.#ignored("message");
    this.#notStale();
    const { offset } = message;
    this.#fresh = false;
    if (offset <= position.offset) return this.#ignored(`repeated offset ${offset}`);
    if (offset > position.offset + 1 && !this.#missing(offset)) return;
    const redelivered = offset <= this.#highest || offset === this.#retried;
    this.#highest = Math.max(this.#highest, offset);
    this.#position = { epoch: position.epoch, offset };
    this.#jump();
    this.#tell({ kind: "message", ...messageOf(this.room, position.epoch, message, redelivered) });
  }

  rewind({ to, attempt }: Said<"rewind">): void {
    if (this.phase !== "reading" || !this.#position || to > this.#position.offset) return this.#ignored("rewind");
    this.#position = { epoch: this.#position.epoch, offset: to };
    this.#retried = attempt > 1 ? to + 1 : undefined;
    this.#tell({ kind: "rewind", room: this.room, to, attempt });
  }

  stale({ since }: Said<"stale">): void {
    this.#stale = true;
    this.#tell({ kind: "stale", room: this.room, since });
  }

  /** There is news of the room, so it is not stale any more. */
  #notStale(): void {
    if (this.#stale) this.#tell({ kind: "fresh", room: this.room });
    this.#stale = false;
  }

  /** The heartbeat says where a quiet room ends; what lies before that has been sent. */
  head(head: number): void {
    this.#notStale();
    if (this.phase === "reading" && this.#position && head > this.#position.offset) this.#missing(head + 1);
  }

  presence(message: Said<"presence">): void {
    if (!this.#here) return this.#ignored("presence");
    const last = this.#presenceAt ?? message.offset - 1;
    if (message.offset <= last) return this.#ignored(`an old change of presence, ${message.offset}`);
    this.#presenceAt = message.offset;
    if (message.event === "count") {
      this.#counted(message.count!);
      this.members.clear(); // the room only counts by now
    } else {
      this.#told(message.event, message.member!);
    }
    if (message.offset > last + 1) this.#askWhoIsThere();
  }

  /** Changes of presence do not come: they were not meant for this reader, or are lost. */
  presenceHole(lost: boolean): void {
    this.#presenceAt = undefined;
    if (lost && this.#here) this.#askWhoIsThere();
  }

  /** Takes a whole list of members in place of what was known, and tells the difference. */
  roster({ members, count, offset }: Roster, silent = false): void {
    this.#presenceAt = offset;
    const now = new Map(members.map((member) => [member.session, member]));
    if (members.length === 0 && count > 0) this.members.clear(); // the room only counts by now
    for (const known of [...this.members.values()]) {
      if (!now.has(known.session)) this.#changed("leave", known as WireMember, silent);
    }
    for (const member of now.values()) this.#told("join", member, silent);
    if (count !== members.length) this.#counted(count, silent);
    else this.count = count;
  }

  error(error: CarillonError): void {
    const { code, ranges } = error;
    this.#tell(present({ kind: "error", room: this.room, code, error, ranges }));
  }

  #begin(epoch: string, head: number): void {
    this.phase = "reading";
    this.#position = { epoch, offset: head };
    this.#highest = head;
    this.#retried = undefined;
    this.#holes = [];
    this.#repairedAt = undefined;
  }

  /** Steps over announced ranges that have been reached. */
  #jump(): void {
    if (!this.#position) return;
    let { offset } = this.#position;
    while (this.#holes[0] && this.#holes[0][0] <= offset + 1) offset = Math.max(offset, this.#holes.shift()![1]);
    this.#position = { epoch: this.#position.epoch, offset };
  }

  /** Offsets up to `next` are missing. Says so, and whether reading may go on at `next`: the first time the room is joined again instead. */
  #missing(next: number): boolean {
    const { epoch, offset } = this.#position!;
    const ranges: Range[] = [];
    let from = offset + 1;
    for (const hole of this.#holes) {
      if (hole[0] >= next) break;
      if (hole[0] > from) ranges.push([from, hole[0] - 1]);
      from = Math.max(from, hole[1] + 1);
    }
    if (from < next) ranges.push([from, next - 1]);
    const again = this.#repairedAt === offset;
    const what = ranges.map(([a, b]) => (a === b ? a : `${a} to ${b}`)).join(", ");
    this.error(
      new CarillonError("missing_offset", `${this.room}: offset ${what} did not come and was not announced; ${again ? "it is lost" : "joining again"}`, {
        room: this.room,
        ranges,
        retryable: !again,
      }),
    );
    if (again) {
      this.#repairedAt = undefined;
      this.#position = { epoch, offset: next - 1 };
      return true;
    }
    this.#repairedAt = offset;
    this.#holes = [];
    this.leave();
    this.rejoin(this);
    return false;
  }

  /** Also so that the server lets this connection join again. */
  leave(): void {
    this.host.send({ op: "leave", id: this.host.nextId(), room: this.room });
  }

  /** Asks to be let in; the answer is known by `joinId`. */
  join(): void {
    this.joinId = this.host.nextId();
    this.host.send(this.joinMessage(this.joinId));
  }

  #askWhoIsThere(): void {
    this.host.send({ op: "members", id: this.host.nextId(), room: this.room });
  }

  /** What was told of a member. A list may show what is told after it, so that it is no news. */
  #told(event: "join" | "leave" | "state", member: WireMember, silent = false): void {
    const known = this.members.get(member.session);
    if (event !== "join" || !known) {
      if (event === "join" || known) this.#changed(event, member, silent);
    } else if (JSON.stringify(known.state) !== JSON.stringify(member.state?.data)) this.#changed("state", member, silent);
  }

  #changed(event: "join" | "leave" | "state", wire: WireMember, silent = false): void {
    const known = this.members.get(wire.session);
    const member: Member = event === "leave" ? (known ?? memberOf(wire)) : { ...present({ user: known?.user }), ...memberOf(wire) };
    if (event === "leave") this.members.delete(wire.session);
    else this.members.set(wire.session, member);
    this.count = this.members.size;
    if (!silent) this.#tell({ kind: "presence", room: this.room, event, member });
  }

  #counted(count: number, silent = false): void {
    this.count = count;
    if (!silent) this.#tell({ kind: "presence", room: this.room, event: "count", count });
  }

  #tell(event: RoomEvent): void {
    this.host.tell(event, this.group);
  }

  #ignored(what: string): void {
    this.host.out({ kind: "log", text: `${this.room}: ignored ${what}` });
  }
}
