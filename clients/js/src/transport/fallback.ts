import type { TransportName, Way } from "./choose.js";
import { HttpLink } from "./http.js";
import type { Link, LinkEvents, LinkOptions, Transport } from "./transport.js";

export interface Choice {
  readonly url: string;
  readonly options: LinkOptions;
  readonly webSocket: Transport;
  readonly order: readonly TransportName[];
  readonly way: Way;
  /** How long each may take, ms. */
  readonly limit: number;
}

/** The ways from `at` on, each until it is seen not to work. */
export class Fallback implements Link {
  #link: Link | undefined;
  #turn = 0;
  /** Since when it has been open without a word. */
  #silentSince = Infinity;
  #over = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param failure why those before did not work */
  constructor(
    private readonly choice: Choice,
    private at: number,
    private readonly events: LinkEvents,
    private failure: unknown,
  ) {
    this.#try();
  }

  get buffered(): number {
    return this.#link?.buffered ?? 0;
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    this.#link?.send(frame);
  }

  close(code: number, reason: string): void {
    this.#stop();
    this.#link?.close(code, reason);
  }

  #stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    const { order, way, limit } = this.choice;
    const next = order[this.at + 1];
    if (next && Date.now() - this.#silentSince >= limit) way.set(next);
  }

  #begin(name: TransportName, told: LinkEvents): Link {
    const { url, options, webSocket } = this.choice;
    return name === "websocket" ? webSocket.open(url, options, told) : new HttpLink(url, options, told, name === "stream");
  }

  #try(): void {
    const turn = ++this.#turn;
    const { order, way } = this.choice;
    const mine = (): boolean => turn === this.#turn && !this.#over;
    const next = (cause?: unknown): void => {
      if (!mine()) return;
      clearTimeout(this.#timer);
      this.failure ??= cause;
      this.#link?.close(1000, "");
      if (++this.at < order.length) return this.#try();
      way.set();
      this.#stop();
      this.events.failed(this.failure);
    };
    this.#timer = setTimeout(() => next(), this.choice.limit);
    try {
      this.#link = this.#begin(order[this.at]!, {
        opened: (subprotocol) => {
          if (!mine()) return;
          clearTimeout(this.#timer);
          this.#silentSince = Date.now();
          if (this.at > 0) this.#remember(false);
          this.events.opened(subprotocol);
        },
        frame: (frame) => {
          if (!mine()) return;
          this.#silentSince = Infinity;
          this.events.frame(frame);
        },
        tooLarge: (bytes) => mine() && this.events.tooLarge(bytes),
        closed: (code, reason) => {
          if (!mine()) return;
          this.#stop();
          this.events.closed(code, reason);
        },
        failed: next,
      });
    } catch (cause) {
      next(cause);
    }
  }

  /** @param anew whether what is better was tried just now; else what is remembered keeps its time, however often it is used */
  #remember(anew: boolean): void {
    const { order, way } = this.choice;
    const name = order[this.at]!;
    if (anew || way.get()?.name !== name) way.set(name);
    this.#timer = setTimeout(() => void this.#probe(), Math.max((way.get()?.until ?? 0) - Date.now(), 0));
  }

  /** Whether what is better works by now: then this link ends, and the client comes back over the other. */
  async #probe(): Promise<void> {
    const better = await works((told) => this.#begin(this.choice.order[0]!, told), this.choice.limit);
    if (this.#over) return;
    if (!better) return this.#remember(true);
    this.choice.way.set();
    this.#stop();
    this.#link?.close(1001, "");
    this.events.closed(1012, "");
  }
}

/** Whether a link opens in time. It is not kept. */
function works(begin: (told: LinkEvents) => Link, limit: number): Promise<boolean> {
  const ignore = (): void => undefined;
  return new Promise((resolve) => {
    let link: Link | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answer = (opened: boolean): void => {
      clearTimeout(timer);
      resolve(opened);
      setTimeout(() => link?.close(1000, "")); // it may be opened before it is known here
    };
    timer = setTimeout(() => answer(false), limit);
    try {
      link = begin({ opened: () => answer(true), frame: ignore, tooLarge: ignore, closed: () => answer(false), failed: () => answer(false) });
    } catch {
      answer(false);
    }
  });
}
