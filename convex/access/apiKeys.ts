import * as z from "zod";
import { crud } from "../core/resources/crud";
import { assertWithinQuota } from "../core/access/rateLimits";
import { definedOf, withPublicId } from "../core/records/documents";
import { credentialKinds } from "../core/wire/credentialKinds";
import { ProblemError } from "../core/wire/errors";
import { described, integer } from "../core/schema/fields";
import { resource } from "../core/resources/resource";
import { patchOf } from "../core/schema/zod";
import { requireActingMember } from "../core/operations/actingMember";
import { suspensionNames } from "../core/access/keyOwner";
import { assertGrantable, assertLifetime, assertMayTakeOver, assertNarrowed } from "./apiKeys/rules";
import { apiKeyFields } from "./tables";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

const apiKeys = resource({
  name: "access/apiKeys",
  table: "apiKeys",
  path: "/api-keys",
  fields: {
    ...apiKeyFields,
    suspension: described(
      z.enum(suspensionNames),
      "Why the key is refused though it is active: what became of its owner. Computed at each read.",
    ).optional(),
  },
  credential: {
    prefix: credentialKinds.apiKey.issued,
    field: "key",
    description: "The key itself, in the first answer only.",
  },
  list: { filters: ["status", "ownerId", "createdBy"], access: "permission" },
  show: async ({ unscoped, now }, row) => {
    const owner = row.status === "active" ? await unscoped.ownerStanding(row, now) : undefined;
    return { ...withPublicId(row), suspension: owner && "suspension" in owner ? owner.suspension : undefined };
  },
});
const { list, get } = crud(apiKeys);
export { list, get };

export const create = apiKeys.at("/").issue("create", {
  summary: "Create an API key",
  description:
    "The answer carries the key, once. Its scopes are among the caller's own rights; without `expiresAt` it does not expire. The caller is its owner: the key never does more than its owner could at the moment, and is suspended while the owner is no active member.",
  input: () => ({
    name: apiKeyFields.name,
    scopes: apiKeyFields.scopes,
    expiresAt: apiKeyFields.expiresAt,
    requestsPerMinute: apiKeyFields.requestsPerMinute,
  }),
  problems: ["scope_not_allowed", "limit_reached"],
  handler: async (ctx, { name, scopes, expiresAt, requestsPerMinute }) => {
    assertGrantable(ctx.tenant.rights, scopes);
    assertLifetime(expiresAt, ctx.now);
    assertWithinQuota(ctx.tenant.organization, requestsPerMinute);
    const { hash, prefix } = ctx.secret;
    const row = await ctx.db.insert("apiKeys", {
      name,
      scopes: [...new Set(scopes)],
      status: "active",
      ownerId: requireActingMember(ctx),
      keyHash: hash,
      keyPrefix: prefix,
      ...definedOf({ expiresAt, requestsPerMinute }),
    });
    return row;
  },
});

export const update = apiKeys.change("update", {
  summary: "Update an API key",
  description:
    "Changes its name or its limit, or takes scopes away. Without a limit of its own (null) it has the organization's.",
  input: () => ({
    name: apiKeyFields.name.optional(),
    scopes: apiKeyFields.scopes.optional(),
    requestsPerMinute: apiKeyFields.requestsPerMinute.nullable(),
  }),
  problems: ["scope_not_allowed"],
  handler: async (ctx, { name, scopes, requestsPerMinute }) => {
    if (scopes) assertNarrowed(ctx.row.scopes, scopes);
    assertWithinQuota(ctx.tenant.organization, requestsPerMinute);
    return apiKeys.patch(ctx, ctx.row, patchOf({ name, scopes: scopes && [...new Set(scopes)], requestsPerMinute }));
  },
});

export const rotate = apiKeys.issue("rotate", {
  summary: "Rotate an API key",
  description:
    "The answer carries the new key, once. The old one and its tokens work for `graceSeconds` more, none unless given. All its scopes are among the caller's own rights, and its owner's rank is not above the caller's. The owner stays; `adopt` changes it.",
  input: () => ({
    graceSeconds: described(integer(0, 86_400), "Seconds for which the old key goes on.", 3600).default(0),
  }),
  problems: [{ target: "key_revoked" }, "rank_too_low"],
  handler: async (ctx, { graceSeconds }) => {
    assertActive(ctx.row);
    assertMayTakeOver(ctx.tenant, ctx.row.scopes, await ownerRankOf(ctx, ctx.row));
    const { hash, prefix } = ctx.secret;
    const inGrace = graceSeconds > 0;
    const changes = {
      keyHash: hash,
      keyPrefix: prefix,
      previousKeyHash: inGrace ? ctx.row.keyHash : undefined,
      previousKeyExpiresAt: inGrace ? ctx.now + graceSeconds * 1000 : undefined,
    };
    return apiKeys.patch(ctx, ctx.row, changes);
  },
});

export const adopt = apiKeys.change("adopt", {
  summary: "Adopt an API key",
  description:
    "Makes the caller the key's owner, so that a key whose owner has left goes on. Its scopes are among the caller's own rights, and its owner's rank, if still a member, is not above the caller's. The secret stays the same: rotate it as well if somebody who has left may know it. Adopting one's own key changes nothing.",
  problems: [{ target: "key_revoked" }, "rank_too_low"],
  handler: async (ctx) => {
    assertActive(ctx.row);
    const ownerId = requireActingMember(ctx);
    if (ownerId !== ctx.row.ownerId) assertMayTakeOver(ctx.tenant, ctx.row.scopes, await ownerRankOf(ctx, ctx.row));
    return apiKeys.patch(ctx, ctx.row, { ownerId });
  },
});

export const revoke = apiKeys.change("revoke", {
  summary: "Revoke an API key",
  description: "At once and for good; an old key in its grace time stops too.",
  permission: "revoke",
  problems: [{ target: "key_revoked" }],
  handler: async (ctx) => {
    assertActive(ctx.row);
    return apiKeys.patch(ctx, ctx.row, { status: "revoked", revokedAt: ctx.now });
  },
});

function assertActive({ status }: Doc<"apiKeys">): void {
  if (status === "revoked") throw new ProblemError({ target: "key_revoked" }, "The API key was revoked before.");
}

/** The rank of the owner's role, in force or not: a ban that ends gives the key its rank back. */
async function ownerRankOf({ db, unscoped }: TenantMutationContext, { ownerId }: Doc<"apiKeys">): Promise<number> {
  if (ownerId === undefined) return 0;
  const membership = await db
    .index("memberships", "by_organizationId_and_userId", (q) => q.eq("userId", ownerId))
    .unique();
  return membership ? (await unscoped.standingOf(membership)).rank : 0;
}
