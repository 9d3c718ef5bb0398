import { getDocumentSize } from "convex/values";
import { ProblemError } from "../../core/wire/errors";
import { dayMs } from "../../core/wire/durations";
import { microUnitsOf } from "../money";
import type { TenantReader } from "../../core/records/reader";
import type { Doc, Id } from "../../_generated/dataModel";
import type { Span } from "../calendar";

/** Records of one tier, site and data source that one price holds for, summed up. */
export interface UsagePart {
  readonly integrationId: Id<"integrations">;
  readonly tierName: string;
  readonly siteId?: Id<"sites"> | undefined;
  readonly dataSourceId?: Id<"dataSources"> | undefined;
  readonly records: number;
  readonly sumMicroUnits: bigint;
  readonly max: number;
  readonly maxAt: number;
  readonly last: number;
  readonly lastAt: number;
}

type PricingTier = Doc<"integrationPricingTiers">;
type Rollup = Doc<"usageRollups">;

/** Far below what Convex lets a transaction read: 32,000 documents, 16 MiB and 4,096 queries. */
const readLimits = { rows: 24_000, bytes: 12 * 1024 * 1024, queries: 3000 };
const longestMonthMs = 32 * dayMs;

/** Prices of each tier by time, read when first asked for. */
export class PriceTimes {
  private readonly tiers = new Map<string, readonly PricingTier[]>();

  constructor(private readonly db: TenantReader) {}

  /** The prices of a tier, in the order of time. */
  async of(integrationId: Id<"integrations">, name: string): Promise<readonly PricingTier[]> {
    const key = `${integrationId}:${name}`;
    const known = this.tiers.get(key);
    if (known) return known;
    const index = "by_organizationId_and_integrationId_and_name_and_effectiveFrom";
    const tiers = await this.db
      .index("integrationPricingTiers", index, (q) => q.eq("integrationId", integrationId).eq("name", name))
      .collect();
    this.tiers.set(key, tiers);
    return tiers;
  }
}

/** The price that holds at a moment. */
export function priceAt(tiers: readonly PricingTier[], timestampMs: number): PricingTier | undefined {
  return tiers.find((tier) => tier.effectiveFrom <= timestampMs && timestampMs < (tier.effectiveUntil ?? Infinity));
}

/**
 * What the usage that belongs to a period comes to: months where a whole one belongs to it and one price holds, their days where not,
 * and the records of a day in which a price changes.
 * @throws {ProblemError} 422 where that is more than a transaction may read
 */
export async function usageOf(
  db: TenantReader,
  prices: PriceTimes,
  period: Span,
  integrationId?: Id<"integrations">,
): Promise<readonly UsagePart[]> {
  const budget = new ReadBudget();
  const parts: UsagePart[] = [];
  const months = db.index("usageRollups", "by_organizationId_and_grain_and_start", (q) =>
    q
      .eq("grain", "month")
      .gte("start", period.start - longestMonthMs)
      .lt("start", period.end),
  );
  for await (const month of months) {
    budget.spend(month);
    if (month.end <= period.start || (integrationId !== undefined && month.integrationId !== integrationId)) continue;
    const tiers = await prices.of(month.integrationId, month.tierName);
    if (isWhole(month, period, tiers)) parts.push(partOf(month));
    else parts.push(...(await partsOfMonth(db, month, period, tiers, budget)));
  }
  return parts;
}

async function partsOfMonth(
  db: TenantReader,
  { _id }: Rollup,
  period: Span,
  tiers: readonly PricingTier[],
  budget: ReadBudget,
): Promise<UsagePart[]> {
  const parts: UsagePart[] = [];
  budget.beginQuery();
  const days = db.index("usageRollups", "by_organizationId_and_monthId_and_start", (q) =>
    q
      .eq("monthId", _id)
      .gte("start", period.start - 2 * dayMs)
      .lt("start", period.end),
  );
  for await (const day of days) {
    budget.spend(day);
    if (day.end <= period.start) continue;
    if (isWhole(day, period, tiers)) parts.push(partOf(day));
    else parts.push(...(await partsOfDay(db, day, period, budget)));
  }
  return parts;
}

async function partsOfDay(db: TenantReader, day: Rollup, { start, end }: Span, budget: ReadBudget) {
  const { _id, siteId, dataSourceId } = day;
  const parts: UsagePart[] = [];
  budget.beginQuery();
  const records = db.index("usageRecords", "by_organizationId_and_rollupId_and_recordedAt_and_units", (q) =>
    q.eq("rollupId", _id),
  );
  for await (const record of records) {
    budget.spend(record);
    if (record.billedAt < start || record.billedAt >= end) continue;
    // Of a site that is gone the record does not know any more; the sums do, and it is counted once among them.
    const { integrationId, tierName, units, recordedAt } = record;
    const extremes = { max: units, maxAt: recordedAt, last: units, lastAt: recordedAt };
    const sumMicroUnits = microUnitsOf(units);
    parts.push({ integrationId, tierName, siteId, dataSourceId, records: 1, sumMicroUnits, ...extremes });
  }
  return parts;
}

/** Whether all of a sum belongs to the period, and one price or none holds for all of it. */
function isWhole(row: Rollup, period: Span, tiers: readonly PricingTier[]): boolean {
  if (row.start < period.start || row.end > period.end) return false;
  const changes = tiers.flatMap(({ effectiveFrom, effectiveUntil = Infinity }) => [effectiveFrom, effectiveUntil]);
  return !changes.some((change) => row.recordedStart < change && change < row.recordedEnd);
}

function partOf({ sumMicroUnits, ...row }: Rollup): UsagePart {
  const { integrationId, tierName, siteId, dataSourceId, records, max, maxAt, last, lastAt } = row;
  const counted = { records, sumMicroUnits: BigInt(sumMicroUnits), max, maxAt, last, lastAt };
  return { integrationId, tierName, siteId, dataSourceId, ...counted };
}

class ReadBudget {
  private rows = 0;
  private bytes = 0;
  private queries = 0;

  beginQuery(): void {
    this.queries += 1;
    this.check();
  }

  spend(row: Rollup | Doc<"usageRecords">): void {
    this.rows += 1;
    this.bytes += getDocumentSize(row);
    this.check();
  }

  /** @throws {ProblemError} 422 once another read could be refused by Convex */
  private check(): void {
    const { rows, bytes, queries } = readLimits;
    if (this.rows <= rows && this.bytes <= bytes && this.queries <= queries) return;
    const detail =
      "The period has usage of too many tiers, sites and data sources, or of too many records on a day in which a price changes: choose a shorter period, or let prices change at midnight.";
    throw new ProblemError("bill_too_large", detail);
  }
}
