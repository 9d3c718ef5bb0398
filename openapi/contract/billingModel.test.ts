import * as fc from "fast-check";
import { expect, it } from "vitest";
import { newBilling, newIntegrations } from "./billingHost.testing";
import { anyStep, Life, zones } from "./billingLife.testing";
import { createProductHost } from "./productHost.testing";

// Random lives of prices, usage, adjustments and bills, against a model that computes every bill from all there is. Many of them:
// PORTICO_PROPERTY_RUNS=500 PORTICO_PROPERTY_SECONDS=150 npx vitest run openapi/contract/billingModel.test.ts

it("bills what a model of all records says, to the cent, and loses or gives twice no credit", async () => {
  const host = createProductHost();
  const integrations = await newIntegrations(host);
  const lives = fc.array(anyStep, { minLength: 5, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...zones), lives, async (zone, steps) => {
      const life = new Life(await newBilling(host, integrations, { timezone: zone }), zone);
      for (const step of steps) await life.take(step);
      expect(await life.end()).toEqual([]);
    }),
  );
});
