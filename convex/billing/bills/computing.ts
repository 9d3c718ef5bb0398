import { ProblemError } from "../../core/wire/errors";
import { calendarOf, daysAfter } from "../calendar";
import { PriceTimes, usageOf } from "../usageRecords/counting";
import { exactNumber } from "../money";
import { adjusted, openAmountOf } from "./adjusting";
import { priced } from "./pricing";
import { billLineItems, bills } from "./resource";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { TenantReader } from "../../core/records/reader";
import type { UsagePart } from "../usageRecords/counting";
import type { PeriodDays } from "./periods";
import type { PricedUsage } from "./pricing";
import type { Doc, Id } from "../../_generated/dataModel";

type Bill = Doc<"bills">;
type Line = Doc<"billLineItems">;

/** Lines that a bill can have, which are written in one transaction with their audit rows. */
export const maximumLines = 1000;
/** Adjustments that are looked at for one bill. */
const maximumCandidates = 1000;

/**
 * Computes a draft from usage, prices, adjustments and its manual lines, and writes what has changed.
 * @throws {ProblemError} 422 for usage without a price, prices of another currency, and what is beyond the limits
 */
export async function computeDraft(ctx: TenantMutationContext, bill: Bill): Promise<Bill> {
  const { db, now } = ctx;
  const prices = new PriceTimes(db);
  const usage = await usageOf(db, prices, periodOf(bill));
  const { lines, unpriced } = await priced(usage, prices);
  assertPriced(bill, unpriced);
  assertCurrency(bill, lines);
  const countOf = (parts: readonly { readonly records: number }[]) =>
    parts.reduce((sum, { records }) => sum + records, 0);
  const written = await writeLines(ctx, bill, lines);
  return bills.patch(ctx, bill, {
    ...(await totalsOf(db, bill, written)),
    unpricedRecords: countOf(unpriced),
    usageRecordCount: countOf(usage) - countOf(unpriced),
    computedAt: now,
  });
}

/** Totals of a draft by its lines as they are. */
export async function computeTotals(ctx: TenantMutationContext, bill: Bill): Promise<Bill> {
  return bills.patch(ctx, bill, await totalsOf(ctx.db, bill, await linesOf(ctx.db, bill)));
}

/** The lines of a bill. @throws {ProblemError} 422 beyond what a bill can have */
export async function linesOf(db: TenantReader, { _id }: Pick<Bill, "_id">): Promise<Line[]> {
  const lines = await db
    .index("billLineItems", "by_organizationId_and_billId", (q) => q.eq("billId", _id))
    .take(maximumLines + 1);
  if (lines.length > maximumLines) throw tooManyLines();
  return lines;
}

export function tooManyLines(): ProblemError {
  return new ProblemError("bill_too_large", `A bill has ${maximumLines} lines at most.`);
}

type PricingTier = Doc<"integrationPricingTiers">;

/** The days of a bill on which a price holds, that of a change with both prices; undefined where it holds at no moment of the period. */
function daysOfPrice(
  { effectiveFrom, effectiveUntil = Infinity }: Pick<PricingTier, "effectiveFrom" | "effectiveUntil">,
  { startDate, endDate, periodStart, periodEnd, timeZone }: Bill,
): PeriodDays | undefined {
  if (effectiveFrom >= periodEnd || effectiveUntil <= periodStart) return undefined;
  const { dayAt } = calendarOf(timeZone);
  return {
    startDate: effectiveFrom <= periodStart ? startDate : dayAt(effectiveFrom).date,
    endDate: effectiveUntil >= periodEnd ? endDate : daysAfter(dayAt(effectiveUntil - 1).date, 1),
  };
}

/** What a line says unless somebody has written something else. */
export function descriptionOf(tier: PricingTier, bill: Bill): string {
  const days = daysOfPrice(tier, bill);
  if (!days) return `${tier.name}, at a price of another time than the bill's`;
  return `${tier.name}, ${days.startDate} to ${daysAfter(days.endDate, -1)}`;
}

/** Notes with its adjustments what a bill that is finalized has used of them. @throws {ProblemError} 422 where more than 2^53 is left over */
export async function useAdjustments({ db }: TenantMutationContext, { adjustments }: Bill): Promise<void> {
  for (const { adjustmentId, applied, isGranted } of adjustments) {
    const row = await db.get("billingAdjustments", adjustmentId);
    if (!row) continue;
    const appliedAmount = exactNumber(BigInt(row.appliedAmount) + BigInt(Math.abs(applied)), "amount");
    const billCount = row.billCount + (isGranted ? 1 : 0);
    const openAmount = exactNumber(openAmountOf({ ...row, appliedAmount, billCount }), "amount");
    await db.patch("billingAdjustments", row, { appliedAmount, billCount, openAmount });
  }
}

