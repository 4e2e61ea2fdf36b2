import { CarillonError, refusal } from "../errors.js";
import type { ClientMessage, Problem, Published, Rejected } from "../messages.js";
import type { Host, OutboxEntry } from "./types.js";

/** Less than the results that a room keeps for each publisher, so that a repetition is always recognised. */
const WINDOW = 32;
/** How often a predecessor is looked for before a publication is given up. */
const MAX_CORRECTIONS = 3;

interface Waiting extends OutboxEntry {
  call: number | undefined;
  /** The request's id while an answer is awaited. */
  id: number | undefined;
  corrections: number;
  /** The predecessor that was named at the last try. */
  named: number;
}

/** What waits for one room (or user, session, everybody), oldest first. */
interface Line {
  readonly target: string;
  readonly entries: Waiting[];
  publisher: string;
  incarnation: number;
  /** The last sequence given out in this incarnation. */
  last: number;
  /** The last sequence that is known to be in the room, and of which publisher and incarnation. */
  settled: { tag: string; sequence: number };
  underWay: number;
  /** Something was refused: nothing is sent before what is under way has been answered. */
  held: boolean;
  tries: number;
  /** A timer will go on. */
  resting: boolean;
}

const tagOf = ({ incarnation, publisher }: { incarnation: number; publisher: string }): string => `${incarnation} ${publisher}`;
const targetOf = ({ room, user, session }: ClientMessage): string => JSON.stringify([room, user, session]);

/**
 * Publications until they are settled (GUARANTEES, G4 and G5): each has its publisher, incarnation and sequence for life,
 * is sent again with them after a loss or an unknown outcome, and always behind those before it.
 */
export class Outbox {
  bytes = 0;
  count = 0;
  readonly #lines = new Map<string, Line>();
  readonly #awaited = new Map<number, [Line, Waiting]>();
  #keys = 0;
  #restored: { user: string | undefined } | undefined;

  constructor(
    private readonly host: Host,
    private readonly publisher: string,
    public incarnation: number,
    private readonly limits: { messages: number; bytes: number },
    private readonly maxMessage: () => number,
    private readonly risen: () => void,
  ) {}

  publish(call: number, message: ClientMessage, size: number): void {
    if (size > this.maxMessage()) return this.host.fail(call, tooLarge(size, this.maxMessage()));
    if (this.count >= this.limits.messages || this.bytes + size > this.limits.bytes) {
      const error = `${this.count} publications (${this.bytes} bytes) are waiting already`;
      return this.host.fail(call, new CarillonError("outbox_full", error, { retryable: true, outcome: "not_applied" }));
    }
    const line = this.#line(message);
    const entry: Waiting = {
      owner: this.publisher,
      key: ++this.#keys,
      publisher: line.publisher,
      incarnation: line.incarnation,
      sequence: ++line.last,
      doubt: false,
      size,
      message,
      call,
      id: undefined,
      corrections: 0,
      previous: 0,
      named: 0,
    };
    this.#add(line, entry);
    this.#store(line, entry);
    this.#pump(line);
  }

