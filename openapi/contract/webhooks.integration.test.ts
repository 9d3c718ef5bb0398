import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebhookReceiver } from "../../convex/platform/webhookReceiver.testing";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import type { Received } from "../../convex/platform/webhookReceiver.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let receiver: WebhookReceiver;
let portico: TestPortico;
let owner: string;

beforeAll(async () => {
  receiver = await WebhookReceiver.open();
  portico = await startTestPortico({ PORTICO_ALLOW_LOOPBACK_ORIGINS: receiver.origin });
  owner = portico.demo.organizations[0]?.users.owner.token ?? "";
});
afterAll(async () => {
  await portico.close();
  await receiver.close();
});

const schedule = { title: "Service the pumps", startDate: 1, endDate: 2 };
const endpoints = "/v1/webhook-endpoints";

async function newEndpoint(path: string, eventTypes: readonly string[] = ["*"]) {
  const made = await send(portico, "POST", endpoints, owner, { url: `${receiver.origin}/${path}`, eventTypes });
  expect(made.status, made.text).toBe(201);
  return { id: String(made.body["id"]), secret: String(made.body["secret"]), body: made.body };
}

/** Waits for an event that a test is about. */
async function arrived(isMeant: (event: Record<string, unknown>) => boolean): Promise<Received> {
  const found = () => receiver.received.find(({ body }) => isMeant(JSON.parse(body)));
  await expect.poll(() => found() !== undefined, { timeout: 60_000 }).toBe(true);
  const request = found();
  if (!request) throw new Error("It has arrived.");
  return request;
}

function headersOf({ headers }: Received): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

it("tells an endpoint of a schedule, signed, and shows what came of it", async () => {
  const { id, secret, body } = await newEndpoint("first", ["schedule.created"]);
  expect(body).not.toHaveProperty("sealedSecret");
  expect((await send(portico, "GET", `${endpoints}/${id}`, owner)).body).not.toHaveProperty("secret");
  const made = await send(portico, "POST", "/v1/schedules", owner, schedule);
  const got = await arrived((event) => Object(event["data"]).id === made.body["id"]);
  const event: unknown = new Webhook(secret).verify(got.body, headersOf(got));
  expect(event).toEqual({
    id: headersOf(got)["webhook-id"],
    type: "schedule.created",
    createdAt: expect.any(Number),
    organizationId: portico.demo.organizations[0]?.id,
    data: made.body,
  });
  const log = () => send(portico, "GET", `/v1/webhook-deliveries?endpointId=${id}&status=delivered`, owner);
  await expect.poll(async () => Object((await log()).body).data.length, { timeout: 60_000 }).toBe(1);
  const [delivery] = Object((await log()).body).data;
  expect(delivery).toMatchObject({ eventType: "schedule.created", attempts: 1, responseStatus: 204 });
  expect(delivery).not.toHaveProperty("payload");
});

it("sends a ping to test an endpoint, and a delivery again under the same id", async () => {
  const { id, secret } = await newEndpoint("second", ["agent.enrolled"]);
  const tested = await send(portico, "POST", `${endpoints}/${id}/test`, owner, {});
  expect(tested).toMatchObject({ status: 202, body: { eventType: "ping", endpointId: id } });
  const eventId = tested.body["eventId"];
  const got = await arrived((event) => event["id"] === eventId);
  expect(new Webhook(secret).verify(got.body, headersOf(got))).toMatchObject({ type: "ping", data: { id } });
  const deliveryId = String(tested.body["id"]);
  const status = async () => {
    const { body } = await send(portico, "GET", `/v1/webhook-deliveries?endpointId=${id}`, owner);
    return Object(body).data[0].status;
  };
  await expect.poll(status, { timeout: 60_000 }).toBe("delivered");
  const one = await send(portico, "GET", `/v1/webhook-deliveries/${deliveryId}`, owner);
  expect(one).toMatchObject({ status: 200, body: { id: deliveryId, eventId, status: "delivered", attempts: 1 } });
  for (const hidden of ["payload", "outboxEventId", "senderId"]) expect(one.body).not.toHaveProperty(hidden);
  const again = await send(portico, "POST", `/v1/webhook-deliveries/${deliveryId}/redeliver`, owner, {});
  expect(again).toMatchObject({ status: 202, body: { status: "pending", eventId } });
  const bodies = () =>
    receiver.received.filter(({ headers }) => headers["webhook-id"] === eventId).map(({ body }) => body);
  await expect.poll(() => bodies().length, { timeout: 60_000 }).toBe(2);
  expect(new Set(bodies()).size).toBe(1);
});

it("rotates a secret so that old and new verify, and not twice within the time of both", async () => {
  const { id, secret } = await newEndpoint("third", ["ping"]);
  const rotated = await send(portico, "POST", `${endpoints}/${id}/rotate`, owner, {});
  const next = String(rotated.body["secret"]);
  expect(next).not.toBe(secret);
  const tested = await send(portico, "POST", `${endpoints}/${id}/test`, owner, {});
  const got = await arrived((event) => event["id"] === tested.body["eventId"]);
  for (const known of [secret, next]) expect(new Webhook(known).verify(got.body, headersOf(got))).toBeTruthy();
  expectProblem(await send(portico, "POST", `${endpoints}/${id}/rotate`, owner, {}), 409, "rotation_pending");
  const forced = await send(portico, "POST", `${endpoints}/${id}/rotate`, owner, { force: true });
  expect(forced.status).toBe(200);
  expect([secret, next]).not.toContain(forced.body["secret"]);
});

