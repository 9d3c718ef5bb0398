import * as z from "zod";
import { builtInRoleRow } from "../core/records/roleRows";
import { assertTransition } from "../core/resources/states";
import { pageOf } from "../core/resources/pages";
import { noContent } from "../core/resources/operations";
import { definedOf, withPublicId } from "../core/records/documents";
import { ProblemError } from "../core/wire/errors";
import { dayMs } from "../core/wire/durations";
import { described, rowId, text } from "../core/schema/fields";
import { listOperation, mutationOperation, queryOperation } from "../core/operations/define";
import { reachOf } from "../core/access/rights";
import { membershipOf } from "../core/access/standing";
import { patchOf } from "../core/schema/zod";
import { assertWithinCeilings } from "../core/access/rateLimits";
import { assertUsable } from "../core/access/tenant";
import {
  confirmSlugParameter,
  memberUser,
  memberUserDocument,
  organizationIdParameter,
  organizations,
  organizationStates,
  slugParameter,
} from "./documents";
import { foundOrganization, freeOrganizationSlug } from "./founding";
import { queueEmail } from "../messaging/mail";
import { assertMayOwn } from "./memberships/rules";
import { tellOfRole } from "./memberships/telling";
import { summaryDocument, summaryOf } from "./organizationSummary";
import { startPurge } from "./purging";
import {
  defaultOrganizationSettings,
  membershipFields,
  organizationFields,
  organizationQuotaFields,
  organizationSettingFields,
} from "./tables";
import type { ResourceShape } from "../core/operations/resourceShape";
import type { TenantQueryContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

const previewSize = 20;

const someSettings = () =>
  described(
    z.strictObject(organizationSettingFields).partial(),
    "How the organization works; what is left out stays as it is, or at its default.",
  );

export const create = organizations.at("/").change("create", {
  summary: "Create an organization",
  description: "The caller becomes its owner. The slug is made from the name unless given.",
  access: "user",
  input: () => ({
    name: organizationFields.name,
    slug: organizationFields.slug.optional(),
    externalId: organizationFields.externalId,
    metadata: organizationFields.metadata,
    settings: someSettings().optional(),
  }),
  problems: ["slug_taken", "external_id_taken"],
  departs: { hourlyLimit: { count: 10, per: "user" } },
  handler: async (ctx, { name, slug, settings, ...rest }) => {
    const { unscoped, now, caller } = ctx;
    assertWithinCeilings(settings);
    const organization = await foundOrganization(
      unscoped,
      {
        ...definedOf(rest),
        name,
        slug: slug ?? (await freeOrganizationSlug(unscoped, name, caller.user._id)),
        settings: { ...defaultOrganizationSettings, ...definedOf(settings ?? {}) },
      },
      caller.user,
      now,
    );
    if (caller.user.defaultOrganizationId === undefined) {
      await unscoped.patch("users", caller.user, { defaultOrganizationId: organization._id });
    }
    return organization;
  },
});

export const list = listOperation({
  name: "tenancy/organizations:list",
  operationId: "listOrganizations",
  noun: "organization",
  method: "GET",
  path: "/organizations",
  summary: "List one's own organizations",
  description:
    "Last joined first unless sorted otherwise, each with the caller's role in it. A page may hold fewer rows than asked for.",
  access: "user",
  permission: "me:read",
  query: () => ({
    sort: z.enum(["created", "-created"]).optional().register(z.globalRegistry, {
      description: "By joining: ascending, or descending with `-`.",
      default: "-created",
    }),
  }),
  output: () => organizations.document.extend({ roleKey: membershipFields.roleKey }),
  problems: ["invalid_cursor"],
  handler: async ({ caller: { user }, unscoped }, input) => {
    const memberships = unscoped.query("memberships").withIndex("by_userId", (q) => q.eq("userId", user._id));
    const result = await pageOf(memberships.order(input.sort === "created" ? "asc" : "desc"), input);
    const page: object[] = [];
    for (const { organizationId, roleKey, status } of result.page) {
      const organization = status === "pending" ? null : await unscoped.get("organizations", organizationId);
      if (organization && organization.deletedAt === undefined) page.push({ ...withPublicId(organization), roleKey });
    }
    return { ...result, page };
  },
});

export const get = organizations.read("get", {
  summary: "Get an organization",
  description: "A deleted one too, until it is purged.",
  departs: { allowsUnusableOrganization: true, includesDeleted: true },
  handler: async ({ row }) => row,
});

export const getSummary = organizations.read("getSummary", {
  summary: "Get an organization in numbers",
  description:
    "How many members, sites, agents and other rows it has, each where the caller may read all of them: a number ends at 1,000 and says so. To whoever may change the organization also how much of its quotas is used.",
  output: summaryDocument,
  handler: (ctx) => summaryOf(ctx),
});

const organizationBySlug: ResourceShape & { readonly table: "organizations" } = {
  table: "organizations",
  noun: "organization",
  idParameter: "slug",
  get document() {
    return organizations.document;
  },
  get readOnly() {
    return organizations.readOnly;
  },
  find: async ({ tenant: { organization } }, slug) => (organization.slug === slug ? organization : null),
};

export const getBySlug = queryOperation({
  name: "tenancy/organizations:getBySlug",
  operationId: "getOrganizationBySlug",
  noun: "organization",
  method: "GET",
  path: "/organizations/by-slug/{slug}",
  summary: "Get an organization by its slug",
  description: `With up to ${previewSize} of its members, if the caller may read users.`,
  access: "organization",
  permission: "organization:read",
  on: organizationBySlug,
  params: () => ({ slug: slugParameter() }),
  output: () =>
    organizations.document.extend({
      members: described(
        z.array(memberUserDocument()),
        `Up to ${previewSize} active members; absent where the caller may not read users.`,
      ).optional(),
    }),
  handler: async (ctx) => ({ ...withPublicId(ctx.row), members: await membersPreview(ctx) }),
});

export const update = organizations.change("update", {
  summary: "Update an organization",
  description:
    "Fields left out stay as they are, in `settings` too; null clears an optional field. `externalId` is set once, by the owner.",
  input: () => ({
    name: organizationFields.name.optional(),
    slug: organizationFields.slug.optional(),
    externalId: organizationFields.externalId,
    logoStorageId: organizationFields.logoStorageId.nullable(),
    metadata: organizationFields.metadata.nullable(),
    settings: someSettings().optional(),
  }),
  problems: ["slug_taken", "external_id_taken"],
  handler: async ({ row, tenant, unscoped }, { name, slug, logoStorageId, metadata, externalId, settings }) => {
    assertWithinCeilings(settings);
    if (externalId !== undefined && externalId !== row.externalId) {
      if (row.externalId !== undefined) throw readOnlyExternalId("It is set already, and stays.");
      if (tenant.membership?.userId !== row.ownerId)
        throw new ProblemError("forbidden", "Only the owner sets the external id.");
    }
    const changes = {
      ...patchOf({ name, slug, logoStorageId, metadata, externalId }),
      ...(settings === undefined ? {} : { settings: { ...row.settings, ...definedOf(settings) } }),
    };
    return unscoped.patch("organizations", row, changes);
  },
});

export const setStatus = mutationOperation({
  name: "tenancy/organizations:setStatus",
  operationId: "setOrganizationStatus",
  noun: "organization",
  method: "PUT",
  path: "/organizations/{organizationId}/status",
  summary: "Set an organization's status",
  description:
    "Shuts an organization down or opens it again: every request to one that is `inactive` or `suspended` is refused. The reason stands in its audit trail. Setting the status that it has changes nothing; one in the trash has to be restored by its owner.",
  access: "platform",
  permission: "platform:admin",
  on: organizations,
  includesDeleted: true,
  params: () => ({ organizationId: organizationIdParameter() }),
  body: () => ({
    status: organizationFields.status,
    reason: described(text(1, 500), "Why, for the organization's audit trail.", "The last three bills were not paid."),
  }),
  output: () => organizations.document,
  problems: ["invalid_state_transition"],
  handler: async ({ row, unscoped }, { status, reason }) => {
    if (row.deletedAt !== undefined)
      throw new ProblemError("invalid_state_transition", "The organization is in the trash; its owner restores it.");
    assertTransition(organizationStates, row.status, status);
    return withPublicId(await unscoped.patch("organizations", row, { status }, { reason }));
  },
});

export const setQuotas = mutationOperation({
  name: "tenancy/organizations:setQuotas",
  operationId: "setOrganizationQuotas",
  noun: "organization",
  method: "PUT",
  path: "/organizations/{organizationId}/quotas",
  summary: "Set an organization's quotas",
  description:
    "How much it may have of what every organization has only so much of; what is left out is as everywhere. What it has beyond a quota stays, and nothing is added. The reason stands in its audit trail.",
  access: "platform",
  permission: "platform:admin",
  on: organizations,
  params: () => ({ organizationId: organizationIdParameter() }),
  body: () => ({
    quotas: described(z.strictObject(organizationQuotaFields), "Its own numbers.", { fileCount: 250_000 }),
    reason: described(text(1, 500), "Why, for the organization's audit trail.", "It has booked more storage."),
  }),
  output: () => organizations.document,
  handler: async ({ row, unscoped }, { quotas, reason }) =>
    withPublicId(await unscoped.patch("organizations", row, { quotas: definedOf(quotas) }, { reason })),
});

const remove = organizations.change("delete", {
  summary: "Delete an organization",
  description:
    "Every key and every member is refused from now on. It can be restored until `purgeAfter`, keeps its names until then, and is purged afterwards. Its owner gets an e-mail. Send the organization's slug as `confirmSlug`.",
  input: () => ({ confirmSlug: confirmSlugParameter() }),
  output: noContent,
  problems: ["confirmation_mismatch", "already_deleted", "organization_suspended"],
  // Deleting it twice is 409, not 403; every other unusable state is refused below.
  departs: { allowsUnusableOrganization: true, includesDeleted: true },
  handler: async (ctx, { confirmSlug }) => {
    const { row, unscoped, now } = ctx;
    if (row.deletedAt === undefined) assertUsable(row);
    assertConfirmed(row, confirmSlug);
    const purgeAfter = now + row.settings.trashRetentionDays * dayMs;
    await unscoped.softDelete("organizations", row, { status: "inactive", purgeAfter });
    const owner = await unscoped.get("users", row.ownerId);
    if (owner?.email !== undefined) {
      const data = { organizationName: row.name, purgeAfter };
      const recipient = { to: owner.email, userId: owner._id, organization: row };
      await queueEmail(ctx, { template: "organizationDeleted", data, ...recipient });
    }
    return null;
  },
});
export { remove as delete };

export const transferOwnership = organizations.change("transferOwnership", {
  summary: "Transfer the ownership of an organization",
  description:
    "An active member becomes the owner, and the owner who calls becomes an administrator, at once; both are told by a notification. Transferring to oneself changes nothing. API keys go on.",
  permission: "transfer",
  input: () => ({ userId: described(rowId("users"), "The new owner: an active member of the organization.") }),
  problems: [{ target: "not_a_member" }],
  departs: { operationId: "transferOwnership", endsPermission: true },
  handler: async (ctx, { userId }) => {
    const { row, tenant, db, unscoped, now } = ctx;
    const { membership } = tenant;
    // A custom role may carry the permission; what it would give away is not its holder's.
    if (membership?.userId !== row.ownerId)
      throw new ProblemError("forbidden", "Only the owner transfers the organization.");
    if (userId === row.ownerId) return row;
    const heir = await membershipOf(unscoped, row._id, userId);
    assertMayOwn(await unscoped.get("users", userId), heir, now);
    const [owner, admin] = [await builtInRoleRow(unscoped, "owner"), await builtInRoleRow(unscoped, "admin")];
    if (!owner || !admin) throw new Error("The built-in roles were made sure of with the organization.");
    await db.patch("memberships", membership, { roleId: admin._id, roleKey: admin.key });
    await db.patch("memberships", heir, { roleId: owner._id, roleKey: owner.key });
    await tellOfRole(ctx, membership, admin);
    await tellOfRole(ctx, heir, owner);
    return unscoped.patch("organizations", row, { ownerId: userId });
  },
});

export const restore = organizations.change("restore", {
  summary: "Restore an organization",
  description: "It has kept its names. Refused once its purge has begun.",
  permission: "delete",
  problems: ["not_deleted", "purged"],
  departs: { allowsUnusableOrganization: true, includesDeleted: true },
  handler: async ({ row, unscoped, now }) => {
    if (row.purgeAfter !== undefined && row.purgeAfter <= now)
      throw new ProblemError("purged", "Its time in the trash is over, and its rows are being deleted.");
    return unscoped.restore("organizations", row, { status: "active", purgeAfter: undefined });
  },
});

export const purge = organizations.change("purge", {
  summary: "Purge a deleted organization",
  description:
    "Now, instead of at `purgeAfter`: everything of the organization is deleted for good by a job, step by step after the answer, and the job with it; then its names are free. Purging it again answers the job that runs. Send the organization's slug as `confirmSlug`.",
  permission: "purge",
  input: () => ({ confirmSlug: confirmSlugParameter() }),
  output: () =>
    organizations.document.extend({
      jobId: described(rowId("scheduledJobs"), "The job that purges the organization."),
    }),
  problems: ["not_deleted", "confirmation_mismatch"],
  departs: { status: 202, allowsUnusableOrganization: true, includesDeleted: true },
  handler: async (ctx, { confirmSlug }) => {
    const { row } = ctx;
    if (row.deletedAt === undefined) throw new ProblemError("not_deleted", "Only what is in the trash can be purged.");
    assertConfirmed(row, confirmSlug);
    const { organization, jobId } = await startPurge(ctx, row);
    return { ...withPublicId(organization), jobId };
  },
});

function assertConfirmed({ slug }: Doc<"organizations">, confirmSlug: string): void {
  if (confirmSlug !== slug)
    throw new ProblemError("confirmation_mismatch", "confirmSlug is not the organization's slug.");
}

function readOnlyExternalId(message: string): ProblemError {
  return new ProblemError("read_only_field", message, [{ pointer: "/externalId", code: "read_only_field", message }]);
}

async function membersPreview({ db, unscoped, tenant }: TenantQueryContext): Promise<object[] | undefined> {
  if (reachOf(tenant.rights, "user:read") === undefined) return undefined;
  const members: object[] = [];
  const active = db.index("memberships", "by_organizationId_and_status", (q) => q.eq("status", "active"));
  for (const membership of await active.take(previewSize)) {
    const user: Doc<"users"> | null = await unscoped.get("users", membership.userId);
    if (user) members.push(memberUser(user, membership));
  }
  return members;
}
