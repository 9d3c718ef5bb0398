import { ProblemError } from "../../core/wire/errors";
import { exactNumber, percentOf } from "../money";
import { maximumAdjustments } from "../tables";
import type { Doc } from "../../_generated/dataModel";
import type { Span } from "../calendar";

type Adjustment = Doc<"billingAdjustments">;
export type AppliedAdjustment = Doc<"bills">["adjustments"][number];

/** What adjustments make of the lines of a bill. */
export interface Adjusted {
  readonly subtotal: number;
  readonly adjustmentsTotal: number;
  readonly total: number;
  readonly adjustments: readonly AppliedAdjustment[];
}

interface BillLine {
  readonly integrationId: string;
  readonly total: number;
}

/**
 * Applies adjustments to lines. Debits come first; then, of each integration and after that of the whole bill, discounts by percent of the
 * lines and amounts of money, oldest first. Nothing is reduced below 0: what money exceeds it stays open for later bills.
 * @throws {ProblemError} 422 for money of another currency, too many adjustments, amounts beyond 2^53
 */
export function adjusted(
  lines: readonly BillLine[],
  adjustments: readonly Adjustment[],
  { period, currency }: { readonly period: Span; readonly currency: string },
): Adjusted {
  const remaining = new Map<string | undefined, bigint>([[undefined, 0n]]);
  const linesOf = new Map<string | undefined, bigint>([[undefined, 0n]]);
  const change = (amounts: Map<string | undefined, bigint>, of: string | undefined, by: bigint) => {
    if (of !== undefined) amounts.set(of, (amounts.get(of) ?? 0n) + by);
    amounts.set(undefined, (amounts.get(undefined) ?? 0n) + by);
  };
  for (const { integrationId, total } of lines) {
    change(remaining, integrationId, BigInt(total));
    change(linesOf, integrationId, BigInt(total));
  }
  const subtotal = remaining.get(undefined) ?? 0n;
  const applied: AppliedAdjustment[] = [];
  for (const adjustment of adjustments.toSorted(inOrder)) {
    const { _id, type, amountType, amount, reason, integrationId } = adjustment;
    const isGranted = isGrantedTo(adjustment, period);
    const left = remaining.get(integrationId) ?? 0n;
    const wanted = wantedOf(adjustment, isGranted, linesOf.get(integrationId) ?? 0n, period);
    const given = type === "debit" || wanted <= left ? wanted : left;
    if (!isGranted && given === 0n) continue;
    if (amountType === "fixed" && adjustment.currency !== currency)
      throw new ProblemError(
        "currency_mismatch",
        `The adjustment ${_id} is in ${adjustment.currency}, the bill in ${currency}.`,
      );
    const by = type === "debit" ? given : -given;
    change(remaining, integrationId, by);
    const shown = { adjustmentId: _id, type, amountType, amount, reason };
    applied.push({ ...shown, applied: Number(by), isGranted });
  }
  if (applied.length > maximumAdjustments)
    throw new ProblemError("bill_too_large", `More than ${maximumAdjustments} adjustments meet the period.`);
  const total = exactNumber(remaining.get(undefined) ?? 0n, "amount");
  const exactSubtotal = exactNumber(subtotal, "amount");
  return { subtotal: exactSubtotal, adjustmentsTotal: total - exactSubtotal, total, adjustments: applied };
}

/** Whether a bill of the period would be granted the adjustment anew. */
function isGrantedTo(adjustment: Adjustment, period: Span): boolean {
  return overlapOf(adjustment, period) > 0 && (adjustment.recurrence === "eachPeriod" || adjustment.billCount === 0);
}

/** How much it adds or takes off at most. */
function wantedOf(adjustment: Adjustment, isGranted: boolean, lines: bigint, period: Span): bigint {
  const { type, amountType, amount } = adjustment;
  if (amountType === "percent") {
    const share = { part: overlapOf(adjustment, period), whole: period.end - period.start };
    return isGranted ? percentOf(lines, amount, share) : 0n;
  }
  if (type === "debit") return isGranted ? BigInt(amount) : 0n;
  return openAmountOf({ ...adjustment, billCount: adjustment.billCount + (isGranted ? 1 : 0) });
}

/** What bills have been granted of a credit or a discount of money and have not used; 0 of everything else. */
export function openAmountOf(
  adjustment: Pick<Adjustment, "type" | "amountType" | "amount" | "recurrence" | "billCount" | "appliedAmount">,
): bigint {
  const { type, amountType, amount, recurrence, billCount, appliedAmount } = adjustment;
  if (type === "debit" || amountType === "percent") return 0n;
  // One that is given once stays granted while any bill uses it, also one that came after the bill that was granted it.
  const isGranted = billCount > 0 || appliedAmount > 0;
  const grants = recurrence === "eachPeriod" ? billCount : isGranted ? 1 : 0;
  return BigInt(amount) * BigInt(grants) - BigInt(appliedAmount);
}

function overlapOf({ effectiveFrom, effectiveTo }: Adjustment, { start, end }: Span): number {
  return Math.max(0, Math.min(effectiveTo, end) - Math.max(effectiveFrom, start));
}

/** Debits, what is of one integration, what is of the whole bill; percents before money, and older before newer. */
function inOrder(left: Adjustment, right: Adjustment): number {
  return rankOf(left) - rankOf(right) || left._creationTime - right._creationTime || (left._id < right._id ? -1 : 1);
}

function rankOf({ type, amountType, integrationId }: Adjustment): number {
  if (type === "debit") return 0;
  return (integrationId === undefined ? 3 : 1) + (amountType === "percent" ? 0 : 1);
}
