import { Stripe } from "stripe";
import { describe, expect, it } from "vitest";
import { stripeSignedMessage } from "./stripeSignature";

const secret = "whsec_stripeKnowsThisOne";
const nowMs = Date.UTC(2026, 0, 15);
const payload = JSON.stringify({ id: "evt_1", type: "customer.created", created: 1 });

/** The header as Stripe's own package signs it. */
function signed(further: { secret?: string; atMs?: number; payload?: string; scheme?: string } = {}): string {
  const { atMs = nowMs, ...given } = further;
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: atMs / 1000, ...given });
}

const verified = (header: string, body = payload) =>
  stripeSignedMessage(new Headers({ "stripe-signature": header }), body, secret, nowMs);
const refused = { code: "invalid_signature" };

describe("Stripe's signature", () => {
  it("is taken as Stripe's package makes it, also beside those of another secret", async () => {
    expect(await verified(signed())).toEqual({ sentAtMs: nowMs });
    const other = signed({ secret: "whsec_former" }).replace(/^t=\d+,/, "");
    expect(await verified(signed().replace(",", `,${other},`))).toEqual({ sentAtMs: nowMs });
    expect(await verified(signed({ atMs: nowMs - 300_000 }))).toEqual({ sentAtMs: nowMs - 300_000 });
  });

  it.each([
    ["of another secret", signed({ secret: "whsec_another" })],
    ["of another body", signed({ payload: `${payload} ` })],
    ["of another scheme", signed({ scheme: "v0" })],
    ["that is old", signed({ atMs: nowMs - 301_000 })],
    ["of the future", signed({ atMs: nowMs + 301_000 })],
    ["with a time that was changed", signed().replace(/^t=\d+/, `t=${nowMs / 1000 - 1}`)],
    ["without a time", signed().replace(/^t=\d+,/, "")],
    ["that is none", "t=now,v1=zz"],
    ["that is missing", ""],
  ])("%s is refused", async (_, header) => {
    await expect(verified(header)).rejects.toMatchObject(refused);
  });
});
