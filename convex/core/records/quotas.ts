import { tableMetadata } from "../schema/tableMetadata";
import { dayMs } from "../wire/durations";
import { engineTables } from "../wire/engineTables";
import { ProblemError, rateLimited } from "../wire/errors";
import type { QuotaRule, TableMetadata } from "../schema/table";
import type { Doc, Id, TableNames } from "../../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../../_generated/server";

type Usage = Doc<typeof engineTables.usages>;

/** How much an organization has of one quota. */
export interface QuotaUse {
  readonly used: number;
  readonly limit: number;
}

/**
 * Keeps the counters of quotas with a write of a row, which it is `undefined` before its insertion and after its deletion. Every write
 * of the engine comes through here, so a counter is what a recount finds. What is let go is never refused, whatever the limit is by now.
 * @throws {ProblemError} 409 when the organization would have more than its quota, 429 when it would today
 */
export async function keepUsage(
  ctx: MutationCtx,
  table: TableNames,
  before: object | undefined,
  after: object | undefined,
  now: number,
): Promise<void> {
  const { quotas = [] }: TableMetadata = tableMetadata[table];
  for (const rule of quotas) {
    // What was written today stays written today.
    if (rule.perDay && before !== undefined) continue;
    const change = amountOf(rule, after) - amountOf(rule, before);
    if (change !== 0) await changeUsage(ctx, organizationOf(ctx, after ?? before), rule, change, now);
  }
}

/** How much a row counts for. */
export function amountOf({ where = {}, exceptTrash, sum }: QuotaRule, row: object | undefined): number {
  if (row === undefined || valueIn(row, "organizationId") === undefined) return 0;
  if (exceptTrash && valueIn(row, "deletedAt") !== undefined) return 0;
  if (Object.entries(where).some(([field, wanted]) => !wanted.includes(String(valueIn(row, field))))) return 0;
  return sum === undefined ? 1 : Number(valueIn(row, sum) ?? 0);
}

/** Every quota, by its name: what counts for it in whichever table. */
export function quotaRules(): ReadonlyMap<string, readonly (QuotaRule & { readonly table: string })[]> {
  const rules = new Map<string, (QuotaRule & { readonly table: string })[]>();
  for (const [table, { quotas = [] }] of Object.entries<TableMetadata>(tableMetadata))
    for (const rule of quotas) rules.set(rule.name, [...(rules.get(rule.name) ?? []), { ...rule, table }]);
  return rules;
}

/** How much of every quota an organization uses now, and how much it has. */
export async function quotaUses(
  ctx: QueryCtx,
  organization: Doc<"organizations">,
  now: number,
): Promise<Record<string, QuotaUse>> {
  const uses: Record<string, QuotaUse> = {};
  for (const [name, [rule]] of quotaRules()) {
    if (!rule) continue;
    const usage = await usageOf(ctx, organization._id, name);
    uses[name] = { used: usedOf(usage, rule, now), limit: limitOf(organization, rule) };
  }
  return uses;
}

/** The counter of a quota; null where nothing was counted yet. */
export async function usageOf(
  ctx: QueryCtx,
  organizationId: Id<"organizations">,
  quota: string,
): Promise<Usage | null> {
  return ctx.db
    .query(engineTables.usages)
    .withIndex("by_organizationId_and_quota", (q) => q.eq("organizationId", organizationId).eq("quota", quota))
    .unique();
}

async function changeUsage(
  ctx: MutationCtx,
  organizationId: Id<"organizations"> | null,
  rule: QuotaRule,
  change: number,
  now: number,
): Promise<void> {
  if (organizationId === null) return;
  const usage = await usageOf(ctx, organizationId, rule.name);
  const before = usedOf(usage, rule, now);
  const used = Math.max(0, before + change);
  const startedAt = rule.perDay ? startOf(usage, now) : undefined;
  const organization = change > 0 ? await ctx.db.get(engineTables.tenants, organizationId) : null;
  if (organization) assertRoom(rule, { used: before, limit: limitOf(organization, rule) }, change, startedAt, now);
  if (usage) await ctx.db.patch(engineTables.usages, usage._id, { used, startedAt });
  else if (change > 0)
    await ctx.db.insert(engineTables.usages, {
      organizationId,
      quota: rule.name,
      used,
      ...(startedAt === undefined ? {} : { startedAt }),
    });
}

function assertRoom(
  { name, says }: QuotaRule,
  { used, limit }: QuotaUse,
  change: number,
  startedAt: number | undefined,
  now: number,
): void {
  if (used + change <= limit) return;
  if (startedAt !== undefined)
    throw rateLimited({ name, limit, windowSeconds: dayMs / 1000 }, Math.max(0, startedAt + dayMs - now));
  throw new ProblemError("limit_reached", `${says}: ${limit} at most (quota \`${name}\`); ${used} are in use.`);
}

/** A day's counter begins anew when the day is over, and when a clock was set back before it. */
function usedOf(usage: Usage | null, { perDay }: QuotaRule, now: number): number {
  if (!usage || (perDay && startOf(usage, now) !== usage.startedAt)) return 0;
  return usage.used;
}

function startOf(usage: Usage | null, now: number): number {
  const { startedAt = now } = usage ?? {};
  return startedAt <= now && now < startedAt + dayMs ? startedAt : now;
}

function limitOf({ quotas = {} }: Doc<"organizations">, { name, limit }: QuotaRule): number {
  const own = valueIn(quotas, name);
  return typeof own === "number" ? own : limit;
}

function organizationOf(ctx: MutationCtx, row: object | undefined): Id<"organizations"> | null {
  const id = row && valueIn(row, "organizationId");
  return typeof id === "string" ? ctx.db.normalizeId(engineTables.tenants, id) : null;
}

function valueIn(row: object, field: string): unknown {
  return Object.getOwnPropertyDescriptor(row, field)?.value;
}
