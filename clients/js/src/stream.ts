import { CarillonError } from "./errors.js";

/**
 * Events on their way to one `for await`, at most `limit` of them. A reader that falls behind further gets what is kept
 * and then an error `lagging`, so that nothing is missing in between.
 */
export class Stream<E> implements AsyncIterableIterator<E> {
  readonly #kept: E[] = [];
  readonly #waiting: { resolve: (result: IteratorResult<E>) => void; reject: (error: unknown) => void }[] = [];
  #ended = false;
  #error: CarillonError | undefined;

  constructor(
    private readonly limit: number,
    private readonly detach: (stream: Stream<E>) => void,
  ) {}

  push(event: E): void {
    if (this.#ended) return;
    const next = this.#waiting.shift();
    if (next) return next.resolve({ value: event, done: false });
    if (this.#kept.length < this.limit) this.#kept.push(event);
    else this.end(lagging(this.limit));
  }

  end(error?: CarillonError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.detach(this);
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (this.#error) reject(this.#takeError());
      else resolve({ value: undefined, done: true });
    }
  }

  next(): Promise<IteratorResult<E>> {
    const event = this.#kept.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    if (this.#error) return Promise.reject(this.#takeError() as Error);
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<E>> {
    this.#kept.length = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** An error is thrown once; after it the iteration is over. */
  #takeError(): CarillonError | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }
}

export function lagging(limit: number): CarillonError {
  return new CarillonError("lagging", `more than ${limit} events were waiting to be read; join again from the last position`, { retryable: true });
}
