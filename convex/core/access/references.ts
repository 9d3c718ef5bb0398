import { isTable } from "../schema/rowNames";
import { tableMetadata } from "../schema/tableMetadata";
import { membershipOf } from "./standing";
import type { Tenant } from "./tenant";
import { engineTables } from "../wire/engineTables";
import type { Doc } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";

interface ReferenceFault {
  readonly code: "cross_tenant_reference" | "not_an_organization_member";
  readonly message: string;
}

/**
 * What is wrong with a reference from a row of the tenant, or undefined: a user must be an active member, and everything else a live
 * row of the organization, a built-in role, or a row of a table that organizations share.
 */
export async function faultOfReference(
  ctx: QueryCtx,
  table: string,
  value: string,
  { organization }: Tenant,
): Promise<ReferenceFault | undefined> {
  if (table === "_storage") {
    if (await ownFile(ctx, value, organization._id)) return undefined;
    return { code: "cross_tenant_reference", message: "No file of the organization has this storage id." };
  }
  if (!isTable(table)) throw new Error(`A reference names the unknown table ${table}.`);
  if (table === "users") {
    const userId = ctx.db.normalizeId("users", value);
    const membership = userId && (await membershipOf(ctx.db, organization._id, userId));
    if (membership?.status === "active") return undefined;
    return {
      code: "not_an_organization_member",
      message: "No active member of the organization has this id.",
    };
  }
  const id = ctx.db.normalizeId(table, value);
  const row = id && (await ctx.db.get(table, id));
  const isOwnRow = row && "organizationId" in row && row.organizationId === organization._id;
  const isBuiltIn = row && table === "roles" && !("organizationId" in row);
  const isCommon = row && table !== engineTables.tenants && tableMetadata[table].tenant === "none";
  const isDeleted = row && "deletedAt" in row && row.deletedAt !== undefined;
  if ((isOwnRow || isBuiltIn || isCommon) && !isDeleted) return undefined;
  return {
    code: "cross_tenant_reference",
    message: `No ${tableMetadata[table].noun} of the organization has this id.`,
  };
}

/** The live file of an organization that a storage id names, or null. */
export async function ownFile(ctx: QueryCtx, storageId: string, organizationId: unknown): Promise<Doc<"files"> | null> {
  const id = ctx.db.system.normalizeId("_storage", storageId);
  const file =
    id &&
    (await ctx.db
      .query(engineTables.files)
      .withIndex("by_storageId", (q) => q.eq("storageId", id))
      .unique());
  return file && file.organizationId === organizationId && file.deletedAt === undefined ? file : null;
}
