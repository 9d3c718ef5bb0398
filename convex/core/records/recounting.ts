import { makeFunctionReference } from "convex/server";
import { getDocumentSize, v } from "convex/values";
import { internalMutation } from "../../_generated/server";
import { isKeptUnused } from "../schema/fields";
import { tableMetadata } from "../schema/tableMetadata";
import { engineTables } from "../wire/engineTables";
import { heldFiles } from "./fileUse";
import { amountOf, quotaRules, usageOf } from "./quotas";
import { systemWriter } from "./systemWriter";
import { untypedDatabase } from "./untypedDatabase";
import type { TableMetadata } from "../schema/table";
import type { Doc, TableNames } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";
import type { Infer } from "convex/values";

/** What one transaction reads at most: Convex takes 32,000 rows and 16 MiB. */
const maximumRows = 24_000;
const maximumBytes = 12 * 1024 * 1024;
/** Differences that the audit row and the report name. */
const maximumNamed = 100;
const action = "organization.recount";

const difference = v.object({
  /** The file whose `refCount` it was, or the quota. */
  of: v.string(),
  was: v.number(),
  is: v.number(),
});
const report = v.object({
  organizationId: v.id(engineTables.tenants),
  /** False for an organization of more rows than one transaction reads: nothing of it was mended. */
  isComplete: v.boolean(),
  differences: v.number(),
  mended: v.array(difference),
});
type Difference = Infer<typeof difference>;
type Report = Infer<typeof report>;

const again = makeFunctionReference<"mutation", { after: number }>("core/records/recounting:run");

/**
 * Counts anew what the engine counts beside rows, and mends what differs: files' `refCount` and the counters of quotas. Of one
 * organization, or of all, one in a transaction. What was mended stands in the organization's audit trail.
 */
export const run = internalMutation({
  args: { organizationId: v.optional(v.id(engineTables.tenants)), after: v.optional(v.number()) },
  returns: v.union(report, v.null()),
  handler: async (ctx, { organizationId, after = 0 }): Promise<Report | null> => {
    const organization = organizationId
      ? await ctx.db.get(engineTables.tenants, organizationId)
      : await ctx.db
          .query(engineTables.tenants)
          .withIndex("by_creation_time", (q) => q.gt("_creationTime", after))
          .first();
    if (!organization) return null;
    if (!organizationId) await ctx.scheduler.runAfter(0, again, { after: organization._creationTime });
    return recounted(ctx, organization);
  },
});

async function recounted(ctx: MutationCtx, organization: Doc<"organizations">): Promise<Report> {
  const now = Date.now();
  const counted = await countsOf(ctx, organization);
  const told = { organizationId: organization._id };
  if (!counted) {
    // oxlint-disable-next-line no-console -- Whoever runs the deployment has to know that it was not looked at.
    console.warn(`Organization ${organization._id} has too many rows to be counted in one transaction.`);
    return { ...told, isComplete: false, differences: 0, mended: [] };
  }
  const mended = [...(await mendFiles(ctx, counted, now)), ...(await mendUsages(ctx, organization, counted.amounts))];
  const named = mended.slice(0, maximumNamed);
  if (mended.length > 0)
    await systemWriter(ctx, { noun: "organization", action, isAudited: true, now })
      .within(organization)
      .appendAudit({
        action,
        operation: "other",
        tableName: engineTables.tenants,
        recordId: organization._id,
        metadata: { differences: mended.length, mended: named },
      });
  return { ...told, isComplete: true, differences: mended.length, mended: named };
}

interface Counts {
  /** How much of each quota there is. */
  readonly amounts: ReadonlyMap<string, number>;
  /** How many rows hold each storage id. */
  readonly holders: ReadonlyMap<string, number>;
  readonly files: readonly Doc<typeof engineTables.files>[];
}

/** Counts what an organization has; undefined where that is more than a transaction reads. */
async function countsOf(ctx: MutationCtx, organization: Doc<"organizations">): Promise<Counts | undefined> {
  const amounts = new Map<string, number>();
  const holders = new Map<string, number>();
  const files: Doc<typeof engineTables.files>[] = [];
  const add = (counts: Map<string, number>, name: string, amount: number) =>
    counts.set(name, (counts.get(name) ?? 0) + amount);
  let [rows, bytes] = [0, 0];
  const isTooMuch = (row: Parameters<typeof getDocumentSize>[0]) => {
    rows += 1;
    bytes += getDocumentSize(row);
    return rows > maximumRows || bytes > maximumBytes;
  };
  for (const [table, metadata] of countedTables()) {
    for await (const row of rowsOf(ctx, table, metadata, organization)) {
      if (isTooMuch(row)) return undefined;
      for (const rule of metadata.quotas ?? []) add(amounts, rule.name, amountOf(rule, row));
      for (const storageId of heldFiles(metadata.files ?? [], row).keys()) add(holders, storageId, 1);
    }
  }
  const all = ctx.db
    .query(engineTables.files)
    .withIndex("by_organizationId_and_deletedAt", (q) => q.eq("organizationId", organization._id));
  for await (const file of all) {
    if (isTooMuch(file)) return undefined;
    files.push(file);
  }
  return { amounts, holders, files };
}

async function mendFiles(ctx: MutationCtx, { holders, files }: Counts, now: number): Promise<Difference[]> {
  const mended: Difference[] = [];
  for (const { _id, storageId, refCount: was, purpose, unusedSince } of files) {
    const is = holders.get(storageId) ?? 0;
    const expires = is === 0 && !isKeptUnused(purpose);
    if (is === was && (unusedSince !== undefined) === expires) continue;
    // It may have waited for long; that it is unused is known from now on.
    await ctx.db.patch(engineTables.files, _id, { refCount: is, unusedSince: expires ? now : undefined });
    mended.push({ of: _id, was, is });
  }
  return mended;
}

async function mendUsages(
  ctx: MutationCtx,
  { _id: organizationId }: Doc<"organizations">,
  amounts: ReadonlyMap<string, number>,
): Promise<Difference[]> {
  const mended: Difference[] = [];
  for (const [quota, [rule]] of quotaRules()) {
    // What a day has seen is not to be found in rows, which may be gone.
    if (!rule || rule.perDay) continue;
    const usage = await usageOf(ctx, organizationId, quota);
    const [was, is] = [usage?.used ?? 0, amounts.get(quota) ?? 0];
    if (was === is) continue;
    if (usage) await ctx.db.patch(engineTables.usages, usage._id, { used: is });
    else await ctx.db.insert(engineTables.usages, { organizationId, quota, used: is });
    mended.push({ of: quota, was, is });
  }
  return mended;
}

function countedTables(): readonly (readonly [TableNames, TableMetadata])[] {
  return Object.entries(tableMetadata)
    .map(([name, metadata]: [string, TableMetadata]) => [name as TableNames, metadata] as const)
    .filter(([, { files, quotas = [] }]) => files || quotas.some(({ perDay }) => !perDay));
}

function rowsOf(
  ctx: MutationCtx,
  table: TableNames,
  { indexes, tenant }: TableMetadata,
  organization: Doc<"organizations">,
) {
  if (table === engineTables.tenants) return [organization];
  const index = Object.keys(indexes).find((known) => indexes[known]?.[0] === "organizationId");
  if (tenant === "none" || index === undefined) throw new Error(`${table} counts for no organization.`);
  return untypedDatabase(ctx)
    .query(table)
    .withIndex(index, (q) => q.eq("organizationId", organization._id));
}
