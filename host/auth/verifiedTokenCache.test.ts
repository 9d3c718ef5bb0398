import { expect, it } from "vitest";
import { VerifiedTokenCache } from "./verifiedTokenCache";

const identity = { tokenIdentifier: "i|s", issuer: "i", subject: "s" };

it("keeps what is used and forgets what is not, within its bound", () => {
  const cache = new VerifiedTokenCache(10);
  for (let index = 0; index < 100; index += 1) {
    cache.set(`token${index}`, identity, 1);
    expect(cache.get("token0", 0)).toBe(identity);
  }
  const kept = Array.from({ length: 100 }, (_, index) => cache.get(`token${index}`, 0)).filter(
    (entry) => entry !== undefined,
  );
  expect(kept.length).toBeLessThanOrEqual(10);
  expect(cache.get("token1", 0)).toBeUndefined();
});

it("forgets expired, cleared and oversize tokens", () => {
  const cache = new VerifiedTokenCache(10);
  cache.set("token", identity, 1000);
  expect(cache.get("token", 999)).toBe(identity);
  expect(cache.get("token", 1000)).toBeUndefined();
  cache.set("x".repeat(5000), identity, 1000);
  expect(cache.get("x".repeat(5000), 0)).toBeUndefined();
  cache.clear();
  expect(cache.get("token", 0)).toBeUndefined();
});
