import * as fc from "fast-check";
import * as z from "zod";
import { expect } from "vitest";
import { acts } from "./billingHost.testing";
import { BillingModel, firstMomentOf, lineOf } from "./billingModel.testing";
import type { Billing } from "./billingHost.testing";
import type { ModelBill } from "./billingModel.testing";

// What can happen to the bills of an organization, and a model that it happens to as well.

export const zones = ["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];
const dates = [
  "2026-01-01",
  "2026-01-16",
  "2026-02-01",
  "2026-03-01",
  "2026-03-29",
  "2026-03-30",
  "2026-04-05",
  "2026-05-01",
];
const tierNames = ["default", "seat"];
const day = 86_400_000;

/** A number that a step reads as one of so many choices, whatever there is by then. */
const choice = fc.nat(1000);
const moment = fc.oneof(
  // On a boundary, just before or after it, and anywhere.
  fc.record({ date: fc.nat(dates.length - 1), beside: fc.integer({ min: -1, max: 1 }) }),
  fc.record({ date: fc.nat(dates.length - 1), beside: fc.integer({ min: 0, max: 30 * day }) }),
);
const unitsArbitrary = fc.oneof(
  fc.nat(20).map((whole) => BigInt(whole) * 1_000_000n),
  fc.bigInt({ min: 0n, max: 10_000_000n }),
);
const costArbitrary = fc.oneof(
  fc.nat(500).map((whole) => BigInt(whole) * 10_000n),
  fc.bigInt({ min: 0n, max: 3_000_000n }),
);

export const anyStep = fc.oneof(
  fc.record({
    kind: fc.constant("price" as const),
    integration: fc.nat(1),
    name: fc.nat(1),
    from: moment,
    days: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    cost: costArbitrary,
    aggregation: fc.constantFrom("sum" as const, "max" as const, "last" as const),
  }),
  fc.record({
    kind: fc.constant("use" as const),
    integration: fc.nat(1),
    name: fc.nat(1),
    units: unitsArbitrary,
    at: moment,
    place: fc.nat(8),
    reference: fc.option(fc.nat(3), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant("unuse" as const), which: choice }),
  fc.record({
    kind: fc.constant("adjust" as const),
    integration: fc.option(fc.nat(1), { nil: undefined }),
    type: fc.constantFrom("credit" as const, "debit" as const, "discount" as const),
    isPercent: fc.boolean(),
    amount: fc.integer({ min: 1, max: 5000 }),
    isOnce: fc.boolean(),
    from: moment,
    days: fc.integer({ min: 1, max: 90 }),
  }),
  fc.record({
    kind: fc.constant("bill" as const),
    first: fc.nat(dates.length - 2),
    length: fc.integer({ min: 1, max: 3 }),
    skips: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("regenerate" as const), which: choice }),
  fc.record({ kind: fc.constant("finalize" as const), which: choice }),
  fc.record({ kind: fc.constant("cancel" as const), which: choice }),
  fc.record({ kind: fc.constant("remove" as const), which: choice }),
  fc.record({ kind: fc.constant("line" as const), which: choice, tier: choice, units: unitsArbitrary }),
);
export type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;

const billAnswer = z.object({
  id: z.string(),
  number: z.string().optional(),
  status: z.string(),
  subtotal: z.number(),
  adjustmentsTotal: z.number(),
  total: z.number(),
  adjustments: z.array(z.object({ adjustmentId: z.string(), applied: z.number(), isGranted: z.boolean() })),
  lineItems: z.array(
    z.object({ pricingTierId: z.string(), units: z.number(), total: z.number(), isManual: z.boolean() }),
  ),
});
const identified = z.object({ id: z.string() });
const numberOf = (micro: bigint) => Number(micro) / 1_000_000;

/** One organization and its model, and the steps that both take. */
export class Life {
  readonly model = new BillingModel();
  private readonly frozen = new Map<string, string>();
  private readonly skips = new Map<string, boolean>();
  private readonly act: ReturnType<typeof acts>;

  constructor(
    private readonly billing: Billing,
    private readonly zone: string,
  ) {
    this.act = acts(billing);
  }

  private at({ date, beside }: { readonly date: number; readonly beside: number }): number {
    return firstMomentOf(dates[date] ?? "", this.zone) + beside;
  }

  private integration(at: number | undefined): string {
    return this.billing.integrations[at ?? 0] ?? "";
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "price":
        return this.price(step);
      case "use":
        return this.use(step);
      case "unuse":
        return this.unuse(step.which);
      case "adjust":
        return this.adjust(step);
      case "bill":
        return this.bill(step);
      case "line":
        return this.line(step);
      default:
        return this.move(step);
    }
  }

  private async price(given: Extract<Step, { kind: "price" }>): Promise<void> {
    const from = this.at(given.from);
    const until = given.days === undefined ? Infinity : from + given.days * day;
    const tier = { integration: this.integration(given.integration), name: tierNames[given.name] ?? "", from, until };
    const { cost, aggregation } = given;
    const answer = await outcomeOf(
      this.act.price({
        integrationId: tier.integration,
        name: tier.name,
        unitCost: Number(cost) / 10_000,
        aggregation,
        effectiveFrom: from,
        ...(until === Infinity ? {} : { effectiveUntil: until }),
      }),
    );
    const overlaps = this.model.tierOverlapping(tier);
    same(answer.code, overlaps ? "tier_overlap" : undefined);
    if (!overlaps) this.model.tiers.push({ id: idOf(answer), cost, aggregation, ...tier });
  }

  private async use(given: Extract<Step, { kind: "use" }>): Promise<void> {
    const at = this.at(given.at);
    const [site, source] = [given.place % 3, Math.floor(given.place / 3)];
    const place = { siteId: this.billing.sites[site - 1], dataSourceId: this.billing.dataSources[source - 1] };
    const usage = {
      integration: this.integration(given.integration),
      name: tierNames[given.name] ?? "",
      units: given.units,
      at,
      place: `${site}/${source}`,
      reference: given.reference === undefined ? undefined : `ref-${given.reference}`,
    };
    const answer = await outcomeOf(
      this.act.use({
        integrationId: usage.integration,
        tierName: usage.name,
        units: numberOf(usage.units),
        recordedAt: at,
        ...(place.siteId === undefined ? {} : { siteId: place.siteId }),
        ...(place.dataSourceId === undefined ? {} : { dataSourceId: place.dataSourceId }),
        ...(usage.reference === undefined ? {} : { externalRef: usage.reference }),
      }),
    );
    const known = this.model.usage.find(({ reference }) => reference !== undefined && reference === usage.reference);
    if (!known) {
      this.model.usage.push({ id: idOf(answer), countsAt: this.model.countsAt(at), ...usage });
      return;
    }
    const { id, countsAt: _countsAt, ...content } = known;
    const isSame = Object.entries(content).every(([name, value]) => Reflect.get(usage, name) === value);
    same(isSame ? idOf(answer) : answer.code, isSame ? id : "usage_conflict");
  }

  private async unuse(which: number): Promise<void> {
    const usage = chosen(this.model.usage, which);
    if (!usage) return;
    const answer = await outcomeOf(this.act.unuse(usage.id));
    const isBilled = this.model.countsAt(usage.countsAt) !== usage.countsAt;
    same(answer.code, isBilled ? "period_finalized" : undefined);
    if (!isBilled) this.model.usage.splice(this.model.usage.indexOf(usage), 1);
  }

  private async adjust({ type, amount, isOnce, ...given }: Extract<Step, { kind: "adjust" }>): Promise<void> {
    const isPercent = given.isPercent && type === "discount";
    const from = this.at(given.from);
    const until = from + given.days * day;
    const integration = given.integration === undefined ? undefined : this.integration(given.integration);
    const shown = isPercent ? amount / 50 : amount;
    const answer = await outcomeOf(
      this.act.adjust({
        type,
        amount: shown,
        amountType: isPercent ? "percent" : "fixed",
        recurrence: isOnce ? "once" : "eachPeriod",
        effectiveFrom: from,
        effectiveTo: until,
        ...(integration === undefined ? {} : { integrationId: integration }),
      }),
    );
    this.model.adjustments.push({
      id: idOf(answer),
      integration,
      type,
      isPercent,
      isOnce,
      from,
      until,
      amount: isPercent ? BigInt(amount) * 200n : BigInt(amount),
    });
  }

  private async bill({ first, length, skips }: Extract<Step, { kind: "bill" }>): Promise<void> {
    const startDate = dates[first] ?? "";
    const endDate = dates[Math.min(first + length, dates.length - 1)] ?? "";
    const period = { start: firstMomentOf(startDate, this.zone), end: firstMomentOf(endDate, this.zone) };
    const answer = await outcomeOf(this.act.bill(startDate, endDate, { skipUnpriced: skips }));
    if (this.model.billOverlapping(period)) {
      same(answer.code, "period_overlap");
      return;
    }
    const lines = this.model.linesFor(period, skips);
    same(answer.code, lines ? undefined : "no_pricing_tier");
    if (!lines) return;
    const changes = this.model.changesFor(period, lines);
    const bill: ModelBill = { id: idOf(answer), ...period, manual: [], lines, changes, state: "draft" };
    this.model.bills.push(bill);
    this.skips.set(bill.id, skips);
    await this.compare(bill);
  }

  private async line({ which, units, ...given }: Extract<Step, { kind: "line" }>): Promise<void> {
    const bill = chosen(this.model.bills, which);
    const tier = chosen(this.model.tiers, given.tier);
    if (!bill || !tier) return;
    const answer = await outcomeOf(this.act.line(bill.id, tier.id, numberOf(units)));
    same(answer.code, bill.state === "draft" ? undefined : "bill_not_draft");
    if (bill.state !== "draft") return;
    bill.manual.push(lineOf(tier, units));
    bill.changes = this.model.changesFor(bill, [...bill.lines, ...bill.manual]);
    await this.compare(bill);
  }

  private async move({
    kind,
    which,
  }: {
    readonly kind: "regenerate" | "finalize" | "cancel" | "remove";
    readonly which: number;
  }) {
    const bill = chosen(this.model.bills, which);
    if (!bill) return;
    if (kind === "remove") {
      const { code } = await outcomeOf(this.act.removeDraft(bill.id));
      same(code, bill.state === "draft" ? undefined : "bill_not_draft");
      if (bill.state === "draft") this.model.bills.splice(this.model.bills.indexOf(bill), 1);
      return;
    }
    if (kind === "cancel") {
      const { code } = await outcomeOf(this.act.cancel(bill.id));
      const isNeeded = bill.state === "finalized" && this.model.isNeededLater(bill);
      same(code, isNeeded ? "credit_in_use" : undefined);
      if (!isNeeded) bill.state = "cancelled";
      return;
    }
    const lines = bill.state === "draft" ? this.model.linesFor(bill, this.skips.get(bill.id) === true) : undefined;
    const { code } = await outcomeOf(kind === "finalize" ? this.act.finalize(bill.id) : this.act.regenerate(bill.id));
    if (bill.state !== "draft") {
      const isNothing = kind === "finalize" && bill.state === "finalized";
      same(code, isNothing ? undefined : kind === "finalize" ? "invalid_state_transition" : "bill_not_draft");
      return;
    }
    same(code, lines ? undefined : "no_pricing_tier");
    if (!lines) return;
    bill.lines = lines;
    bill.changes = this.model.changesFor(bill, [...lines, ...bill.manual]);
    if (kind === "finalize") bill.state = "finalized";
    const answer = await this.compare(bill);
    if (kind !== "finalize") return;
    this.model.numbered += 1;
    like(answer, { number: expect.stringMatching(new RegExp(`^B-\\d{4}-0*${this.model.numbered}$`)) });
    this.frozen.set(bill.id, JSON.stringify(answer));
  }

  private async compare(bill: ModelBill) {
    const answer = await this.read(bill.id);
    const lines = [...bill.lines, ...bill.manual];
    const sorted = (values: readonly object[]) => values.map((value) => JSON.stringify(value)).sort();
    same(
      sorted(answer.lineItems.map(({ pricingTierId, units, total }) => ({ pricingTierId, units, total }))),
      sorted(
        lines.map(({ tier, units, total }) => ({ pricingTierId: tier, units: numberOf(units), total: Number(total) })),
      ),
    );
    same(
      answer.adjustments.map(({ adjustmentId, applied, isGranted }) => [adjustmentId, applied, isGranted]),
      bill.changes.map(({ adjustment, by, grants }) => [adjustment, Number(by), grants]),
    );
    const subtotal = lines.reduce((sum, { total }) => sum + total, 0n);
    const changed = bill.changes.reduce((sum, { by }) => sum + by, 0n);
    like(answer, {
      status: bill.state,
      subtotal: Number(subtotal),
      adjustmentsTotal: Number(changed),
      total: Number(subtotal + changed),
    });
    same(answer.total >= 0, true);
    return answer;
  }

  private async read(billId: string) {
    return billAnswer.parse(await this.act.read(billId));
  }

  /** Holds what is finalized against what it was then. Answers the credit that is left once all of it could be used. */
  async end(): Promise<string[]> {
    for (const [billId, text] of this.frozen) {
      const { status: _now, ...now } = await this.read(billId);
      const { status: _then, ...then } = billAnswer.parse(JSON.parse(text));
      same(now, then);
    }
    await this.useUpCredit();
    return this.model.adjustments.flatMap((adjustment) => {
      const used = this.model.usedOf(adjustment.id);
      const left = this.model.owed(adjustment, used.grants, used.amount);
      return left === 0n ? [] : [`${adjustment.id}: ${left}`];
    });
  }

  /** A bill after all others, of more money than there can be credit. */
  private async useUpCredit(): Promise<void> {
    const [from, to] = ["2026-09-01", "2026-09-02"];
    const period = { start: firstMomentOf(from, this.zone), end: firstMomentOf(to, this.zone) };
    for (const at of [0, 1]) {
      const tier = { integration: this.integration(at), name: "last", from: period.start, until: period.end };
      const { integration: integrationId, ...rest } = tier;
      const prices = {
        integrationId,
        name: rest.name,
        unitCost: 1_000_000,
        effectiveFrom: rest.from,
        effectiveUntil: rest.until,
      };
      const id = idOf(await outcomeOf(this.act.price(prices)));
      this.model.tiers.push({ ...tier, id, cost: 10_000_000_000n, aggregation: "sum" });
      const use = { integrationId, tierName: "last", units: 10, recordedAt: period.start };
      const usageId = idOf(await outcomeOf(this.act.use(use)));
      const counted = {
        countsAt: period.start,
        at: period.start,
        units: 10_000_000n,
        place: "0/0",
        reference: undefined,
      };
      this.model.usage.push({ ...counted, id: usageId, integration: integrationId, name: "last" });
    }
    const billId = idOf(await outcomeOf(this.act.bill(from, to, { skipUnpriced: true })));
    const lines = this.model.linesFor(period, true) ?? [];
    const bill: ModelBill = { id: billId, ...period, manual: [], lines, changes: [], state: "draft" };
    this.model.bills.push(bill);
    this.skips.set(billId, true);
    await this.move({ kind: "finalize", which: this.model.bills.length - 1 });
  }
}

function same(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

function like(actual: unknown, expected: object): void {
  expect(actual).toMatchObject(expected);
}

interface Outcome {
  readonly value?: unknown;
  readonly code: string | undefined;
}

async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await call, code: undefined };
  } catch (error) {
    const { code } = z.object({ data: z.object({ code: z.string() }) }).parse(error).data;
    return { code };
  }
}

function idOf({ value, code }: Outcome): string {
  expect(code).toBeUndefined();
  return identified.parse(value).id;
}

function chosen<Value>(values: readonly Value[], which: number): Value | undefined {
  return values[which % Math.max(1, values.length)];
}
