import * as z from "zod";
import { crud } from "../core/resources/crud";
import { withPublicId } from "../core/records/documents";
import { credentialKinds } from "../core/wire/credentialKinds";
import { ProblemError } from "../core/wire/errors";
import { integer, rowId } from "../core/schema/fields";
import { mutationOperation, secretOperation } from "../core/operations/define";
import { resource } from "../core/resources/resource";
import { patchOf } from "../core/schema/zod";
import { requireActingMember } from "../core/operations/actingMember";
import { suspensionNames } from "../core/access/keyOwner";
import { assertGrantable, assertLifetime, assertMayTakeOver, assertNarrowed } from "./apiKeys/rules";
import { apiKeyFields } from "./tables";
import type { IssuedSecret, TenantMutationContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

const apiKeys = resource({
  name: "access/apiKeys",
  table: "apiKeys",
  path: "/api-keys",
  fields: {
    ...apiKeyFields,
    suspension: z.enum(suspensionNames).optional().meta({
      description: "Why the key is refused though it is active: what became of its owner. Computed at each read.",
    }),
  },
  list: { filters: ["status", "ownerId", "createdBy"], access: "permission" },
  show: async ({ unscoped, now }, row) => {
    const owner = row.status === "active" ? await unscoped.ownerStanding(row, now) : undefined;
    return { ...withPublicId(row), suspension: owner && "suspension" in owner ? owner.suspension : undefined };
  },
});
const inPath = { on: apiKeys, params: { apiKeyId: rowId("apiKeys") } };
const issues = { secret: { prefix: credentialKinds.apiKey.issued, field: "key" } } as const;
const issuedKey = apiKeys.document.extend({
  key: z.string().optional().meta({ description: "The key itself, in the first answer only." }),
});

const { list, get } = crud(apiKeys);
export { list, get };

export const create = secretOperation({
  name: "access/apiKeys:create",
  operationId: "createApiKey",
  noun: "apiKey",
  audit: "credential.create",
  method: "POST",
  path: "/api-keys",
  summary: "Create an API key",
  description:
    "The answer carries the key, once. Its scopes are among the caller's own rights; without `expiresAt` it does not expire. The caller is its owner: the key never does more than its owner could at the moment, and is suspended while the owner is no active member.",
  access: "permission",
  permission: "apiKey:create",
  status: 201,
  body: { name: apiKeyFields.name, scopes: apiKeyFields.scopes, expiresAt: apiKeyFields.expiresAt },
  readOnly: apiKeys.readOnly,
  ...issues,
  output: issuedKey,
  problems: ["scope_not_allowed"],
  handler: async (ctx, { name, scopes, expiresAt }) => {
    assertGrantable(ctx.tenant.rights, scopes);
    assertLifetime(expiresAt, ctx.now);
    const { hash, prefix } = issued(ctx);
    const row = await ctx.db.insert("apiKeys", {
      name,
      scopes: [...new Set(scopes)],
      status: "active",
      ownerId: requireActingMember(ctx),
      keyHash: hash,
      keyPrefix: prefix,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    return apiKeys.show(ctx, row);
  },
});

export const update = mutationOperation({
  name: "access/apiKeys:update",
  operationId: "updateApiKey",
  noun: "apiKey",
  method: "PATCH",
  path: "/api-keys/{apiKeyId}",
  summary: "Update an API key",
  description: "Changes its name, or takes scopes away.",
  access: "permission",
  permission: "apiKey:update",
  ...inPath,
  body: { name: apiKeyFields.name.optional(), scopes: apiKeyFields.scopes.optional() },
  output: apiKeys.document,
  problems: ["scope_not_allowed"],
  handler: async (ctx, { name, scopes }) => {
    if (scopes) assertNarrowed(ctx.row.scopes, scopes);
    return apiKeys.show(
      ctx,
      await apiKeys.patch(ctx, ctx.row, patchOf({ name, scopes: scopes && [...new Set(scopes)] })),
    );
  },
});

export const rotate = secretOperation({
  name: "access/apiKeys:rotate",
  operationId: "rotateApiKey",
  noun: "apiKey",
  audit: "credential.rotate",
  method: "POST",
  path: "/api-keys/{apiKeyId}/rotate",
  summary: "Rotate an API key",
  description:
    "The answer carries the new key, once. The old one and its tokens work for `graceSeconds` more, none unless given. All its scopes are among the caller's own rights, and its owner's rank is not above the caller's. The owner stays; `adopt` changes it.",
  access: "permission",
  permission: "apiKey:update",
  ...inPath,
  body: { graceSeconds: integer(0, 86_400).default(0) },
  ...issues,
  output: issuedKey,
  problems: [{ target: "key_revoked" }, "rank_too_low"],
  handler: async (ctx, { graceSeconds }) => {
    assertActive(ctx.row);
    assertMayTakeOver(ctx.tenant, ctx.row.scopes, await ownerRankOf(ctx, ctx.row));
    const { hash, prefix } = issued(ctx);
    const inGrace = graceSeconds > 0;
    const changes = {
      keyHash: hash,
      keyPrefix: prefix,
      previousKeyHash: inGrace ? ctx.row.keyHash : undefined,
      previousKeyExpiresAt: inGrace ? ctx.now + graceSeconds * 1000 : undefined,
    };
    return apiKeys.show(ctx, await apiKeys.patch(ctx, ctx.row, changes));
  },
});

export const adopt = mutationOperation({
  name: "access/apiKeys:adopt",
  operationId: "adoptApiKey",
  noun: "apiKey",
  method: "POST",
  path: "/api-keys/{apiKeyId}/adopt",
  summary: "Adopt an API key",
  description:
    "Makes the caller the key's owner, so that a key whose owner has left goes on. Its scopes are among the caller's own rights, and its owner's rank, if still a member, is not above the caller's. The secret stays the same: rotate it as well if somebody who has left may know it. Adopting one's own key changes nothing.",
  access: "permission",
  permission: "apiKey:update",
  ...inPath,
  output: apiKeys.document,
  problems: [{ target: "key_revoked" }, "rank_too_low"],
  handler: async (ctx) => {
    assertActive(ctx.row);
    const ownerId = requireActingMember(ctx);
    if (ownerId !== ctx.row.ownerId) assertMayTakeOver(ctx.tenant, ctx.row.scopes, await ownerRankOf(ctx, ctx.row));
    return apiKeys.show(ctx, await apiKeys.patch(ctx, ctx.row, { ownerId }));
  },
});

export const revoke = mutationOperation({
  name: "access/apiKeys:revoke",
  operationId: "revokeApiKey",
  noun: "apiKey",
  method: "POST",
  path: "/api-keys/{apiKeyId}/revoke",
  summary: "Revoke an API key",
  description: "At once and for good; an old key in its grace time stops too.",
  access: "permission",
  permission: "apiKey:revoke",
  ...inPath,
  output: apiKeys.document,
  problems: [{ target: "key_revoked" }],
  handler: async (ctx) => {
    assertActive(ctx.row);
    return apiKeys.show(ctx, await apiKeys.patch(ctx, ctx.row, { status: "revoked", revokedAt: ctx.now }));
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

function issued({ secret }: { readonly secret: IssuedSecret | undefined }): IssuedSecret {
  if (!secret) throw new Error("The engine makes the credential of an operation that declares one.");
  return secret;
}
