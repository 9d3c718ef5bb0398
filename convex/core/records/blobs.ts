import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../../_generated/server";
import { dayMs } from "../wire/durations";
import { engineTables } from "../wire/engineTables";
import type { Id } from "../../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../../_generated/server";

/** How long bytes that were uploaded may wait for the row that claims them. */
export const unclaimedLifetimeMs = dayMs;
/** Blobs looked at in one transaction; the next one goes on after them. */
const batchSize = 500;

const again = makeFunctionReference<"mutation", { after: number }>("core/records/blobs:sweep");

/** Size and hash of a stored blob, and whether a row has claimed it; null for an id that names none. */
export const find = internalQuery({
  args: { storageId: v.string() },
  returns: v.union(
    v.null(),
    v.object({
      storageId: v.id("_storage"),
      sizeBytes: v.number(),
      sha256: v.string(),
      declaredType: v.optional(v.string()),
      isClaimed: v.boolean(),
    }),
  ),
  handler: async (ctx, { storageId }) => {
    const id = ctx.db.system.normalizeId("_storage", storageId);
    const blob = id && (await ctx.db.system.get("_storage", id));
    if (!blob) return null;
    const { contentType } = blob;
    return {
      storageId: blob._id,
      sizeBytes: blob.size,
      sha256: hexOf(blob.sha256),
      ...(contentType === undefined ? {} : { declaredType: contentType }),
      isClaimed: await isClaimed(ctx, blob._id),
    };
  },
});

/** Deletes a blob that nobody has claimed. */
export const discard = internalMutation({
  args: { storageId: v.id("_storage") },
  returns: v.null(),
  handler: async (ctx, { storageId }) => {
    if (await ctx.db.system.get("_storage", storageId)) await discardUnclaimed(ctx, storageId);
    return null;
  },
});

/**
 * Deletes the blobs that nobody has claimed within a day: of upload URLs that were used and not registered, and of whatever
 * ended between the bytes and their row. Goes through all of storage, a batch a transaction.
 */
export const sweep = internalMutation({
  args: { after: v.optional(v.number()) },
  returns: v.number(),
  handler: async (ctx, { after = 0 }) => {
    const before = Date.now() - unclaimedLifetimeMs;
    const blobs = await ctx.db.system
      .query("_storage")
      .withIndex("by_creation_time", (q) => q.gt("_creationTime", after).lt("_creationTime", before))
      .take(batchSize);
    let deleted = 0;
    for (const { _id } of blobs) deleted += await discardUnclaimed(ctx, _id);
    const last = blobs.at(-1);
    if (last && blobs.length === batchSize) await ctx.scheduler.runAfter(0, again, { after: last._creationTime });
    return deleted;
  },
});

async function discardUnclaimed(ctx: MutationCtx, storageId: Id<"_storage">): Promise<number> {
  if (await isClaimed(ctx, storageId)) return 0;
  await ctx.storage.delete(storageId);
  return 1;
}

async function isClaimed(ctx: QueryCtx, storageId: Id<"_storage">): Promise<boolean> {
  const file = await ctx.db
    .query(engineTables.files)
    .withIndex("by_storageId", (q) => q.eq("storageId", storageId))
    .first();
  return file !== null;
}

/** Storage tells its hashes in base64, the API in hex. */
function hexOf(base64: string): string {
  return Array.from(atob(base64), (character) => character.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}
