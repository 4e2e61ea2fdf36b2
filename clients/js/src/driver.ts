import type { Codec } from "./codec/json.js";
import { watchEnvironment } from "./environment.js";
import { CarillonError } from "./errors.js";
import { Machine, type MachineOptions } from "./machine/machine.js";
import type { ClientEvent, Input, Output, RoomEvent, Status } from "./machine/types.js";
import type { Call } from "./messages.js";
import type { Store } from "./storage/store.js";
import { memory, ownerOf } from "./storage/store.js";
import type { Link, Transport } from "./transport/transport.js";

export interface DriverOptions {
  readonly url: string;
  readonly codec: Codec;
  readonly transport: Transport;
  /** Where the outbox is kept, if anywhere. */
  readonly store: () => Promise<Store | undefined>;
  readonly token: (() => Promise<string | undefined>) | undefined;
  readonly machine: Pick<MachineOptions, "client" | "renewable" | "heartbeat" | "outbox" | "reconnect">;
  readonly maxBytes: number;
  readonly log: (text: string) => void;
  readonly told: (event: RoomEvent | ClientEvent, group: string | undefined) => void;
  readonly called: (call: Call, reply: (fields: Record<string, unknown>) => void) => void;
}

type WithoutCall<T> = T extends { call: number } ? Omit<T, "call"> : never;

/** A browser's timers overflow beyond this. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Gives the machine what it has not: a link, a clock, timers, storage. Does what it says, in the order in which it says it. */
export class Driver {
  machine: Machine;
  #store = memory();
  #link: Link | undefined;
  #linkNumber = 0;
  readonly #calls = new Map<number, { resolve: (value: never) => void; reject: (error: CarillonError) => void }>();
  #callNumber = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopAdopting: (() => void) | undefined;
  readonly #outputs: Output[] = [];
  #acting = false;
  #ready: Input[] | undefined = [];
  /** Settles when the store is open, and what was asked before has been handed on. */
  readonly opened: Promise<void>;
  #stopWatching: () => void = () => undefined;
  #over = false;

  constructor(private readonly options: DriverOptions) {
    this.machine = this.#newMachine({ publisher: "", incarnation: 1 });
    this.opened = this.#start();
  }

  /** Hands an input to the machine. Until the store is open, inputs wait. */
  input(input: Input): void {
    if (this.#ready) this.#ready.push(input);
    else this.#take(input);
  }

  /** The same for one that has an answer. */
  call<T>(input: WithoutCall<Input>): Promise<T> {
    return new Promise((resolve, reject) => {
      const call = ++this.#callNumber;
      this.#calls.set(call, { resolve, reject });
      this.input({ ...input, call } as Input);
    });
  }

  get buffered(): number {
    return this.#link?.buffered ?? 0;
  }

  async #start(): Promise<void> {
    let life;
    try {
      const store = await this.options.store();
      life = await store?.open();
      if (store) this.#store = store;
    } catch (error) {
      this.options.log(`the outbox cannot be kept: ${String(error)}`);
    }
    life ??= await this.#store.open();
    this.machine = this.#newMachine(life);
    const waiting = this.#ready ?? [];
    this.#ready = undefined;
    this.#stopWatching = watchEnvironment((type) => this.input({ type }));
    if (life.entries.length > 0) this.#take({ type: "restore", entries: life.entries, user: life.user });
    for (const input of waiting) this.#take(input);
  }

