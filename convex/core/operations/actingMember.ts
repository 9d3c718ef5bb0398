import { actingUser } from "../access/caller";
import { ProblemError } from "../wire/errors";
import type { TenantMutationContext } from "./declaration";
import type { Id } from "../../_generated/dataModel";

/**
 * The user that a user-bound write belongs to: the caller, or the owner of the API key.
 * @throws {ProblemError} 403 without one
 */
export function requireActingMember({ caller }: Pick<TenantMutationContext, "caller">): Id<"users"> {
  const userId = actingUser(caller);
  if (userId === undefined) throw new ProblemError("forbidden", "This operation needs a person to act for.");
  return userId;
}
