import { json } from "../codec/json.js";
import type { Link, Transport } from "./transport.js";

export type TransportName = "websocket" | "stream" | "poll";

/** How long each may take until the next is tried; together less than the client's patience with one connection. */
const LIMIT = 3000;
/** For how long what worked is taken again before what would be better is tried. */
const REMEMBERED = 600_000;

/**
 * What worked instead of a WebSocket at an address, and until when that is believed. A page writes it down, so that a
 * reload and other tabs need not find it out again.
 */
export interface Way {
  /** @returns the name, and until when it holds in ms since 1970; or nothing */
  get(): { name: TransportName; until: number } | undefined;
  /** Takes another, or none, from now on. */
  set(name?: TransportName): void;
}

const ways = new Map<string, string>();

/** Without the query, which may hold a secret. */
function wayOf(url: string): Way {
  const key = `carillon:${url.split("?")[0]!}`;
  // Only in pages: elsewhere nothing is reloaded, and to ask for it may warn.
  const notes = (use: (storage: Storage) => string | null | void): string | null | void => {
    try {
      if (typeof document !== "undefined") return use(localStorage);
    } catch {
      // storage forbidden, or full
    }
  };
  return {
    get() {
      const [name, until] = (notes((storage) => storage.getItem(key)) ?? ways.get(key) ?? "").split(" ");
      const left = Number(until) - Date.now();
      // One that lies farther ahead was written by a clock that has been set since.
      return left > 0 && left <= REMEMBERED ? { name: name as TransportName, until: Number(until) } : undefined;
    },
    set(name) {
      const text = name ? `${name} ${Date.now() + REMEMBERED}` : "";
      ways.set(key, text);
      notes((storage) => storage.setItem(key, text));
    },
  };
}

/**
 * Takes the first way that works: a WebSocket, else an event stream with POST, else requests that fetch. What works is
 * remembered for ten minutes; then a WebSocket is tried again, beside a link that works. What is not needed where a
 * WebSocket works is loaded only where it does not.
 */
export function choose(webSocket: Transport, names: readonly TransportName[]): Transport {
  return {
    open(url, options, events) {
      const order = options.subprotocol === json.subprotocol ? names : (["websocket"] as const);
      const way = wayOf(url);
      const first = Math.max(order.indexOf(way.get()?.name ?? order[0]!), 0);
      let link: Link | undefined;
      let over = false;
      /** Since when it has been open without a word. */
      let silentSince = Infinity;
      let timer: ReturnType<typeof setTimeout> | undefined;

      const stop = (): void => {
        over = true;
        clearTimeout(timer);
        // It opened, and then nothing came: somebody on the way lets through the beginning only. What was open for
        // shorter may have been lost early, and no more.
        if (order[1] && Date.now() - silentSince >= LIMIT) way.set(order[1]);
      };
      const fall = (at: number, cause?: unknown): void => {
        clearTimeout(timer);
        link?.close(1000, "");
        link = undefined;
        if (!order[at]) return events.failed(cause);
        import("./fallback.js").then(
          ({ Fallback }) => {
            if (!over) link = new Fallback({ url, options, webSocket, order, way, limit: LIMIT }, at, events, cause);
          },
          () => over || events.failed(cause),
        );
      };
      if (order[first] === "websocket") {
        timer = setTimeout(() => fall(first + 1), LIMIT);
        const failed = (cause: unknown): void => fall(first + 1, cause);
        try {
          link = webSocket.open(url, options, {
            opened(subprotocol) {
              clearTimeout(timer);
              silentSince = Date.now();
              events.opened(subprotocol);
            },
            frame(frame) {
              silentSince = Infinity;
              events.frame(frame);
            },
            tooLarge: events.tooLarge,
            closed(code, reason) {
              stop();
              events.closed(code, reason);
            },
            failed,
          });
        } catch (cause) {
          failed(cause);
        }
      } else fall(first);
      return {
        get buffered() {
          return link?.buffered ?? 0;
        },
        send: (frame) => link?.send(frame),
        close(code, reason) {
          stop();
          link?.close(code, reason);
        },
      };
    },
  };
}
