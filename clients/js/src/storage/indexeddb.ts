import type { OutboxEntry } from "../machine/types.js";
import type { Life, Store } from "./store.js";

interface Owner {
  owner: string;
  scope: string;
  incarnation: number;
  resume?: string | undefined;
  user?: string | undefined;
}

/** A page that is being reloaded keeps its lock for a moment, ms; a tab that was duplicated keeps it for good. */
const LOCK_WAIT = { reload: 2000, other: 500 };

/** How often it is looked for what other tabs left, ms: they are closed while this one stays. */
const LOOK = 5000;

/**
 * Outboxes in IndexedDB, so that they outlive a reload. Which one is a tab's own stands in `sessionStorage`, and a Web
 * Lock on it makes sure that no other tab thinks so too: one that cannot get the lock (a duplicated tab) begins another.
 */
export class IndexedDbStore implements Store {
  #db!: IDBDatabase;
  #own!: Owner;
  readonly #held: (() => void)[] = [];
  /** Outboxes that nobody held at the last look. Between two pages of a tab, too, nobody does for a moment. */
  #free = new Set<string>();
  #looking: ReturnType<typeof setInterval> | undefined;

  /** @param newName makes a name that nobody else has */
  constructor(
    private readonly scope: string,
    private readonly newName: () => string,
    private readonly log: (text: string) => void,
  ) {}

  async open(): Promise<Life> {
    const request = indexedDB.open("carillon", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("owners", { keyPath: "owner" });
      request.result.createObjectStore("entries", { keyPath: ["owner", "key"] });
    };
    this.#db = await settled(request);
    const slot = `carillon:${this.scope}`;
    const known = recall(slot);
    const mine = known !== undefined && (await this.#lock(known, isReload() ? LOCK_WAIT.reload : LOCK_WAIT.other));
    const owner = mine ? known : this.newName();
    if (!mine) {
      await this.#lock(owner);
      remember(slot, owner);
    }
    const before = mine ? ((await this.#read("owners", owner)) as Owner | undefined) : undefined;
    this.#own = { owner, scope: this.scope, incarnation: (before?.incarnation ?? 0) + 1, resume: before?.resume, user: before?.user };
    const entries = await this.#entries(owner);
    await this.#write("owners", (owners) => owners.put(this.#own));
    return { publisher: owner, incarnation: this.#own.incarnation, resume: before?.resume, user: before?.user, entries };
  }

  put(entry: OutboxEntry): void {
    void this.#write("entries", (entries) => entries.put(entry));
  }

  remove(entry: OutboxEntry): void {
    void this.#write("entries", (entries) => entries.delete([entry.owner, entry.key]));
  }

  identify(life: Pick<Life, "incarnation" | "resume" | "user">): void {
    this.#own = { ...this.#own, ...life };
    void this.#write("owners", (owners) => owners.put(this.#own));
  }

  adopt(user: string | undefined, found: (entries: OutboxEntry[]) => void): () => void {
    const look = (): void => {
      this.#orphaned(user).then(
        (entries) => entries.length > 0 && found(entries),
        (error: unknown) => this.log(`orphaned outboxes cannot be read: ${String(error)}`),
      );
    };
    look();
    this.#looking = setInterval(look, LOOK);
    return () => clearInterval(this.#looking);
  }

  /** What is in outboxes that nobody held at the last look, and nobody holds now. */
  async #orphaned(user: string | undefined): Promise<OutboxEntry[]> {
    const owners = (await settled(this.#db.transaction("owners").objectStore("owners").getAll())) as Owner[];
    const { held = [] } = await navigator.locks.query();
    const before = this.#free;
    const orphans = owners.filter((other) => other.scope === this.scope && other.user === user && !held.some(({ name }) => name === lockOf(other.owner)));
    this.#free = new Set(orphans.map(({ owner }) => owner));
    const adopted: OutboxEntry[] = [];
    for (const { owner } of orphans) {
      if (!before.has(owner) || !(await this.#lock(owner))) continue;
      const left = await this.#entries(owner);
      adopted.push(...left);
      // One with entries stays known until they are sent, so that it can be adopted again.
      if (left.length === 0) await this.#write("owners", (store) => store.delete(owner));
    }
    return adopted;
  }

  close(): void {
    clearInterval(this.#looking);
    for (const release of this.#held.splice(0)) release();
    this.#db.close();
  }

  /** Holds the lock on an outbox until `close`. */
  #lock(owner: string, wait = 0): Promise<boolean> {
    return new Promise((got) => {
      const options: LockOptions = wait > 0 ? { signal: AbortSignal.timeout(wait) } : { ifAvailable: true };
      const hold = (lock: Lock | null): Promise<void> | undefined => {
        got(lock !== null);
        return lock ? new Promise((release) => this.#held.push(release)) : undefined;
      };
      navigator.locks.request(lockOf(owner), options, hold).catch(() => got(false));
    });
  }

  async #entries(owner: string): Promise<OutboxEntry[]> {
    const range = IDBKeyRange.bound([owner], [owner, []]);
    return (await settled(this.#db.transaction("entries").objectStore("entries").getAll(range))) as OutboxEntry[];
  }

  #read(store: string, key: string): Promise<unknown> {
    return settled(this.#db.transaction(store).objectStore(store).get(key));
  }

  async #write(store: string, change: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    try {
      const transaction = this.#db.transaction(store, "readwrite");
      const request = change(transaction.objectStore(store));
      transaction.commit(); // at once, so that a page that is going away has it written
      await settled(request);
    } catch (error) {
      this.log(`the outbox could not be written: ${String(error)}`);
    }
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error as Error);
  });
}

function lockOf(owner: string): string {
  return `carillon:${owner}`;
}

function isReload(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "reload";
}

function recall(slot: string): string | undefined {
  try {
    return sessionStorage.getItem(slot) ?? undefined;
  } catch {
    return undefined; // a worker, or storage forbidden
  }
}

function remember(slot: string, owner: string): void {
  try {
    sessionStorage.setItem(slot, owner);
  } catch {
    // then every load is a new publisher, and finds what was left by adoption
  }
}
