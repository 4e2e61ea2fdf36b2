import { json } from "../../src/codec/json.js";
import type { CarillonError } from "../../src/errors.js";
import { Machine } from "../../src/machine/machine.js";
import type { Input, Output, RoomEvent } from "../../src/machine/types.js";
import { Random } from "./random.js";

type Json = Record<string, unknown>;

/** What a seed decides about a run. */
export interface Knobs {
  /** Whether the server's memory is lost now and then, as with a broker in memory. */
  restarts: boolean;
  /** Whether `rejected` says the last sequence that the room knows. */
  tellsLast: boolean;
}

interface Publisher {
  incarnation: number;
  last: number;
  offsets: Map<number, number>;
}

const WINDOW = 64;
/** These are refused for good, whenever they come. */
export const isRefused = (n: number): boolean => n % 13 === 5;

/** One room of a server, as the protocol promises it, with an unreliable temper. */
class ModelServer {
  epochs: { epoch: string; log: number[] }[] = [{ epoch: "e0", log: [] }];
  private publishers = new Map<string, Publisher>();

  constructor(
    private readonly random: Random,
    private readonly knobs: Knobs,
  ) {}

  get current(): { epoch: string; log: number[] } {
    return this.epochs.at(-1)!;
  }

  forget(): void {
    this.epochs.push({ epoch: `e${this.epochs.length}`, log: [] });
    this.publishers = new Map();
  }

  answer(message: Json, calm: boolean, joined: { next: number | undefined }): Json[] {
    const { id, op } = message;
    const { epoch, log } = this.current;
    switch (op) {
      case "connect":
        return [{ op: "welcome", id, session: "s", resumed: false, server_time: 1, heartbeat: 0, limits: { max_message_bytes: 1000, max_rooms: 5 } }];
      case "ping":
        return [{ op: "pong", id, server_time: 1 }];
      case "join": {
        const from = message.from as { epoch: string; offset: number } | undefined;
        const known = from && from.epoch === epoch && from.offset <= log.length;
        joined.next = known ? from.offset + 1 : log.length + 1;
        const answers: Json[] = [{ op: "joined", id, room: "r", epoch, head: log.length }];
        if (known) answers.push({ op: "resumed", room: "r", epoch, from: joined.next, to: log.length });
        else if (from) answers.push({ op: "reset", room: "r", old_epoch: from.epoch, epoch, head: log.length, reason: "epoch_changed" });
        return answers;
      }
      case "publish":
        return [{ id, room: "r", ...this.publish(message, calm) }];
      default:
        throw new Error(`the client said ${JSON.stringify(message)}`);
    }
  }

  private publish(message: Json, calm: boolean): Json {
    const { publisher, incarnation, sequence, data } = message as { publisher: string; incarnation: number; sequence: number; data: number };
    const previous = (message.previous as number | undefined) ?? sequence - 1;
    const no = (code: string, outcome: string, retryable: boolean, extra: Json = {}): Json => ({ op: "rejected", outcome, code, message: code, retryable, ...extra });
    if (isRefused(data)) return no("refused", "not_applied", false);
    if (!calm && this.random.chance(0.05)) return no("rate_limited", "not_applied", true, this.random.chance(0.5) ? { retry_after: 50 } : {});
    if (!calm && this.random.chance(0.03)) return no("broker_unavailable", "unknown", true); // and not applied
    const known = this.publishers.get(publisher);
    const last = known?.last ?? 0;
    const gap = (): Json => no("sequence_gap", "not_applied", false, this.knobs.tellsLast ? { last_sequence: last } : {});
    if (!known) {
      if (previous !== 0) return no("publisher_reset", "unknown", false);
    } else if (incarnation > known.incarnation) {
      if (previous !== 0) return gap();
    } else if (incarnation < known.incarnation) {
      return no("publisher_reset", "unknown", false);
    } else if (sequence <= last) {
      const offset = known.offsets.get(sequence);
      return offset === undefined ? no("publisher_reset", "unknown", false) : this.published(offset, true);
    } else if (previous !== last) {
      return gap();
    }
    const { log } = this.current;
    log.push(data);
    const state = known?.incarnation === incarnation ? known : { incarnation, last: 0, offsets: new Map<number, number>() };
    state.last = sequence;
    state.offsets.set(sequence, log.length);
    if (state.offsets.size > WINDOW) state.offsets.delete(state.offsets.keys().next().value!);
    this.publishers.set(publisher, state);
    return !calm && this.random.chance(0.05) ? no("broker_unavailable", "unknown", true) : this.published(log.length, false);
  }

