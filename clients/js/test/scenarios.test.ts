import { describe, expect, it } from "vitest";
import { ScenarioRun, scenarioFiles } from "./support/scenario.js";

const files = scenarioFiles();

for (const { file, scenarios } of files) {
  describe(`spec/scenarios/${file}`, () => {
    it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", (_name, scenario) => {
      new ScenarioRun(scenario).run();
    });
  });
}

describe("the scenario files", () => {
  it("are there, and each scenario has a name of its own", () => {
    const names = files.flatMap(({ scenarios }) => scenarios.map(({ name }) => name));
    expect(names.length).toBeGreaterThan(50);
    expect(new Set(names).size).toBe(names.length);
  });

  it("fail when the client does something else", () => {
    const steps = [{ at: 0, app: { do: "connect" }, expect: [] }];
    expect(() => new ScenarioRun({ name: "x", steps }).run()).toThrow("to the network");
  });
});
