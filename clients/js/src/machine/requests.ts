import { CarillonError, refusal } from "../errors.js";
import type { ClientMessage, Problem } from "../messages.js";
import type { Host } from "./types.js";

const TIMEOUT = 10_000;
const MAX_WAITING = 1024;

interface Request {
  readonly call: number | undefined;
  readonly message: ClientMessage;
  id: number | undefined;
}

/** Requests that are answered by their id, until they are. */
export class Requests {
  readonly #waiting = new Set<Request>();
  readonly #sent = new Map<number, Request>();

  constructor(private readonly host: Host) {}

  /** @param call the application's, or none when nobody waits */
  add(call: number | undefined, message: ClientMessage, timeout?: number): void {
    const request: Request = { call, message, id: undefined };
    if (this.#waiting.size >= MAX_WAITING) {
      return this.#fail(request, new CarillonError("too_many_requests", `${MAX_WAITING} requests are waiting already`, { retryable: true }));
    }
    this.#waiting.add(request);
    const limit = message.op === "call" && timeout !== undefined ? timeout + 5000 : (timeout ?? TIMEOUT);
    this.host.timers.set(request, this.host.now + limit, () => {
      this.#fail(request, new CarillonError("timeout", `no answer to ${message.op} within ${limit} ms`, { retryable: true }));
    });
    if (this.host.connected) this.#send(request);
  }

  connected(): void {
    for (const request of this.#waiting) this.#send(request);
  }

  /** What can be repeated without harm waits for the next connection. */
  disconnected(): void {
    for (const request of this.#sent.values()) {
      request.id = undefined;
      const { op } = request.message;
      if (op === "leave") this.#done(request, undefined);
      else if (op === "call") this.#fail(request, new CarillonError("connection_lost", "the connection was lost before the reply", { retryable: true }));
    }
    this.#sent.clear();
  }

  /** Whether somebody waited for this answer. */
  answered(message: { op: string; id?: number | undefined; error?: Problem }): boolean {
    const request = message.id === undefined ? undefined : this.#sent.get(message.id);
    if (!request) return false;
    const { error } = message;
    if (error) this.#fail(request, refusal(error));
    else this.#done(request, message);
    return true;
  }

  failed(id: number, error: CarillonError): boolean {
    const request = this.#sent.get(id);
    if (request) this.#fail(request, error);
    return request !== undefined;
  }

  close(error: () => CarillonError): void {
    for (const request of [...this.#waiting]) this.#fail(request, error());
  }

  #send(request: Request): void {
    request.id = this.host.nextId();
    this.#sent.set(request.id, request);
    this.host.send({ ...request.message, id: request.id });
  }

  #done(request: Request, value: unknown): void {
    this.#remove(request);
    this.host.done(request.call, value);
  }

  #fail(request: Request, error: CarillonError): void {
    this.#remove(request);
    this.host.fail(request.call, error);
  }

  #remove(request: Request): void {
    this.#waiting.delete(request);
    if (request.id !== undefined) this.#sent.delete(request.id);
    this.host.timers.clear(request);
  }
}
