import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { dayMs } from "../core/wire/durations";

const unusedLifetimeMs = dayMs;
/** Files deleted in one run; what is beyond waits for the next. */
const filesPerRun = 100;

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
    for (const file of unused) {
      const organization = await writer.get("organizations", file.organizationId);
      if (organization) await writer.within(organization).purge("files", file);
    }
    return unused.length;
  },
});