  /** Takes over what an earlier life left; it goes before everything that is published from now on. */
  restore(entries: OutboxEntry[], user: string | undefined): void {
    if (!this.host.connected) this.#restored = { user };
    for (const entry of entries) {
      if (entry.owner === this.publisher) this.#keys = Math.max(this.#keys, entry.key);
      const line = this.#line(entry.message);
      this.#add(line, { ...entry, call: undefined, id: undefined, corrections: 0, named: 0 });
    }
    for (const line of this.#lines.values()) this.#pump(line);
  }

  /** Gives up what was restored for somebody else than `user`. */
  connected(user: string | undefined): void {
    for (const line of this.#lines.values()) {
      for (const entry of [...line.entries]) {
        if (entry.call !== undefined || !this.#restored || this.#restored.user === user) continue;
        const message = `a publication of ${this.#restored.user ?? "nobody"} was left, and this is ${user ?? "nobody"}`;
        this.#giveUp(line, entry, { code: "wrong_user", message, retryable: false });
      }
    }
    this.#restored = undefined;
    for (const line of this.#lines.values()) {
      line.held = false;
      this.#pump(line);
    }
  }

  disconnected(): void {
    for (const [line, entry] of this.#awaited.values()) {
      line.underWay = 0;
      entry.id = undefined;
      this.#doubt(line, entry);
    }
    this.#awaited.clear();
    for (const line of this.#lines.values()) this.#awake(line);
  }

  published(message: Published): void {
    const found = this.#answered(message.id);
    if (!found) return;
    const [line, entry] = found;
    line.tries = 0;
    const tag = tagOf(entry);
    const before = line.settled.tag === tag ? line.settled.sequence : 0;
    line.settled = { tag, sequence: Math.max(before, entry.sequence) };
    this.#settle(line, entry);
    const { op: _op, id: _id, ...position } = message;
    this.host.done(entry.call, { duplicate: false, ...position });
    this.#pump(line);
  }

  /** Whether the answer was to a publication. */
  refused(message: Rejected | (Problem & { id?: number })): boolean {
    const found = message.id === undefined ? undefined : this.#answered(message.id);
    if (!found) return false;
    const [line, entry] = found;
    const { code, retryable, retry_after } = message;
    const outcome = "outcome" in message ? message.outcome : "not_applied";
    const last = "last_sequence" in message ? message.last_sequence : undefined;
    const first = line.entries[0]!;
    if (code === "publisher_reset" && first !== entry && tagOf(first) === tagOf(entry)) {
      // The room has not seen the first of them yet: this says nothing about the one behind it.
    } else if (code === "publisher_reset") {
      if (entry.doubt) this.#giveUp(line, entry, message);
      else this.#beginAnew(line);
    } else if (code === "sequence_gap") {
      if (last !== undefined && last < entry.sequence) entry.doubt = false; // the room has not come to it
      if (line.entries[0] === entry && line.underWay === 0) this.#correct(line, entry, message, last);
    } else if (outcome === "unknown" || retryable) {
      if (outcome === "unknown") this.#doubt(line, entry);
      line.resting = true;
      this.host.timers.set(line, this.host.now + this.host.rest(line.tries++, retry_after), () => {
        line.resting = false;
        this.#pump(line);
      });
    } else {
      this.#giveUp(line, entry, message);
    }
    line.held = line.underWay > 0;
    this.#pump(line);
    return true;
  }

  /** Fails everything that waits; what is stored stays stored. */
  close(error: (outcome: "unknown" | "not_applied") => CarillonError): void {
    for (const line of this.#lines.values()) {
      for (const { call, id, doubt } of line.entries) {
        if (call !== undefined) this.host.fail(call, error(doubt || id !== undefined ? "unknown" : "not_applied"));
      }
    }
    this.#lines.clear();
    this.#awaited.clear();
    this.count = this.bytes = 0;
  }

  #line(message: ClientMessage): Line {
    const target = targetOf(message);
    let line = this.#lines.get(target);
    if (!line) {
      const { publisher, incarnation } = this;
      line = { target, entries: [], publisher, incarnation, last: 0, settled: { tag: tagOf({ incarnation, publisher }), sequence: 0 }, underWay: 0, held: false, tries: 0, resting: false };
      this.#lines.set(target, line);
    }
    return line;
  }

  #add(line: Line, entry: Waiting): void {
    line.entries.push(entry);
    this.count++;
    this.bytes += entry.size;
  }

  /** Sends what may be sent: in order, a window at a time, and never across a change of incarnation. */
  #pump(line: Line): void {
    if (!this.host.connected || line.held || line.resting) return;
    for (const entry of [...line.entries]) {
      if (line.underWay >= WINDOW) return;
      if (entry.id !== undefined) continue;
      if (line.underWay > 0 && line.entries.some((other) => other.id !== undefined && tagOf(other) !== tagOf(entry))) return;
      if (entry.size > this.maxMessage()) {
        this.#giveUp(line, entry, tooLarge(entry.size, this.maxMessage()));
        continue;
      }
      const previous = this.#previous(line, entry);
      const id = this.host.nextId();
      entry.id = id;
      entry.named = previous;
      line.underWay++;
      this.#awaited.set(id, [line, entry]);
      const { publisher, incarnation, sequence } = entry;
      this.host.send({ ...entry.message, id, publisher, incarnation, sequence, previous: previous === sequence - 1 ? undefined : previous });
    }
  }

