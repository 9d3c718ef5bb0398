import * as z from "zod";
import { crud } from "../core/resources/crud";
import { noContent } from "../core/resources/operations";
import { invalidField, ProblemError } from "../core/wire/errors";
import { described, text, timestampMs } from "../core/schema/fields";
import { patchOf } from "../core/schema/zod";
import { namedRoleKey } from "../access/tables";
import { namedRole } from "../core/records/roleRows";
import { revokeFor } from "./invitations/addressees";
import { givenBy } from "./invitations/giving";
import { assertAdminRemains, endMembership } from "./memberships/members";
import { tellOfRole } from "./memberships/telling";
import { memberships } from "./memberships/resource";
import { actingUser } from "../core/access/caller";
import { assertMayAssign, assertMayChange, assertMayReach, transferring } from "../core/access/assigning";
import { administers } from "./memberships/rules";
import { membershipFields } from "./tables";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

export const { list, get } = crud(memberships);

export const update = memberships.change("update", {
  summary: "Update a membership",
  description: `Changes the role (by \`roleId\` or \`roleKey\`), the status or the metadata of a member of lower rank; of an administrator, if one holds all the administrator's rights. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes, and what it allows on assigned rows if one has that on every row or is in all of the member's teams and with all of the member's clients; activating a member gives the role anew. Ownership is not assigned; ${transferring}. The member's API keys do no more than the member from then on, and are suspended while the membership is inactive. A member whose role changes is told so, by a notification and by e-mail.`,
  input: () => ({
    roleId: membershipFields.roleId.optional(),
    roleKey: namedRoleKey.optional(),
    status: described(z.enum(["active", "inactive"]), "Every request of an inactive member is refused.").optional(),
    metadata: membershipFields.metadata.nullable(),
  }),
  problems: ["last_admin", "sole_owner", "rank_too_low", "invalid_state_transition", "cross_tenant_reference"],
  handler: async (ctx, { roleId, roleKey, status, metadata }) => {
    const { row } = ctx;
    const rank = await assertChangeable(ctx, row);
    const role = await namedRole(ctx, { roleId, roleKey });
    const newRole = role && role._id !== row.roleId ? role : undefined;
    // Whoever activates a member gives the role anew.
    const isActivated = row.status === "inactive" && status === "active";
    const given = newRole ?? (isActivated ? await ctx.unscoped.get("roles", row.roleId) : undefined);
    if (given) {
      assertMayAssign(ctx.tenant, given);
      const giver = actingUser(ctx.caller);
      const givers = giver === undefined ? [] : await ctx.db.holdersOf(giver);
      assertMayReach(ctx.tenant, givers, given, await ctx.db.holdersOf(row.userId));
    }
    const next = { ...row, status: status ?? row.status };
    const stepsDown = administers(row, rank, ctx.now) && !administers(next, newRole?.rank ?? rank, ctx.now);
    if (stepsDown) await assertAdminRemains(ctx, row);
    if (newRole || status === "inactive") assertNotOwner(ctx, row);
    // From then on the caller answers for what waits for somebody.
    const answering = row.status === "pending" ? givenBy(ctx) : {};
    const roleChange = newRole ? { roleId: newRole._id, roleKey: newRole.key, ...answering } : {};
    const updated = await memberships.patch(ctx, row, { ...roleChange, ...patchOf({ status, metadata }) });
    if (newRole && row.status !== "pending") await tellOfRole(ctx, updated, newRole, "mail");
    return updated;
  },
});

export const updateMine = memberships.at("/me").change("updateMine", {
  summary: "Update one's own membership",
  description: "Fields left out stay as they are; null clears.",
  access: "organization",
  permission: "me:update",
  input: () => ({
    currentSiteId: membershipFields.currentSiteId.nullable(),
    metadata: membershipFields.metadata.nullable(),
  }),
  problems: ["cross_tenant_reference"],
  departs: { operationId: "updateMyMembership" },
  handler: (ctx, input) => memberships.patch(ctx, ownMembership(ctx), patchOf(input)),
});

