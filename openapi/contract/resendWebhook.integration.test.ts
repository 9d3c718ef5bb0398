import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operatorOf } from "../../scripts/portico/operatorCall";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { startFakeResend } from "../../convex/messaging/fakeResend.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { nextSample } from "./samples.testing";
import type { FakeResend } from "../../convex/messaging/fakeResend.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer } from "./client.testing";

/** E-mails by a provider over real HTTP, and what it tells of them later. */

const secretBytes = randomBytes(24);
let resend: FakeResend;
let portico: TestPortico;
let owner: string;

beforeAll(async () => {
  resend = await startFakeResend();
  portico = await startTestPortico({
    RESEND_API_KEY: resend.apiKey,
    RESEND_API_URL: resend.url,
    PORTICO_ALLOW_LOOPBACK_ORIGINS: resend.url,
    EMAIL_FROM: "Portico <mail@portico.example>",
  });
  owner = portico.demo.organizations[0]?.users.owner.token ?? "";
});
afterAll(async () => {
  await portico.close();
  await resend.close();
});

function deliver(message: object, key = secretBytes): Promise<Answer> {
  const [id, atSeconds, body] = [`msg_${randomUUID()}`, Math.floor(Date.now() / 1000), JSON.stringify(message)];
  const signature = createHmac("sha256", key).update(`${id}.${atSeconds}.${body}`).digest("base64");
  return send(portico, "POST", "/v1/webhooks/resend", undefined, body, {
    "svix-id": id,
    "svix-timestamp": String(atSeconds),
    "svix-signature": `v1,${signature}`,
  });
}

/** Invites an address, and answers the id of the e-mail once the provider has it. */
async function invited(email: string): Promise<string> {
  const { status, text } = await send(portico, "POST", "/v1/invitations", owner, { email });
  expect(status, text).toBe(201);
  await expect.poll(() => emailTo(email)).toMatchObject({ status: "sent" });
  return String((await emailTo(email))["_id"]);
}

/** The newest e-mail to an address, as it is stored. */
async function emailTo(email: string): Promise<Record<string, unknown>> {
  const paginationOpts = { numItems: 100, cursor: null };
  const asked = { table: "emails", order: "desc", paginationOpts };
  const { page }: { page: readonly Record<string, unknown>[] } = Object(
    await operatorOf(portico.deployment)("query", "_system/cli/tableData", asked),
  );
  return page.find(({ to }) => to === email) ?? {};
}

const told = (type: string, emailId: string, data: object = {}) => ({
  type,
  created_at: new Date().toISOString(),
  data: { email_id: "re-1", tags: { emailId }, ...data },
});
const bounce = (type: string, message = "The mailbox does not exist.") => ({
  bounce: { type, subType: "General", message },
});
/** Has the pending invitation of an address mailed again. */
async function resendTo(email: string): Promise<void> {
  const { body } = await send(portico, "GET", `/v1/invitations?email=${email}`, owner);
  const [row]: { id: string }[] = Object(body["data"]);
  expect((await send(portico, "POST", `/v1/invitations/${row?.id}/resend`, owner)).status).toBe(200);
}
const newAddress = () => `told${nextSample()}@told.example`;

it("is 503 until it is set up, and 400 for what Resend has not signed", async () => {
  const message = told("email.delivered", "none");
  const unset = await deliver(message);
  expect([unset.status, unset.body["code"]]).toEqual([503, "webhook_not_configured"]);
  const value = `whsec_${secretBytes.toString("base64")}`;
  await portico.deployment.updateEnvironmentVariables(new Map([["RESEND_WEBHOOK_SECRET", value]]));
  expectProblem(await deliver(message, randomBytes(24)), 400, "invalid_signature");
  expectProblem(await send(portico, "POST", "/v1/webhooks/resend", owner, message), 400, "invalid_signature");
});

