import type { DataType } from "./messages.js";

/** What can be published: text, bytes, or anything that JSON can say. */
export type Publishable = unknown;

const utf8 = new TextEncoder();

/**
 * The two fields that carry data. What an application may change later is copied: JSON to its text, bytes to bytes of
 * their own; so a repetition says the same.
 */
export function dataFields(value: Publishable, type?: DataType): { type: DataType; data: string | Uint8Array<ArrayBuffer> } {
  if (type === undefined || type === "binary") {
    if (value instanceof ArrayBuffer) return { type: "binary", data: new Uint8Array(value.slice(0)) };
    if (ArrayBuffer.isView(value)) return { type: "binary", data: new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() as Uint8Array<ArrayBuffer> };
    if (type) throw new TypeError("binary data has to be an ArrayBuffer or a view of one");
  }
  if (typeof value === "string" && type !== "json") return { type: "text", data: value };
  if (type === "text") throw new TypeError("text data has to be a string");
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`${typeof value} cannot be published: JSON cannot say it`);
  return { type: "json", data: text };
}

export function byteLength(frame: string | Uint8Array): number {
  return typeof frame === "string" ? utf8.encode(frame).length : frame.length;
}
