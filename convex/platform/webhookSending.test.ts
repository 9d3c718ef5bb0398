import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { internal } from "../_generated/api";
import { dayMs, hourMs, minuteMs } from "../core/wire/durations";
import { encryptSecret } from "../core/wire/encryption";
import { newSigningKey } from "../core/wire/secrets";
import { sendingLeaseMs } from "./webhooks/rules";
import { WebhookReceiver } from "./webhookReceiver.testing";
import { createSites, fanOut, organizationWithEndpoint } from "./webhookSetting.testing";
import type { Host, Setting } from "./webhookSetting.testing";
import type { Doc } from "../_generated/dataModel";

let receiver: WebhookReceiver;

beforeEach(async () => {
  receiver = await WebhookReceiver.open();
  vi.stubEnv("PORTICO_ALLOW_LOOPBACK_ORIGINS", receiver.origin);
  vi.stubEnv("ENCRYPTION_MASTER_KEY", "07".repeat(32));
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 9, 30) });
  vi.spyOn(console, "info").mockImplementation(() => undefined);
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await receiver.close();
});

const finish = (host: Host) => host.finishAllScheduledFunctions(() => vi.advanceTimersByTime(1), 10_000);
const sweep = ({ host }: Setting) => host.mutation(internal.platform.webhookSending.sweep, {});
const endpointOf = ({ host, endpointId }: Setting) => host.run(({ db }) => db.get("webhookEndpoints", endpointId));
const deliveriesOf = ({ host }: Setting): Promise<Doc<"webhookDeliveries">[]> =>
  host.run(({ db }) => db.query("webhookDeliveries").take(1000));

/** Lets time pass as a deployment sees it, whose cron looks once a minute. */
async function pass(setting: Setting, ms: number, stepMs = minuteMs): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    vi.advanceTimersByTime(stepMs);
    await sweep(setting);
    await finish(setting.host);
  }
}

it("delivers an event so that a published library verifies it", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  await createSites(setting, 1);
  await finish(setting.host);
  expect(receiver.received).toHaveLength(1);
  const [got] = receiver.received;
  const headers = Object.fromEntries(Object.entries(got?.headers ?? {}).map(([name, value]) => [name, String(value)]));
  const event: unknown = new Webhook(setting.secret).verify(got?.body ?? "", headers);
  const [delivery] = await deliveriesOf(setting);
  expect(event).toMatchObject({
    id: headers["webhook-id"],
    type: "site.created",
    organizationId: setting.organizationId,
    data: { id: expect.any(String), name: "Site 0", status: "active" },
  });
  expect(delivery).toMatchObject({ status: "delivered", attempts: 1, responseStatus: 204 });
  expect(delivery).not.toHaveProperty("nextRetryAt");
  expect(() => new Webhook(newSigningKey("whsec_")).verify(got?.body ?? "", headers)).toThrow("No matching signature");
});

it("signs with both secrets while one replaces the other, and with the new one alone afterwards", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  const { organizationId, host, endpointId } = setting;
  const next = newSigningKey("whsec_");
  const sealedSecret = await encryptSecret({ table: "webhookEndpoints", organizationId, plaintext: next });
  await host.run(async ({ db }) => {
    const endpoint = await db.get("webhookEndpoints", endpointId);
    if (!endpoint) throw new Error("The endpoint is there.");
    const previous = { previousSecret: endpoint.sealedSecret, previousSecretExpiresAt: Date.now() + dayMs };
    await db.patch("webhookEndpoints", endpointId, { sealedSecret, ...previous });
  });
  const verifiedBy = (secret: string) => {
    const { headers, body } = receiver.received.at(-1) ?? { headers: {}, body: "" };
    const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    try {
      return Boolean(new Webhook(secret).verify(body, texts));
    } catch {
      // Not signed with it.
      return false;
    }
  };
  await createSites(setting, 1);
  await finish(host);
  expect([verifiedBy(next), verifiedBy(setting.secret)]).toEqual([true, true]);
  vi.advanceTimersByTime(dayMs);
  await createSites(setting, 1);
  await finish(host);
  expect(receiver.received).toHaveLength(2);
  expect([verifiedBy(next), verifiedBy(setting.secret)]).toEqual([true, false]);
});

