import type { Link, LinkEvents, Transport } from "./transport.js";

export type TransportName = "websocket" | "stream" | "poll";

/** How long each may take until the next is tried; together less than the client's patience with one connection. */
const LIMIT = 3000;
/** For how long what worked is taken again before what would be better is tried. */
const REMEMBERED = 600_000;

/** What works, by address: where to begin, and until when that is believed. */
const known = new Map<string, { name: TransportName; until: number }>();

/**
 * Takes the first way that works: a WebSocket, else an event stream with POST, else requests that fetch. What works is
 * remembered for ten minutes; then a WebSocket is tried again, beside a link that works.
 */
export function choose(webSocket: Transport, names: readonly TransportName[]): Transport {
  return {
    open(url, options, events) {
      const order = options.subprotocol === "carillon.v1.json" ? names : (["websocket"] as const);
      const memory = known.get(url);
      const first = memory && memory.until > Date.now() ? order.indexOf(memory.name) : 0;
      return new Choosing(url, order, Math.max(first, 0), begin, events);

      async function begin(name: TransportName, told: LinkEvents): Promise<Link> {
        if (name === "websocket") return webSocket.open(url, options, told);
        const { HttpLink } = await import("./http.js");
        return new HttpLink(url, options, told, name === "stream");
      }
    },
  };
}

type Begin = (name: TransportName, told: LinkEvents) => Promise<Link>;

class Choosing implements Link {
  #link: Link | undefined;
  #turn = 0;
  /** Since when it has been open without a word. */
  #silentSince = Infinity;
  #heard = false;
  #over = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failure: unknown;

  constructor(
    private readonly url: string,
    private readonly order: readonly TransportName[],
    private at: number,
    private readonly begin: Begin,
    private readonly events: LinkEvents,
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
    this.#distrust();
    this.#stop();
    this.#link?.close(code, reason);
  }

  #stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #try(): void {
    const turn = ++this.#turn;
    const name = this.order[this.at]!;
    const mine = (): boolean => turn === this.#turn && !this.#over;
    const next = (cause?: unknown): void => {
      if (!mine()) return;
      clearTimeout(this.#timer);
      this.#failure ??= cause;
      this.#link?.close(1000, "");
      if (++this.at < this.order.length) return this.#try();
      known.delete(this.url);
      this.#stop();
      this.events.failed(this.#failure);
    };
    this.#timer = setTimeout(() => next(), LIMIT);
    this.begin(name, {
      opened: (subprotocol) => {
        if (!mine()) return;
        clearTimeout(this.#timer);
        this.#silentSince = Date.now();
        if (this.at > 0) this.#remember();
        this.events.opened(subprotocol);
      },
      frame: (frame) => {
        if (!mine()) return;
        this.#heard = true;
        this.events.frame(frame);
      },
      tooLarge: (bytes) => mine() && this.events.tooLarge(bytes),
      closed: (code, reason) => {
        if (!mine()) return;
        this.#distrust();
        this.#stop();
        this.events.closed(code, reason);
      },
      failed: next,
    }).then((link) => {
      if (mine()) this.#link = link;
      else link.close(1000, "");
    }, next);
  }

  /** It opened, and then nothing came: somebody on the way lets through the beginning only. */
  #distrust(): void {
    // What was open for shorter may have been lost early, and no more.
    if (this.#heard || Date.now() - this.#silentSince < LIMIT) return;
    const name = this.order[this.at + 1];
    if (name) known.set(this.url, { name, until: Date.now() + REMEMBERED });
  }

  #remember(): void {
    known.set(this.url, { name: this.order[this.at]!, until: Date.now() + REMEMBERED });
    this.#timer = setTimeout(() => void this.#probe(), REMEMBERED);
  }

  /** Whether what is better works by now: then this link ends, and the client comes back over the other. */
  async #probe(): Promise<void> {
    const { works } = await import("./http.js");
    const better = await works((told) => this.begin(this.order[0]!, told), LIMIT);
    if (this.#over) return;
    if (!better) return this.#remember();
    known.delete(this.url);
    this.#stop();
    this.#link?.close(1001, "");
    this.events.closed(1012, "");
  }
}
