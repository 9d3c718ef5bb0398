import { expect, test } from "vitest";
import { soak } from "./soak";

test("what agents know to have arrived is there once, over a lossy network, a server that is killed, and wrong clocks", async () => {
  const { acknowledged, missing, twice, silent } = await soak({
    agents: 40,
    seconds: 12,
    intervalSeconds: 1,
    outages: [{ atSeconds: 2, forSeconds: 1.5 }],
    lossShare: 0.2,
  });
  expect(acknowledged).toBeGreaterThan(40);
  expect({ missing, twice }).toEqual({ missing: [], twice: [] });
  expect(silent).toBe(0);
});
