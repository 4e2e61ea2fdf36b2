import { describe, expect, it } from "vitest";
import { json } from "../src/codec/json.js";
import { msgpack } from "../src/codec/msgpack.js";
import { Machine } from "../src/machine/machine.js";
import { Random } from "./support/random.js";

type Json = Record<string, unknown>;

const OPERATIONS = "welcome joined resumed reset gap skipped rewind stale left message presence published rejected history members call reply done refreshed error heads pong goodbye".split(" ");
const FIELDS: Record<string, unknown[]> = {
  id: [1, 2, 3, 4, 5, 9, 0, -1, 1.5, "1", null],
  room: ["r", "q", "$presence/r", "__proto__", "", 5],
  epoch: ["e1", "e2", "", "a b", 7],
  head: [0, 1, 5, 2 ** 53 - 1, 2 ** 53, -1],
  offset: [0, 1, 2, 3, 6, 2 ** 53 - 1, "3"],
  from: [1, 2, 7, 0],
  to: [0, 1, 6, 2 ** 53 - 1],
  ranges: [[], [[1, 2]], [[2, 1]], [[1, 2], [3, 4]], [[1, 2 ** 53 - 1]], [[5]], "all"],
  type: ["json", "text", "binary", "yaml"],
  data: [null, 1, "x", "AQI=", "A", { a: 1 }],
  members: [[], [{ session: "a" }], [{ session: "a" }, { session: "a" }], [{}], "a"],
  member: [{ session: "a" }, { session: "b", state: { type: "json", data: 1 } }, { user: "x" }],
  count: [0, 1, 1e6, -1],
  event: ["join", "leave", "state", "count", "x"],
  presence: [{ members: [{ session: "a" }], count: 1, offset: 3 }, {}],
  outcome: ["unknown", "not_applied", "perhaps"],
  code: ["rate_limited", "sequence_gap", "publisher_reset", "forbidden", "already_joined", "epoch_changed", "token_expired", "zzz"],
  message: ["words", 5],
  retryable: [true, false, 0],
  retry_after: [0, 1, 5000, 2 ** 53 - 1, -1],
  last_sequence: [0, 1, 2, 99],
  reason: ["x"],
  rooms: [{}, { r: 5, q: 2 ** 53 - 1 }, { __proto__: 1 }, []],
  messages: [[], [{ offset: 1, time: 1, type: "text", data: "x" }], [{}]],
  session: ["s1", "s2", 5],
  resumed: [true, false],
  resume: ["token"],
  server_time: [1, 2 ** 53 - 1],
  heartbeat: [0, 1, 5000, 2 ** 53 - 1],
  limits: [{ max_message_bytes: 100, max_rooms: 1 }, {}],
  time: [1],
  since: [1],
  attempt: [1, 0],
  level: ["memory", "none"],
  expires: [1, 2 ** 53 - 1],
  error: [{ code: "x", message: "y", retryable: true }, {}],
};

/** A message of the server that is mostly right, so that it gets far. */
function message(random: Random): Json {
  const result: Json = { op: random.chance(0.98) ? random.pick(OPERATIONS) : "nonsense" };
  for (const [name, values] of Object.entries(FIELDS)) if (random.chance(0.8)) result[name] = random.chance(0.8) ? values[0] : random.pick(values);
  if (random.chance(0.7)) result.id = 1 + random.below(12);
  return result;
}

describe("a server that says anything at any time", () => {
  it("makes the machine neither throw, nor spin, nor grow", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const machine = new Machine({ publisher: "p", incarnation: 1, renewable: true, readData: json.readData, random: random.next });
      let now = 0;
      let opens = 0;
      let call = 0;
      const give = (input: Parameters<Machine["step"]>[1]): void => {
        for (const output of machine.step(now, input)) {
          if (output.kind !== "open") continue;
          opens++;
          give({ type: "opened" });
          give({ type: "message", message: { op: "welcome", session: "s", resumed: false, server_time: 1, heartbeat: 0, limits: { max_message_bytes: 1000, max_rooms: 9 } } });
        }
      };
      give({ type: "connect", call: ++call });
      for (let i = 0; i < 400; i++) {
        if (random.chance(0.05)) give({ type: "join", call: ++call, room: random.pick(["r", "q"]), options: random.pick([{}, { presence: true }, { last: 3 }, { name: "n" }, { from: { epoch: "e1", offset: 2 } }]) });
        if (random.chance(0.02)) give({ type: "leave", call: ++call, room: "r" });
        if (random.chance(0.1)) give({ type: "publish", call: ++call, size: 10, message: { op: "publish", room: "r", type: "json", data: 1 } });
        if (random.chance(0.01)) give({ type: "garbled", reason: "x", code: 4400 });
        if (random.chance(0.02)) give({ type: "closed", code: random.pick([1006, 1012, 4401, 4410, 4430]) });
        if (random.chance(0.3)) {
          now += random.below(2000);
          give({ type: "tick" });
          expect(machine.deadline, `seed ${seed}`).toBeGreaterThan(now);
        }
        give({ type: "message", message: message(random) });
      }
      expect(opens, `seed ${seed} comes back too often`).toBeLessThan(now / 300 + 5);
      expect(machine.unsettled).toBeLessThanOrEqual(1000);
    }
  });

  it("in MessagePack is refused without memory for what it claims to hold", () => {
    const random = new Random(7);
    const whole = msgpack.encode({ op: "message", room: "r", offset: 5, data: "x".repeat(50), tags: { a: "b" } }) as Uint8Array;
    for (let i = 0; i < 5_000; i++) {
      const frame = Uint8Array.from(whole);
      for (let n = random.below(6); n >= 0; n--) frame[random.below(frame.length)] = random.below(256);
      try {
        expect(msgpack.decode(frame.subarray(0, random.below(frame.length + 1)))).toBeTypeOf("object");
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(RangeError);
      }
    }
    for (const bomb of ["dfffffffff", "ddffffffff", "c6ffffffff", "dbffffffff", "81a26f70ddffffffff"]) {
      expect(() => msgpack.decode(Uint8Array.from(Buffer.from(bomb, "hex")))).toThrow("longer than the frame");
    }
  });
});
