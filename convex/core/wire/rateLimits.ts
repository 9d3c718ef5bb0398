import type { Credential } from "./restProtocol";

/** How many requests in which time, under the name that `RateLimit` and `RateLimit-Policy` have it by. */
export interface Quota {
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/**
 * Requests of one caller in a minute, unless the operator or an organization says otherwise. `link` counts those who have a link of
 * ours: a page shows many pictures, and a mail provider unsubscribes for all whose mail it keeps.
 */
export const requestsPerMinute = {
  user: 600,
  apiKey: 1200,
  agent: 60,
  public: 60,
  link: 600,
  token: 60,
  webhook: 600,
} as const;
/** How far an organization may raise what its own callers may do. */
const ceilings = { userCeiling: 6000, apiKeyCeiling: 60_000, agentCeiling: 600 } as const;

export type CallerQuota = keyof typeof requestsPerMinute;
/** By which an address is counted that needs no credential for what it asks. */
export type AddressQuota = Extract<CallerQuota, "public" | "link" | "webhook">;
export type RaisableQuota = Extract<CallerQuota, Credential["kind"] | "user">;

/** The names that `RATE_LIMITS` takes beside those of operations with a limit of their own. */
export const rateLimitNames: readonly string[] = [...Object.keys(requestsPerMinute), ...Object.keys(ceilings)];

/** More than a deployment can answer. */
const maximumLimit = 10_000_000;

/** What `RATE_LIMITS` (`apiKey=1200, public=60`) says of `name`; undefined where it says nothing that can be meant. */
export function configuredLimit(text: string | undefined, name: string): number | undefined {
  return limitsOf(text ?? "").get(name);
}

/** The numbers of `RATE_LIMITS` by name; what is no `name=number` is left out. */
export function limitsOf(text: string): ReadonlyMap<string, number> {
  const entries = text.split(",").flatMap((entry): [string, number][] => {
    const [name = "", value = "", ...rest] = entry.split("=").map((part) => part.trim());
    const limit = Number(value);
    const isLimit = name !== "" && /^\d+$/.test(value) && limit >= 1 && limit <= maximumLimit && rest.length === 0;
    return isLimit ? [[name, limit]] : [];
  });
  return new Map(entries);
}

/** The quota of a kind of caller on this deployment. */
export function quotaOf(text: string | undefined, name: CallerQuota): Quota {
  return { name, limit: configuredLimit(text, name) ?? requestsPerMinute[name], windowSeconds: 60 };
}

/** How far an organization may raise a quota. */
export function ceilingOf(text: string | undefined, name: RaisableQuota): number {
  const ceiling = configuredLimit(text, `${name}Ceiling`) ?? ceilings[`${name}Ceiling`];
  return Math.max(ceiling, quotaOf(text, name).limit);
}

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers): lists of one item, a String with parameters. */
export function rateLimitHeaders(
  { name, limit, windowSeconds }: Quota,
  remaining: number,
  resetSeconds: number,
): Record<string, string> {
  return {
    "ratelimit-policy": `"${name}";q=${limit};w=${windowSeconds}`,
    ratelimit: `"${name}";r=${remaining};t=${resetSeconds}`,
  };
}

const addressGroups = 4;

/** Who has an address: all of an IPv6 network of 64 bits, since whoever has one address there has all of them. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = address.toLowerCase().split("::");
  const front = head.split(":").filter((group) => group !== "");
  const back = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array.from({ length: zeros }, () => "0"), ...back];
  return `${groups
    .slice(0, addressGroups)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
