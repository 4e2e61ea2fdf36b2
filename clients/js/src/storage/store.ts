import type { OutboxEntry } from "../machine/types.js";

/** Who a client was in an earlier life, and what it left. */
export interface Life {
  readonly publisher: string;
  /** Higher than in any earlier life. */
  readonly incarnation: number;
  readonly resume?: string | undefined;
  readonly user?: string | undefined;
  readonly entries: OutboxEntry[];
}

/** Where publications wait that have not been settled, and the identity that they were made with. */
export interface Store {
  /** Called once. While the store is open nobody else gets the same publisher. */
  open(): Promise<Life>;
  /** Writes need not be waited for, but keep their order. */
  put(entry: OutboxEntry): void;
  remove(entry: OutboxEntry): void;
  identify(life: { incarnation: number; resume?: string | undefined; user?: string | undefined }): void;
  /**
   * Looks for what clients of the same user left that are gone, now and again until the result is called or the
   * store is closed. It belongs to this one from then on. Not there where nothing can be left.
   */
  adopt?(user: string | undefined, found: (entries: OutboxEntry[]) => void): () => void;
  close(): void;
}

/** IndexedDB where a page offers it and locks; loaded only there. Else nothing. */
export async function pageStore(scope: string, log: (text: string) => void): Promise<Store | undefined> {
  const { indexedDB, navigator } = globalThis as Partial<typeof globalThis>;
  if (!indexedDB || !navigator?.locks) return undefined;
  const { IndexedDbStore } = await import("./indexeddb.js");
  return new IndexedDbStore(scope, newName, log);
}

/** Nothing outlives the program. */
export function memory(): Store {
  return {
    open: () => Promise.resolve({ publisher: newName(), incarnation: 1, entries: [] }),
    put: () => undefined,
    remove: () => undefined,
    identify: () => undefined,
    close: () => undefined,
  };
}

/** 128 random bits. */
export function newName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whose publications those of `user` are. The names that a server gives to guests differ each time, and mean nobody in particular. */
export function ownerOf(user: string | undefined): string | undefined {
  return user?.startsWith("guest-") ? undefined : user;
}