  #newMachine(life: { publisher: string; incarnation: number; resume?: string | undefined }): Machine {
    const { publisher, incarnation, resume } = life;
    return new Machine({ ...this.options.machine, publisher, incarnation, resume, readData: this.options.codec.readData, random: Math.random });
  }

  #take(input: Input): void {
    this.#outputs.push(...this.machine.step(now(), input));
    if (this.#acting) return; // an output of before is being carried out; these follow it
    this.#acting = true;
    for (let output; (output = this.#outputs.shift()); ) this.#act(output);
    this.#acting = false;
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { deadline } = this.machine;
    if (deadline === Infinity) return;
    const wait = Math.min(Math.max(deadline - now(), 0), MAX_TIMEOUT);
    this.#timer = setTimeout(() => this.#take({ type: "tick" }), wait);
  }

  #act(output: Output): void {
    switch (output.kind) {
      case "open":
        return this.#open();
      case "send":
        this.#link?.send(this.options.codec.encode(output.message));
        return;
      case "drop":
        this.#link?.close(output.code, output.reason);
        this.#linkNumber++;
        this.#link = undefined;
        return;
      case "tell":
        return this.#tell(output.event, output.group);
      case "call":
        return this.options.called(output.message, this.#replier(output.message.id));
      case "done":
        this.#calls.get(output.call)?.resolve(output.value as never);
        this.#calls.delete(output.call);
        return;
      case "fail":
        this.#calls.get(output.call)?.reject(output.error);
        this.#calls.delete(output.call);
        return;
      case "log":
        return this.options.log(output.text);
      case "renew":
        this.options.token?.().then(
          (token) => token !== undefined && this.input({ type: "token", token }),
          (error: unknown) => this.options.log(`no new token: ${String(error)}`),
        );
        return;
      case "store":
        return this.#store.put(output.entry);
      case "forget":
        return this.#store.remove(output.entry);
      case "identity":
        return this.#store.identify({ ...output, user: ownerOf(output.user) });
    }
  }

  #tell(event: RoomEvent | ClientEvent, group: string | undefined): void {
    if (event.kind === "status") this.#adopt(event);
    if (event.kind === "closed") this.#stop();
    this.options.told(event, group);
  }

  #adopt(event: Status): void {
    this.#stopAdopting?.();
    if (event.status !== "connected") return;
    const user = ownerOf(event.user);
    this.#stopAdopting = this.#store.adopt?.(user, (entries) => this.input({ type: "restore", entries, user }));
  }

  #stop(): void {
    this.#over = true;
    this.#link?.close(1000, "");
    this.#link = undefined;
    clearTimeout(this.#timer);
    this.#stopWatching();
    this.#store.close();
  }

  #open(): void {
    const number = ++this.#linkNumber;
    const current = (): boolean => number === this.#linkNumber && !this.#over;
    const give = (input: Input): void => {
      if (current()) this.input(input);
    };
    const failed = (cause: unknown): void => {
      this.#link = undefined;
      const fatal = cause instanceof CarillonError && !cause.retryable;
      const words = cause instanceof Error && cause.message ? cause.message : "no connection";
      give({ type: "failed", fatal, error: fatal ? cause : new CarillonError("unreachable", `${this.options.url}: ${words}`, { retryable: true, cause }) });
    };
    const connect = (token: string | undefined): void => {
      if (!current()) return;
      const { codec, transport, url, maxBytes } = this.options;
      try {
        this.#link = transport.open(url, { subprotocol: codec.subprotocol, maxBytes }, {
          opened: (subprotocol) => {
            if (subprotocol === codec.subprotocol) return give({ type: "opened", token });
            this.#link?.close(1000, "");
            failed(new Error(`the server chose the subprotocol "${subprotocol}" where ${codec.subprotocol} was offered`));
          },
          frame: (frame) => give(this.#decode(frame)),
          tooLarge: (bytes) => give({ type: "garbled", code: 4413, reason: `a frame of ${bytes} bytes, more than the ${maxBytes} allowed` }),
          closed: (code, reason) => give({ type: "closed", code, reason }),
          failed,
        });
      } catch (cause) {
        failed(cause);
      }
    };
    if (!this.options.token) return connect(undefined);
    this.options.token().then(connect, (cause: unknown) => {
      if (current()) failed(cause);
    });
  }

  #decode(frame: string | Uint8Array): Input {
    try {
      return { type: "message", message: this.options.codec.decode(frame) };
    } catch (error) {
      return { type: "garbled", code: 4400, reason: `a frame that is no message: ${String(error).slice(0, 200)}` };
    }
  }

  /** An answer goes only to the connection that asked. */
  #replier(id: number): (fields: Record<string, unknown>) => void {
    const number = this.#linkNumber;
    return (fields) => {
      if (number === this.#linkNumber) this.input({ type: "tell", message: { op: "reply", id, ...fields } });
    };
  }
}

/** The wall clock, so that a sleeping machine is noticed, but one that never falls. */
let shift = 0;
let latest = 0;
function now(): number {
  const read = Date.now() + shift;
  if (read < latest) shift += latest - read;
  return (latest = Math.max(read, latest));
}
