import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { logOutbound } from "./outboundLog";

/** Appends what an action has sent to a provider to the log of the organization that it was sent for. */
export const note = internalMutation({
  args: {
    organizationId: v.id("organizations"),
    requestId: v.string(),
    requests: v.array(
      v.object({
        origin: v.string(),
        method: v.string(),
        statusCode: v.optional(v.number()),
        durationMs: v.number(),
      }),
    ),
  },
  returns: v.null(),
  handler: async (ctx, { organizationId, requestId, requests }) => {
    const now = Date.now();
    const writer = systemWriter(ctx, { noun: "apiLog", action: "apiLog.note", isAudited: false, now });
    const organization = await writer.get("organizations", organizationId);
    if (!organization) return null;
    for (const { origin: url, statusCode, ...request } of requests) {
      const isFailed = statusCode === undefined || statusCode >= 400;
      await logOutbound({ writer, now }, organization, { url, statusCode, requestId, isFailed, ...request });
    }
    return null;
  },
});
