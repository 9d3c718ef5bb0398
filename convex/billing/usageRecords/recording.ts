import { calendarOf } from "../calendar";
import { canonicalJson } from "../../core/wire/canonicalJson";
import { minuteMs } from "../../core/wire/durations";
import { invalidField, ProblemError } from "../../core/wire/errors";
import { closedPeriodAt, OpenTimes } from "../bills/periods";
import { usageRecords } from "./resource";
import { Rollups, removeFromRollups } from "./rollups";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

type UsageRecord = Doc<"usageRecords">;
/** Usage as it is sent. */
export type SentUsage = Pick<UsageRecord, "integrationId" | "tierName" | "units"> & {
  readonly [Field in "recordedAt" | "siteId" | "dataSourceId" | "externalRef" | "metadata"]?:
    | UsageRecord[Field]
    | undefined;
};

/** Clocks of those who record may be ahead by as much. */
const clockSkewMs = 5 * minuteMs;

/** A record of usage, and whether it was there before. */
export interface Recorded {
  readonly record: UsageRecord;
  readonly isNew: boolean;
}

/** Records usage, in one transaction: each record and the sums of its day and month. */
export class UsageRecorder {
  private readonly rollups: Rollups;
  private readonly openTimes: OpenTimes;

  constructor(
    private readonly ctx: TenantMutationContext,
    private readonly source: UsageRecord["source"],
  ) {
    this.openTimes = new OpenTimes(ctx.db);
    this.rollups = new Rollups(ctx.db, calendarOf(ctx.tenant.organization.settings.timezone));
  }

  /**
   * Records usage once under one reference. What was used in a period that is billed already counts in the first one after it that is not.
   * @throws {ProblemError} 409 when the reference names other usage, 400 for usage to come
   */
  async record({ recordedAt, externalRef, ...sent }: SentUsage): Promise<Recorded> {
    const { db, now } = this.ctx;
    if (recordedAt !== undefined && recordedAt > now + clockSkewMs)
      throw invalidField("/recordedAt", "too_big", "It is in the future: usage is recorded once it has happened.");
    const known =
      externalRef === undefined
        ? null
        : await db
            .index("usageRecords", "by_organizationId_and_externalRef", (q) => q.eq("externalRef", externalRef))
            .unique();
    if (known) {
      if (contentOf(sent) !== contentOf(known) || isAnotherTime(known, recordedAt))
        throw new ProblemError("usage_conflict", `The record ${known._id} has this reference and other content.`);
      return { record: known, isNew: false };
    }
    const usedAt = recordedAt ?? now;
    const values = { ...sent, recordedAt: usedAt, billedAt: await this.openTimes.firstFrom(usedAt) };
    const rollupId = await this.rollups.add(values);
    const own = { ...values, rollupId, externalRef, source: this.source };
    const record = await usageRecords.insert(this.ctx, own);
    return { record, isNew: true };
  }

  /** Writes the sums; nothing is recorded without. */
  async finish(): Promise<void> {
    await this.rollups.flush();
  }
}

/** Deletes a record that no finalized bill counts. @throws {ProblemError} 409 for one that a bill does */
export async function deleteRecord({ db }: TenantMutationContext, record: UsageRecord): Promise<void> {
  const bill = await closedPeriodAt(db, record.billedAt);
  if (bill) throw new ProblemError("period_finalized", `The bill ${bill.number ?? bill._id} counts it.`);
  await db.purge("usageRecords", record);
  const { integrationId, tierName, units, recordedAt, externalRef } = record;
  await db.appendAudit({
    action: "usageRecord.delete",
    operation: "purge",
    tableName: "usageRecords",
    recordId: record._id,
    metadata: { integrationId, tierName, units, recordedAt, ...(externalRef === undefined ? {} : { externalRef }) },
  });
  await removeFromRollups(db, record);
}

function isAnotherTime({ recordedAt }: UsageRecord, sent: number | undefined): boolean {
  return sent !== undefined && sent !== recordedAt;
}

/** What two requests under one reference have to agree on, but for the time, which the first may have left out. */
function contentOf({ integrationId, tierName, units, siteId, dataSourceId, metadata }: SentUsage): string {
  return canonicalJson({ integrationId, tierName, units, siteId, dataSourceId, metadata });
}
