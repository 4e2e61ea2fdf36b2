import type { Client, Room, RoomEvent } from "../../src/index.js";

type MessageEvent<T> = Extract<RoomEvent<T>, { kind: "message" }>;

/** How long nothing may get on before a test gives up and says where it stands, ms. */
const PATIENCE = 60_000;

/** Keeps everything that a room tells. */
export class Witness<T> {
  readonly events: RoomEvent<T>[] = [];
  readonly messages: MessageEvent<T>[] = [];
  #check: () => void = () => undefined;

  constructor(room: Room<T>) {
    void (async () => {
      for await (const event of room.events()) {
        this.events.push(event);
        if (event.kind === "message") this.messages.push(event);
        this.#check();
      }
    })();
  }

  of<K extends RoomEvent["kind"]>(...kinds: K[]): RoomEvent<T>[] {
    return this.events.filter(({ kind }) => (kinds as string[]).includes(kind));
  }

  /** What a reader that was told of no loss is told of none. */
  get losses(): RoomEvent<T>[] {
    return this.events.filter(({ kind }) => kind !== "message" && kind !== "resumed");
  }

  /** @param where what stands there when it takes too long */
  until(done: () => boolean, where: () => string, patience = PATIENCE): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`stands still: ${where()}; ${this.standing()}`)), patience);
      this.#check = () => {
        if (!done()) return;
        clearTimeout(timer);
        this.#check = () => undefined;
        resolve();
      };
      this.#check();
    });
  }

  standing(): string {
    const counts = new Map<string, number>();
    for (const { kind } of this.events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return `told ${JSON.stringify(Object.fromEntries(counts))}, at last ${JSON.stringify(this.events.slice(-3))}`;
  }
}

/** What a client does at this moment, for whoever looks at a test that stands still. */
export function standing(name: string, client: Client, notes: readonly string[]): string {
  return `${name} is ${client.status} with ${client.unsettled} unsettled, after ${JSON.stringify(notes.slice(-5))}`;
}

/** Settles like the promise, or fails with where it stands. */
export async function within<R>(promise: Promise<R>, where: () => string, patience = PATIENCE): Promise<R> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`stands still: ${where()}`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
