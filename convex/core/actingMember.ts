import { actingUser } from "./database";
import { ProblemError } from "./errors";
import type { TenantMutationContext } from "./operation";
import type { Id } from "../_generated/dataModel";

/**
 * The user that a user-bound write belongs to: the caller, or the creator of the API key, who must still be an active
 * member (domain rule 2.3). Throws 403 otherwise.
 */
export async function requireActingMember({ caller, db, tenant }: TenantMutationContext): Promise<Id<"users">> {
  const userId = actingUser(caller);
  if (userId === undefined) throw new ProblemError("forbidden", "This operation needs a person to act for.");
  if (tenant.membership) return userId;
  const membership = await db
    .index("memberships", "by_organizationId_and_userId", (q) => q.eq("userId", userId))
    .unique();
  if (membership?.status !== "active")
    throw new ProblemError("user_inactive", "The key's creator is no active member.");
  return userId;
}