/**
 * Gives back to its adjustments what a bill that is cancelled has used of them.
 * @throws {ProblemError} 409 when later bills have used what this one left over
 */
export async function releaseAdjustments({ db }: TenantMutationContext, { adjustments }: Bill): Promise<void> {
  for (const { adjustmentId, applied, isGranted } of adjustments) {
    const row = await db.get("billingAdjustments", adjustmentId);
    if (!row) continue;
    const appliedAmount = row.appliedAmount - Math.abs(applied);
    const billCount = row.billCount - (isGranted ? 1 : 0);
    const openAmount = Number(openAmountOf({ ...row, appliedAmount, billCount }));
    if (openAmount < 0)
      throw new ProblemError(
        "credit_in_use",
        `Later bills have used ${-openAmount} of the adjustment ${adjustmentId}.`,
      );
    await db.patch("billingAdjustments", row, { appliedAmount, billCount, openAmount });
  }
}

function periodOf({ periodStart, periodEnd }: Bill) {
  return { start: periodStart, end: periodEnd };
}

/** @throws {ProblemError} 422 that names the first usage without a price */
function assertPriced({ skipUnpriced }: Bill, unpriced: readonly UsagePart[]): void {
  const [first] = unpriced;
  if (!first || skipUnpriced) return;
  const at = new Date(first.lastAt).toISOString();
  const others = unpriced.length === 1 ? "" : `, nor other usage of ${unpriced.length - 1} kinds`;
  throw new ProblemError(
    "no_pricing_tier",
    `No price of the tier ${first.tierName} of the integration ${first.integrationId} holds at ${at}${others}.`,
  );
}

/** @throws {ProblemError} 422 that names the first price of another currency */
export function assertCurrency(
  { currency }: Pick<Bill, "currency">,
  lines: readonly Pick<PricedUsage, "tier">[],
): void {
  const other = lines.find(({ tier }) => tier.currency !== currency);
  if (!other) return;
  const { _id, name, currency: own } = other.tier;
  throw new ProblemError("currency_mismatch", `The price ${_id} of ${name} is in ${own}, the bill in ${currency}.`);
}

/** One line from usage for each price; a line that stays the same is left as it is. */
async function writeLines(ctx: TenantMutationContext, bill: Bill, prices: readonly PricedUsage[]): Promise<Line[]> {
  const { db } = ctx;
  const known = await linesOf(db, bill);
  const manual = known.filter(({ isManual }) => isManual);
  if (manual.length + prices.length > maximumLines) throw tooManyLines();
  const fromUsage = new Map<Id<"integrationPricingTiers">, Line>(
    known.filter(({ isManual }) => !isManual).map((line) => [line.pricingTierId, line]),
  );
  const written: Line[] = [];
  for (const { tier, units, total, usage } of prices) {
    const line = fromUsage.get(tier._id);
    const description = descriptionOf(tier, bill);
    const spanned = { ...daysOfPrice(tier, bill), ...usage };
    const values = { description, units, unitCost: tier.unitCost, total, usage: spanned };
    fromUsage.delete(tier._id);
    const own = { billId: bill._id, integrationId: tier.integrationId, pricingTierId: tier._id, isManual: false };
    written.push(
      line ? await billLineItems.patch(ctx, line, values) : await billLineItems.insert(ctx, { ...own, ...values }),
    );
  }
  for (const line of fromUsage.values()) await db.purge("billLineItems", line);
  return [...written, ...manual];
}

async function totalsOf(db: TenantReader, bill: Bill, lines: readonly Line[]) {
  const { currency } = bill;
  const period = periodOf(bill);
  const candidates = await candidatesOf(db, bill);
  const { adjustments, ...totals } = adjusted(lines, candidates, { period, currency });
  return { ...totals, adjustments: [...adjustments] };
}

/** Adjustments whose time meets the period, and those of which earlier bills have left something over. */
async function candidatesOf(db: TenantReader, { periodStart, periodEnd }: Bill): Promise<Doc<"billingAdjustments">[]> {
  const inTime = await db
    .index("billingAdjustments", "by_organizationId_and_effectiveTo", (q) => q.gt("effectiveTo", periodStart))
    .take(maximumCandidates + 1);
  const open = await db
    .index("billingAdjustments", "by_organizationId_and_openAmount", (q) => q.gt("openAmount", 0))
    .take(maximumCandidates + 1);
  if (inTime.length > maximumCandidates || open.length > maximumCandidates)
    throw new ProblemError("bill_too_large", `More than ${maximumCandidates} adjustments may meet the period.`);
  const found = new Map(
    [...inTime.filter(({ effectiveFrom }) => effectiveFrom < periodEnd), ...open].map((row) => [row._id, row]),
  );
  return [...found.values()];
}
