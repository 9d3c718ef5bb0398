import { ownFile } from "../access/references";
import { isKeptUnused } from "../schema/fields";
import { tableMetadata } from "../schema/tableMetadata";
import { valuesAt } from "../schema/zod";
import { engineTables } from "../wire/engineTables";
import { ProblemError } from "../wire/errors";
import { keepUsage } from "./quotas";
import { untypedDatabase } from "./untypedDatabase";
import type { FilePurpose } from "../schema/fields";
import type { FileFieldMetadata, TableMetadata } from "../schema/table";
import type { TableNames } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";

/** The files that a row holds: for each of its storage ids, where and for what. */
type HeldFiles = ReadonlyMap<string, { readonly pointer: string; readonly purpose: FilePurpose }>;

/**
 * Keeps the counts of files with a write of a row, which it is `undefined` before its insertion and after its deletion. A row in
 * the trash holds what it holds. Every write of the engine comes through here, so a file's `refCount` is the number of rows that
 * hold it.
 * @throws {ProblemError} 422 for a file that the row did not hold and that is not its organization's, or is for something else
 */
export async function keepFileUse(
  ctx: MutationCtx,
  table: TableNames,
  before: object | undefined,
  after: object | undefined,
): Promise<void> {
  const { files }: TableMetadata = tableMetadata[table];
  if (!files) return;
  const [held, holds] = [heldFiles(files, before), heldFiles(files, after)];
  for (const [storageId, { pointer, purpose }] of holds) {
    if (held.has(storageId)) continue;
    const file = await ownFile(ctx, storageId, organizationOf(table, after));
    if (!file) throw refused("cross_tenant_reference", pointer, "No file of the organization has this storage id.");
    if (file.purpose !== purpose)
      throw refused(
        "file_purpose_mismatch",
        pointer,
        `A file of purpose ${purpose} is needed; this is ${file.purpose}.`,
      );
    await ctx.db.patch(engineTables.files, file._id, { refCount: file.refCount + 1, unusedSince: undefined });
  }
  for (const storageId of held.keys()) {
    if (!holds.has(storageId)) await release(ctx, storageId);
  }
}

/** Deletes a row for good: what it holds is free again, and the blob of a file goes with it. */
export async function deleteRow(ctx: MutationCtx, table: TableNames, id: string): Promise<void> {
  const database = untypedDatabase(ctx);
  const { files, quotas }: TableMetadata = tableMetadata[table];
  const row = files || quotas ? ((await database.get(id)) ?? undefined) : undefined;
  await keepFileUse(ctx, table, row, undefined);
  await keepUsage(ctx, table, row, undefined, Date.now());
  if (table === engineTables.files) await deleteBlobOf(ctx, id);
  await database.delete(table, id);
}

async function deleteBlobOf(ctx: MutationCtx, id: string): Promise<void> {
  const fileId = ctx.db.normalizeId(engineTables.files, id);
  const file = fileId && (await ctx.db.get(engineTables.files, fileId));
  if (file && (await ctx.db.system.get("_storage", file.storageId))) await ctx.storage.delete(file.storageId);
}

/** A purge deletes files and what holds them in whatever order. */
async function release(ctx: MutationCtx, storageId: string): Promise<void> {
  const id = ctx.db.system.normalizeId("_storage", storageId);
  const file =
    id &&
    (await ctx.db
      .query(engineTables.files)
      .withIndex("by_storageId", (q) => q.eq("storageId", id))
      .unique());
  if (!file) return;
  const refCount = file.refCount - 1;
  const unusedSince = refCount === 0 && !isKeptUnused(file.purpose) ? Date.now() : undefined;
  await ctx.db.patch(engineTables.files, file._id, { refCount, unusedSince });
}

/** The files that a row holds. */
export function heldFiles(fields: readonly FileFieldMetadata[], row: object | undefined): HeldFiles {
  const held = new Map<string, { pointer: string; purpose: FilePurpose }>();
  for (const { path, purpose } of fields) {
    for (const [value, pointer] of valuesAt(row, path)) {
      if (typeof value === "string") held.set(value, { pointer, purpose });
    }
  }
  return held;
}

/** Whose files a row may hold: those of its organization, which an organization is itself. */
function organizationOf(table: TableNames, row: object | undefined): unknown {
  const field = table === engineTables.tenants ? "_id" : "organizationId";
  return row && Object.getOwnPropertyDescriptor(row, field)?.value;
}

function refused(code: "cross_tenant_reference" | "file_purpose_mismatch", pointer: string, message: string) {
  return new ProblemError(code, message, [{ pointer, code, message }]);
}
