import { calculateRateLimit } from "@convex-dev/rate-limiter";
import { v } from "convex/values";
import { components } from "../../_generated/api";
import { env, internalMutation } from "../../_generated/server";
import { dayMs } from "../wire/durations";
import { invalidField, ProblemError, rateLimited } from "../wire/errors";
import { ceilingOf, networkOf, quotaOf } from "../wire/rateLimits";
import { credentialValidator } from "../wire/restProtocol";
import { identifyCaller } from "./caller";
import { resolveTenant } from "./tenant";
import type { RequestCaller } from "./caller";
import type { AddressQuota, Quota, RaisableQuota } from "../wire/rateLimits";
import type { Doc } from "../../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../../_generated/server";

/** What a bucket gave: `granted` requests may run, and `remaining` more until it is empty. */
export interface Taken {
  readonly granted: number;
  readonly remaining: number;
  /** When one request more could run; 0 when some were granted. */
  readonly retryAfterMs: number;
}

/** Who is counted: a bucket of the component is one quota's of one of these. */
export interface Counted {
  readonly quota: Quota;
  readonly key: string;
}

type LimitSettings = { readonly [Name in `${RaisableQuota}RequestsPerMinute`]?: number | undefined };

const raisable: readonly RaisableQuota[] = ["user", "apiKey", "agent"];

/** Transactions of one deployment may see clocks that differ by so much. */
const clockToleranceMs = 1000;

/** A bucket as it is now, which a mutation may take from. */
interface Bucket {
  readonly config: { readonly kind: "token bucket"; readonly rate: number; readonly period: number };
  /** How many requests are in it, with a fraction of the next one. */
  readonly value: number;
  /** It was last used in the future. */
  readonly isAhead: boolean;
}

/** A bucket that was last used in the future counts as full: a clock that was set back would otherwise refuse everybody until it has caught up. */
async function bucketOf(ctx: QueryCtx, { quota, key }: Counted, now: number): Promise<Bucket> {
  const { limit, name, windowSeconds } = quota;
  const config = { kind: "token bucket", rate: limit, period: windowSeconds * 1000 } as const;
  const bucket = await ctx.runQuery(components.rateLimiter.lib.getValue, { name, key, config });
  const isAhead = bucket.ts > now + clockToleranceMs;
  const value = isAhead ? limit : calculateRateLimit(bucket, config, Math.max(now, bucket.ts)).value;
  return { config, value, isAhead };
}

/** When a bucket that is empty has one request more. */
function refillMs({ config, value }: Bucket): number {
  return Math.ceil(((1 - value) * config.period) / config.rate);
}

/** Takes up to `wanted` requests from a bucket, which is filled anew where it was last used in the future. */
export async function takeRequests(ctx: MutationCtx, counted: Counted, wanted: number, now: number): Promise<Taken> {
  const { name } = counted.quota;
  const { key } = counted;
  const { lib } = components.rateLimiter;
  const bucket = await bucketOf(ctx, counted, now);
  const { config, value, isAhead } = bucket;
  if (isAhead) await ctx.runMutation(lib.resetRateLimit, { name, key });
  const granted = Math.min(wanted, Math.floor(value));
  if (granted < 1) return { granted: 0, remaining: 0, retryAfterMs: refillMs(bucket) };
  const { ok } = await ctx.runMutation(lib.rateLimit, { name, key, count: granted, config });
  if (!ok) return { granted: 0, remaining: 0, retryAfterMs: Math.ceil(config.period / config.rate) };
  return { granted, remaining: Math.floor(value) - granted, retryAfterMs: 0 };
}

/** Reads without counting whether a caller has a request left. @throws {ProblemError} 429 when there is none */
export async function assertRequestLeft(ctx: QueryCtx, counted: Counted, now: number): Promise<void> {
  const bucket = await bucketOf(ctx, counted, now);
  if (bucket.value < 1) throw rateLimited(counted.quota, refillMs(bucket));
}

/** Counts one request in the transaction of its effect. @throws {ProblemError} 429 when there is none left */
export async function countRequest(ctx: MutationCtx, counted: Counted, now: number): Promise<void> {
  const { granted, retryAfterMs } = await takeRequests(ctx, counted, 1, now);
  if (granted === 0) throw rateLimited(counted.quota, retryAfterMs);
}

/** By what a caller is counted; undefined for whoever is no user, API key or agent, whom their address stands for. */
export function countedCaller(
  caller: RequestCaller,
  organization: Doc<"organizations"> | undefined,
): Counted | undefined {
  switch (caller.kind) {
    case "apiKey": {
      const quota = quotaIn(organization, "apiKey");
      const { _id, requestsPerMinute } = caller.apiKey;
      return { quota: { ...quota, limit: Math.min(quota.limit, requestsPerMinute ?? quota.limit) }, key: _id };
    }
    case "agent":
      return { quota: quotaIn(organization, "agent"), key: caller.agent._id };
    case "user": {
      // In each organization a bucket of its own, since each says how large it is.
      const key = organization ? `${caller.user._id}@${organization._id}` : caller.user._id;
      return { quota: quotaIn(organization, "user"), key };
    }
    default:
      return undefined;
  }
}

