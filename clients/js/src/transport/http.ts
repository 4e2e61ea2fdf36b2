import type { Link, LinkEvents, LinkOptions } from "./transport.js";

/** How often a link without a place of its own asks. */
const SHORT_PAUSE = 2000;
/** How long the server may keep a request that fetches, in seconds. */
const WAIT = 25;
/** A request that takes longer than this has been lost. */
const LOST = 40_000;
const MAX_BATCH = 256 << 10;
/** How many pages may hold a connection open: a browser allows six to a host, and requests need some. */
const PLACES = 2;
const LINK = "Carillon-Link";
const NUMBER = "Carillon-Number";
const JSON_TEXT = "application/json";
const EVENTS = "text/event-stream";

/** A link over HTTP: what is sent goes as POST, what comes is an event stream, whole or fetched piece by piece. */
export class HttpLink implements Link {
  readonly #abort = new AbortController();
  readonly #url: string;
  readonly #queue: string[] = [];
  readonly #decoder = new TextDecoder();
  #name = "";
  #sent = 0;
  #fetched = 1;
  #waiting = 0;
  #posting = false;
  #opened = false;
  #over = false;
  #text = "";
  /** How much of it has been looked through for an end. */
  #looked = 0;
  #frames = 0;
  #free: () => void = () => undefined;
  #wake: () => void = () => undefined;

  /** @param stream whether the stream is to come whole */
  constructor(
    url: string,
    private readonly options: LinkOptions,
    private readonly events: LinkEvents,
    stream: boolean,
  ) {
    this.#url = url.replace(/^ws/, "http");
    (stream ? this.#stream() : this.#poll()).then(
      () => this.#end(1006),
      (cause: unknown) => this.#end(1006, "", cause),
    );
  }

  get buffered(): number {
    return this.#waiting;
  }

  send(frame: string | Uint8Array): void {
    if (this.#over) return;
    this.#queue.push(frame as string);
    this.#waiting += frame.length;
    if (!this.#posting) void this.#post();
  }

  close(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#leave();
    if (code === 1000 && this.#name) {
      this.#fetch(this.#url, { method: "DELETE", headers: { [LINK]: this.#name }, keepalive: true }, false).catch(() => undefined);
    }
  }

  #fetch(url: string, init: RequestInit, ends = true): Promise<Response> {
    // What is followed elsewhere would take the token there.
    return fetch(url, { cache: "no-store", redirect: "error", ...init, ...(ends && { signal: this.#abort.signal }) }).then((response) => {
      // What is sent is answered by nothing; what is fetched is events, and no page of somebody on the way.
      const fits = response.status === 204 || (!init.body && response.headers.get("Content-Type")?.startsWith(EVENTS));
      if (!response.ok || !fits) throw new Error(`${response.status} ${response.statusText} from ${this.#url}`);
      return response;
    });
  }

  async #post(): Promise<void> {
    this.#posting = true;
    try {
      // What is sent in one turn leaves in one request.
      for (await Promise.resolve(); this.#queue.length > 0 && !this.#over; ) {
        let body = this.#queue.shift()!;
        while (this.#queue.length > 0 && body.length < MAX_BATCH) body += `\n${this.#queue.shift()!}`;
        const headers = { [LINK]: this.#name, [NUMBER]: `${++this.#sent}`, "Content-Type": JSON_TEXT };
        await this.#within(this.#fetch(this.#url, { method: "POST", headers, body }), LOST);
        this.#waiting = this.#queue.reduce((sum, { length }) => sum + length, 0);
        this.#wake();
      }
    } catch (cause) {
      this.#end(1006, "", cause);
    }
    this.#posting = false;
  }

  async #stream(): Promise<void> {
    await this.#read(await this.#fetch(this.#url, { headers: { Accept: EVENTS } }));
  }

  /** Piece by piece, so that what is too large is not waited for. */
  async #read(response: Response): Promise<void> {
    const reader = response.body!.getReader();
    for (let read; !this.#over && !(read = await reader.read()).done; ) this.#take(read.value);
  }

  async #poll(): Promise<void> {
    await this.#read(await this.#fetch(this.#url, { method: "POST", headers: { [LINK]: "new" } }));
    if (!this.#name) throw new Error(`${this.#url} speaks no Carillon over HTTP`);
    let place = false;
    while (!this.#over) {
      place ||= await this.#place();
      const url = new URL(this.#url);
      url.searchParams.set("wait", `${place ? WAIT : 0}`);
      const headers = { [LINK]: this.#name, [NUMBER]: `${++this.#fetched}`, Accept: EVENTS };
      const [frames, asked] = [this.#frames, Date.now()];
      await this.#within(this.#fetch(url.href, { headers }).then((response) => this.#read(response)), LOST);
      // One that is asked to wait and gives nothing at once would be asked without a pause.
      const idle = frames === this.#frames && !this.#text && Date.now() - asked < SHORT_PAUSE;
      if ((!place || idle) && !this.#over) await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, SHORT_PAUSE);
    });
  }

  async #within<T>(promise: Promise<T>, limit: number): Promise<T> {
    const timer = setTimeout(() => this.#abort.abort(), limit);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes one of the places of this host, if one is free. Without locks nobody counts. */
  async #place(): Promise<boolean> {
    const { locks } = (globalThis as { navigator?: { locks?: LockManager } }).navigator ?? {};
    if (!locks || typeof document === "undefined") return true;
    const held = new Promise<void>((resolve) => (this.#free = resolve));
    for (let n = 0; n < PLACES; n++) {
      const got = await new Promise<boolean>((resolve) => {
        const hold = (lock: Lock | null): Promise<void> | undefined => {
          resolve(lock !== null);
          return lock === null || this.#over ? undefined : held;
        };
        locks.request(`carillon:${new URL(this.#url).host}:${n}`, { ifAvailable: true }, hold).catch(() => resolve(false));
      });
      if (got) return true;
    }
    return false;
  }

  #take(bytes: Uint8Array): void {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    if (this.#text.length > this.options.maxBytes + 1024) {
      this.events.tooLarge(this.#text.length);
      return this.close(1009);
    }
    for (let end; !this.#over && (end = this.#text.indexOf("\n\n", this.#looked)) >= 0; ) {
      const event = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      this.#looked = 0;
      this.#event(event.split("\n"));
    }
    this.#looked = Math.max(this.#text.length - 1, 0);
  }

  #event(lines: string[]): void {
    let name = "";
    const data: string[] = [];
    for (const line of lines) {
      if (line.startsWith("event: ")) name = line.slice(7);
      else if (line.startsWith("data: ")) data.push(line.slice(6));
    }
    if (data.length === 0) return;
    const text = data.join("\n");
    this.#frames++;
    if (name === "") this.events.frame(text);
    else if (name === "link" && !this.#opened) {
      this.#opened = true;
      this.#name = text;
      this.events.opened(this.options.subprotocol);
    } else if (name === "close") {
      const { code, reason } = JSON.parse(text) as { code: number; reason: string };
      this.#end(code, reason);
    }
  }

  #end(code: number, reason = "", cause?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#leave();
    if (this.#opened) this.events.closed(code, reason);
    else this.events.failed(cause ?? new Error(`no event stream from ${this.#url}`));
  }

  #leave(): void {
    this.#abort.abort();
    this.#free();
    this.#wake();
  }
}