it("sends once where several sweeps find the same", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  await createSites(setting, 25);
  await fanOut(setting);
  await Promise.all([sweep(setting), sweep(setting), sweep(setting)]);
  await finish(setting.host);
  await sweep(setting);
  await finish(setting.host);
  expect(new Set(receiver.eventIds).size).toBe(25);
  expect(receiver.received).toHaveLength(25);
  expect((await deliveriesOf(setting)).every(({ status, attempts }) => status === "delivered" && attempts === 1)).toBe(
    true,
  );
});

/** Claims what is due and takes away its sender, as the end of a process does. */
async function claimAndDie(setting: Setting): Promise<Doc<"webhookDeliveries">[]> {
  const { host, endpointId } = setting;
  await fanOut(setting);
  await host.mutation(internal.platform.webhookSending.begin, { endpointId });
  const claimed = (await deliveriesOf(setting)).filter(({ senderId }) => senderId !== undefined);
  await host.run(async ({ scheduler }) => {
    for (const { senderId } of claimed) if (senderId) await scheduler.cancel(senderId);
  });
  return claimed;
}

it("sends again what was claimed by a process that has ended before it sent", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  await createSites(setting, 3);
  expect(await claimAndDie(setting)).toHaveLength(3);
  await finish(setting.host);
  expect(await deliveriesOf(setting)).toEqual(
    Array.from({ length: 3 }, () => expect.objectContaining({ attempts: 2 })),
  );
  expect(new Set(receiver.eventIds).size).toBe(3);
});

it("sends again what was sent by a process that has ended before it said so", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  await createSites(setting, 2);
  const claimed = await claimAndDie(setting);
  // What the dead process had sent is there; that nobody noted it is all that is known here.
  const sent = claimed.map(({ eventId }) => eventId);
  await sweep(setting);
  await finish(setting.host);
  expect([...receiver.eventIds].sort()).toEqual([...sent].sort());
  expect((await deliveriesOf(setting)).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
  // A word of the dead that comes late changes nothing.
  const outcomes = claimed.map(({ _id }) => ({ deliveryId: _id, attempt: 1, status: 500, error: "?", durationMs: 1 }));
  await setting.host.mutation(internal.platform.webhookSending.end, { outcomes });
  expect((await deliveriesOf(setting)).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
});

it("waits no longer for a sender than its lease, whatever the scheduler says of it", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  await createSites(setting, 1);
  await fanOut(setting);
  await setting.host.run(async ({ db, scheduler }) => {
    const senderId = await scheduler.runAfter(dayMs, internal.platform.webhookSending.send, { claims: [] });
    const [delivery] = await db.query("webhookDeliveries").take(1);
    if (delivery)
      await db.patch("webhookDeliveries", delivery._id, {
        senderId,
        attempts: 1,
        nextRetryAt: Date.now() + sendingLeaseMs,
      });
  });
  await finish(setting.host);
  expect(receiver.received).toEqual([]);
  await pass(setting, 2 * minuteMs);
  expect(receiver.received).toHaveLength(1);
});

it("tries an endpoint that fails with one delivery at a time, and loses nothing of two days", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  receiver.answer = () => ({ status: 500 });
  await createSites(setting, 200);
  await finish(setting.host);
  expect(receiver.received.length).toBeLessThanOrEqual(10);
  const atFirst = receiver.received.length;
  await pass(setting, 48 * hourMs, 10 * minuteMs);
  // Every half hour, and more often at first.
  expect(receiver.received.length - atFirst).toBeLessThanOrEqual(2 * 48 + 10);
  const failing = await endpointOf(setting);
  expect(failing?.status).toBe("active");
  expect(Math.floor((failing?.failingSince ?? 0) / minuteMs)).toBe(Date.UTC(2026, 0, 15, 9, 30) / minuteMs);
  receiver.answer = () => ({ status: 200 });
  const failedSoFar = receiver.received.length;
  await pass(setting, 31 * minuteMs);
  const delivered = new Set(receiver.eventIds.slice(failedSoFar));
  const deliveries = await deliveriesOf(setting);
  const missing = deliveries.filter(({ eventId }) => !delivered.has(eventId));
  // What has failed by itself has a time of its own.
  expect(missing.every(({ nextRetryAt = 0 }) => nextRetryAt > Date.now())).toBe(true);
  await pass(setting, 24 * hourMs, 30 * minuteMs);
  expect((await deliveriesOf(setting)).every(({ status }) => status === "delivered")).toBe(true);
  expect(await endpointOf(setting)).not.toHaveProperty("failingSince");
});

