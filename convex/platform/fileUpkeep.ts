import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { dayMs } from "../core/wire/durations";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

const unusedLifetimeMs = dayMs;
/** Files deleted in one run; what is beyond waits for the next. */
const filesPerRun = 100;

const purgeAgain = makeFunctionReference<"mutation", Record<string, never>>("platform/fileUpkeep:purgeDeleted");

/** Deletes for good the files whose time in the trash is over. */
export const purgeDeleted = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const now = Date.now();
    const writer = systemWriter(ctx, { noun: "file", action: "file.expire", isAudited: true, now });
    const due = await writer
      .query("files")
      .withIndex("by_purgeAfter", (q) => q.gt("purgeAfter", 0).lt("purgeAfter", now))
      .take(filesPerRun);
    await purge(writer, due);
    if (due.length === filesPerRun) await ctx.scheduler.runAfter(0, purgeAgain, {});
    return due.length;
  },
});

/** Deletes the files that nothing has used for a day, but for those that are kept as they are. */
export const deleteUnused = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const now = Date.now();
    const writer = systemWriter(ctx, { noun: "file", action: "file.expire", isAudited: true, now });
    const unused = await writer
      .query("files")
      .withIndex("by_unusedSince", (q) => q.gt("unusedSince", 0).lt("unusedSince", now - unusedLifetimeMs))
      .take(filesPerRun);
    await purge(writer, unused);
    return unused.length;
  },
});

async function purge(writer: UnscopedWriter, files: readonly Doc<"files">[]): Promise<void> {
  for (const file of files) {
    const organization = await writer.get("organizations", file.organizationId);
    if (organization) await writer.within(organization).purge("files", file);
  }
}
