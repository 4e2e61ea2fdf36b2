import type { ClientMessage } from "../messages.js";
import type { Codec } from "./json.js";

/** `carillon.v1.msgpack`: smaller messages, and bytes without base64. `connect(url, { codec: msgpack })`. */
export const msgpack: Codec = {
  subprotocol: "carillon.v1.msgpack",

  encode(message: ClientMessage) {
    const writer = new Writer();
    writer.value(message);
    return writer.bytes();
  },

  decode(frame) {
    if (typeof frame === "string") throw new Error("a text frame, where MessagePack comes as binary");
    const reader = new Reader(frame);
    const message = reader.value(0);
    if (reader.left > 0) throw new Error(`${reader.left} bytes behind the message`);
    if (typeof message !== "object" || message === null || Array.isArray(message) || message instanceof Uint8Array) throw new Error("not a map");
    return message as Record<string, unknown>;
  },

  readData(type, data) {
    if (type === "binary") {
      if (data instanceof Uint8Array) return data;
      throw new Error("binary data is not bin");
    }
    if (typeof data !== "string") throw new Error(`${type} data is not a str`);
    return type === "json" ? JSON.parse(data) : data;
  },
};

const MAX_DEPTH = 64;
const utf8 = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Writer {
  #buffer = new Uint8Array(256);
  #length = 0;

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  value(value: unknown): void {
    if (value === null || value === undefined) this.#byte(0xc0);
    else if (typeof value === "boolean") this.#byte(value ? 0xc3 : 0xc2);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "string") this.#string(value);
    else if (value instanceof Uint8Array) this.#head(value.length, undefined, [0xc4, 0xc5, 0xc6]).#append(value);
    else if (Array.isArray(value)) {
      this.#head(value.length, [0x90, 15], [undefined, 0xdc, 0xdd]);
      for (const item of value) this.value(item);
    } else {
      const fields = Object.entries(value as object).filter(([, field]) => field !== undefined);
      this.#head(fields.length, [0x80, 15], [undefined, 0xde, 0xdf]);
      for (const [name, field] of fields) {
        this.#string(name);
        this.value(field);
      }
    }
  }

  #string(text: string): void {
    const bytes = utf8.encode(text);
    this.#head(bytes.length, [0xa0, 31], [0xd9, 0xda, 0xdb]).#append(bytes);
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no number of the envelope`);
    if (value < 0x80) this.#byte(value);
    else if (value < 0x1_0000_0000) this.#sized(value, [0xcc, 0xcd, 0xce]);
    else {
      this.#byte(0xcf);
      this.#uint(Math.floor(value / 0x1_0000_0000), 4);
      this.#uint(value >>> 0, 4);
    }
  }

  #head(length: number, fixed: [base: number, max: number] | undefined, kinds: (number | undefined)[]): this {
    if (fixed && length <= fixed[1]) this.#byte(fixed[0] | length);
    else this.#sized(length, kinds);
    return this;
  }

  #sized(value: number, kinds: (number | undefined)[]): void {
    const size = kinds[0] !== undefined && value < 0x100 ? 0 : value < 0x10000 ? 1 : 2;
    this.#byte(kinds[size]!);
    this.#uint(value, 1 << size);
  }

  #uint(value: number, size: number): void {
    for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) this.#byte((value >>> shift) & 0xff);
  }

  #byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#length++] = value;
  }

  #append(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + bytes));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

/** Lengths are compared to what is left before anything is made of them. */
class Reader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get left(): number {
    return this.bytes.length - this.#at;
  }

  value(depth: number): unknown {
    const kind = this.#uint(1);
    if (kind < 0x80) return kind;
    if (kind < 0x90) return this.#map(kind & 15, depth);
    if (kind < 0xa0) return this.#array(kind & 15, depth);
    if (kind < 0xc0) return this.#string(kind & 31);
    if (kind >= 0xe0) return kind - 256;
    switch (kind) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return kind === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#uint(1 << (kind - 0xc4))).slice();
      case 0xca:
      case 0xcb: {
        const view = this.#take(kind === 0xca ? 4 : 8);
        const data = new DataView(view.buffer, view.byteOffset);
        return kind === 0xca ? data.getFloat32(0) : data.getFloat64(0);
      }
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.#uint(1 << (kind - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3: {
        const size = 1 << (kind - 0xd0);
        const value = this.#uint(size);
        return value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
      }
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#uint(1 << (kind - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#uint(2 << (kind - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 << (kind - 0xde)), depth);
      default:
        return this.#extension(kind);
    }
  }

  #map(size: number, depth: number): Record<string, unknown> {
    this.#enter(2 * size, depth);
    const map: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (let i = 0; i < size; i++) {
      const name = this.value(depth + 1);
      if (typeof name !== "string") throw new Error("a name that is no string");
      if (name in map) throw new Error(`the name ${name.slice(0, 50)} twice`);
      map[name] = this.value(depth + 1);
    }
    return map;
  }

  #array(size: number, depth: number): unknown[] {
    this.#enter(size, depth);
    return Array.from({ length: size }, () => this.value(depth + 1));
  }

  #enter(values: number, depth: number): void {
    if (values > this.left) throw new Error("longer than the frame");
    if (depth >= MAX_DEPTH) throw new Error("nested too deeply");
  }

  /** What this version does not know is stepped over. */
  #extension(kind: number): undefined {
    if (kind === 0xc1) throw new Error("the byte c1");
    const size = kind < 0xca ? this.#uint(1 << (kind - 0xc7)) : 1 << (kind - 0xd4);
    this.#take(size + 1);
  }

  #string(length: number): string {
    return strict.decode(this.#take(length));
  }

  #uint(size: number): number {
    let value = 0;
    for (const byte of this.#take(size)) value = value * 256 + byte;
    return value;
  }

  #take(length: number): Uint8Array {
    if (length > this.left) throw new Error("longer than the frame");
    return this.bytes.subarray(this.#at, (this.#at += length));
  }
}
