import { expect, it, vi, afterEach, beforeEach } from "vitest";
import { api, internal } from "../../convex/_generated/api";
import { invoiceObject, subscriptionObject } from "../../convex/billing/subscriptions/stripeEvents.testing";
import { newBilling, newIntegrations } from "./billingHost.testing";
import { createProductHost } from "./productHost.testing";
import type { Told } from "../../convex/billing/subscriptions/stripeEvents.testing";

// What events of Stripe's, and administrators, make of a member's subscription.

const now = Date.UTC(2026, 0, 15);
const nowSeconds = now / 1000;
const day = 86_400;
const version = "2025-03-31.basil";

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(now);
});
afterEach(() => {
  vi.useRealTimers();
});

const code = (expected: string) => ({ data: { code: expected } });
let events = 0;

/** An organization with a tier that `price_1` buys, and what Stripe tells of its owner. */
async function community() {
  const host = createProductHost();
  const own = await newBilling(host, await newIntegrations(host));
  const { owner, organizationId } = own;
  const of = { organizationId };
  const users = await host.run(({ db }) => db.query("users").collect());
  const userId = users[0]?._id;
  if (!userId) throw new Error("There is an owner.");
  const metadata = { organizationId, userId };
  const made = await owner.mutation(api.billing.subscriptionTiers.create, {
    ...of,
    key: "pro",
    name: "Pro",
    stripePriceId: "price_1",
  });
  /** Has an event stored and worked on, and answers what came of it. */
  const tell = async (type: string, object: object, further: { account?: string; atSeconds?: number } = {}) => {
    const eventId = `evt_${events++}`;
    const { account, atSeconds = nowSeconds } = further;
    await host.mutation(internal.platform.webhookEvents.receive, {
      provider: "stripe",
      eventId,
      type,
      payload: JSON.stringify({ account, apiVersion: version, object }),
      occurredAt: atSeconds * 1000,
    });
    await host.finishAllScheduledFunctions(vi.runAllTimers);
    const rows = await host.run(({ db }) => db.query("webhookEvents").collect());
    const row = rows.find((each) => each.eventId === eventId);
    return row ? { status: row.status, error: row.error } : undefined;
  };
  const subscription = (told: Partial<Told> = {}) =>
    subscriptionObject(version, { status: "active", periodEnd: nowSeconds + 30 * day, metadata, ...told });
  const mine = () => owner.query(api.billing.subscriptions.getMine, of);
  const grant = (tier: string, until?: number) =>
    owner.mutation(api.billing.subscriptions.grant, { ...of, userId, tier, ...(until === undefined ? {} : { until }) });
  const rows = () => host.run(({ db }) => db.query("subscriptions").collect());
  return { ...own, host, of, userId, metadata, made, tell, subscription, mine, grant, rows };
}

it("is none without a row, and follows what Stripe tells", async () => {
  const { mine, tell, subscription, metadata, host } = await community();
  expect(await mine()).toEqual({ status: "none", hasAccess: false, cancelAtPeriodEnd: false });
  expect(await tell("customer.subscription.created", subscription({ status: "incomplete" }))).toMatchObject({
    status: "processed",
  });
  expect(await mine()).toMatchObject({ status: "none", tier: "pro", hasAccess: false });
  await tell("customer.subscription.updated", subscription());
  await tell("invoice.paid", invoiceObject(version, { periodEnd: nowSeconds + 30 * day, metadata }));
  expect(await mine()).toMatchObject({ status: "active", tier: "pro", hasAccess: true });
  await tell("customer.subscription.deleted", subscription(), { atSeconds: nowSeconds + 1 });
  expect(await mine()).toMatchObject({
    status: "canceled",
    hasAccess: true,
    accessUntil: (nowSeconds + 30 * day) * 1000,
  });
  const told = await host.run(({ db }) => db.query("notifications").collect());
  expect(told.map(({ type }) => type)).toEqual(["subscription_active", "subscription_canceled"]);
});

