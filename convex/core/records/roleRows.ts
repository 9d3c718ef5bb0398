import { v } from "convex/values";
import { internalMutation } from "../../_generated/server";
import { systemWriter } from "./systemWriter";
import { builtInRoles } from "../access/roles";
import { invalidField } from "../wire/errors";
import { engineTables } from "../wire/engineTables";
import { builtInRights, isBuiltInRole } from "../access/rights";
import type { TenantReader, UnscopedReader } from "./reader";
import type { UnscopedWriter } from "./writer";
import type { Doc, Id } from "../../_generated/dataModel";

/**
 * Makes sure that every built-in role has its row and that the row says what the code says. Rights are decided by the
 * code; the rows exist to be listed and referred to. `writer` must belong to no organization.
 */
export async function ensureBuiltInRoles(writer: UnscopedWriter): Promise<void> {
  for (const [key, { name, description, rank, scope }] of Object.entries(builtInRoles)) {
    if (!isBuiltInRole(key)) continue;
    const rights = [...builtInRights(key)].sort();
    const row = await builtInRoleRow(writer, key);
    if (row) await writer.patch(engineTables.roles, row, { name, description, rank, scope, rights });
    else await writer.insert(engineTables.roles, { key, name, description, rank, scope, rights, isSystem: true });
  }
}

/** `ensureBuiltInRoles` for scripts. */
export const ensure = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const work = { now: Date.now(), noun: "role", action: "role.ensure", isAudited: true };
    await ensureBuiltInRoles(systemWriter(ctx, work));
    return null;
  },
});

/** The row of a built-in role, or null before `ensureBuiltInRoles`. */
export function builtInRoleRow(reader: Pick<UnscopedReader, "query">, key: string): Promise<Doc<"roles"> | null> {
  return roleByKey(reader, undefined, key);
}

/** The live role with this key: the organization's own, else the built-in one. */
export async function findRole(
  reader: Pick<UnscopedReader, "query">,
  organizationId: Id<"organizations">,
  key: string,
): Promise<Doc<"roles"> | null> {
  return isBuiltInRole(key) ? builtInRoleRow(reader, key) : roleByKey(reader, organizationId, key);
}

/** The role that a body names by `roleId` or `roleKey`; undefined if by neither. Throws 400 for an unknown key. */
export async function namedRole(
  {
    unscoped,
    db,
  }: { readonly unscoped: Pick<UnscopedReader, "query" | "get">; readonly db: Pick<TenantReader, "organizationId"> },
  { roleId, roleKey }: { readonly roleId?: string | undefined; readonly roleKey?: string | undefined },
): Promise<Doc<"roles"> | undefined> {
  if (roleKey === undefined)
    return roleId === undefined ? undefined : ((await unscoped.get(engineTables.roles, roleId)) ?? undefined);
  const role = await findRole(unscoped, db.organizationId, roleKey);
  if (!role) throw invalidField("/roleKey", "unknown_role", "No role of the organization has this key.");
  if (roleId !== undefined && roleId !== role._id) {
    throw invalidField("/roleId", "contradiction", "roleId and roleKey name different roles; send one of them.");
  }
  return role;
}

function roleByKey(
  reader: Pick<UnscopedReader, "query">,
  organizationId: Id<"organizations"> | undefined,
  key: string,
) {
  return reader
    .query(engineTables.roles)
    .withIndex("by_organizationId_and_deletedAt_and_key", (q) =>
      q.eq("organizationId", organizationId).eq("deletedAt", undefined).eq("key", key),
    )
    .unique();
}