it("is still active after 500 failures in ten minutes, and is disabled after five days of them", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  const { host, endpointId } = setting;
  receiver.answer = () => ({ status: 503 });
  await createSites(setting, 1);
  await finish(host);
  const [delivery] = await deliveriesOf(setting);
  if (!delivery) throw new Error("There is a delivery.");
  const fail = async () => {
    await host.run(({ db }) => db.patch("webhookDeliveries", delivery._id, { status: "pending", attempts: 1 }));
    const outcome = { deliveryId: delivery._id, attempt: 1, status: 500, error: "It failed.", durationMs: 1 };
    await host.mutation(internal.platform.webhookSending.end, { outcomes: [outcome] });
  };
  for (let failed = 0; failed < 500; failed++) {
    vi.setSystemTime(Date.now() + 1200);
    await fail();
  }
  expect(await endpointOf(setting)).toMatchObject({ status: "active" });
  const told = () => host.run(({ db }) => db.query("notifications").take(10));
  expect(await told()).toEqual([]);
  const spans: readonly (readonly [number, string[]])[] = [
    [hourMs, ["webhook_failing"]],
    [dayMs, ["webhook_failing", "webhook_failing"]],
    [4 * dayMs, ["webhook_failing", "webhook_failing", "webhook_disabled"]],
  ];
  for (const [span, types] of spans) {
    vi.setSystemTime(Date.now() + span);
    await fail();
    expect((await told()).map(({ type }) => type)).toEqual(types);
  }
  await finish(host);
  expect(await endpointOf(setting)).toMatchObject({ _id: endpointId, status: "disabled", disabledReason: "failing" });
  const [audited] = await host.run(({ db }) => db.query("auditLogs").order("desc").take(1));
  expect(audited).toMatchObject({ action: "webhookEndpoint.disable", recordId: endpointId, actorType: "system" });
  const mails = await host.run(({ db }) => db.query("emails").take(10));
  expect(mails.map(({ to, templateType }) => `${templateType} ${to}`)).toEqual([
    "webhookFailing ann@acme.example",
    "webhookFailing ann@acme.example",
    "webhookDisabled ann@acme.example",
  ]);
});

it("sends nothing more to an endpoint that is gone, and gives up what waits for it", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  receiver.answer = () => ({ status: 410 });
  await createSites(setting, 250);
  await fanOut(setting);
  await finish(setting.host);
  expect(receiver.received).toHaveLength(10);
  expect(await endpointOf(setting)).toMatchObject({ status: "disabled", disabledReason: "gone" });
  const deliveries = await deliveriesOf(setting);
  expect(deliveries).toHaveLength(250);
  expect(deliveries.every(({ status, nextRetryAt }) => status === "failed" && nextRetryAt === undefined)).toBe(true);
  await createSites(setting, 1);
  expect(await deliveriesOf(setting)).toHaveLength(250);
});

it("leaves in the organization's request log what failed, without what the address may have of a secret", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  receiver.answer = () => ({ status: 500 });
  await createSites(setting, 2);
  await finish(setting.host);
  const rows = await setting.host.run(({ db }) => db.query("apiLogs").take(10));
  expect(rows.length).toBeGreaterThan(0);
  const [delivery] = await deliveriesOf(setting);
  expect(rows[0]).toMatchObject({
    organizationId: setting.organizationId,
    direction: "outbound",
    method: "POST",
    url: receiver.origin,
    statusCode: 500,
    actorType: "system",
  });
  expect(rows.map(({ requestId }) => requestId)).toContain(delivery?.eventId);
});

it("knows no sender of what it gave up while that was being sent", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  const { host, endpointId } = setting;
  await createSites(setting, 1);
  await fanOut(setting);
  await host.mutation(internal.platform.webhookSending.begin, { endpointId });
  expect(await deliveriesOf(setting)).toEqual([expect.objectContaining({ senderId: expect.any(String) })]);
  await host.run(({ db }) => db.patch("webhookEndpoints", endpointId, { status: "disabled" }));
  await host.mutation(internal.platform.webhookSending.abandon, { endpointId });
  await host.run(({ db }) => db.patch("webhookEndpoints", endpointId, { status: "active" }));
  await host.mutation(internal.platform.webhookSending.begin, { endpointId });
  await finish(host);
  const [delivery] = await deliveriesOf(setting);
  expect(delivery).toMatchObject({ status: "failed" });
  expect(delivery).not.toHaveProperty("senderId");
  expect(delivery).not.toHaveProperty("nextRetryAt");
});

