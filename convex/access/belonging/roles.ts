import { assertMayAssign, assertMayChange, assertMayEntrust } from "../../core/access/assigning";
import { roleRights } from "../../core/access/rights";
import { maximumHolders } from "../../core/access/reach";
import { noStanding } from "../../core/access/standing";
import { namedRole } from "../../core/records/roleRows";
import { invalidField, ProblemError } from "../../core/wire/errors";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";

/** What a body says of a role: its id or its key. */
interface NamedRole {
  readonly roleId?: string | undefined;
  readonly roleKey?: string | undefined;
}

/** The role as a place in a team or with a client stores it. */
type StoredRole = Pick<Doc<"teamMemberships">, "roleId" | "roleKey">;

/** How much a caller needs to give a role, for the descriptions of the operations that do. */
export const givingARole =
  "A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes.";

/**
 * The role that somebody gets in a team or with a client, `byDefault` unless named.
 * @throws {ProblemError} 403 when the caller may not give it
 */
export async function givenRole(ctx: TenantMutationContext, named: NamedRole, byDefault: string): Promise<StoredRole> {
  const isNamed = named.roleId !== undefined || named.roleKey !== undefined;
  const role = await namedRole(ctx, isNamed ? named : { roleKey: byDefault });
  if (!role) throw invalidField("/roleId", "unknown_role", "No role of the organization has this id.");
  assertMayAssign(ctx.tenant, role);
  assertMayEntrust(ctx.tenant, ctx.reach, { rights: roleRights(role) });
  return { roleId: role._id, roleKey: role.key };
}

/** Throws 403 unless the caller may give `userId` what the member's own role allows on what is assigned here. */
export async function assertMayBring(ctx: TenantMutationContext, userId: Id<"users">): Promise<void> {
  const membership = await ctx.db
    .index("memberships", "by_organizationId_and_userId", (q) => q.eq("userId", userId))
    .unique();
  assertMayEntrust(ctx.tenant, ctx.reach, membership ? await ctx.unscoped.standingOf(membership) : noStanding);
}

/** Throws 409 when somebody who is in these teams, or with these clients already, has no room for another. */
export function assertRoom(places: readonly unknown[]): void {
  if (places.length >= maximumHolders)
    throw new ProblemError(
      "limit_reached",
      `A person is in ${maximumHolders} teams, and with as many clients, at most.`,
    );
}

/** Throws 403 unless the role that somebody has in a team or with a client is below the caller's. */
export async function assertMayChangePlace(ctx: TenantMutationContext, place: StoredRole): Promise<void> {
  assertMayChange(ctx.tenant, await ctx.unscoped.standingOf(place));
}