  /** The sequence that the room must have seen before this one. */
  #previous(line: Line, entry: Waiting): number {
    const tag = tagOf(entry);
    const before = line.entries[line.entries.indexOf(entry) - 1];
    if (before && tagOf(before) === tag) return before.sequence;
    if (line.settled.tag !== tag) return entry.previous;
    // One whose answer was that nobody knows may be behind later ones that the room has; it repeats itself then.
    return Math.min(line.settled.sequence, entry.sequence - 1);
  }

  #answered(id: number): [Line, Waiting] | undefined {
    const found = this.#awaited.get(id);
    if (found) {
      this.#awaited.delete(id);
      const [line, entry] = found;
      entry.id = undefined;
      if (--line.underWay === 0) line.held = false;
    }
    return found;
  }

  /** A new incarnation for everything in the line that is surely not in the room. */
  #beginAnew(line: Line): void {
    line.publisher = this.publisher;
    line.incarnation = ++this.incarnation;
    line.last = 0;
    line.settled = { tag: tagOf(line), sequence: 0 };
    this.risen();
    for (const entry of line.entries) {
      if (entry.doubt || entry.id !== undefined) continue;
      entry.publisher = line.publisher;
      entry.incarnation = line.incarnation;
      entry.sequence = ++line.last;
      this.#store(line, entry);
    }
  }

  /** The room's last sequence is not the predecessor that was named, and nothing is left before this one. */
  #correct(line: Line, entry: Waiting, refusal: Problem, last: number | undefined): void {
    const before = this.#previous(line, entry);
    if (entry.corrections++ >= MAX_CORRECTIONS) this.#giveUp(line, entry, refusal);
    else if (before !== entry.named) return; // the one named has been refused since
    else if (last !== undefined && last < entry.sequence && last !== before) line.settled = { tag: tagOf(entry), sequence: last };
    else if (entry.doubt) this.#giveUp(line, entry, refusal);
    else this.#beginAnew(line);
  }

  #giveUp(line: Line, entry: Waiting, problem: Problem): void {
    this.#settle(line, entry);
    if (line.entries[0]) this.#store(line, line.entries[0]);
    this.host.fail(entry.call, refusal(problem, { outcome: entry.doubt ? "unknown" : "not_applied" }));
  }

  #settle(line: Line, entry: Waiting): void {
    line.entries.splice(line.entries.indexOf(entry), 1);
    this.count--;
    this.bytes -= entry.size;
    this.host.out({ kind: "forget", entry: stored(entry) });
  }

  #doubt(line: Line, entry: Waiting): void {
    if (entry.doubt) return;
    entry.doubt = true;
    this.#store(line, entry);
  }

  #store(line: Line, entry: Waiting): void {
    entry.previous = this.#previous(line, entry);
    this.host.out({ kind: "store", entry: stored(entry) });
  }

  #awake(line: Line): void {
    line.resting = line.held = false;
    this.host.timers.clear(line);
  }
}

function stored({ owner, key, publisher, incarnation, sequence, previous, doubt, size, message }: Waiting): OutboxEntry {
  return { owner, key, publisher, incarnation, sequence, previous, doubt, size, message };
}

function tooLarge(size: number, limit: number): CarillonError {
  return new CarillonError("too_large", `the message takes ${size} bytes, and the server takes at most ${limit}`, { outcome: "not_applied" });
}
