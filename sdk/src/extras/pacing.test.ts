import { expect, test } from "vitest";
import { fakeServer, problem, rejection } from "../../test/fakeServer";
import { Portico } from "../client";
import { AbortedError } from "../errors";
import { pacing } from "./pacing";

/** A server with a bucket of `most` requests that refills one every `refillMs`, and tells of it as the API does. */
async function limited(most: number, refillMs: number) {
  let left = most;
  let countedAtMs = performance.now();
  let refused = 0;
  const server = await fakeServer(() => {
    const nowMs = performance.now();
    left = Math.min(most, left + (nowMs - countedAtMs) / refillMs);
    countedAtMs = nowMs;
    const headers = () => ({
      "ratelimit-policy": `"apiKey";q=${most};w=${(most * refillMs) / 1_000}`,
      ratelimit: `"apiKey";r=${Math.floor(left)};t=1`,
    });
    if (left < 1) {
      refused += 1;
      return problem(429, "rate_limited", { ...headers(), "retry-after": "1" });
    }
    left -= 1;
    return { json: { id: "a" }, headers: headers() };
  });
  return { server, refused: () => refused };
}

test("requests one after the other are paced, and none is refused", async () => {
  // A second for each of five requests: windows are told in whole seconds.
  const { server, refused } = await limited(5, 400);
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_pace", hooks: [pacing()] });
  for (let call = 0; call < 8; call += 1) await portico.schedules.get("a");
  expect(refused()).toBe(0);
  expect(server.requests).toHaveLength(8);
});

test("those that are sent at once wait in their order once the limit is known", async () => {
  const { server, refused } = await limited(10, 200);
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_pace", hooks: [pacing()] });
  await portico.schedules.get("first");
  const ids = Array.from({ length: 14 }, (_, at) => `s${at}`);
  await Promise.all(ids.map((id) => portico.schedules.get(id)));
  expect(refused()).toBe(0);
  const waited = server.requests.slice(-4).map(({ path }) => path);
  expect(waited).toEqual(["/v1/schedules/s10", "/v1/schedules/s11", "/v1/schedules/s12", "/v1/schedules/s13"]);
});

test("without the headers nothing waits, and a signal ends a wait", async () => {
  const silent = await fakeServer(() => ({ json: { id: "a" } }));
  const free = new Portico({ baseUrl: silent.url, apiKey: "sk_test_pace", hooks: [pacing()] });
  await Promise.all(Array.from({ length: 20 }, () => free.schedules.get("a")));
  expect(silent.requests).toHaveLength(20);

  const used = await fakeServer(() => ({
    json: { id: "a" },
    headers: { "ratelimit-policy": '"apiKey";q=1;w=3600', ratelimit: '"apiKey";r=0;t=3600' },
  }));
  const portico = new Portico({ baseUrl: used.url, apiKey: "sk_test_pace", hooks: [pacing()] });
  await portico.schedules.get("a");
  const controller = new AbortController();
  const waiting = rejection(portico.schedules.get("b", { signal: controller.signal }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort();
  expect(await waiting).toBeInstanceOf(AbortedError);
  expect(used.requests).toHaveLength(1);
});
