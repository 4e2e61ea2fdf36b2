import type { Problem } from "./messages.js";

/** Whether a publication that failed is in the room: surely not, or nobody knows. */
export type Outcome = "not_applied" | "unknown";

/** What is known about an error beside its code and message. */
export interface ErrorDetails {
  /** Whether the same can succeed later. */
  retryable?: boolean;
  cause?: unknown;
  /** For a publication: whether it may be in the room. */
  outcome?: Outcome | undefined;
  /** How long the server wants to be left alone, in milliseconds. */
  retryAfter?: number | undefined;
  room?: string | undefined;
  /** For `missing_offset`: the offsets, each range with both ends. */
  ranges?: readonly (readonly [number, number])[] | undefined;
}

/**
 * Everything that goes wrong. `code` is one of the protocol's (`forbidden`, `rate_limited`, ...) or of this library's:
 * `closed`, `connection_lost`, `timeout`, `unreachable`, `wrong_protocol`, `outbox_full`, `too_many_requests`, `lagging`,
 * `missing_offset`, `bad_message`, `not_left`.
 */
export class CarillonError extends Error {
  override readonly name = "CarillonError";
  readonly code: string;
  readonly retryable: boolean;
  readonly outcome: Outcome | undefined;
  readonly retryAfter: number | undefined;
  readonly room: string | undefined;
  readonly ranges: readonly (readonly [number, number])[] | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.outcome = details.outcome;
    this.retryAfter = details.retryAfter;
    this.room = details.room;
    this.ranges = details.ranges;
  }
}

/** What the server says is wrong, as an error. */
export function refusal({ code, message, retryable, retry_after: retryAfter }: Problem, details: ErrorDetails = {}): CarillonError {
  return new CarillonError(code, message, { retryable, retryAfter, ...details });
}
