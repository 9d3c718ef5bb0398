import { priceAt } from "../usageRecords/counting";
import { costOf, microUnitsOf, unitsOf } from "../money";
import type { PriceTimes, UsagePart } from "../usageRecords/counting";
import type { Doc } from "../../_generated/dataModel";

type PricingTier = Doc<"integrationPricingTiers">;
type LineUsage = NonNullable<Doc<"billLineItems">["usage"]>;

/** Units at one price. */
export interface PricedUsage {
  readonly tier: PricingTier;
  readonly units: number;
  readonly total: number;
  readonly usage: LineUsage;
}
/** What usage costs, and what of it nothing prices. */
export interface Priced {
  readonly lines: readonly PricedUsage[];
  readonly unpriced: readonly UsagePart[];
}

const shownParts = 100;

/**
 * Prices usage. Each record has the price that holds when it was used. Of prices that add up, each bills its own records; of those that
 * take the greatest or the latest, every site and data source is billed once in the period, at the price of the record that decides.
 * @throws {ProblemError} 422 for amounts beyond 2^53
 */
export async function priced(parts: readonly UsagePart[], prices: PriceTimes): Promise<Priced> {
  const unpriced: UsagePart[] = [];
  const records = new Map<PricingTier, number>();
  const units = new Map<PricingTier, Map<string, { part: UsagePart; microUnits: bigint }>>();
  const deciding = new Map<string, { part: UsagePart; tier: PricingTier; units: number; at: number }>();
  const add = (tier: PricingTier, part: UsagePart, microUnits: bigint) => {
    const places = units.get(tier) ?? new Map<string, { part: UsagePart; microUnits: bigint }>();
    const place = placeOf(part);
    places.set(place, { part, microUnits: (places.get(place)?.microUnits ?? 0n) + microUnits });
    units.set(tier, places);
  };
  for (const part of parts) {
    const tier = priceAt(await prices.of(part.integrationId, part.tierName), part.lastAt);
    if (!tier) {
      unpriced.push(part);
      continue;
    }
    records.set(tier, (records.get(tier) ?? 0) + part.records);
    if (tier.aggregation === "sum") {
      add(tier, part, part.sumMicroUnits);
      continue;
    }
    const isMax = tier.aggregation === "max";
    const own = isMax ? { units: part.max, at: part.maxAt } : { units: part.last, at: part.lastAt };
    const key = [tier.aggregation, part.integrationId, placeOf(part), part.tierName].join(":");
    const known = deciding.get(key);
    const order = isMax ? [own.units, own.at] : [own.at, own.units];
    const knownOrder = known && (isMax ? [known.units, known.at] : [known.at, known.units]);
    if (!knownOrder || isAfter(order, knownOrder)) deciding.set(key, { part, tier, ...own });
  }
  for (const { part, tier, units: decided } of deciding.values()) add(tier, part, microUnitsOf(decided));
  const lines = [...units].map(([tier, places]) => lineOf(tier, [...places.values()], records.get(tier) ?? 0));
  return { lines: lines.sort(inOrder), unpriced };
}

function isAfter([first = 0, second = 0]: readonly number[], [other = 0, otherSecond = 0]: readonly number[]): boolean {
  return first > other || (first === other && second > otherSecond);
}

function placeOf({ siteId, dataSourceId }: UsagePart): string {
  return `${siteId ?? ""}:${dataSourceId ?? ""}`;
}

/** By integration, tier and time. */
function inOrder({ tier }: PricedUsage, { tier: other }: PricedUsage): number {
  const [name, otherName] = [`${tier.integrationId}:${tier.name}`, `${other.integrationId}:${other.name}`];
  return name === otherName ? tier.effectiveFrom - other.effectiveFrom : name < otherName ? -1 : 1;
}

function lineOf(
  tier: PricingTier,
  parts: readonly { readonly part: UsagePart; readonly microUnits: bigint }[],
  recordCount: number,
): PricedUsage {
  const microUnits = parts.reduce((sum, part) => sum + part.microUnits, 0n);
  const shown = parts.slice(0, shownParts).map(({ part: { siteId, dataSourceId }, microUnits: own }) => ({
    ...(siteId === undefined ? {} : { siteId }),
    ...(dataSourceId === undefined ? {} : { dataSourceId }),
    units: unitsOf(own),
  }));
  return {
    tier,
    units: unitsOf(microUnits),
    total: costOf(microUnits, tier.unitCost),
    usage: { recordCount, parts: shown, partCount: parts.length },
  };
}
