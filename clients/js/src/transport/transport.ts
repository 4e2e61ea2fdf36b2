/** A way to reach a server. WebSocket is one; others carry the same frames in another manner. */
export interface Transport {
  /** Begins to open a link. Exactly one of `closed` and `failed` ends it, unless `close` was called. */
  open(url: string, options: LinkOptions, events: LinkEvents): Link;
}

export interface LinkOptions {
  readonly subprotocol: string;
  /** A frame that is larger ends the link. */
  readonly maxBytes: number;
}

export interface LinkEvents {
  /** @param subprotocol the one that the server chose */
  opened(subprotocol: string): void;
  frame(frame: string | Uint8Array): void;
  /** A frame came that was larger than allowed. */
  tooLarge(bytes: number): void;
  closed(code: number, reason: string): void;
  /** It could not be opened. */
  failed(cause: unknown): void;
}

export interface Link {
  /** Bytes that were sent and have not left this machine. */
  readonly buffered: number;
  send(frame: string | Uint8Array<ArrayBuffer>): void;
  /** Ends the link. No event comes any more. */
  close(code: number, reason: string): void;
}
