import type { Portico } from "@portico/sdk";

/** What a site has to pay for. */
export interface UsedDevices {
  readonly siteId: string;
  readonly site: string;
  readonly devices: number;
}

const dayMs = 86_400_000;
const tierName = "msp-sync-device";
/** Minor units, such as cents. */
const unitCost = 250;

/**
 * Bills the devices that are synced for the day before yesterday, which is over whatever the organization's time zone: records them as
 * usage, makes a draft, grants a discount, and finalizes it. What another run has billed is shown as it is.
 */
export async function billDevices(portico: Portico, integration: string, used: readonly UsedDevices[]): Promise<void> {
  const { id: integrationId } = await portico.integrations.get(integration);
  const startDate = dateOf(Date.now() - 2 * dayMs);
  const days = { startDate, endDate: dateOf(Date.now() - dayMs) };
  const billed = await billOf(portico, startDate);
  if (billed) {
    console.log(`${startDate} is billed already`);
    await showBill(portico, billed.id, used);
    return;
  }
  await price(portico, integrationId);
  const draft = await portico.bills.generate({ ...days, skipUnpriced: true });
  // A draft knows when its days begin and end in the organization's time zone.
  const { data } = await portico.usageRecords.recordBatch({
    items: used.map(({ siteId, devices }) => ({
      integrationId,
      tierName,
      siteId,
      units: devices,
      recordedAt: draft.periodStart,
      externalRef: `msp-sync:${siteId}:${startDate}`,
    })),
  });
  for (const { outcome, problem } of data) console.log(`usage: ${outcome}`, problem?.detail ?? "");
  await portico.billingAdjustments.create({
    type: "discount",
    amountType: "percent",
    amount: 10,
    integrationId,
    reason: "Ten percent to begin with",
    effectiveFrom: draft.periodStart,
    effectiveTo: draft.periodEnd,
  });
  await portico.bills.regenerate(draft.id);
  await showBill(portico, draft.id, used);
  const { number, status } = await portico.bills.finalize(draft.id);
  console.log(`bill ${number}: ${status}`);
}

/** The price of a device, which every run after the first finds. */
async function price(portico: Portico, integrationId: string): Promise<void> {
  for await (const { name } of portico.pricingTiers.list({ integrationId })) if (name === tierName) return;
  await portico.pricingTiers.create({
    integrationId,
    name: tierName,
    unitCost,
    aggregation: "last",
    effectiveFrom: Date.UTC(2020, 0, 1),
  });
}

/** The bill that covers a day. */
async function billOf(portico: Portico, date: string) {
  for await (const bill of portico.bills.list()) {
    if (bill.startDate <= date && date < bill.endDate && bill.status !== "cancelled") return bill;
  }
  return undefined;
}

/** Lines with the units of each site, then what adjustments change, and the total. */
async function showBill(portico: Portico, billId: string, used: readonly UsedDevices[]): Promise<void> {
  const {
    currency,
    subtotal,
    adjustments,
    total,
    lineItems = [],
  } = await portico.bills.get(billId, {
    include: "lineItems",
  });
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2;
  const money = (minorUnits: number) => format.format(minorUnits / 10 ** decimals);
  const rows: { what: string; units: number | string; price: string; amount: string }[] = [];
  for (const { description, units, unitCost: cost, total: amount, usage } of lineItems) {
    rows.push({ what: description, units, price: money(cost), amount: money(amount) });
    for (const part of usage?.parts ?? []) {
      const site = used.find(({ siteId }) => siteId === part.siteId)?.site ?? "elsewhere";
      rows.push({ what: `  of that ${site}`, units: part.units, price: "", amount: "" });
    }
  }
  rows.push({ what: "Subtotal", units: "", price: "", amount: money(subtotal) });
  for (const { reason, applied } of adjustments)
    rows.push({ what: reason, units: "", price: "", amount: money(applied) });
  rows.push({ what: "Total", units: "", price: "", amount: money(total) });
  console.table(rows);
}

function dateOf(timestampMs: number): string {
  return new Date(timestampMs).toISOString().slice(0, 10);
}
