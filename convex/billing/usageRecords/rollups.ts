import { microUnitsOf } from "../money";
import type { TenantWriter } from "../../core/records/writer";
import type { Doc, Id } from "../../_generated/dataModel";
import type { Calendar } from "../calendar";

/** What of a record decides which sums it is part of. */
type Counted = Pick<Doc<"usageRecords">, "integrationId" | "tierName" | "units" | "recordedAt" | "billedAt"> & {
  readonly [Field in "siteId" | "dataSourceId"]?: Doc<"usageRecords">[Field] | undefined;
};
type Rollup = Doc<"usageRollups">;
type Sums = Pick<Rollup, "records" | "sumMicroUnits" | "max" | "maxAt" | "last" | "lastAt">;

/** The sums of days and months as one transaction changes them: each row is read once and written once. */
export class Rollups {
  private readonly rows = new Map<string, { stored: Rollup; sums: Sums }>();

  constructor(
    private readonly db: TenantWriter,
    private readonly calendar: Calendar,
  ) {}

  /** Adds a record to the sums of its day and its month. Answers the day's, which the record names. */
  async add(record: Counted): Promise<Id<"usageRollups">> {
    const month = await this.addTo("month", record, undefined);
    return this.addTo("day", record, month);
  }

  /** Writes what was added. */
  async flush(): Promise<void> {
    for (const { stored, sums } of this.rows.values()) await this.db.patch("usageRollups", stored, sums);
    this.rows.clear();
  }

  private async addTo(
    grain: "day" | "month",
    record: Counted,
    monthId: Id<"usageRollups"> | undefined,
  ): Promise<Id<"usageRollups">> {
    const { integrationId, tierName, siteId, dataSourceId, recordedAt, billedAt } = record;
    const spanAt = (at: number) => (grain === "day" ? this.calendar.dayAt(at) : this.calendar.monthAt(at));
    const [billed, used] = [spanAt(billedAt), spanAt(recordedAt)];
    const bounds = [billed.start, billed.end, used.start, used.end];
    // The name, which may hold any character, comes last.
    const key = [grain, ...bounds, monthId, integrationId, siteId, dataSourceId, tierName].join(":");
    const known = this.rows.get(key);
    if (known) {
      known.sums = withRecord(known.sums, record);
      return known.stored._id;
    }
    const stored =
      (await this.db.index("usageRollups", "by_organizationId_and_key", (q) => q.eq("key", key)).unique()) ??
      (await this.db.insert("usageRollups", {
        grain,
        key,
        ...(monthId === undefined ? {} : { monthId }),
        integrationId,
        tierName,
        ...(siteId === undefined ? {} : { siteId }),
        ...(dataSourceId === undefined ? {} : { dataSourceId }),
        start: billed.start,
        end: billed.end,
        recordedStart: used.start,
        recordedEnd: used.end,
        ...noSums,
      }));
    this.rows.set(key, { stored, sums: withRecord(stored, record) });
    return stored._id;
  }
}

const noSums: Sums = { records: 0, sumMicroUnits: "0", max: 0, maxAt: 0, last: 0, lastAt: 0 };

/** Of equal times the greater units are the latest ones, so that the order in which records come decides nothing. */
function withRecord(sums: Sums, { units, recordedAt }: Pick<Counted, "units" | "recordedAt">): Sums {
  const isGreater = units > sums.max || (units === sums.max && recordedAt > sums.maxAt);
  const isLater = recordedAt > sums.lastAt || (recordedAt === sums.lastAt && units > sums.last);
  return {
    records: sums.records + 1,
    sumMicroUnits: String(BigInt(sums.sumMicroUnits) + microUnitsOf(units)),
    ...(isGreater ? { max: units, maxAt: recordedAt } : { max: sums.max, maxAt: sums.maxAt }),
    ...(isLater ? { last: units, lastAt: recordedAt } : { last: sums.last, lastAt: sums.lastAt }),
  };
}

/** Takes a record that is deleted out of the sums of its day and its month. */
export async function removeFromRollups(db: TenantWriter, { rollupId, units }: Doc<"usageRecords">): Promise<void> {
  const day = await db.get("usageRollups", rollupId);
  if (!day) return;
  await withoutRecord(db, day, units, await extremesOfDay(db, rollupId));
  const month = day.monthId && (await db.get("usageRollups", day.monthId));
  if (month) await withoutRecord(db, month, units, await extremesOfMonth(db, month._id));
}

type Extremes = Pick<Sums, "max" | "maxAt" | "last" | "lastAt">;

async function withoutRecord(db: TenantWriter, row: Rollup, units: number, extremes: Extremes | undefined) {
  if (!extremes) return db.purge("usageRollups", row);
  const { max, maxAt, last, lastAt } = extremes;
  const sumMicroUnits = String(BigInt(row.sumMicroUnits) - microUnitsOf(units));
  return db.patch("usageRollups", row, { records: row.records - 1, sumMicroUnits, max, maxAt, last, lastAt });
}

/** What the records that are left say, by the two indexes that put it first. */
async function extremesOfDay(db: TenantWriter, rollupId: Id<"usageRollups">): Promise<Extremes | undefined> {
  const last = await db
    .index("usageRecords", "by_organizationId_and_rollupId_and_recordedAt_and_units", (q) => q.eq("rollupId", rollupId))
    .order("desc")
    .first();
  const greatest = await db
    .index("usageRecords", "by_organizationId_and_rollupId_and_units_and_recordedAt", (q) => q.eq("rollupId", rollupId))
    .order("desc")
    .first();
  if (!last || !greatest) return undefined;
  return { max: greatest.units, maxAt: greatest.recordedAt, last: last.units, lastAt: last.recordedAt };
}

async function extremesOfMonth(db: TenantWriter, monthId: Id<"usageRollups">): Promise<Extremes | undefined> {
  let sums: Sums | undefined;
  const days = db.index("usageRollups", "by_organizationId_and_monthId_and_start", (q) => q.eq("monthId", monthId));
  for await (const { max, maxAt, last, lastAt } of days)
    sums = withRecord(withRecord(sums ?? noSums, { units: max, recordedAt: maxAt }), {
      units: last,
      recordedAt: lastAt,
    });
  return sums;
}
