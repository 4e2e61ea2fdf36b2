import { describe, expect, it } from "vitest";
import { CarillonError } from "../src/errors.js";
import { isRefused, World } from "./support/world.js";

const seeds = process.env.VERIFY === "full" ? 1000 : 60;
const STEPS = 2000;

/** Checks one run against what GUARANTEES promise; throws with the seed. */
function check(seed: number): World {
  const world = new World(seed, { restarts: seed % 2 === 1, tellsLast: seed % 4 < 2 });
  world.run(STEPS);
  const { server, settled, events, published, restarts } = world;

  expect(settled.size, "every publication is settled").toBe(published);
  for (const { epoch, log } of server.epochs) {
    expect([...log], `in ${epoch} each once, in the order of publishing`).toEqual([...new Set(log)].sort((a, b) => a - b));
    for (const [n, how] of settled) {
      if (how instanceof CarillonError) {
        expect(how.outcome === "not_applied" && log.includes(n), `${n} is in the room, though it was said not to be`).toBe(false);
        if (!isRefused(n)) expect(how.code, "given up without a reason").toBe("publisher_reset");
        if (!isRefused(n)) expect(restarts, "in doubt though nothing was forgotten").toBeGreaterThan(0);
      } else if (how.epoch === epoch) {
        expect(log[how.offset - 1], `${n} is where it was said to be`).toBe(n);
      }
    }
  }

  expect(events.filter(({ kind }) => kind === "error" || kind === "left")).toEqual([]);
  let next: { epoch: string; offset: number } | undefined;
  for (const event of events) {
    if (event.kind === "reset") next = { epoch: event.epoch, offset: event.head + 1 };
    if (event.kind !== "message") continue;
    if (next) expect({ epoch: event.epoch, offset: event.offset }, "the reader gets one after the other").toEqual(next);
    next = { epoch: event.epoch, offset: event.offset + 1 };
    expect(server.epochs.find(({ epoch }) => epoch === event.epoch)!.log[event.offset - 1]).toBe(event.data);
  }
  const { epoch, log } = server.current;
  if (log.length > 0) expect(next, "the reader has everything in the end").toEqual({ epoch, offset: log.length + 1 });
  return world;
}

describe("against a model of the server, over a network that breaks", () => {
  it(`${seeds} seeds keep every promise`, () => {
    let cuts = 0;
    let restarts = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      try {
        const world = check(seed);
        cuts += world.cuts;
        restarts += world.restarts;
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
    expect(cuts).toBeGreaterThan(seeds);
    expect(restarts).toBeGreaterThan(seeds / 10);
  }, 600_000);
});
