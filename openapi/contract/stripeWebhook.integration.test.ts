import { Stripe } from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apiVersions, subscriptionObject } from "../../convex/billing/subscriptions/stripeEvents.testing";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { nextSample } from "./samples.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer } from "./client.testing";

/** Events of Stripe's over real HTTP, signed by Stripe's own package. */

const secret = "whsec_ofThisDeployment";
let portico: TestPortico;

beforeAll(async () => {
  portico = await startTestPortico();
});
afterAll(async () => {
  await portico.close();
});

const nowSeconds = () => Math.floor(Date.now() / 1000);

function deliver(event: object, signing: { secret?: string; timestamp?: number } = {}): Promise<Answer> {
  const payload = JSON.stringify(event);
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, ...signing });
  return send(portico, "POST", "/v1/webhooks/stripe", undefined, payload, { "stripe-signature": header });
}

const event = (type: string, object: object) => ({
  id: `evt_${nextSample()}`,
  object: "event",
  type,
  created: nowSeconds(),
  livemode: false,
  data: { object },
});

it("is 503 until it is set up, and 400 for what Stripe has not signed or signed long ago", async () => {
  const created = event("customer.created", { id: "cus_1" });
  const unset = await deliver(created);
  expect([unset.status, unset.body["code"]]).toEqual([503, "webhook_not_configured"]);
  await portico.deployment.updateEnvironmentVariables(new Map([["STRIPE_WEBHOOK_SECRET", secret]]));
  expectProblem(await deliver(created, { secret: "whsec_another" }), 400, "invalid_signature");
  expectProblem(await deliver(created, { timestamp: nowSeconds() - 310 }), 400, "invalid_signature");
  expectProblem(await send(portico, "POST", "/v1/webhooks/stripe", undefined, created), 400, "invalid_signature");
  expectProblem(await deliver({ id: "evt_1", type: "customer.created" }), 400, "validation_failed");
  expect(await deliver(created)).toMatchObject({ status: 200, body: { status: "accepted" } });
  expect(await deliver(created)).toMatchObject({ status: 200, body: { status: "known" } });
});

it.each(apiVersions)("opens a tier to its buyer, of version %s", async (version) => {
  const [acme] = portico.demo.organizations;
  if (!acme) throw new Error("The demo has organizations.");
  const { owner, member } = acme.users;
  const priceId = `price_${nextSample()}`;
  const tier = { key: `tier${nextSample()}`, name: "Pro", stripePriceId: priceId };
  expect((await send(portico, "POST", "/v1/subscription-tiers", owner.token, tier)).status).toBe(201);
  const metadata = { organizationId: acme.id, userId: member.id };
  const id = `sub_${nextSample()}`;
  const periodEnd = nowSeconds() + 86_400;
  const told = { id, status: "active", created: nowSeconds(), periodEnd, priceId, metadata } as const;
  await deliver(event("customer.subscription.created", subscriptionObject(version, told)));
  const mine = async () => (await send(portico, "GET", "/v1/me/subscription", member.token)).body;
  await expect
    .poll(mine, { timeout: 20_000 })
    .toMatchObject({ status: "active", tier: tier.key, hasAccess: true, currentPeriodEnd: periodEnd * 1000 });
  await deliver(event("customer.subscription.deleted", subscriptionObject(version, told)));
  await expect.poll(mine, { timeout: 20_000 }).toMatchObject({ status: "canceled", hasAccess: false });
});
