import * as z from "zod";
import { storedRows } from "../core/resources/pages";
import { withPublicId } from "../core/records/documents";
import { invalidField, ProblemError } from "../core/wire/errors";
import { described, rowId, text, timestampMs } from "../core/schema/fields";
import { supportedSets } from "../core/records/listPlan";
import { listOperation, mutationOperation, queryOperation } from "../core/operations/define";
import { resource } from "../core/resources/resource";
import { reachOf } from "../core/access/rights";
import { patchOf } from "../core/schema/zod";
import { tableMetadata } from "../core/schema/tableMetadata";
import { roleFields } from "../access/tables";
import { assertAdminRemains, endMembership, namedRole } from "./memberships/members";
import { administers, assertMayAssign, assertMayChange, transferring } from "./memberships/rules";
import { membershipFields } from "./tables";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

const memberships = resource({
  name: "tenancy/memberships",
  table: "memberships",
  path: "/memberships",
  fields: membershipFields,
  list: { filters: ["status", "roleId", "userId"] },
  states: { field: "status", transitions: { active: ["inactive"], inactive: ["active"] } },
  // Why somebody was banned is for those who may ban.
  show: ({ tenant }, row) =>
    reachOf(tenant.rights, "member:ban") ? withPublicId(row) : withPublicId({ ...row, banReason: undefined }),
});
const inPath = { on: memberships, params: { membershipId: rowId("memberships") } };

export const list = listOperation({
  name: "tenancy/memberships:list",
  operationId: "listMemberships",
  noun: "membership",
  method: "GET",
  path: "/memberships",
  summary: "List memberships",
  description: `Newest first unless sorted otherwise. ${supportedSets(tableMetadata.memberships, memberships.listOptions)}`,
  access: "organization",
  permission: "member:read",
  query: memberships.listFields,
  output: memberships.document,
  problems: ["unsupported_filter", "invalid_cursor"],
  handler: async (ctx, input) => {
    const rows = await storedRows(ctx, "memberships", memberships.listOptions, input, "member");
    return { ...rows, page: await Promise.all(rows.page.map((row) => memberships.show(ctx, row))) };
  },
});

export const get = queryOperation({
  name: "tenancy/memberships:get",
  operationId: "getMembership",
  noun: "membership",
  method: "GET",
  path: "/memberships/{membershipId}",
  summary: "Get a membership",
  access: "organization",
  permission: "member:read",
  ...inPath,
  output: memberships.document,
  handler: async (ctx) => memberships.show(ctx, ctx.row),
});

export const update = mutationOperation({
  name: "tenancy/memberships:update",
  operationId: "updateMembership",
  noun: "membership",
  method: "PATCH",
  path: "/memberships/{membershipId}",
  summary: "Update a membership",
  description: `Changes the role (by \`roleId\` or \`roleKey\`), the status or the metadata of a member of lower rank; of an administrator, if one holds all the administrator's rights. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes; activating a member gives the role anew. Ownership is not assigned; ${transferring}. The member's API keys do no more than the member from then on, and are suspended while the membership is inactive.`,
  access: "permission",
  permission: "member:update",
  ...inPath,
  body: {
    roleId: membershipFields.roleId.optional(),
    roleKey: roleFields.key.optional(),
    status: described(z.enum(["active", "inactive"]), "Every request of an inactive member is refused.").optional(),
    metadata: membershipFields.metadata.nullable(),
  },
  output: memberships.document,
  problems: ["last_admin", "sole_owner", "rank_too_low", "invalid_state_transition", "cross_tenant_reference"],
  handler: async (ctx, { roleId, roleKey, status, metadata }) => {
    const { row } = ctx;
    const rank = await assertChangeable(ctx, row);
    const role = await namedRole(ctx, { roleId, roleKey });
    const newRole = role && role._id !== row.roleId ? role : undefined;
    // Whoever activates a member gives the role anew.
    const isActivated = row.status === "inactive" && status === "active";
    const given = newRole ?? (isActivated ? await ctx.unscoped.get("roles", row.roleId) : undefined);
    if (given) assertMayAssign(ctx.tenant, given);
    const next = { ...row, status: status ?? row.status };
    const stepsDown = administers(row, rank, ctx.now) && !administers(next, newRole?.rank ?? rank, ctx.now);
    if (stepsDown) await assertAdminRemains(ctx, row);
    if (newRole || status === "inactive") assertNotOwner(ctx, row);
    const roleChange = newRole ? { roleId: newRole._id, roleKey: newRole.key } : {};
    return memberships.show(
      ctx,
      await memberships.patch(ctx, row, { ...roleChange, ...patchOf({ status, metadata }) }),
    );
  },
});

