import { dayMs } from "../../core/wire/durations";
import { limitedUntil, rateLimitFields } from "./rules";
import type { RateLimits } from "./rules";
import type { TenantReader } from "../../core/records/reader";
import type { TenantWriter } from "../../core/records/writer";
import type { Doc } from "../../_generated/dataModel";

/*
 * A provider counts requests by the key, whichever dock they are for: what it says of one dock's key holds for all docks of the
 * organization that have the same.
 */

/** More docks of one key than this are not told at once; each learns it when it begins. */
const mostDocks = 100;

function docksOfKey(db: TenantReader, keyFingerprint: string): Promise<Doc<"docks">[]> {
  return db
    .index("docks", "by_organizationId_and_keyFingerprint", (q) => q.eq("keyFingerprint", keyFingerprint))
    .take(mostDocks);
}

/** Until when the provider wants to be left alone by a key, as any dock that has it knows. */
export async function keyLimitedUntil(
  { db, now }: { readonly db: TenantReader; readonly now: number },
  keyFingerprint: string,
): Promise<number | undefined> {
  const instants = (await docksOfKey(db, keyFingerprint)).flatMap((dock) => limitedUntil(dock, now) ?? []);
  return instants.length === 0 ? undefined : Math.max(...instants);
}

/**
 * Notes on all docks of a key what its provider allows. Where it wants to be left alone, only a later instant takes the place of that: an
 * answer that was under way says nothing against it.
 */
export async function noteLimits(
  { db, now }: { readonly db: TenantWriter; readonly now: number },
  keyFingerprint: string,
  limits: RateLimits,
): Promise<void> {
  for (const dock of await docksOfKey(db, keyFingerprint)) {
    const fields = rateLimitFields({ limit: dock.rateLimitLimit, ...limits });
    const held = limitedUntil(dock, now);
    if (held !== undefined && held >= (limitedUntil(fields, now) ?? 0)) continue;
    const isKnown =
      dock.rateLimitRemaining === fields.rateLimitRemaining &&
      dock.rateLimitLimit === fields.rateLimitLimit &&
      dock.rateLimitResetAt === fields.rateLimitResetAt;
    if (!isKnown) await db.touch("docks", dock, fields);
  }
}

/** Whoever asks to be left alone for longer is asked again after it: nobody could take that back. */
const longestHoldMs = dayMs;

/** Has a key left alone until an instant. */
export async function holdKey(
  ctx: { readonly db: TenantWriter; readonly now: number },
  keyFingerprint: string,
  until: number,
): Promise<void> {
  const resetAt = Math.min(until, ctx.now + longestHoldMs);
  if (resetAt > ctx.now) await noteLimits(ctx, keyFingerprint, { remaining: 0, resetAt });
}
