import type { ClientMessage, DataType } from "../messages.js";

/** How messages look on the wire. */
export interface Codec {
  /** The WebSocket subprotocol that stands for it. */
  readonly subprotocol: string;
  /** `data` is what `type` says: JSON as its text, text as a string, bytes as a `Uint8Array`. */
  encode(message: ClientMessage): string | Uint8Array<ArrayBuffer>;
  /** Reads a frame; throws when it cannot be read as a message. Data stays as it came. */
  decode(frame: string | Uint8Array): Record<string, unknown>;
  /** Turns data into the application's value; throws when it is not what `type` says. */
  readData(type: DataType, data: unknown): unknown;
}

/** `carillon.v1.json`. Numbers beyond 2^53 in `json` data lose digits, as they do everywhere in JavaScript. */
export const json: Codec = {
  subprotocol: "carillon.v1.json",

  encode({ data, ...message }) {
    const envelope = JSON.stringify(message);
    if (message.type === undefined) return envelope;
    const value = message.type === "json" ? data : JSON.stringify(message.type === "text" ? data : toBase64(data as Uint8Array));
    return `${envelope.slice(0, -1)},"data":${value as string}}`;
  },

  decode(frame) {
    if (typeof frame !== "string") throw new Error("a binary frame, where JSON comes as text");
    const message: unknown = JSON.parse(frame);
    if (typeof message !== "object" || message === null || Array.isArray(message)) throw new Error("not a JSON object");
    return message as Record<string, unknown>;
  },

  readData(type, data) {
    if (type === "json") return data;
    if (typeof data !== "string") throw new Error(`${type} data is not a string`);
    return type === "text" ? data : fromBase64(data);
  },
};

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new Error("base64 without padding"); // atob is lenient
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
