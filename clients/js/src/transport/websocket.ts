import { CarillonError } from "../errors.js";
import type { Link, LinkEvents, LinkOptions, Transport } from "./transport.js";

/** What this library needs of a WebSocket: the browsers' own, Node's since 22, and that of `ws`. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly protocol: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string | ArrayBufferView<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[], options?: never) => WebSocketLike;

/** How long a closing handshake may take before the socket is torn down, where that is possible. */
const CLOSE_LIMIT = 2000;

/**
 * @param constructor the WebSocket to use; absent: the global one, or else the package `ws`
 */
export function webSocket(constructor?: WebSocketConstructor): Transport {
  return {
    open: (url, options, events) => new WebSocketLink(constructor ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket, url, options, events),
  };
}

class WebSocketLink implements Link {
  #socket: WebSocketLike | undefined;
  #over = false;

  constructor(constructor: WebSocketConstructor | undefined, url: string, options: LinkOptions, events: LinkEvents) {
    if (constructor) {
      this.#begin(constructor, url, options, events);
      return;
    }
    // Node 20 has no WebSocket: `ws` is loaded when it is first needed, out of sight of bundlers.
    const name = "ws";
    import(/* webpackIgnore: true */ /* @vite-ignore */ name).then(
      (ws: { WebSocket: WebSocketConstructor }) => this.#over || this.#begin(ws.WebSocket, url, options, events),
      (cause: unknown) => this.#over || events.failed(new CarillonError("unsupported", "no WebSocket here: use Node.js 22 or later, or npm install ws", { cause })),
    );
  }

  #begin(constructor: WebSocketConstructor, url: string, { subprotocol, maxBytes }: LinkOptions, events: LinkEvents): void {
    const socket = new constructor(url, [subprotocol], { maxPayload: maxBytes } as never);
    let cause: unknown;
    let opened = false;
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      opened = true;
      if (!this.#over) events.opened(socket.protocol);
    };
    socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
      if (this.#over) return;
      const size = typeof data === "string" ? data.length : data.byteLength;
      if (size > maxBytes) events.tooLarge(size);
      else events.frame(typeof data === "string" ? data : new Uint8Array(data));
    };
    socket.onerror = (event: { error?: unknown; message?: string }) => {
      cause = event.error ?? event.message ?? cause;
    };
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
      if (this.#over) return;
      this.#over = true;
      if (!opened) events.failed(cause);
      else if ((cause as { code?: string } | undefined)?.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") events.tooLarge(maxBytes + 1);
      else events.closed(code, reason);
    };
  }

  get buffered(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    if (!this.#over) this.#socket?.send(frame);
  }

  close(code: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    const socket = this.#socket;
    if (!socket) return;
    socket.onerror = () => undefined; // `ws` tells one when it is closed while it opens
    socket.close(code, reason.slice(0, 40));
    const terminate = (socket as { terminate?: () => void }).terminate;
    if (terminate) (setTimeout(() => terminate.call(socket), CLOSE_LIMIT) as { unref?: () => void }).unref?.();
  }
}