export const remove = memberships.change("remove", {
  summary: "Remove a member",
  description:
    "Ends the membership for good, with the member's places in teams and with clients; what the member wrote stays. The member's API keys are suspended at once, until an administrator adopts them (`GET /v1/api-keys?ownerId=…` lists them).",
  permission: "remove",
  output: noContent,
  problems: ["last_admin", "sole_owner", "rank_too_low"],
  handler: async (ctx) => {
    await assertExpendable(ctx, ctx.row, await assertChangeable(ctx, ctx.row));
    await endMembership(ctx.db, ctx.unscoped, ctx.row);
    return null;
  },
});

export const leave = memberships.at("/leave").change("leave", {
  summary: "Leave the organization",
  description: "One's API keys there are suspended, until an administrator adopts them.",
  access: "organization",
  permission: "me:update",
  output: noContent,
  problems: ["sole_owner", "last_admin"],
  departs: { operationId: "leaveOrganization" },
  handler: async (ctx) => {
    const membership = ownMembership(ctx);
    assertNotOwner(ctx, membership);
    await assertExpendable(ctx, membership, ctx.tenant.rank);
    await endMembership(ctx.db, ctx.unscoped, membership);
    return null;
  },
});

export const ban = memberships.change("ban", {
  summary: "Ban a member",
  description:
    "Refuses every request of a member of lower rank, and of the member's API keys, until `until` or for good. The reason is an internal note.",
  permission: "ban",
  input: () => ({
    reason: described(
      text(1, 500),
      "Why, for those who may ban; the member does not see it.",
      "Kept posting advertisements after two warnings.",
    ),
    until: described(timestampMs(), "When the ban ends; for good unless given.", Date.UTC(2026, 1, 14)).optional(),
  }),
  problems: ["last_admin", "sole_owner", "rank_too_low"],
  departs: { operationId: "banMember" },
  handler: async (ctx, { reason, until }) => {
    if (until !== undefined && until <= ctx.now)
      throw invalidField("/until", "too_small", "until must be in the future.");
    await assertExpendable(ctx, ctx.row, await assertChangeable(ctx, ctx.row));
    const user = await ctx.unscoped.get("users", ctx.row.userId);
    if (user) await revokeFor(ctx.db, user);
    const changes = { bannedAt: ctx.now, bannedUntil: until, banReason: reason };
    return memberships.patch(ctx, ctx.row, changes);
  },
});

export const unban = memberships.change("unban", {
  summary: "Lift a ban",
  description: "The member's requests, and those of the member's API keys, are answered again.",
  permission: "ban",
  problems: ["not_banned", "rank_too_low"],
  departs: { operationId: "unbanMember" },
  handler: async (ctx) => {
    await assertChangeable(ctx, ctx.row);
    if (ctx.row.bannedAt === undefined) throw new ProblemError("not_banned", "The membership is not banned.");
    const changes = { bannedAt: undefined, bannedUntil: undefined, banReason: undefined };
    return memberships.patch(ctx, ctx.row, changes);
  },
});

/** Throws 403 unless the caller may change the member; answers the member's rank. */
async function assertChangeable(ctx: TenantMutationContext, membership: Doc<"memberships">): Promise<number> {
  const target = await ctx.unscoped.standingOf(membership);
  assertMayChange(ctx.tenant, target);
  return target.rank;
}

/** Throws 409 when the organization cannot do without this member: its last administrator, or its owner. */
async function assertExpendable(
  ctx: TenantMutationContext,
  membership: Doc<"memberships">,
  rank: number,
): Promise<void> {
  if (administers(membership, rank, ctx.now)) await assertAdminRemains(ctx, membership);
  assertNotOwner(ctx, membership);
}

function assertNotOwner({ tenant: { organization } }: TenantMutationContext, { userId }: Doc<"memberships">): void {
  if (userId === organization.ownerId)
    throw new ProblemError("sole_owner", `The member owns the organization; ${transferring}.`);
}

function ownMembership({ tenant: { membership } }: TenantMutationContext): Doc<"memberships"> {
  if (!membership) throw new ProblemError("forbidden", "This operation is for people, not for machines.");
  return membership;
}
