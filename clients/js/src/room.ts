import type { Client } from "./client.js";
import { dataFields } from "./data.js";
import type { CarillonError } from "./errors.js";
import { Listeners } from "./events.js";
import type { Reader } from "./machine/reader.js";
import type { Member, Message, RoomEvent } from "./machine/types.js";
import type { Position } from "./messages.js";
import type { CallOptions, History, HistoryOptions, Publication, PublishOptions, Roster } from "./options.js";
import { lagging, Stream } from "./stream.js";

type Kind<T, P, K> = Extract<RoomEvent<T, P>, { kind: K }>;

/**
 * A room that is joined: `for await (const message of room)` gives its messages in order, `on` and `events` give
 * everything that it tells. What comes before somebody reads is kept for the first who does.
 *
 * The same for several rooms at once: those that a wildcard matches, and the inbox. Each message says which it is from.
 */
export class Room<T = unknown, P = unknown> implements AsyncIterable<Message<T>> {
  readonly name: string;
  readonly #client: Client;
  readonly #reader: Reader | undefined;
  readonly #limit: number;
  readonly #leaving: () => Promise<void>;
  readonly #listeners = new Listeners<RoomEvent<T, P>>();
  readonly #streams = new Map<Stream<never>, (event: RoomEvent<T, P>) => void>();
  #backlog: RoomEvent<T, P>[] | undefined = [];
  #overflown = false;
  #flushing = false;
  #end: { error: CarillonError | undefined } | undefined;

  /** @internal */
  constructor(client: Client, name: string, reader: Reader | undefined, limit: number, leaving: () => Promise<void>) {
    this.name = name;
    this.#client = client;
    this.#reader = reader;
    this.#limit = limit;
    this.#leaving = leaving;
  }

  /**
   * Up to where this client has received. Hand it to `join({ from })` to go on there another time. Of a wildcard and of
   * the inbox, whose rooms have positions of their own, there is none; their messages say where they stand.
   */
  get position(): Position | undefined {
    return this.#reader?.place;
  }

  /** Who is there, by session; kept up to date. Empty unless joined with `presence: true`. */
  get presence(): ReadonlyMap<string, Member<P>> {
    return (this.#reader?.members ?? new Map<never, never>()) as ReadonlyMap<string, Member<P>>;
  }

  /** How many are there; a large room tells only this. */
  get memberCount(): number | undefined {
    return this.#reader?.count;
  }

  /** Whether the room is joined at this moment and live. */
  get live(): boolean {
    return this.#reader ? this.#reader.phase === "reading" : this.#client.status === "connected";
  }

  /** The messages, in order. Ends when the room is left; throws when the room ends otherwise, and `lagging` when more are waiting than `buffer` allows. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message<T>> {
    return this.#stream<Message<T>>((stream) => (event) => {
      if (event.kind === "message") stream.push(event);
    });
  }

  /** Everything that the room tells, in order: messages, gaps, resets, presence. */
  events(): AsyncIterableIterator<RoomEvent<T, P>> {
    return this.#stream<RoomEvent<T, P>>((stream) => (event) => stream.push(event));
  }

  /** Calls `listener` with every event of a kind. The result takes it back. */
  on<K extends RoomEvent["kind"]>(kind: K, listener: (event: Kind<T, P, K>) => void): () => void {
    const off = this.#listeners.add(kind, listener as (event: RoomEvent<T, P>) => void);
    this.#flushSoon();
    return off;
  }

  /** Publishes text, bytes or JSON. Waits while there is no connection; the promise settles when the server has answered. */
  publish(data: T, options?: PublishOptions & { volatile?: false }): Promise<Publication>;
  publish(data: T, options: PublishOptions & { volatile: true }): Promise<undefined>;
  publish(data: T, options?: PublishOptions): Promise<Publication | undefined> {
    return this.#client.publish(this.name, data, options as PublishOptions & { volatile?: false });
  }

  history(options?: HistoryOptions): Promise<History<T>> {
    return this.#client.history<T>(this.name, options);
  }

  /** Its past, message by message; see `Client.past`. */
  past(options?: HistoryOptions): AsyncGenerator<Message<T>, void, undefined> {
    return this.#client.past<T>(this.name, options);
  }

  members(): Promise<Roster<P>> {
    return this.#client.members<P>(this.name);
  }

  /** Says something of oneself to those who see the presence; `undefined` takes it back. Said again after a new session. */
  async setState(state: P | undefined): Promise<void> {
    await this.#client.request({ op: "state", room: this.name, ...(state === undefined ? {} : dataFields(state)) });
  }

  /** Asks the application about this room, or a member of it. */
  call<R = unknown>(event: string, data: unknown, options?: Omit<CallOptions, "room">): Promise<R> {
    return this.#client.call<R>(event, data, { ...options, room: this.name });
  }

  /** Everything up to this message has been dealt with. For rooms joined with `ack` or `name`. */
  ack({ epoch, offset }: Position): void {
    this.#client.tell({ op: "ack", room: this.name, epoch, offset, name: this.#reader?.options.name });
  }

  /**
   * This message could not be dealt with, and should come again: with everything behind what was acknowledged, the lowest
   * of which has then failed once more. `reason` is for whoever reads the dead letters.
   */
  nack({ epoch, offset }: Position, reason?: string): void {
    this.#client.tell({ op: "nack", room: this.name, epoch, offset, reason, name: this.#reader?.options.name });
  }

  leave(): Promise<void> {
    return this.#leaving();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }

  /** @internal */
  deliver(event: RoomEvent<T, P>): void {
    if (!this.#backlog) return this.#handOn(event);
    if (this.#backlog.length < this.#limit) this.#backlog.push(event);
    else this.#overflown = true;
  }

  /** @internal */
  finish(error?: CarillonError): void {
    if (this.#end) return;
    this.#end = { error };
    if (!this.#backlog) this.#endStreams();
  }

  #stream<E>(sink: (stream: Stream<E>) => (event: RoomEvent<T, P>) => void): Stream<E> {
    const stream = new Stream<E>(this.#limit, (ended) => this.#streams.delete(ended as unknown as Stream<never>));
    this.#streams.set(stream as unknown as Stream<never>, sink(stream));
    this.#flushSoon();
    if (!this.#backlog && this.#end) stream.end(this.#end.error);
    return stream;
  }

  /** The first who reads gets what was kept; a moment later, so that others who are added with it get it too. */
  #flushSoon(): void {
    if (!this.#backlog || this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      const kept = this.#backlog ?? [];
      this.#backlog = undefined;
      for (const event of kept) this.#handOn(event);
      if (this.#overflown) for (const stream of [...this.#streams.keys()]) stream.end(lagging(this.#limit));
      if (this.#end) this.#endStreams();
    });
  }

  #handOn(event: RoomEvent<T, P>): void {
    this.#listeners.tell(event);
    for (const take of [...this.#streams.values()]) take(event);
  }

  #endStreams(): void {
    for (const stream of [...this.#streams.keys()]) stream.end(this.#end?.error);
  }
}
