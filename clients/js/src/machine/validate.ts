import type { DataType, ServerMessage } from "../messages.js";

/** Turns data as its codec brings it into the application's value; throws when it is not what `type` says. */
export type ReadData = (type: DataType, data: unknown) => unknown;

type Fields = Record<string, unknown>;
/** Whether a field's value is as it has to be. `object` is what the field belongs to. */
type Check = (value: unknown, read: ReadData, object: Fields) => boolean;

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Ranges rise and do not touch. */
const areRanges: Check = (value) => {
  let last = 0;
  const rises = (range: unknown): boolean => Array.isArray(range) && range.length === 2 && range.every(isNumber) && range[0]! > last && (last = range[1]!) >= range[0]!;
  return Array.isArray(value) && value.every(rises);
};

/** Data is read in place, so that what passes holds the application's value. */
const isData: Check = (value, read, object) => {
  if (!("data" in object)) return false;
  try {
    object.data = read(object.type as DataType, value);
    return true;
  } catch {
    return false;
  }
};

/** By the letter or name that stands in the tables below. */
const checks = new Map<string, Check>([
  ["s", isString],
  ["n", isNumber],
  ["p", (value) => isNumber(value) && value > 0],
  ["b", (value) => typeof value === "boolean"],
  ["e", (value) => isString(value) && /^[\w-]{1,32}$/.test(value)],
  ["r", areRanges],
  ["d", isData],
]);

/** A name, a list of it `[]`, an object of it `{}`, or one of several words `|`. */
function checkOf(type: string): Check {
  const whole = checks.get(type);
  if (whole) return whole;
  const words = type.split("|");
  if (words[1]) return (value) => words.includes(value as string);
  const one = checkOf(type.slice(0, -2));
  if (type.endsWith("[]")) return (value, read, object) => Array.isArray(value) && value.every((item) => one(item, read, object));
  return (value, read, object) => isObject(value) && Object.values(value).every((item) => one(item, read, object));
}

/** Lines of a name and its fields, `?` behind one that may be absent. A field that is null is absent, but for data. */
function shapes(table: string): [string, Check][] {
  return table.split("\n").map((line) => {
    const [name, ...texts] = line.trim().split(" ") as [string, ...string[]];
    const fields = texts.map((text) => {
      const [field, type] = text.split(":") as [string, string];
      return [field, checkOf(type.replace("?", "")), type.endsWith("?")] as const;
    });
    const check: Check = (value, read) =>
      isObject(value) &&
      fields.every(([field, is, optional]) => {
        const found = value[field];
        return found == null && (field !== "data" || value.type == null) ? optional : is(found, read, value);
      });
    checks.set(name, check);
    return [name, check];
  });
}

const data = "type:json|text|binary data:d";
const entry = `offset:p time:n event:s? message_id:s? sender:sender? key:s? tags:s{}? priority:low|normal|high? ${data}`;
const problem = "code:s message:s retryable:b retry_after:n?";
const roster = "members:member[] count:n offset:n?";

shapes(`sender session:s? user:s?
limits max_message_bytes:p max_rooms:n max_history:n? max_publish_rate:n?
state ${data}
member session:s user:s? state:state?
roster ${roster}
entry ${entry}
problem ${problem}`);

const operations = new Map(
  shapes(`welcome id:p? session:s user:s? resume:s? resumed:b server_time:n heartbeat:n limits:limits node:s? expires:n?
joined id:p? room:s epoch:e head:n oldest:p? presence:roster?
resumed id:p? room:s epoch:e from:p to:n
reset room:s old_epoch:e? epoch:e head:n oldest:p? reason:s
gap room:s epoch:e ranges:r reason:s
skipped room:s ranges:r
rewind room:s to:n attempt:p name:s?
stale room:s since:n
left id:p? room:s reason:s?
message room:s ${entry}
presence room:s offset:n event:join|leave|state|count member:member? count:n?
published id:p room:s epoch:e offset:p level:memory|replicated|stored duplicate:b? readers:n?
rejected id:p room:s? outcome:not_applied|unknown ${problem} last_sequence:n?
history id:p room:s epoch:e messages:entry[] head:n oldest:p? more:b?
members id:p room:s ${roster}
call id:p room:s? sender:sender? event:s timeout:n? ${data}
reply id:p error:problem? type:json|text|binary? data:d?
done id:p
refreshed id:p? expires:n?
error id:p? room:s? ${problem}
heads rooms:n{}
pong id:p? server_time:n
goodbye reason:s retry_after:n? resume:s?`),
);

/** What a decoded message is worth: itself, unknown (to be ignored) or bad (known, but not allowed as it is). */
export function validate(message: Fields, read: ReadData): ServerMessage | "unknown" | "bad" {
  if (!isString(message.op)) return "bad";
  const check = operations.get(message.op);
  if (!check) return "unknown";
  for (const name in message) if (message[name] === null && name !== "data") delete message[name];
  const whole =
    check(message, read, message) &&
    (message.op !== "presence" || message[message.event === "count" ? "count" : "member"] !== undefined) &&
    (message.op !== "resumed" || (message.to as number) >= (message.from as number) - 1) &&
    (message.op !== "reply" || (message.type === undefined) !== (message.error === undefined));
  return whole ? (message as unknown as ServerMessage) : "bad";
}
