import { daysAfter } from "../../../convex/billing/calendar";
import { send } from "../client.testing";
import { nextSample } from "../samples.testing";
import { createMember, grantedSubscription } from "../world.testing";
import type { RowMaker } from "./rowMaker.testing";
import type { World } from "../world.testing";

// Counted apart from other samples: thirteen thousand of those would be days to come.
let periodCount = 0;

/** A day of its own, on which nothing else is billed. */
export function newPeriod(): { readonly startDate: string; readonly endDate: string } {
  const startDate = daysAfter("1990-01-01", periodCount++);
  return { startDate, endDate: daysAfter(startDate, 1) };
}

/** Usage of a tier that nothing else names. */
export function newUsage({ rows }: World): Record<string, unknown> {
  const at = nextSample();
  return { integrationId: rows["integrations"], tierName: `tier-${at}`, units: 3, externalRef: `usage-${at}` };
}

async function made(world: World, path: string, body: object): Promise<string> {
  const answer = await send(world.portico, "POST", `/v1${path}`, world.owner, body);
  if (answer.status !== 201) throw new Error(`Nothing was made at ${path}: ${answer.text}`);
  return String(answer.body["id"]);
}

const newBill = (world: World) => made(world, "/bills/generate", newPeriod());

/** A bill that was finalized for one request. */
export async function finalizedBill(world: World): Promise<string> {
  const billId = await newBill(world);
  const { status, text } = await send(world.portico, "POST", `/v1/bills/${billId}/finalize`, world.owner, {});
  if (status !== 200) throw new Error(`The bill was not finalized: ${text}`);
  return billId;
}

/** A member with a tier that was granted for one request. */
export async function newSubscription({ portico, acme, owner }: World) {
  const { userId } = await createMember(portico, acme, "member");
  const { subscriptions, tier } = await grantedSubscription(portico, owner, userId);
  return { id: subscriptions, userId, tier };
}

export const billingRows = {
  subscriptions: async (world) => ({ id: (await newSubscription(world)).id }),
  usageRecords: async (world) => ({ id: await made(world, "/usage-records", newUsage(world)) }),
  bills: async (world) => ({ id: await newBill(world) }),
  billLineItems: async (world) => {
    const billId = await newBill(world);
    const line = { pricingTierId: world.rows["integrationPricingTiers"], units: 3 };
    return { id: await made(world, `/bills/${billId}/line-items`, line), inputs: { billId } };
  },
} satisfies Record<string, RowMaker>;
