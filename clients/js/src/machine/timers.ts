/** What is to be done when. Keeps no clock: it is told the time. */
export class Timers {
  readonly #pending = new Map<unknown, { at: number; run: (now: number) => void }>();
  #earliest: number | undefined = Infinity;

  /** Sets the timer called `key`, in place of one of that name. */
  set(key: unknown, at: number, run: (now: number) => void): void {
    this.#pending.set(key, { at, run });
    this.#earliest = undefined;
  }

  has(key: unknown): boolean {
    return this.#pending.has(key);
  }

  clear(key: unknown): void {
    if (this.#pending.delete(key)) this.#earliest = undefined;
  }

  clearAll(): void {
    this.#pending.clear();
    this.#earliest = Infinity;
  }

  /** The moment of the next one, or `Infinity`. */
  next(): number {
    if (this.#earliest === undefined) {
      this.#earliest = Infinity;
      for (const { at } of this.#pending.values()) this.#earliest = Math.min(this.#earliest, at);
    }
    return this.#earliest;
  }

  run(now: number): void {
    while (this.next() <= now) {
      const at = this.next();
      for (const [key, timer] of this.#pending) {
        if (timer.at === at) {
          this.clear(key);
          timer.run(now);
          break;
        }
      }
    }
  }
}