it("keeps what it cannot apply as failed, and what means nothing as ignored", async () => {
  const { tell, subscription, rows } = await community();
  const stranger = { organizationId: "nothing", userId: "nobody" };
  expect(await tell("customer.created", { id: "cus_1" })).toMatchObject({ status: "ignored" });
  expect(await tell("customer.subscription.created", subscription(), { account: "acct_1" })).toMatchObject({
    status: "ignored",
  });
  for (const object of [
    subscription({ metadata: {} }),
    subscription({ metadata: stranger }),
    subscription({ priceId: "price_unknown" }),
    { ...subscription(), items: { data: [{ price: { id: "price_1" } }] } },
  ])
    expect(await tell("customer.subscription.updated", object)).toMatchObject({ status: "failed" });
  expect(await rows()).toEqual([]);
});

it("waits for the checkout that says whose it is", async () => {
  const { tell, subscription, mine, of, userId } = await community();
  expect(await tell("customer.subscription.created", subscription({ metadata: {} }))).toMatchObject({
    status: "failed",
  });
  const session = { object: "checkout.session", customer: "cus_1", subscription: "sub_1", client_reference_id: userId };
  expect(await tell("checkout.session.completed", { ...session, metadata: of })).toMatchObject({
    status: "processed",
  });
  expect(await mine()).toMatchObject({ status: "active", tier: "pro" });
});

it("says of events that come late, or of another subscription, that they change nothing", async () => {
  const { tell, subscription, mine } = await community();
  await tell("customer.subscription.updated", subscription());
  const before = await mine();
  const late = await tell("customer.subscription.updated", subscription({ status: "past_due" }), { atSeconds: 2000 });
  const other = await tell("customer.subscription.deleted", subscription({ id: "sub_2" }));
  expect([late?.status, other?.status]).toEqual(["ignored", "ignored"]);
  expect(await mine()).toEqual(before);
});

it("is granted and revoked by administrators, until Stripe manages it", async () => {
  const { owner, of, grant, mine, rows, tell, subscription } = await community();
  await expect(grant("gold")).rejects.toMatchObject(code("validation_failed"));
  await expect(grant("pro", now - 1)).rejects.toMatchObject(code("validation_failed"));
  await grant("pro", now + 1000);
  expect(await mine()).toMatchObject({ status: "active", hasAccess: true, accessUntil: now + 1000 });
  vi.setSystemTime(now + 1000);
  expect(await mine()).toMatchObject({ hasAccess: false });
  await grant("pro");
  const [row] = await rows();
  const subscriptionId = row?._id ?? "";
  const revoke = () => owner.mutation(api.billing.subscriptions.revoke, { ...of, subscriptionId });
  await revoke();
  expect(await mine()).toMatchObject({ status: "canceled", hasAccess: false });
  await grant("pro");
  await tell("customer.subscription.deleted", subscription({ id: "sub_0" }), { atSeconds: 1000 });
  expect(await mine()).toMatchObject({ status: "active", hasAccess: true });
  await tell("customer.subscription.created", subscription());
  await expect(grant("pro")).rejects.toMatchObject(code("stripe_managed"));
  await expect(revoke()).rejects.toMatchObject(code("stripe_managed"));
});

