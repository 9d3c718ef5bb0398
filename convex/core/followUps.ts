import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { circumstances, writeDeferred } from "./records/deferredWrites";
import { accessValidator, lastUsedValidator } from "./wire/restProtocol";

/** `core/records/deferredWrites:record` under the names that a gateway of the version before still sends. */
export const record = internalMutation({
  args: {
    touch: v.optional(lastUsedValidator),
    denial: v.optional(accessValidator),
    access: v.optional(accessValidator),
    ...circumstances,
  },
  returns: v.null(),
  handler: async (ctx, { touch, denial, access, ...rest }) => {
    await writeDeferred(ctx, { lastUsed: touch, denied: denial, read: access }, rest);
    return null;
  },
});
