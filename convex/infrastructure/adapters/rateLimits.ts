import { definedOf } from "../../core/records/documents";
import { dayMs, secondMs } from "../../core/wire/durations";
import type { RateLimit } from "./adapter";

/** A reset below this is seconds from now, and one above it a time: seconds since the epoch. */
const firstEpochSeconds = 1_000_000_000;
/** What a dock can keep of a number of requests. */
const mostRequests = 1_000_000_000;
/** Whoever says that it is longer than this means something else. */
const longestWindowMs = 31 * dayMs;

/**
 * What an answer's headers say of how many requests are allowed: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers),
 * else the three counters that most providers have, with `X-` or without. What is not in their form is not told.
 */
export function rateLimitOf(headers: Headers, now: number): RateLimit | undefined {
  const counter = (name: string) => headers.get(`ratelimit-${name}`) ?? headers.get(`x-ratelimit-${name}`);
  const limits = tightestOf(headers, now) ?? {
    remaining: requestsOf(counter("remaining")),
    limit: requestsOf(counter("limit")),
    resetAt: instantOf(counter("reset"), now),
  };
  const told = definedOf(limits);
  return Object.keys(told).length === 0 ? undefined : told;
}

/** Of several limits the one that ends first. */
function tightestOf(headers: Headers, now: number) {
  const policies = itemsOf(headers.get("ratelimit-policy"));
  const limits = itemsOf(headers.get("ratelimit")).flatMap(({ name, parameters }) => {
    const remaining = requestsOf(parameters.get("r"));
    if (remaining === undefined) return [];
    const policy = policies.find((each) => each.name === name)?.parameters;
    return [{ remaining, limit: requestsOf(policy?.get("q")), resetAt: instantOf(parameters.get("t"), now) }];
  });
  return limits.toSorted((left, right) => left.remaining - right.remaining)[0];
}

/** The items of a list, `"name";r=50;t=30`, by their names. */
function itemsOf(header: string | null) {
  return (header ?? "").split(",").map((item) => {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim());
    return {
      name,
      parameters: new Map(
        parameters.map((parameter): [string, string] => {
          const at = parameter.indexOf("=");
          return [parameter.slice(0, Math.max(at, 0)), parameter.slice(at + 1)];
        }),
      ),
    };
  });
}

type Text = string | null | undefined;

function requestsOf(text: Text): number | undefined {
  const requests = wholeOf(text);
  return requests !== undefined && requests <= mostRequests ? requests : undefined;
}

function instantOf(text: Text, now: number): number | undefined {
  const seconds = wholeOf(text);
  if (seconds === undefined) return undefined;
  const instant = seconds >= firstEpochSeconds ? seconds * secondMs : now + seconds * secondMs;
  return instant - now <= longestWindowMs ? instant : undefined;
}

function wholeOf(text: Text): number | undefined {
  return typeof text === "string" && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}