it("tells its member of each turn once, here and by e-mail, and once that access has ended", async () => {
  const { tell, subscription, mine, metadata, host, userId } = await community();
  await host.run(({ db }) => db.patch(userId, { email: "ann@acme.example" }));
  const periodEnd = nowSeconds + 30 * day;
  const told = async () => {
    const rows = await host.run(async ({ db }) => ({
      notifications: await db.query("notifications").collect(),
      emails: await db.query("emails").collect(),
    }));
    expect(rows.emails.map(({ to }) => to)).toEqual(rows.emails.map(() => "ann@acme.example"));
    return [rows.notifications.map(({ type }) => type), rows.emails.map(({ templateType }) => templateType)];
  };
  const upkeep = async (at: number) => {
    vi.setSystemTime(at);
    await host.mutation(internal.billing.subscriptionUpkeep.end, {});
  };
  await tell("customer.subscription.created", subscription());
  await tell("invoice.paid", invoiceObject(version, { periodEnd, metadata }));
  const unpaid = subscription({ status: "past_due", periodEnd: periodEnd + 30 * day });
  await tell("customer.subscription.updated", unpaid, { atSeconds: periodEnd });
  await tell("customer.subscription.updated", unpaid, { atSeconds: periodEnd + day });
  const types = ["subscription_active", "subscription_past_due"];
  const templates = ["subscriptionActive", "paymentFailed"];
  await upkeep((periodEnd + 7 * day) * 1000 - 1);
  expect(await mine()).toMatchObject({ hasAccess: true });
  expect(await told()).toEqual([types, templates]);
  for (const late of [0, 1, 3_600_000]) await upkeep((periodEnd + 7 * day) * 1000 + late);
  expect(await mine()).toMatchObject({ hasAccess: false, status: "past_due" });
  const ended = [
    [...types, "subscription_canceled"],
    [...templates, "subscriptionCanceled"],
  ];
  expect(await told()).toEqual(ended);
  // What Stripe sends again, or later of the same failure, ends nothing once more.
  await tell("customer.subscription.updated", unpaid, { atSeconds: periodEnd + 2 * day });
  await upkeep((periodEnd + 9 * day) * 1000);
  expect(await told()).toEqual(ended);
});

it("that was granted for a time tells of its end, unless it was granted for longer since", async () => {
  const { grant, host, owner, of, rows } = await community();
  const told = async () => (await host.run(({ db }) => db.query("notifications").collect())).map(({ type }) => type);
  await grant("pro", now + 1000);
  await grant("pro", now + 5000);
  vi.setSystemTime(now + 4999);
  await host.mutation(internal.billing.subscriptionUpkeep.end, {});
  expect(await told()).toEqual(["subscription_active"]);
  vi.setSystemTime(now + 5000);
  for (let run = 0; run < 2; run++) await host.mutation(internal.billing.subscriptionUpkeep.end, {});
  expect(await told()).toEqual(["subscription_active", "subscription_canceled"]);
  // It is over for everybody who reads it, and whoever revokes it afterwards tells nobody again.
  const [row] = await rows();
  expect(row).toMatchObject({ status: "canceled", source: "manual" });
  await owner.mutation(api.billing.subscriptions.revoke, { ...of, subscriptionId: String(row?._id) });
  expect(await told()).toEqual(["subscription_active", "subscription_canceled"]);
});

it("tells its member by e-mail that a trial ends", async () => {
  const { tell, subscription, host, userId } = await community();
  await host.run(({ db }) => db.patch(userId, { email: "ann@acme.example" }));
  const trial = subscription({ status: "trialing", trialEnd: nowSeconds + 3 * day });
  await tell("customer.subscription.created", trial);
  await tell("customer.subscription.trial_will_end", trial, { atSeconds: nowSeconds + 1 });
  const emails = await host.run(({ db }) => db.query("emails").collect());
  expect(emails.map(({ templateType }) => templateType)).toEqual(["subscriptionActive", "trialEnding"]);
  expect(emails[1]?.text).toContain("ends at 2026-01-18");
});

it("keeps a tier that members have, and its key and price to itself", async () => {
  const { owner, of, grant, made } = await community();
  await grant("pro");
  const tiers = api.billing.subscriptionTiers;
  const make = (key: string, stripePriceId: string) =>
    owner.mutation(tiers.create, { ...of, key, name: "Another", stripePriceId });
  await expect(make("pro", "price_2")).rejects.toMatchObject(code("key_taken"));
  await expect(make("gold", "price_1")).rejects.toMatchObject(code("stripe_price_taken"));
  expect(await make("gold", "price_2")).toMatchObject({ order: 2 });
  const remove = owner.mutation(tiers.delete, { ...of, subscriptionTierId: String(Object(made).id) });
  await expect(remove).rejects.toMatchObject(code("tier_in_use"));
});
