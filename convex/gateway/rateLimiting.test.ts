import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RateLimiting } from "./rateLimiting";
import type { Admission } from "./rateLimiting";

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const windowSeconds = 60;

/** The component's token bucket, and how often it was asked. */
class Bucket {
  value: number;
  asked: number[] = [];
  failure: Error | undefined;
  isKnown = true;
  #at = Date.now();

  constructor(readonly limit: number) {
    this.value = limit;
  }

  readonly ctx = {
    runMutation: async (_reference: unknown, { wanted }: { wanted: number }) => {
      this.asked.push(wanted);
      await Promise.resolve();
      if (this.failure) throw this.failure;
      const now = Date.now();
      this.value = Math.min(this.limit, this.value + (Math.max(0, now - this.#at) * this.limit) / 60_000);
      this.#at = now;
      const granted = Math.min(wanted, Math.floor(this.value));
      this.value -= granted;
      return {
        name: "apiKey",
        limit: this.limit,
        windowSeconds,
        granted,
        remaining: Math.floor(this.value),
        retryAfterMs: granted > 0 ? 0 : Math.ceil(((1 - this.value) * 60_000) / this.limit),
        isKnown: this.isKnown,
      };
    },
  };
}

// The gateway's context has far more than counting needs.
const admit = (limiting: RateLimiting, { ctx }: Bucket, key = "k"): Promise<Admission> =>
  limiting.admit(Object(ctx), key, {});

const admitted = async (limiting: RateLimiting, bucket: Bucket, count: number): Promise<number> => {
  const answers = await Promise.all(Array.from({ length: count }, () => admit(limiting, bucket)));
  return answers.filter(({ refusal }) => !refusal).length;
};

test("blocks grow while they are used, and end at a tenth of the limit", async () => {
  const bucket = new Bucket(200);
  const limiting = new RateLimiting();
  for (let sent = 0; sent < 100; sent++) await admit(limiting, bucket);
  expect(bucket.asked).toEqual([1, 2, 4, 8, 16, 20, 20, 20, 20]);
});

test("a context that serves one request takes one", async () => {
  const bucket = new Bucket(1000);
  for (let sent = 0; sent < 20; sent++) await admit(new RateLimiting(), bucket);
  expect(bucket.asked).toEqual(Array.from({ length: 20 }, () => 1));
});

test("many at a time take one block after the other, and exactly the limit passes", async () => {
  const bucket = new Bucket(50);
  const limiting = new RateLimiting();
  expect(await admitted(limiting, bucket, 80)).toBe(50);
  expect(bucket.asked.length).toBeLessThan(20);
});

test("what is refused says when to come again, costs no further call, and passes then", async () => {
  const bucket = new Bucket(60);
  const limiting = new RateLimiting();
  await admitted(limiting, bucket, 60);
  const { headers, refusal } = await admit(limiting, bucket);
  expect(refusal?.data).toMatchObject({ code: "rate_limited", retryAfterSeconds: 1, "violated-policies": ["apiKey"] });
  expect(headers).toEqual({ "ratelimit-policy": '"apiKey";q=60;w=60', ratelimit: '"apiKey";r=0;t=1' });
  const before = bucket.asked.length;
  expect(await admitted(limiting, bucket, 20)).toBe(0);
  expect(bucket.asked.length).toBe(before);
  vi.advanceTimersByTime(1000);
  expect(await admitted(limiting, bucket, 20)).toBe(1);
});

test("a clock that is set back neither refuses nor admits for ever", async () => {
  const bucket = new Bucket(60);
  const limiting = new RateLimiting();
  await admitted(limiting, bucket, 61);
  vi.setSystemTime(1000);
  const before = bucket.asked.length;
  await admit(limiting, bucket);
  expect(bucket.asked.length).toBe(before + 1);
});

test("nobody is remembered for whom an address stands", async () => {
  const bucket = new Bucket(60);
  bucket.isKnown = false;
  const limiting = new RateLimiting();
  for (let sent = 0; sent < 5; sent++) await admit(limiting, bucket);
  expect(bucket.asked).toEqual([1, 1, 1, 1, 1]);
});

test("reading goes on uncounted while the disk is full; any other failure is the request's", async () => {
  const bucket = new Bucket(60);
  const limiting = new RateLimiting();
  bucket.failure = new Error("The disk is full: nothing of this was stored.");
  expect(await admit(limiting, bucket)).toEqual({ headers: {} });
  bucket.failure = new Error("Documents changed while this mutation was being run");
  await expect(admit(limiting, bucket)).rejects.toThrow("changed while");
  bucket.failure = undefined;
  expect((await admit(limiting, bucket)).refusal).toBeUndefined();
});

test("however many contexts, what passes stays within the bucket and what ended contexts took", async () => {
  const steps = fc.array(
    fc.record({ context: fc.nat(4), count: fc.integer({ min: 1, max: 30 }), waitMs: fc.nat(5000), ends: fc.boolean() }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 300 }), steps, async (limit, plan) => {
      const startedAtMs = Date.now();
      const bucket = new Bucket(limit);
      const contexts = Array.from({ length: 5 }, () => new RateLimiting());
      let passed = 0;
      for (const { context, count, waitMs, ends } of plan) {
        vi.advanceTimersByTime(waitMs);
        passed += await admitted(contexts[context] ?? new RateLimiting(), bucket, count);
        if (ends) contexts[context] = new RateLimiting();
      }
      const refilled = ((Date.now() - startedAtMs) * limit) / 60_000;
      expect(passed).toBeLessThanOrEqual(limit + refilled);
    }),
  );
});