describe("an e-mail by Resend", () => {
  it("is sent with the change that it tells of, and says when it was delivered", async () => {
    const email = newAddress();
    const id = await invited(email);
    expect(resend.accepted.get(id)?.body).toMatchObject({ to: [email], from: "Portico <mail@portico.example>" });
    const message = told("email.delivered", id);
    expect(await deliver(message)).toMatchObject({ status: 200, body: { status: "accepted" } });
    await expect.poll(() => emailTo(email)).toMatchObject({ status: "sent", deliveredAt: expect.any(Number) });
  });

  it("that comes back ends all e-mails to the address, and says why, until the operator lifts it", async () => {
    const email = newAddress();
    const id = await invited(email);
    await deliver(told("email.bounced", id, bounce("Permanent", "550 5.1.1\r\nNo such user")));
    await expect.poll(() => emailTo(email)).toMatchObject({ status: "bounced", error: "550 5.1.1 No such user" });
    await resendTo(email);
    await expect
      .poll(() => emailTo(email))
      .toMatchObject({
        status: "suppressed",
        // What came of another e-mail is for whoever sent that one.
        error: "The address takes no e-mails.",
      });
    const lift = () => operatorOf(portico.deployment)("mutation", "messaging/suppression:lift", { address: email });
    expect([await lift(), await lift()]).toEqual([true, false]);
    await resendTo(email);
    await expect.poll(() => emailTo(email)).toMatchObject({ status: "sent" });
  });

  it("whose mailbox is full comes back, and the next one is tried", async () => {
    const email = newAddress();
    await deliver(told("email.bounced", await invited(email), bounce("Transient", "Mailbox full")));
    await expect.poll(() => emailTo(email)).toMatchObject({ status: "bounced", error: "Mailbox full" });
    const lifted = await operatorOf(portico.deployment)("mutation", "messaging/suppression:lift", { address: email });
    expect(lifted).toBe(false);
  });

  it("that is called spam ends those that can be turned off, and no others", async () => {
    const email = newAddress();
    const tags = (emailId: string) => ({ tags: [{ name: "emailId", value: emailId }] });
    const id = await invited(email);
    await deliver(told("email.complained", id, tags(id)));
    await expect.poll(() => emailTo(email)).toMatchObject({ status: "complained" });
    // What is told late does not undo it.
    await deliver(told("email.delivered", id));
    await expect.poll(() => emailTo(email)).toMatchObject({ status: "complained", deliveredAt: expect.any(Number) });
    await resendTo(email);
    await expect.poll(() => emailTo(email)).toMatchObject({ status: "sent" });
    expect(await operatorOf(portico.deployment)("mutation", "messaging/suppression:lift", { address: email })).toBe(
      true,
    );
  });

  it("is told of by messages that name none, or are of another form, without effect", async () => {
    const messages = [
      told("email.bounced", "none"),
      told("email.opened", "none"),
      { type: "email.bounced", data: {} },
      { type: "email.bounced", data: [] },
      { type: "email.bounced", data: { tags: { emailId: 5 }, bounce: "Permanent" } },
      { type: "email.bounced", data: { tags: [null, "emailId"], bounce: null } },
      { type: "email.bounced", data: null },
    ];
    for (const message of messages) expect((await deliver(message)).status).toBe(200);
    const asked = { table: "webhookEvents", order: "desc", paginationOpts: { numItems: 7, cursor: null } };
    const events = async () => {
      const { page } = Object(await operatorOf(portico.deployment)("query", "_system/cli/tableData", asked));
      return Object(page).map(
        ({ status, provider }: Record<string, unknown>) => `${String(provider)} ${String(status)}`,
      );
    };
    await expect.poll(events).toEqual(Array(7).fill("resend ignored"));
  });

  it("leaves no link that was clicked, nor an address, in the log of messages", async () => {
    const link = `https://app.example.com/invitations/accept#token=inv_${"7".repeat(43)}`;
    const clicked = told("email.clicked", await invited(newAddress()), { to: ["a@told.example"], click: { link } });
    expect((await deliver(clicked)).status).toBe(200);
    const asked = { table: "webhookEvents", order: "desc", paginationOpts: { numItems: 100, cursor: null } };
    const events = async () =>
      JSON.stringify(await operatorOf(portico.deployment)("query", "_system/cli/tableData", asked));
    expect(await events()).toContain("email.clicked");
    expect(await events()).not.toMatch(/inv_|@/);
  });

  it("left no failure and no address in the log", () => {
    expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
    expect(portico.logLines.join("\n")).not.toContain("@told.example");
  });
});
