import type { Hook } from "../runtime/engine";
import { pause } from "../runtime/within";

/** Options of {@link pacing}. */
export interface PacingOptions {
  /** Longest wait before a request; beyond it the server says when to come again. Default 10 000 milliseconds. */
  readonly maxWaitMs?: number | undefined;
}

/** A bucket as the server fills it, seen from here. */
interface Bucket {
  /** Requests that may be sent at once; below 0 where some wait already. */
  left: number;
  countedAtMs: number;
  perMs: number;
  most: number;
  /** Begun and not answered: the server has not counted them, or not told yet. */
  pending: number;
}

/**
 * A hook that keeps to the pace which the server's `RateLimit` and `RateLimit-Policy` allow, instead of running into 429 and waiting
 * then. It costs nothing while there is room: requests wait only when the limit is used up, in the order in which they came.
 *
 * @example
 * const portico = new Portico({ baseUrl, apiKey, hooks: [pacing()] });
 */
export function pacing({ maxWaitMs = 10_000 }: PacingOptions = {}): Hook {
  // Limits are counted for a caller in an organization, and a client has one caller.
  const buckets = new Map<string, Bucket>();
  return async (request, next, { attempt }) => {
    const organization = request.headers.get("portico-organization") ?? "";
    const bucket = buckets.get(organization) ?? { left: 1, countedAtMs: 0, perMs: 1, most: 1, pending: 0 };
    buckets.set(organization, bucket);
    bucket.pending += 1;
    try {
      const waitMs = Math.min(waitFor(bucket), maxWaitMs);
      if (waitMs > 0) {
        const limits = { timeoutMs: Number.POSITIVE_INFINITY, limit: "none", limitMs: waitMs, signal: request.signal };
        await pause(waitMs, { ...limits, during: "keeping to the rate limit", attempts: attempt });
      }
      const response = await next(request);
      bucket.pending -= 1;
      learn(bucket, response.headers);
      return response;
    } catch (error) {
      bucket.pending -= 1;
      throw error;
    }
  };
}

/** Takes one request out of the bucket; milliseconds until there is one. */
function waitFor(bucket: Bucket): number {
  const nowMs = performance.now();
  bucket.left = Math.min(bucket.most, bucket.left + (nowMs - bucket.countedAtMs) * bucket.perMs) - 1;
  bucket.countedAtMs = nowMs;
  return bucket.left >= 0 ? 0 : -bucket.left / bucket.perMs;
}

/** Reads `"apiKey";r=1187;t=1` and `"apiKey";q=1200;w=60` (draft-ietf-httpapi-ratelimit-headers); the tightest of several counts. */
function learn(bucket: Bucket, headers: Headers): void {
  const policies = new Map(itemsOf(headers, "ratelimit-policy"));
  const limits = itemsOf(headers, "ratelimit").flatMap(([name, { r: left }]) => {
    const { q: most, w: windowSeconds } = policies.get(name) ?? {};
    return left === undefined || !most || !windowSeconds ? [] : [{ left, most, perMs: most / (windowSeconds * 1_000) }];
  });
  const tightest = limits.find(({ left }) => left === Math.min(...limits.map((limit) => limit.left)));
  if (!tightest) return;
  Object.assign(bucket, tightest, { left: tightest.left - bucket.pending, countedAtMs: performance.now() });
}

function itemsOf(headers: Headers, header: string): [name: string, parameters: Readonly<Record<string, number>>][] {
  return Array.from(
    (headers.get(header) ?? "").matchAll(/"([^"]*)"((?:\s*;\s*\w+=[^;,]*)*)/g),
    ([, name = "", rest = ""]) => [
      name,
      Object.fromEntries(Array.from(rest.matchAll(/(\w+)=(\d+)/g), ([, key = "", value]) => [key, Number(value)])),
    ],
  );
}