  private published(offset: number, duplicate: boolean): Json {
    return { op: "published", epoch: this.current.epoch, offset, level: "memory", duplicate };
  }
}

export type Settled = { epoch: string; offset: number } | CarillonError;

/** A client's machine, a server and a network between them that delays and breaks, moved by one seed. */
export class World {
  readonly settled = new Map<number, Settled>();
  readonly events: RoomEvent[] = [];
  readonly server: ModelServer;
  published = 0;
  restarts = 0;
  cuts = 0;
  private readonly random: Random;
  private readonly machine: Machine;
  private now = 0;
  private link: { up: Json[]; down: Json[]; joined: { next: number | undefined } } | undefined;
  private opening = false;
  private calm = false;

  constructor(
    seed: number,
    readonly knobs: Knobs,
  ) {
    this.random = new Random(seed);
    this.server = new ModelServer(this.random, knobs);
    this.machine = new Machine({ publisher: "p", incarnation: 1, readData: json.readData, random: this.random.next, outbox: { messages: 1000, bytes: 1e6 } });
    this.give({ type: "connect", call: -1 });
    this.give({ type: "join", call: -2, room: "r", options: {} });
  }

  run(steps: number): void {
    for (let i = 0; i < steps; i++) this.step();
    this.calm = true;
    for (let i = 0; i < 100_000 && (this.machine.unsettled > 0 || !this.isQuiet()); i++) this.step();
    if (this.machine.unsettled > 0) throw new Error(`${this.machine.unsettled} publications never settled`);
  }

  private isQuiet(): boolean {
    return this.link !== undefined && this.link.up.length + this.link.down.length === 0 && this.link.joined.next === this.server.current.log.length + 1;
  }

  private step(): void {
    this.deliver();
    const { link } = this;
    const dice = this.random.next();
    if (this.opening && dice < 0.5) {
      this.opening = false;
      if (!this.calm && this.random.chance(0.2)) return this.give({ type: "closed", code: 1006 });
      this.link = { up: [], down: [], joined: { next: undefined } };
      return this.give({ type: "opened" });
    }
    if (!this.calm && link && dice < 0.01) return this.cut();
    if (!this.calm && this.knobs.restarts && dice < 0.013) {
      this.restarts++;
      this.server.forget();
      if (link) this.cut();
      return;
    }
    if (!this.calm && dice < 0.15) {
      const call = this.published++;
      return this.give({ type: "publish", call, size: 10, message: { op: "publish", room: "r", type: "json", data: call } });
    }
    if (link && dice < 0.5 && link.up.length > 0) {
      link.down.push(...this.server.answer(link.up.shift()!, this.calm, link.joined));
      return;
    }
    if (link && dice < 0.9 && link.down.length > 0) return this.give({ type: "message", message: link.down.shift()! });
    this.now += this.random.below(40);
    this.give({ type: "tick" });
  }

  /** What the log has for the reader goes behind what was said before. */
  private deliver(): void {
    const { link } = this;
    const { log } = this.server.current;
    if (link?.joined.next === undefined || link.joined.next > log.length || this.random.chance(0.5)) return;
    const offset = link.joined.next++;
    link.down.push({ op: "message", room: "r", offset, type: "json", data: log[offset - 1], time: 1 });
  }

  private cut(): void {
    this.cuts++;
    this.link = undefined;
    this.give({ type: "closed", code: 1006 });
  }

  private give(input: Input): void {
    for (const output of this.machine.step(this.now, input)) this.take(output);
  }

  private take(output: Output): void {
    if (output.kind === "open") this.opening = true;
    else if (output.kind === "send") this.link?.up.push(JSON.parse(JSON.stringify(output.message)) as Json);
    else if (output.kind === "drop") this.link = undefined;
    else if (output.kind === "tell" && "room" in output.event) this.events.push(output.event as RoomEvent);
    else if ((output.kind === "done" || output.kind === "fail") && output.call >= 0) {
      if (this.settled.has(output.call)) throw new Error(`publication ${output.call} was settled twice`);
      this.settled.set(output.call, output.kind === "done" ? (output.value as Settled) : output.error);
    }
  }
}
