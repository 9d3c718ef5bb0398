import { makeFunctionReference, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import { internalAction, internalMutation, internalQuery } from "../../_generated/server";
import { decryptSecret, encryptSecret, keyVersionOf, presentKeyVersion } from "../wire/encryption";
import { engineTables } from "../wire/engineTables";
import { ProblemError } from "../wire/errors";
import { sealedValidator } from "../wire/sealed";
import { tableMetadata } from "../schema/tableMetadata";
import { appendAudit } from "./audit";
import { untypedDatabase, untypedReader } from "./untypedDatabase";
import type { TableMetadata } from "../schema/table";
import type { UntypedRow } from "./untypedDatabase";
import type { ActionCtx, MutationCtx } from "../../_generated/server";
import type { TableNames } from "../../_generated/dataModel";
import type { Infer } from "convex/values";

/** Rows that are read, encrypted anew and written in one go. */
const batchSize = 50;
/** An action goes on in another one after so many rows, long before its time is over. */
const batchesPerAction = 100;
const modulePath = "core/records/reencryption";

const secretsOfRow = v.object({
  id: v.string(),
  organizationId: v.string(),
  secrets: v.array(v.object({ field: v.string(), sealed: sealedValidator })),
});
const renewedRow = v.object({
  id: v.string(),
  organizationId: v.string(),
  secrets: v.array(v.object({ field: v.string(), bindingId: v.string(), sealed: sealedValidator })),
});
const position = v.object({ table: v.string(), cursor: v.union(v.string(), v.null()) });
const report = v.object({
  /** Secrets that the present key encrypts now. */
  reencrypted: v.number(),
  /** Secrets that no key at hand can read; they are left as they are. */
  unreadable: v.number(),
  /** Where to go on; null once every table was walked. */
  next: v.union(position, v.null()),
});
const renewArguments = { from: v.optional(position), goesOn: v.optional(v.boolean()) };
const storeArguments = { table: v.string(), keyVersion: v.number(), rows: v.array(renewedRow) };

type SecretsOfRow = Infer<typeof secretsOfRow>;
type RenewedRow = Infer<typeof renewedRow>;
type Position = Infer<typeof position>;
type Report = Infer<typeof report>;
type Tables = Readonly<Record<string, Pick<TableMetadata, "sealed">>>;

/**
 * The internal functions that encrypt every stored secret with the present master key, of all tables whose metadata names
 * `sealed` fields. A batch is durable once it is written, and what is encrypted anew is passed over: however often it is broken off,
 * another run does the rest. Answers go on to be served meanwhile, since each row names the key that it needs.
 */
export function reencryptionFunctions(tables: Tables) {
  const names = Object.keys(tables)
    .filter((table) => tables[table]?.sealed.length !== 0)
    .sort();
  const fieldsOf = (table: string): readonly string[] => {
    const sealed = tables[table]?.sealed ?? [];
    if (sealed.length === 0) throw new Error(`${table} holds no encrypted secret.`);
    return sealed;
  };
  return {
    page: internalQuery({
      args: position,
      returns: paginationResultValidator(secretsOfRow),
      handler: async (ctx, { table, cursor }) => {
        const fields = fieldsOf(table);
        const options = { cursor, numItems: batchSize };
        const found = await untypedReader(ctx).query(table).paginate(options);
        const { isDone, continueCursor } = found;
        return { page: found.page.map((row) => secretsIn(row, fields)), isDone, continueCursor };
      },
    }),
    store: internalMutation({
      args: storeArguments,
      returns: v.number(),
      handler: async (ctx, { table, keyVersion, rows }) => {
        fieldsOf(table);
        return storeRows(ctx, table, keyVersion, rows);
      },
    }),
    reencryptSecrets: internalAction({
      args: renewArguments,
      returns: report,
      handler: async (ctx, { from, goesOn = false }): Promise<Report> => {
        const done = await walk(ctx, names, from);
        if (goesOn && done.next) await ctx.scheduler.runAfter(0, references.reencrypt, { from: done.next, goesOn });
        return done;
      },
    }),
  };
}

const references = {
  page: makeFunctionReference<
    "query",
    Position,
    { readonly page: SecretsOfRow[]; readonly isDone: boolean; readonly continueCursor: string }
  >(`${modulePath}:page`),
  store: makeFunctionReference<"mutation", { table: string; keyVersion: number; rows: RenewedRow[] }, number>(
    `${modulePath}:store`,
  ),
  reencrypt: makeFunctionReference<"action", { from?: Position; goesOn?: boolean }, Report>(
    `${modulePath}:reencryptSecrets`,
  ),
};

export const { page, store, reencryptSecrets } = reencryptionFunctions(tableMetadata);

async function walk(ctx: ActionCtx, tables: readonly string[], from: Position | undefined): Promise<Report> {
  const keyVersion = presentKeyVersion();
  let [reencrypted, unreadable] = [0, 0];
  let at = from ?? firstOf(tables);
  for (let batches = 0; at !== null && batches < batchesPerAction; batches += 1) {
    const { table, cursor }: Position = at;
    const found = await ctx.runQuery(references.page, { table, cursor });
    const rows: RenewedRow[] = [];
    for (const row of found.page) {
      const { renewed, failures } = await renewedSecrets(table, row, keyVersion);
      unreadable += failures;
      if (renewed.secrets.length > 0) rows.push(renewed);
    }
    if (rows.length > 0) reencrypted += await ctx.runMutation(references.store, { table, keyVersion, rows });
    at = found.isDone ? firstOf(tables.filter((name) => name > table)) : { table, cursor: found.continueCursor };
  }
  return { reencrypted, unreadable, next: at };
}

function firstOf([table]: readonly string[]): Position | null {
  return table === undefined ? null : { table, cursor: null };
}

function secretsIn(row: UntypedRow, fields: readonly string[]): SecretsOfRow {
  const secrets = fields.flatMap((field) => {
    const sealed = row[field];
    return sealed === undefined ? [] : [{ field, sealed: asSealed(sealed) }];
  });
  const { _id: id, organizationId } = row;
  if (typeof organizationId !== "string") throw new Error(`${id} belongs to no organization.`);
  return { id, organizationId, secrets };
}

/** The secrets of a row that another key has encrypted, encrypted with the present one. */
async function renewedSecrets(table: string, { secrets, ...row }: SecretsOfRow, keyVersion: number) {
  const place = { table: asTable(table), organizationId: row.organizationId };
  const renewed: RenewedRow["secrets"] = [];
  let failures = 0;
  for (const { field, sealed } of secrets) {
    if (keyVersionOf(sealed) === keyVersion) continue;
    const plaintext = await decryptSecret({ ...place, sealed }).catch((error: unknown) => {
      if (error instanceof ProblemError) return undefined;
      throw error;
    });
    if (plaintext === undefined) failures += 1;
    else renewed.push({ field, bindingId: sealed.bindingId, sealed: await encryptSecret({ ...place, plaintext }) });
  }
  return { renewed: { ...row, secrets: renewed }, failures };
}

/** Writes what is still as it was read, and an audit row for each organization. Answers how many secrets that were. */
async function storeRows(
  ctx: MutationCtx,
  table: string,
  keyVersion: number,
  rows: readonly RenewedRow[],
): Promise<number> {
  const database = untypedDatabase(ctx);
  const counts = new Map<string, number>();
  for (const { id, organizationId, secrets } of rows) {
    const row = await database.get(id);
    const unchanged = secrets.filter(({ field, bindingId }) => {
      const value = row?.[field];
      return value !== undefined && asSealed(value).bindingId === bindingId;
    });
    if (unchanged.length === 0) continue;
    await database.patch(table, id, Object.fromEntries(unchanged.map(({ field, sealed }) => [field, sealed])));
    counts.set(organizationId, (counts.get(organizationId) ?? 0) + unchanged.length);
  }
  const now = Date.now();
  for (const [id, count] of counts) {
    const organizationId = ctx.db.normalizeId(engineTables.tenants, id);
    const organization = organizationId && (await ctx.db.get(engineTables.tenants, organizationId));
    const entry = { action: "credential.rotate", operation: "update", tableName: asTable(table) } as const;
    const metadata = { count, keyVersion, reason: "reencryption" };
    await appendAudit(ctx, { actorType: "system" }, organization ?? undefined, {}, { ...entry, metadata }, now);
  }
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Tables come from the metadata that the functions were made with. */
function asTable(table: string): TableNames {
  return table as TableNames;
}

/** Convex has validated the row by the validators of a `sealed()` field. */
function asSealed(value: unknown): Infer<typeof sealedValidator> {
  return value as Infer<typeof sealedValidator>;
}