it.each([
  ["a redirect", { status: 302, headers: { location: "http://169.254.169.254/" } }, "redirect"],
  ["a client's error", { status: 404 }, "The endpoint answered 404."],
  ["a server's error", { status: 500 }, "The endpoint answered 500."],
  ["what is no status of HTTP", { status: 999 }, "a status that HTTP does not have"],
])("takes %s for a failure, and shows nothing of the answer", async (_what, answer, told) => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  receiver.answer = () => answer;
  await createSites(setting, 1);
  await finish(setting.host);
  const [delivery] = await deliveriesOf(setting);
  expect(delivery).toMatchObject({ status: "pending", attempts: 1, error: expect.stringContaining(told) });
  expect(JSON.stringify(delivery)).not.toMatch(/169\.254|eyes/);
});

it("sends nothing before the time that the endpoint asks for", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  receiver.answer = () => ({ status: 429, headers: { "retry-after": "3600" } });
  await createSites(setting, 1);
  await finish(setting.host);
  receiver.answer = () => ({ status: 204 });
  await createSites(setting, 1);
  await pass(setting, 59 * minuteMs, minuteMs);
  expect(receiver.received).toHaveLength(1);
  await pass(setting, 3 * minuteMs);
  expect(receiver.received).toHaveLength(3);
});

it("blames no endpoint for a secret that cannot be read here", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  vi.stubEnv("ENCRYPTION_MASTER_KEY", "");
  await createSites(setting, 1);
  await finish(setting.host);
  expect(receiver.received).toEqual([]);
  const [delivery] = await deliveriesOf(setting);
  expect(delivery).toMatchObject({ status: "pending", error: "The endpoint's secret cannot be read here." });
  expect(await endpointOf(setting)).not.toHaveProperty("failingSince");
  vi.stubEnv("ENCRYPTION_MASTER_KEY", "07".repeat(32));
  await pass(setting, 2 * minuteMs);
  expect(receiver.received).toHaveLength(1);
});

it("fails at once where nothing may be sent to the URL any more, says why, and tells of it once until it is disabled", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook?token=abc`);
  const { host } = setting;
  vi.stubEnv("PORTICO_ALLOW_LOOPBACK_ORIGINS", "");
  await createSites(setting, 1);
  await finish(host);
  const refused = { status: "failed", attempts: 1, error: expect.stringContaining("Nothing may be sent to this URL") };
  const [first] = await deliveriesOf(setting);
  expect(first).toMatchObject(refused);
  expect(first).not.toHaveProperty("nextRetryAt");
  const told = () => host.run(({ db }) => db.query("notifications").take(10));
  for (let day = 0; day < 5; day++) {
    expect((await told()).map(({ type }) => type)).toEqual(["webhook_failing"]);
    expect(await endpointOf(setting)).toMatchObject({ status: "active" });
    await pass(setting, dayMs, 12 * hourMs);
    await createSites(setting, 1);
    await pass(setting, hourMs, 30 * minuteMs);
  }
  expect(await endpointOf(setting)).toMatchObject({ status: "disabled", disabledReason: "failing" });
  expect((await told()).map(({ type }) => type)).toEqual(["webhook_failing", "webhook_disabled"]);
  for (const delivery of await deliveriesOf(setting)) expect(delivery).toMatchObject({ status: "failed" });
  const mails = await host.run(({ db }) => db.query("emails").take(10));
  expect(mails[0]?.text).toContain("Nothing may be sent to this URL any more.");
  expect(JSON.stringify(mails)).not.toContain("abc");
  expect(receiver.received).toEqual([]);
});

it("fails a delivery whose event is forgotten, and blames no endpoint for it", async () => {
  const setting = await organizationWithEndpoint(`${receiver.origin}/hook`);
  await createSites(setting, 1);
  await fanOut(setting);
  await setting.host.run(async ({ db }) => {
    for (const event of await db.query("outboxEvents").take(10)) await db.delete("outboxEvents", event._id);
  });
  await finish(setting.host);
  expect(await deliveriesOf(setting)).toEqual([
    expect.objectContaining({ status: "failed", error: "The event is not kept any more." }),
  ]);
  expect(await endpointOf(setting)).not.toHaveProperty("failingSince");
});
