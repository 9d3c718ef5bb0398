import { expect, it } from "vitest";
import { registry } from "../../openapi/registry";
import { assertRateLimits, limitedOperations } from "./rateLimitNames";

it("knows every operation with a limit of its own", () => {
  const limited = registry
    .filter(({ declaration }) => declaration.hourlyLimit)
    .map(({ declaration }) => declaration.operationId);
  expect(limited.toSorted()).toEqual([...limitedOperations]);
});

it.each([undefined, "", "apiKey=1200", "apiKey=1, userCeiling = 2,createInvitation=3"])("takes %j", (text) => {
  expect(() => assertRateLimits(text)).not.toThrow();
});

it.each(["apikey=5", "apiKey=0", "apiKey", "apiKey=5,,", "apiKey=5;user=6"])("refuses %j in one line", (text) => {
  expect(() => assertRateLimits(text)).toThrow(/^RATE_LIMITS takes entries such as apiKey=1200 of .+ is none\.$/);
});
