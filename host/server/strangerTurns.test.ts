import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { StrangerTurns } from "./strangerTurns";

describe("the turns of strangers", () => {
  it("begin at once while they are few", () => {
    const turns = new StrangerTurns();
    const begun: number[] = [];
    for (let at = 0; at < 3; at++) turns.begin(() => begun.push(at));
    expect(begun).toEqual([0, 1, 2]);
  });

  it("leave every fifth and later one of a burst for later rounds, all in their order", async () => {
    const turns = new StrangerTurns();
    const begun: number[] = [];
    const perRound: number[] = [];
    for (let at = 0; at < 50; at++) turns.begin(() => begun.push(at));
    while (begun.length < 50) {
      perRound.push(begun.length - perRound.reduce((sum, each) => sum + each, 0));
      await setImmediate();
    }
    expect(Math.max(...perRound)).toBeLessThanOrEqual(4);
    expect(begun).toEqual(Array.from({ length: 50 }, (_, at) => at));
  });

  it("let one begin that comes while others wait, after them", async () => {
    const turns = new StrangerTurns();
    const begun: string[] = [];
    for (let at = 0; at < 5; at++) turns.begin(() => begun.push(`early ${at}`));
    await new Promise<void>((resolve) => {
      turns.begin(() => {
        begun.push("late");
        resolve();
      });
    });
    expect(begun.at(-1)).toBe("late");
    expect(begun).toHaveLength(6);
  });
});
