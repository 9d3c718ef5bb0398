import { actingUser } from "../../core/access/caller";
import { rightsWithin } from "../../core/access/rights";
import { isInForce, membershipOf } from "../../core/access/standing";
import { voidReason } from "./rules";
import type { UnscopedReader } from "../../core/records/reader";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Permission } from "../../core/access/permissions";
import type { Standing } from "../../core/access/standing";
import type { Doc, Id } from "../../_generated/dataModel";

/** What waits for somebody: a role, and who answers for it. */
interface Given {
  readonly organizationId: Id<"organizations">;
  readonly roleId?: Id<"roles"> | undefined;
  readonly invitedBy?: Id<"users"> | undefined;
  readonly invitedByKeyId?: Id<"apiKeys"> | undefined;
}

/** Who answers for what is given: the caller, or the owner of the API key, and then the key too. */
export function givenBy({ caller }: Pick<TenantMutationContext, "caller">) {
  return {
    invitedBy: actingUser(caller),
    invitedByKeyId: caller.kind === "apiKey" ? caller.apiKey._id : undefined,
  };
}

/** Why what waits gives nothing now; undefined while it holds. One of `permissions` is what giving it takes. */
export async function voidReasonOf(
  reader: UnscopedReader,
  given: Given,
  now: number,
  permissions: readonly Permission[] = ["member:invite"],
): Promise<string | undefined> {
  return voidReason(await giverOf(reader, given, now), await livingRole(reader, given), permissions);
}

/** What answers for it now: the member's role, or the API key's scopes as far as its owner reaches. */
async function giverOf(
  reader: UnscopedReader,
  { organizationId, invitedBy, invitedByKeyId }: Given,
  now: number,
): Promise<Standing | undefined> {
  if (invitedByKeyId !== undefined) {
    const key = await reader.get("apiKeys", invitedByKeyId);
    // A key that ran out was in good hands; one that was revoked may not have been.
    if (!key || key.status === "revoked") return undefined;
    const owner = await reader.ownerStanding(key, now);
    if ("suspension" in owner) return undefined;
    return { rights: rightsWithin(owner.standing.rights, key.scopes), rank: owner.standing.rank };
  }
  const user = invitedBy === undefined ? null : await reader.get("users", invitedBy);
  if (user?.status !== "active" || user.deletedAt !== undefined) return undefined;
  const membership = await membershipOf(reader, organizationId, user._id);
  return membership && isInForce(membership, now) ? reader.standingOf(membership) : undefined;
}

/** The role that is given, unless it was deleted. */
export async function livingRole(
  reader: Pick<UnscopedReader, "get">,
  { roleId, organizationId }: Pick<Given, "roleId" | "organizationId">,
): Promise<Doc<"roles"> | undefined> {
  const role = roleId === undefined ? null : await reader.get("roles", roleId);
  const isUsable = role?.organizationId === undefined || role.organizationId === organizationId;
  return role && isUsable && role.deletedAt === undefined ? role : undefined;
}
