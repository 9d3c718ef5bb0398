import { expect, it } from "vitest";
import { rateLimitOf } from "./rateLimits";

const now = Date.UTC(2026, 0, 15);
const seconds = now / 1000;

it.each<[string, Record<string, string>, unknown]>([
  [
    "counters with a time",
    { "ratelimit-limit": "5000", "ratelimit-remaining": "4816", "ratelimit-reset": String(seconds + 60) },
    { limit: 5000, remaining: 4816, resetAt: now + 60_000 },
  ],
  [
    "counters with seconds, and with X-",
    { "x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30" },
    { limit: 60, remaining: 0, resetAt: now + 30_000 },
  ],
  [
    "a limit and its policy",
    { ratelimit: '"default";r=50;t=30', "ratelimit-policy": '"default";q=1200;w=300' },
    { remaining: 50, limit: 1200, resetAt: now + 30_000 },
  ],
  [
    "several limits, of which the one that ends first counts",
    { ratelimit: '"day";r=900;t=5000, "burst";r=3;t=2', "ratelimit-policy": '"burst";q=10;w=5,"day";q=1000;w=86400' },
    { remaining: 3, limit: 10, resetAt: now + 2000 },
  ],
  ["a limit without a policy", { ratelimit: '"default";r=7' }, { remaining: 7 }],
  ["one counter", { "x-ratelimit-remaining": " 12 " }, { remaining: 12 }],
  [
    "counters that are none",
    { "ratelimit-limit": "many", "ratelimit-remaining": "-1", "ratelimit-reset": "" },
    undefined,
  ],
  ["a limit that is none", { ratelimit: ";;,=;r=x", "ratelimit-policy": "," }, undefined],
  [
    "numbers that no row could keep",
    { "ratelimit-limit": "9".repeat(12), "ratelimit-reset": "9".repeat(15) },
    undefined,
  ],
  ["nothing", { "content-type": "application/json" }, undefined],
])("are read from %s", (_what, headers, limit) => {
  expect(rateLimitOf(new Headers(headers), now)).toEqual(limit);
});
