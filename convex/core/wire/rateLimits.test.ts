import { expect, test } from "vitest";
import { ceilingOf, limitsOf, networkOf, quotaOf, rateLimitHeaders } from "./rateLimits";

test("RATE_LIMITS is read as far as it can be meant", () => {
  expect(limitsOf("apiKey=5, public = 7,token=0,agent=1.5,user=-1,x,=3,a=1=2,big=99999999999")).toEqual(
    new Map([
      ["apiKey", 5],
      ["public", 7],
    ]),
  );
  expect(quotaOf("apiKey=5", "apiKey")).toEqual({ name: "apiKey", limit: 5, windowSeconds: 60 });
  expect(quotaOf(undefined, "apiKey").limit).toBe(1200);
});

test("a ceiling is never below what everybody has", () => {
  expect(ceilingOf("apiKeyCeiling=10", "apiKey")).toBe(1200);
  expect(ceilingOf("apiKey=5, apiKeyCeiling=10", "apiKey")).toBe(10);
  expect(ceilingOf("", "agent")).toBe(600);
});

test("the headers are lists of one String with parameters", () => {
  expect(rateLimitHeaders({ name: "apiKey", limit: 1200, windowSeconds: 60 }, 1187, 1)).toEqual({
    "ratelimit-policy": '"apiKey";q=1200;w=60',
    ratelimit: '"apiKey";r=1187;t=1',
  });
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:DB8:0:1:2:3:4:5", "2001:db8:0:1::/64"],
  ["2001:0db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:1::", "2001:db8:1:0::/64"],
  ["::1", "0:0:0:0::/64"],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