export const updateMine = mutationOperation({
  name: "tenancy/memberships:updateMine",
  operationId: "updateMyMembership",
  noun: "membership",
  method: "PATCH",
  path: "/memberships/me",
  summary: "Update one's own membership",
  description: "Fields left out stay as they are; null clears.",
  access: "organization",
  permission: "me:update",
  body: { currentSiteId: membershipFields.currentSiteId.nullable(), metadata: membershipFields.metadata.nullable() },
  readOnly: memberships.readOnly,
  output: memberships.document,
  problems: ["cross_tenant_reference"],
  handler: async (ctx, input) =>
    memberships.show(ctx, await memberships.patch(ctx, ownMembership(ctx), patchOf(input))),
});

export const remove = mutationOperation({
  name: "tenancy/memberships:remove",
  operationId: "removeMembership",
  noun: "membership",
  method: "DELETE",
  path: "/memberships/{membershipId}",
  summary: "Remove a member",
  description:
    "Ends the membership for good; what the member wrote stays. The member's API keys are suspended at once, until an administrator adopts them (`GET /v1/api-keys?ownerId=…` lists them).",
  access: "permission",
  permission: "member:remove",
  status: 204,
  ...inPath,
  output: z.null(),
  problems: ["last_admin", "sole_owner", "rank_too_low"],
  handler: async (ctx) => {
    await assertExpendable(ctx, ctx.row, await assertChangeable(ctx, ctx.row));
    await endMembership(ctx.db, ctx.unscoped, ctx.row);
    return null;
  },
});

export const leave = mutationOperation({
  name: "tenancy/memberships:leave",
  operationId: "leaveOrganization",
  noun: "membership",
  method: "POST",
  path: "/memberships/leave",
  summary: "Leave the organization",
  description: "One's API keys there are suspended, until an administrator adopts them.",
  access: "organization",
  permission: "me:update",
  status: 204,
  output: z.null(),
  problems: ["sole_owner", "last_admin"],
  handler: async (ctx) => {
    const membership = ownMembership(ctx);
    assertNotOwner(ctx, membership);
    await assertExpendable(ctx, membership, ctx.tenant.rank);
    await endMembership(ctx.db, ctx.unscoped, membership);
    return null;
  },
});

export const ban = mutationOperation({
  name: "tenancy/memberships:ban",
  operationId: "banMember",
  noun: "membership",
  method: "POST",
  path: "/memberships/{membershipId}/ban",
  summary: "Ban a member",
  description:
    "Refuses every request of a member of lower rank, and of the member's API keys, until `until` or for good. The reason is an internal note.",
  access: "permission",
  permission: "member:ban",
  ...inPath,
  body: {
    reason: described(
      text(1, 500),
      "Why, for those who may ban; the member does not see it.",
      "Kept posting advertisements after two warnings.",
    ),
    until: described(timestampMs(), "When the ban ends; for good unless given.", Date.UTC(2026, 1, 14)).optional(),
  },
  output: memberships.document,
  problems: ["last_admin", "sole_owner", "rank_too_low"],
  handler: async (ctx, { reason, until }) => {
    if (until !== undefined && until <= ctx.now)
      throw invalidField("/until", "too_small", "until must be in the future.");
    await assertExpendable(ctx, ctx.row, await assertChangeable(ctx, ctx.row));
    const changes = { bannedAt: ctx.now, bannedUntil: until, banReason: reason };
    return memberships.show(ctx, await memberships.patch(ctx, ctx.row, changes));
  },
});

export const unban = mutationOperation({
  name: "tenancy/memberships:unban",
  operationId: "unbanMember",
  noun: "membership",
  method: "POST",
  path: "/memberships/{membershipId}/unban",
  summary: "Lift a ban",
  description: "The member's requests, and those of the member's API keys, are answered again.",
  access: "permission",
  permission: "member:ban",
  ...inPath,
  output: memberships.document,
  problems: ["not_banned", "rank_too_low"],
  handler: async (ctx) => {
    await assertChangeable(ctx, ctx.row);
    if (ctx.row.bannedAt === undefined) throw new ProblemError("not_banned", "The membership is not banned.");
    const changes = { bannedAt: undefined, bannedUntil: undefined, banReason: undefined };
    return memberships.show(ctx, await memberships.patch(ctx, ctx.row, changes));
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
