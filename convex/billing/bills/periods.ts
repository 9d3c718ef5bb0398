import { calendarOf } from "../calendar";
import { invalidField, ProblemError } from "../../core/wire/errors";
import { dayMs } from "../../core/wire/durations";
import type { TenantReader } from "../../core/records/reader";
import type { Doc } from "../../_generated/dataModel";
import type { Span } from "../calendar";

/** Days that a bill is of. */
export interface PeriodDays {
  readonly startDate: string;
  /** Exclusive. */
  readonly endDate: string;
}

const maximumDays = 366;
/** Bills that count usage; a cancelled one gives its period back. */
const liveStates = ["draft", "finalized", "paid"] as const;
/** No two zones show one midnight further apart. */
const zonesApartMs = 2 * dayMs;

/**
 * The time from the beginning of one day to that of another, in a time zone.
 * @throws {ProblemError} 400 when it is empty or longer than a year
 */
export function spanOfDays({ startDate, endDate }: PeriodDays, timeZone: string): Span {
  const calendar = calendarOf(timeZone);
  const [start, end] = [calendar.startOf(startDate), calendar.startOf(endDate)];
  if (end <= start)
    throw invalidField("/endDate", "too_small", "endDate must be a day after startDate; it is exclusive.");
  if (end - start > (maximumDays + 1) * dayMs)
    throw invalidField("/endDate", "too_big", `A period has ${maximumDays} days at most.`);
  return { start, end };
}

/**
 * The period of a new bill. Where the organization has moved to another time zone since, it meets the bills before and after it where they end
 * and begin: nothing between two days is billed twice, or never.
 * @throws {ProblemError} 409 when another bill covers a part of it, 400 when it is empty, too long or still to come
 */
export async function periodOfBill(
  db: TenantReader,
  days: PeriodDays,
  { timeZone, now }: { readonly timeZone: string; readonly now: number },
): Promise<Span> {
  let { start, end } = spanOfDays(days, timeZone);
  const near = await liveBillsBefore(db, end + zonesApartMs, start - zonesApartMs);
  const before = near.find((bill) => bill.endDate === days.startDate && bill.timeZone !== timeZone);
  const after = near.find((bill) => bill.startDate === days.endDate && bill.timeZone !== timeZone);
  if (before) start = before.periodEnd;
  if (after) end = after.periodStart;
  const overlapping = near.find((bill) => bill.periodStart < end && start < bill.periodEnd);
  if (overlapping)
    throw new ProblemError(
      "period_overlap",
      `The ${overlapping.status} bill ${overlapping.number ?? overlapping._id} covers ${overlapping.startDate} to ${overlapping.endDate}, the last day excluded.`,
    );
  if (end <= start) throw invalidField("/endDate", "too_small", "Other bills leave nothing of this period.");
  if (start >= now)
    throw invalidField("/startDate", "too_big", "The period has not begun: nothing can have been used.");
  return { start, end };
}

/** Bills that count usage, begin before one time and end after another. */
async function liveBillsBefore(db: TenantReader, before: number, endAfter: number): Promise<Doc<"bills">[]> {
  const found: Doc<"bills">[] = [];
  for (const status of liveStates) {
    const bills = db
      .index("bills", "by_organizationId_and_status_and_periodStart", (q) =>
        q.eq("status", status).lt("periodStart", before),
      )
      .order("desc");
    // They do not overlap, so that the first one that ended by then is the last of interest.
    for await (const bill of bills) {
      if (bill.periodEnd <= endAfter) break;
      found.push(bill);
    }
  }
  return found;
}

/** Which times finalized bills leave open, to one transaction: a bill is read once, however many records it closes its period to. */
export class OpenTimes {
  /** Times without a gap that are closed, from the beginning of a bill to the first open moment. */
  private readonly closed: Span[] = [];

  constructor(private readonly db: TenantReader) {}

  /** The first moment from `timestampMs` on that no finalized bill covers. */
  async firstFrom(timestampMs: number): Promise<number> {
    let open = timestampMs;
    let start: number | undefined;
    for (let closed = await this.closedAt(open); closed; closed = await this.closedAt(open)) {
      start ??= closed.start;
      open = closed.end;
    }
    if (start !== undefined) this.closed.push({ start, end: open });
    return open;
  }

  private async closedAt(timestampMs: number): Promise<Span | undefined> {
    const known = this.closed.find(({ start, end }) => start <= timestampMs && timestampMs < end);
    if (known) return known;
    const bill = await closedPeriodAt(this.db, timestampMs);
    return bill && { start: bill.periodStart, end: bill.periodEnd };
  }
}

/** The finalized bill that covers a moment. */
export async function closedPeriodAt(db: TenantReader, timestampMs: number): Promise<Doc<"bills"> | undefined> {
  for (const status of ["finalized", "paid"] as const) {
    const bill = await db
      .index("bills", "by_organizationId_and_status_and_periodStart", (q) =>
        q.eq("status", status).lte("periodStart", timestampMs),
      )
      .order("desc")
      .first();
    if (bill && timestampMs < bill.periodEnd) return bill;
  }
  return undefined;
}