it("tells all endpoints of a change under one id with one body, and shows no secret of their URLs in the trail", async () => {
  const made = await Promise.all(
    ["a", "b", "c"].map((name) => newEndpoint(`every/${name}?key=s3cret`, ["schedule.created"])),
  );
  const changed = await send(portico, "POST", "/v1/schedules", owner, schedule);
  const told = () => receiver.received.filter(({ body }) => Object(JSON.parse(body).data).id === changed.body["id"]);
  // The first test's endpoint wants them as well.
  await expect.poll(() => told().length, { timeout: 60_000 }).toBe(4);
  expect(new Set(told().map(({ headers, body }) => `${String(headers["webhook-id"])} ${body}`)).size).toBe(1);
  for (const { id } of made) {
    const trail = await send(portico, "GET", `/v1/audit-logs/records/webhookEndpoints/${id}`, owner);
    expect(trail.status, trail.text).toBe(200);
    expect(trail.text).toContain("/every/");
    expect(trail.text).not.toContain("s3cret");
    await send(portico, "DELETE", `${endpoints}/${id}`, owner);
  }
});

it("gives up what waits for an endpoint that is disabled, and sends it again when asked", async () => {
  const { id } = await newEndpoint("fourth", ["site.created"]);
  receiver.answer = ({ body }) => ({ status: body.includes("Waiting") ? 500 : 204 });
  const from = Date.now() - 1000;
  await send(portico, "POST", "/v1/sites", owner, { name: "Waiting depot" });
  const first = () => send(portico, "GET", `/v1/webhook-deliveries?endpointId=${id}`, owner);
  await expect.poll(async () => Object((await first()).body).data[0]?.responseStatus, { timeout: 60_000 }).toBe(500);
  const seen = await send(portico, "GET", `${endpoints}/${id}`, owner);
  expect(seen.body).toMatchObject({ status: "active", failingSince: expect.any(Number) });
  await send(portico, "PATCH", `${endpoints}/${id}`, owner, { status: "disabled" });
  await expect.poll(async () => Object((await first()).body).data[0].status, { timeout: 60_000 }).toBe("failed");
  const [delivery] = Object((await first()).body).data;
  const redelivery = `/v1/webhook-deliveries/${delivery.id}/redeliver`;
  expectProblem(await send(portico, "POST", redelivery, owner, {}), 409, "invalid_state_transition");
  const span = { from, to: Date.now() + 1000 };
  expectProblem(await send(portico, "POST", `${endpoints}/${id}/replay`, owner, span), 409, "invalid_state_transition");
  receiver.answer = () => ({ status: 204 });
  const activated = await send(portico, "PATCH", `${endpoints}/${id}`, owner, { status: "active" });
  expect(activated.body).not.toHaveProperty("failingSince");
  const replayed = await send(portico, "POST", `${endpoints}/${id}/replay`, owner, span);
  expect(replayed).toMatchObject({ status: 202, body: { replayed: 1, isComplete: true } });
  await expect.poll(async () => Object((await first()).body).data[0].status, { timeout: 60_000 }).toBe("delivered");
});

it("refuses URLs that lead elsewhere than to the public internet, unknown events, what is taken, and a twenty-first", async () => {
  const eventTypes = ["*"];
  for (const url of [
    "http://169.254.169.254/",
    "https://127.0.0.1/",
    "https://[::ffff:10.0.0.1]/",
    "https://localhost/",
  ])
    expectProblem(await send(portico, "POST", endpoints, owner, { url, eventTypes }), 422, "url_not_allowed");
  const { id } = await newEndpoint("fifth");
  const moved = await send(portico, "PATCH", `${endpoints}/${id}`, owner, { url: "https://10.0.0.1/" });
  expectProblem(moved, 422, "url_not_allowed");
  const url = `${receiver.origin}/sixth`;
  const unknown = await send(portico, "POST", endpoints, owner, { url, eventTypes: ["ping", "schedule.creatd"] });
  expectProblem(unknown, 400, "validation_failed");
  expect(unknown.body["errors"]).toMatchObject([{ pointer: "/eventTypes/1", code: "unknown_event_type" }]);
  const taken = await send(portico, "POST", endpoints, owner, { url: `${receiver.origin}/fifth`, eventTypes });
  expectProblem(taken, 409, "url_taken");
  let status = 201;
  for (let made = 0; made < 20 && status === 201; made++)
    status = (
      await send(portico, "POST", endpoints, owner, { url: `${receiver.origin}/more-${made}`, eventTypes: ["ping"] })
    ).status;
  expectProblem(await send(portico, "POST", endpoints, owner, { url, eventTypes }), 409, "limit_reached");
  const { body } = await send(portico, "GET", `${endpoints}?limit=100`, owner);
  expect(Object(body).data).toHaveLength(20);
});
