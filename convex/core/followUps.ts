import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { circumstances, writeDeferred } from "./records/deferredWrites";
import { accessValidator, lastUsedValidator } from "./wire/restProtocol";
import type { RecordedAccess } from "./wire/restProtocol";
import type { Infer } from "convex/values";

/** An access as the version before told of it, without saying what its actor is; this version's domains say it. */
const earlierAccess = v.object({ ...accessValidator.fields, actorType: v.optional(accessValidator.fields.actorType) });

/** `core/records/deferredWrites:record` under the names that a gateway of the version before still sends. */
export const record = internalMutation({
  args: {
    touch: v.optional(lastUsedValidator),
    denial: v.optional(earlierAccess),
    access: v.optional(earlierAccess),
    ...circumstances,
  },
  returns: v.null(),
  handler: async (ctx, { touch, denial, access, ...rest }) => {
    await writeDeferred(ctx, { lastUsed: touch, denied: withActorType(denial), read: withActorType(access) }, rest);
    return null;
  },
});

function withActorType(access: Infer<typeof earlierAccess> | undefined): RecordedAccess | undefined {
  return access && { ...access, actorType: access.actorType ?? actorTypeOf(access) };
}

function actorTypeOf({ userId, apiKeyId }: Infer<typeof earlierAccess>): RecordedAccess["actorType"] {
  if (userId !== undefined) return "user";
  return apiKeyId === undefined ? "agent" : "apiKey";
}