/** The quota of an organization's callers: its own where it has set one, within what the deployment allows now. */
function quotaIn(organization: Doc<"organizations"> | undefined, name: RaisableQuota): Quota {
  const text = env["RATE_LIMITS"];
  const quota = quotaOf(text, name);
  const own = organization?.settings[`${name}RequestsPerMinute`];
  return own === undefined ? quota : { ...quota, limit: Math.min(own, ceilingOf(text, name)) };
}

/**
 * Refuses settings of an organization that the deployment does not allow.
 * @throws {ProblemError} 400 for each limit above its ceiling
 */
export function assertWithinCeilings(settings: LimitSettings | undefined): void {
  const faults = raisable.flatMap((name) => {
    const [limit, ceiling] = [settings?.[`${name}RequestsPerMinute`], ceilingOf(env["RATE_LIMITS"], name)];
    if (limit === undefined || limit <= ceiling) return [];
    const message = `This deployment allows ${ceiling} at most.`;
    return [{ pointer: `/settings/${name}RequestsPerMinute`, code: "too_big", message }];
  });
  const [first] = faults;
  if (first) throw new ProblemError("validation_failed", `${first.pointer}: ${first.message}`, faults);
}

/** @throws {ProblemError} 400 for a limit of a key above that of its organization's keys */
export function assertWithinQuota(
  organization: Doc<"organizations">,
  requestsPerMinute: number | null | undefined,
): void {
  const { limit } = quotaIn(organization, "apiKey");
  if (requestsPerMinute === undefined || requestsPerMinute === null || requestsPerMinute <= limit) return;
  throw invalidField("/requestsPerMinute", "too_big", `Keys of this organization may send ${limit} at most.`);
}

/** By what the holder of an address is counted; whoever sends as a provider, apart from other providers. */
function countedAddress(address: string, name: AddressQuota = "public", provider?: string): Counted {
  const network = networkOf(address);
  return {
    quota: quotaOf(env["RATE_LIMITS"], name),
    key: provider === undefined ? network : `${provider} ${network}`,
  };
}

const takenValidator = v.object({
  name: v.string(),
  limit: v.number(),
  windowSeconds: v.number(),
  granted: v.number(),
  remaining: v.number(),
  retryAfterMs: v.number(),
  /** It is the caller's own bucket, and not that of an address. */
  isKnown: v.boolean(),
});

/**
 * Takes requests for the gateway: from the caller's bucket, or from that of the address when nobody is known by the credential. Null
 * where there is nobody to count. Why a credential is refused, the operation says.
 */
export const take = internalMutation({
  args: {
    credential: v.optional(credentialValidator),
    organization: v.optional(v.string()),
    address: v.optional(v.string()),
    /** Without looking for a caller: nothing of the answer depends on one. */
    addressQuota: v.optional(v.union(v.literal("public"), v.literal("link"), v.literal("webhook"))),
    /** Whose messages these would be. */
    provider: v.optional(v.string()),
    wanted: v.number(),
  },
  returns: v.union(v.null(), takenValidator),
  handler: async (ctx, { credential, organization, address, addressQuota, provider, wanted }) => {
    const now = Date.now();
    const known = addressQuota ? undefined : await callerCounted(ctx, credential, organization, now);
    const counted = known ?? (address === undefined ? undefined : countedAddress(address, addressQuota, provider));
    if (!counted) return null;
    // Whatever is behind an address is one request here; the gateway remembers no credential for it.
    const taken = await takeRequests(ctx, counted, known || addressQuota ? wanted : 1, now);
    return { ...counted.quota, ...taken, isKnown: known !== undefined };
  },
});

type Identified = Parameters<typeof identifyCaller>[1];

async function callerCounted(
  ctx: MutationCtx,
  credential: Identified,
  named: string | undefined,
  now: number,
): Promise<Counted | undefined> {
  const caller = await refusable(identifyCaller(ctx, credential, now));
  if (!caller || caller.kind === "anonymous" || caller.kind === "identity") return undefined;
  // A name that the operation will refuse is not the caller's way to another bucket.
  const name = caller.kind === "user" ? named : undefined;
  const tenant = await refusable(resolveTenant(ctx, caller, { named: name, inPath: undefined }, now));
  return countedCaller(caller, tenant?.organization);
}

async function refusable<Found>(found: Promise<Found>): Promise<Found | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

/**
 * Counts a request to an endpoint with a quota of its own against whoever sends it, or the address when nobody is known.
 * Returns how long to wait, in milliseconds, when there is none left.
 */
export async function countAtEndpoint(
  ctx: MutationCtx,
  { key, address }: { readonly key: string | undefined; readonly address: string | undefined },
  now: number,
): Promise<number> {
  const own = key === undefined ? undefined : { quota: quotaOf(env["RATE_LIMITS"], "token"), key };
  const counted = own ?? (address === undefined ? undefined : countedAddress(address));
  return counted ? (await takeRequests(ctx, counted, 1, now)).retryAfterMs : 0;
}

/** Forgets buckets that were made a day ago: who still uses one has a full one then, and nobody's stays for good. */
export const forgetOld = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await ctx.runMutation(components.rateLimiter.lib.clearAll, { before: Date.now() - dayMs });
    return null;
  },
});
