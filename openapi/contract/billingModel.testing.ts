/**
 * What bills should come to, written without a look at their code: every record is kept, every bill is computed from all of them, and
 * what adjustments have been used for is read from the bills that used them.
 */

export interface ModelTier {
  readonly id: string;
  readonly integration: string;
  readonly name: string;
  /** Ten-thousandths of a minor unit. */
  readonly cost: bigint;
  readonly aggregation: "sum" | "max" | "last";
  readonly from: number;
  readonly until: number;
}

export interface ModelUsage {
  readonly id: string;
  readonly integration: string;
  readonly name: string;
  /** Millionths. */
  readonly units: bigint;
  readonly at: number;
  /** When it counts. */
  readonly countsAt: number;
  readonly place: string;
  readonly reference: string | undefined;
}

export interface ModelAdjustment {
  readonly id: string;
  readonly integration: string | undefined;
  readonly type: "credit" | "debit" | "discount";
  readonly isPercent: boolean;
  /** Minor units, or ten-thousandths of a percent. */
  readonly amount: bigint;
  readonly isOnce: boolean;
  readonly from: number;
  readonly until: number;
}

export interface ModelLine {
  readonly tier: string;
  readonly integration: string;
  readonly units: bigint;
  readonly total: bigint;
}

export interface ModelChange {
  readonly adjustment: string;
  /** Negative where it reduces. */
  readonly by: bigint;
  readonly grants: boolean;
}

export interface ModelBill {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly manual: ModelLine[];
  lines: readonly ModelLine[];
  changes: readonly ModelChange[];
  state: "draft" | "finalized" | "cancelled";
}

/** Everything that an organization has, in the order in which it came. */
export class BillingModel {
  readonly tiers: ModelTier[] = [];
  readonly usage: ModelUsage[] = [];
  readonly adjustments: ModelAdjustment[] = [];
  readonly bills: ModelBill[] = [];
  numbered = 0;

  tierOverlapping(tier: Pick<ModelTier, "integration" | "name" | "from" | "until">): boolean {
    return this.tiers.some(
      (other) =>
        other.integration === tier.integration &&
        other.name === tier.name &&
        other.from < tier.until &&
        tier.from < other.until,
    );
  }

  billOverlapping({ start, end }: { readonly start: number; readonly end: number }): boolean {
    return this.bills.some((bill) => bill.state !== "cancelled" && bill.start < end && start < bill.end);
  }

  /** The first moment from `at` on that is in no finalized bill. */
  countsAt(at: number): number {
    const covering = this.bills.find((bill) => bill.state === "finalized" && bill.start <= at && at < bill.end);
    return covering ? this.countsAt(covering.end) : at;
  }

  /** Lines from usage, or undefined where some of it has no price and must have one. */
  linesFor({ start, end }: { readonly start: number; readonly end: number }, skips: boolean): ModelLine[] | undefined {
    const counted = this.usage.filter(({ countsAt }) => start <= countsAt && countsAt < end);
    const units = new Map<ModelTier, bigint>();
    const groups = new Map<string, { usage: ModelUsage; tier: ModelTier }[]>();
    for (const usage of counted) {
      const tier = this.tiers.find(
        ({ integration, name, from, until }) =>
          integration === usage.integration && name === usage.name && from <= usage.at && usage.at < until,
      );
      if (!tier && !skips) return undefined;
      if (!tier) continue;
      if (tier.aggregation === "sum") units.set(tier, (units.get(tier) ?? 0n) + usage.units);
      else {
        const key = JSON.stringify([tier.aggregation, usage.integration, usage.name, usage.place]);
        groups.set(key, [...(groups.get(key) ?? []), { usage, tier }]);
      }
    }
    for (const group of groups.values()) {
      const isMax = group[0]?.tier.aggregation === "max";
      const [decides] = group.sort((left, right) => {
        const byUnits = left.usage.units < right.usage.units ? 1 : left.usage.units > right.usage.units ? -1 : 0;
        const byTime = right.usage.at - left.usage.at;
        return isMax ? byUnits || byTime : byTime || byUnits;
      });
      if (decides) units.set(decides.tier, (units.get(decides.tier) ?? 0n) + decides.usage.units);
    }
    return [...units].map(([tier, of]) => lineOf(tier, of));
  }

