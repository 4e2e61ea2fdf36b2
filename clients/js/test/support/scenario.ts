import { readdirSync, readFileSync } from "node:fs";
import { json } from "../../src/codec/json.js";
import { CarillonError } from "../../src/errors.js";
import { Machine } from "../../src/machine/machine.js";
import type { Input, JoinOptions, Output } from "../../src/machine/types.js";
import type { ClientMessage } from "../../src/messages.js";

type Json = Record<string, unknown>;

export interface Step {
  at?: number;
  app?: Json & { do: string; as?: string };
  server?: Json | Json[];
  raw?: string;
  net?: "opened" | "failed" | "online" | "offline" | "wake" | { closed: { code: number; reason?: string } };
  suspended?: boolean;
  expect?: Json[];
}

export interface Scenario {
  name: string;
  begin?: string;
  random?: number;
  steps: Step[];
}

const folder = new URL("../../../../spec/scenarios/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const beginnings = read("begin.json") as Record<string, Step[]>;

/** Every scenario file with its scenarios. */
export function scenarioFiles(): { file: string; scenarios: Scenario[] }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== "begin.json")
    .map((file) => ({ file, scenarios: (read(file) as { scenarios: Scenario[] }).scenarios }));
}

const COMPARED = "message gap skipped reset resumed rewind stale fresh left presence error closed".split(" ");

/** Runs one scenario; throws at the first step whose doings are not the expected ones. */
export class ScenarioRun {
  private readonly variables = new Map<string, unknown>();
  private readonly calls = new Map<string, number>();
  private readonly done: Output[] = [];
  private machine!: Machine;
  private token: string | undefined;
  private now = 0;

  constructor(private readonly scenario: Scenario) {}

  run(): void {
    const { begin, random = 0.5, steps } = this.scenario;
    const whole = [...(begin ? beginnings[begin]! : []), ...steps];
    const renewable = whole.some(({ app }) => app?.renewable === true);
    this.machine = new Machine({ publisher: "p1", incarnation: 1, renewable, readData: json.readData, random: () => random });
    whole.forEach((step, i) => {
      try {
        this.step(step);
      } catch (error) {
        throw new Error(`step ${i + 1} ${JSON.stringify(step)}: ${(error as Error).message}`, { cause: error });
      }
    });
  }

  private step(step: Step): void {
    const at = step.at ?? this.now;
    if (at < this.now) throw new Error("time falls");
    if (!step.suspended) {
      while (this.machine.deadline <= at) {
        this.now = Math.max(this.now, this.machine.deadline);
        this.input({ type: "tick" });
      }
    }
    this.now = at;
    if (step.suspended) this.input({ type: "tick" });
    for (const input of this.inputs(step)) this.input(input);
    this.compare(step.expect ?? []);
  }

  private input(input: Input): void {
    this.done.push(...this.machine.step(this.now, input));
  }

  private inputs({ app, server, raw, net }: Step): Input[] {
    if (app) return [this.call(app)];
    if (raw !== undefined) return [{ type: "garbled", reason: raw, code: 4400 }];
    if (net === "opened") return [{ type: "opened", token: this.token }];
    if (net === "failed") return [{ type: "failed", error: new CarillonError("connection_lost", "refused") }];
    if (typeof net === "string") return [{ type: net }];
    if (net) return [{ type: "closed", ...net.closed }];
    const messages = server === undefined ? [] : Array.isArray(server) ? server : [server];
    return messages.map((message) => ({ type: "message", message: this.substitute(message) as Json }));
  }

  private call({ do: what, as, ...rest }: Json & { do: string; as?: string }): Input {
    const call = this.calls.size + 1;
    this.calls.set(as ?? `unnamed ${call}`, call);
    const { room, timeout } = rest as { room: string; timeout?: number };
    switch (what) {
      case "connect":
        this.token = rest.token as string | undefined;
        return { type: "connect", call };
      case "join": {
        const { room: _room, ...options } = rest;
        return { type: "join", call, room, options: options as JoinOptions };
      }
      case "leave":
        return { type: "leave", call, room };
      case "publish":
        return { type: "publish", call, message: { op: "publish", ...rest } as ClientMessage, size: 100 };
      case "close":
        return { type: "close" };
      default:
        return { type: "request", call, message: { op: what, ...rest }, timeout };
    }
  }

  private compare(expected: Json[]): void {
    const outputs = this.done.splice(0);
    const toNetwork = outputs.flatMap((output): Json[] => {
      if (output.kind === "open") return [{ open: true }];
      if (output.kind === "send") return [{ send: plain(output.message) }];
      return output.kind === "drop" ? [{ drop: output.code }] : [];
    });
    const toApplication = outputs.flatMap((output): Json[] => {
      if (output.kind === "tell") return COMPARED.includes(output.event.kind) ? [{ event: output.event }] : [];
      if (output.kind === "done") return [{ done: this.nameOf(output.call), with: output.value }];
      return output.kind === "fail" ? [{ fail: this.nameOf(output.call), with: output.error }] : [];
    });
    const isNetwork = (item: Json): boolean => "open" in item || "send" in item || "drop" in item;
    this.compareList("network", toNetwork, expected.filter(isNetwork));
    const unnamed = (item: Json): boolean => String(item.done ?? item.fail ?? "").startsWith("unnamed");
    this.compareList("application", toApplication.filter((item) => !unnamed(item)), expected.filter((item) => !isNetwork(item)));
  }

  private compareList(which: string, actual: Json[], expected: Json[]): void {
    const fits = actual.length === expected.length && expected.every((item, i) => this.matches(actual[i], item, "send" in item));
    if (!fits) throw new Error(`to the ${which}:\n  expected ${JSON.stringify(expected)}\n  but did  ${JSON.stringify(actual)}`);
  }

  private matches(actual: unknown, expected: unknown, exact: boolean): boolean {
    if (expected === "$_") return actual !== undefined;
    if (typeof expected === "string" && expected.startsWith("$")) {
      if (!this.variables.has(expected)) this.variables.set(expected, actual);
      return actual !== undefined && this.variables.get(expected) === actual;
    }
    if (typeof expected !== "object" || expected === null) return actual === expected;
    if (typeof actual !== "object" || actual === null) return false;
    if (Array.isArray(expected) && expected.length !== (actual as unknown[]).length) return false;
    const names = Object.keys(actual).filter((name) => name !== "client" && name !== "heartbeat");
    if (exact && names.some((name) => !(name in expected))) return false;
    return Object.entries(expected).every(([name, value]) => this.matches((actual as Json)[name], value, exact));
  }

  private substitute(value: unknown): unknown {
    if (typeof value === "string" && value.startsWith("$$")) return value.slice(1);
    if (typeof value === "string" && value.startsWith("$")) {
      if (!this.variables.has(value)) throw new Error(`${value} has no value yet`);
      return this.variables.get(value);
    }
    if (Array.isArray(value)) return value.map((item) => this.substitute(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.substitute(item)]));
  }

  private nameOf(call: number): string {
    return [...this.calls].find(([, number]) => number === call)?.[0] ?? `unknown ${call}`;
  }
}

const plain = (message: ClientMessage): Json => JSON.parse(JSON.stringify(message)) as Json;
