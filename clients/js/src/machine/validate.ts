import type { DataType, ServerMessage } from "../messages.js";

/** Turns data as its codec brings it into the application's value; throws when it is not what `type` says. */
export type ReadData = (type: DataType, data: unknown) => unknown;

type Fields = Record<string, unknown>;
type Check = (value: unknown, read: ReadData) => boolean;

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): boolean => typeof value === "string";
const isNumber = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isPositive = (value: unknown): boolean => isNumber(value) && value !== 0;
const oneOf = (words: string): Check => (value) => isString(value) && words.split(" ").includes(value as string);
const listOf = (check: Check): Check => (value, read) => Array.isArray(value) && value.every((item) => check(item, read));
const mapOf = (check: Check): Check => (value, read) => isObject(value) && Object.values(value).every((item) => check(item, read));

/** Data is read in place, so that what passes holds the application's value. */
const isData: Check = (value, read) => {
  const fields = value as Fields;
  if (!checks.t!(fields.type, read) || !("data" in fields)) return false;
  try {
    fields.data = read(fields.type as DataType, fields.data);
    return true;
  } catch {
    return false;
  }
};

const isRange: Check = (value) =>
  Array.isArray(value) && value.length === 2 && isPositive(value[0]) && isPositive(value[1]) && value[0] <= value[1];
const areRanges: Check = (value, read) =>
  listOf(isRange)(value, read) && (value as number[][]).every((range, i, all) => i === 0 || range[0]! > all[i - 1]![1]!);

/** `name:check`, with `?` behind a field that may be absent. A field that is null is absent. */
function shape(text: string, withData?: "data" | "optional data"): Check {
  const fields = text.split(" ").map((field) => {
    const [name, check] = field.split(":") as [string, string];
    return { name, check: check.replace("?", ""), optional: check.endsWith("?") };
  });
  return (value, read) =>
    isObject(value) &&
    fields.every(({ name, check, optional }) => (value[name] == null ? optional : checks[check]!(value[name], read))) &&
    (withData === "data" || (withData && value.type != null) ? isData(value, read) : true);
}

const entry = "offset:p time:n event:s? message_id:s? sender:sender? key:s? tags:tags? priority:priority?";
const roster = "members:members count:n offset:n?";
const problem = "code:s message:s retryable:b retry_after:n?";

const checks: Record<string, Check> = {
  s: isString,
  n: isNumber,
  p: isPositive,
  b: (value) => typeof value === "boolean",
  e: (value) => isString(value) && /^[\w-]{1,32}$/.test(value as string),
  r: areRanges,
  t: oneOf("json text binary"),
  priority: oneOf("low normal high"),
  level: oneOf("memory replicated stored"),
  outcome: oneOf("not_applied unknown"),
  change: oneOf("join leave state count"),
  tags: mapOf(isString),
  heads: mapOf(isNumber),
  sender: shape("session:s? user:s?"),
  limits: shape("max_message_bytes:p max_rooms:n max_history:n? max_publish_rate:n?"),
  state: shape("type:t", "data"),
  member: shape("session:s user:s? state:state?"),
  members: listOf((value, read) => checks.member!(value, read)),
  roster: shape(roster),
  entries: listOf(shape(entry, "data")),
  problem: shape(problem),
};

const operations = new Map<string, Check>([
  ["welcome", shape("id:p? session:s user:s? resume:s? resumed:b server_time:n heartbeat:n limits:limits node:s? expires:n?")],
  ["joined", shape("id:p? room:s epoch:e head:n oldest:p? presence:roster?")],
  ["resumed", shape("id:p? room:s epoch:e from:p to:n")],
  ["reset", shape("room:s old_epoch:e? epoch:e head:n oldest:p? reason:s")],
  ["gap", shape("room:s epoch:e ranges:r reason:s")],
  ["skipped", shape("room:s ranges:r")],
  ["rewind", shape("room:s to:n attempt:p name:s?")],
  ["stale", shape("room:s since:n")],
  ["left", shape("id:p? room:s reason:s?")],
  ["message", shape(`room:s ${entry}`, "data")],
  ["presence", shape("room:s offset:n event:change member:member? count:n?")],
  ["published", shape("id:p room:s epoch:e offset:p level:level duplicate:b? readers:n?")],
  ["rejected", shape(`id:p room:s? outcome:outcome ${problem} last_sequence:n?`)],
  ["history", shape("id:p room:s epoch:e messages:entries head:n oldest:p? more:b?")],
  ["members", shape(`id:p room:s ${roster}`)],
  ["call", shape("id:p room:s? sender:sender? event:s timeout:n?", "data")],
  ["reply", shape("id:p error:problem?", "optional data")],
  ["done", shape("id:p")],
  ["refreshed", shape("id:p? expires:n?")],
  ["error", shape(`id:p? room:s? ${problem}`)],
  ["heads", shape("rooms:heads")],
  ["pong", shape("id:p? server_time:n")],
  ["goodbye", shape("reason:s retry_after:n? resume:s?")],
]);

/** What a decoded message is worth: itself, unknown (to be ignored) or bad (known, but not allowed as it is). */
export function validate(message: Fields, read: ReadData): ServerMessage | "unknown" | "bad" {
  if (!isString(message.op)) return "bad";
  const check = operations.get(message.op as string);
  if (!check) return "unknown";
  for (const name in message) if (message[name] === null && name !== "data") delete message[name];
  const whole =
    check(message, read) &&
    (message.op !== "presence" || message[message.event === "count" ? "count" : "member"] !== undefined) &&
    (message.op !== "resumed" || (message.to as number) >= (message.from as number) - 1) &&
    (message.op !== "reply" || (message.type === undefined) !== (message.error === undefined));
  return whole ? (message as unknown as ServerMessage) : "bad";
}