  /** What adjustments change, given the lines and what finalized bills have used. */
  changesFor(
    { start, end }: { readonly start: number; readonly end: number },
    lines: readonly ModelLine[],
  ): ModelChange[] {
    const changes: ModelChange[] = [];
    const sum = (of: readonly ModelLine[]) => of.reduce((total, line) => total + line.total, 0n);
    const matching = (integration: string | undefined) =>
      lines.filter((line) => integration === undefined || line.integration === integration);
    const changedBy = (isOf: (adjustment: ModelAdjustment) => boolean) =>
      changes
        .filter(({ adjustment }) => this.adjustments.some((each) => each.id === adjustment && isOf(each)))
        .reduce((total, { by }) => total + by, 0n);
    const stages: ((adjustment: ModelAdjustment) => boolean)[] = [
      ({ type }) => type === "debit",
      ({ type, integration, isPercent }) => type !== "debit" && integration !== undefined && isPercent,
      ({ type, integration, isPercent }) => type !== "debit" && integration !== undefined && !isPercent,
      ({ type, integration, isPercent }) => type !== "debit" && integration === undefined && isPercent,
      ({ type, integration, isPercent }) => type !== "debit" && integration === undefined && !isPercent,
    ];
    for (const isOfStage of stages)
      for (const adjustment of this.adjustments.filter(isOfStage)) {
        const { integration } = adjustment;
        const used = this.usedOf(adjustment.id);
        const meetsMs = Math.min(adjustment.until, end) - Math.max(adjustment.from, start);
        const grants = meetsMs > 0 && !(adjustment.isOnce && used.grants > 0n);
        const left =
          integration === undefined
            ? sum(lines) + changedBy(() => true)
            : sum(matching(integration)) + changedBy((each) => each.integration === integration);
        let wanted = 0n;
        if (adjustment.isPercent)
          wanted = grants
            ? divided(
                sum(matching(integration)) * adjustment.amount * BigInt(meetsMs),
                1_000_000n * BigInt(end - start),
              )
            : 0n;
        else if (adjustment.type === "debit") wanted = grants ? adjustment.amount : 0n;
        else wanted = this.owed(adjustment, used.grants + (grants ? 1n : 0n), used.amount);
        const isDebit = adjustment.type === "debit";
        const given = isDebit || wanted < left ? wanted : left;
        if (grants || given !== 0n) changes.push({ adjustment: adjustment.id, by: isDebit ? given : -given, grants });
      }
    return changes;
  }

  /** What live bills have used of an adjustment. */
  usedOf(id: string): { readonly amount: bigint; readonly grants: bigint } {
    const used = this.bills
      .filter(({ state }) => state === "finalized")
      .flatMap(({ changes }) => changes.filter(({ adjustment }) => adjustment === id));
    return {
      amount: used.reduce((total, { by }) => total + (by < 0n ? -by : by), 0n),
      grants: BigInt(used.filter(({ grants }) => grants).length),
    };
  }

  /** Credit that is granted and not used. */
  owed({ type, isPercent, isOnce, amount }: ModelAdjustment, grants: bigint, used: bigint): bigint {
    if (type === "debit" || isPercent) return 0n;
    const times = isOnce ? (grants > 0n || used > 0n ? 1n : 0n) : grants;
    return amount * times - used;
  }

  /** Whether a cancellation would leave later bills with credit that nobody granted. */
  isNeededLater(bill: ModelBill): boolean {
    return bill.changes.some(({ adjustment: id, by, grants }) => {
      const adjustment = this.adjustments.find((each) => each.id === id);
      const used = this.usedOf(id);
      return (
        adjustment !== undefined &&
        this.owed(adjustment, used.grants - (grants ? 1n : 0n), used.amount - (by < 0n ? -by : by)) < 0n
      );
    });
  }
}

export function lineOf({ id, integration, cost }: ModelTier, units: bigint): ModelLine {
  return { tier: id, integration, units, total: divided(units * cost, 10_000_000_000n) };
}

/** To the nearest whole number, halves up; by remainder. */
function divided(numerator: bigint, denominator: bigint): bigint {
  const rest = numerator % denominator;
  return numerator / denominator + (rest + rest >= denominator ? 1n : 0n);
}

/** The first quarter of an hour of which a calendar in the zone shows the date, or a later one. */
export function firstMomentOf(date: string, timeZone: string): number {
  const calendar = new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  let moment = Date.parse(`${date}T00:00:00Z`) - 15 * 3_600_000;
  while (calendar.format(moment) < date) moment += 900_000;
  return moment;
}
