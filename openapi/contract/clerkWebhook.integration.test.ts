import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createTestIssuer } from "../../host/auth/testIssuer.testing";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { restAnswer } from "./doors.testing";
import { expectProblem } from "./hostile.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer } from "./client.testing";

const domain = "https://clerk.webhooks.test";
const clerk = await createTestIssuer(domain, "RS256");
const secretBytes = randomBytes(24);
let portico: TestPortico;

beforeAll(async () => {
  const { jwks } = Object(clerk.customJwt());
  vi.stubEnv("AUTH_PROVIDERS", JSON.stringify([{ preset: "clerk", domain, jwks }]));
  portico = await startTestPortico();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await portico.close();
});

interface Signing {
  readonly prefix?: string;
  readonly id?: string;
  readonly atSeconds?: number;
  readonly signed?: string;
  readonly key?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a body with the headers of Standard Webhooks, signed unless told otherwise. */
function deliver(message: object | string, signing: Signing = {}): Promise<Answer> {
  const { prefix = "svix", id = `msg_${randomUUID()}`, atSeconds = Math.floor(Date.now() / 1000) } = signing;
  const body = typeof message === "string" ? message : JSON.stringify(message);
  const mac = createHmac("sha256", signing.key ?? secretBytes);
  const signature = mac.update(`${id}.${atSeconds}.${signing.signed ?? body}`).digest("base64");
  return send(portico, "POST", "/v1/webhooks/clerk", undefined, body, {
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: String(atSeconds),
    [`${prefix}-signature`]: `v1,${signature}`,
    ...signing.headers,
  });
}

const gone = { type: "user.deleted", object: "event", data: { id: "user_nobody", deleted: true } };

it("is 503 until it is set up, whoever asks", async () => {
  for (const answer of [await deliver(gone), await send(portico, "POST", "/v1/webhooks/clerk", undefined, {})])
    expect([answer.status, answer.body["code"]]).toEqual([503, "webhook_not_configured"]);
  await portico.deployment.updateEnvironmentVariables(
    new Map([["CLERK_WEBHOOK_SECRET", `whsec_${secretBytes.toString("base64")}`]]),
  );
});

it.each(["svix", "webhook"])("takes a message with the headers %s-*, and once", async (prefix) => {
  const id = `msg_${randomUUID()}`;
  expect(await deliver(gone, { prefix, id })).toMatchObject({ status: 200, body: { status: "accepted" } });
  expect(await deliver(gone, { prefix, id })).toMatchObject({ status: 200, body: { status: "known" } });
});

it("refuses what is not signed as it is sent, and what is old", async () => {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const refused = [
    await deliver(gone, { key: randomBytes(24) }),
    await deliver(gone, { signed: `${JSON.stringify(gone)} ` }),
    await deliver(gone, { atSeconds: nowSeconds - 310 }),
    await deliver(gone, { atSeconds: nowSeconds + 310 }),
    await deliver(gone, { headers: { "svix-timestamp": "yesterday" } }),
    await deliver(gone, { headers: { "svix-signature": "" } }),
    await deliver(gone, { headers: { "svix-id": "msg_another" } }),
    await send(portico, "POST", "/v1/webhooks/clerk", undefined, gone),
    await send(portico, "POST", "/v1/webhooks/clerk", portico.demo.organizations[0]?.users.owner.token, gone),
  ];
  for (const answer of refused) expectProblem(answer, 400, "invalid_signature");
});

it("refuses bodies that are no messages, or too large", async () => {
  for (const body of ["{", "[]", "null", '{"type":"user.deleted"}', '{"type":5,"data":{}}', ""]) {
    const answer = await deliver(body);
    expect([400, 415]).toContain(answer.status);
    expect(["validation_failed", "unsupported_media_type"]).toContain(answer.body["code"]);
  }
  expectProblem(await deliver({ ...gone, padding: "x".repeat(65_536) }), 413, "payload_too_large");
  expectProblem(await deliver(gone, { headers: { "content-type": "text/plain" } }), 415, "unsupported_media_type");
});

it("lets people in as Clerk says, with the role it says, and out again", async () => {
  const user = (id: string, email: string) => ({
    id,
    first_name: "Ada",
    last_name: id,
    image_url: "https://img.example.com/ada.png",
    primary_email_address_id: "idn_1",
    email_addresses: [{ id: "idn_1", email_address: email, verification: { status: "verified" } }],
  });
  const organization = { id: "org_2Wh", name: "Hooked", slug: "hooked", created_by: "user_boss" };
  const membership = (role: string) => ({
    organization,
    public_user_data: { user_id: "user_ada" },
    role,
    created_at: 1,
  });
  let at = Date.now();
  const tell = async (type: string, data: object) =>
    expect((await deliver({ type, data, timestamp: at++ })).status).toBe(200);
  // The membership comes first: it waits for the rest.
  await tell("organizationMembership.created", membership("org:admin"));
  await tell("organization.created", organization);
  await tell("user.created", user("user_ada", "ada@hooked.example"));
  await tell("user.created", user("user_boss", "boss@hooked.example"));

  const token = await clerk.sign({ aud: undefined, sub: "user_ada", v: 2, o: { id: "org_2Wh", rol: "member" } });
  const rights = () => send(portico, "GET", "/v1/me/permissions", token);
  await expect.poll(async () => (await rights()).body["roleKey"]).toBe("admin");
  expect((await send(portico, "GET", "/v1/me", token)).body).toMatchObject({
    email: "ada@hooked.example",
    emailVerified: true,
    name: "Ada user_ada",
    externalId: "user_ada",
  });
  await tell("organizationMembership.updated", membership("org:unheard-of"));
  await expect.poll(async () => (await rights()).body["roleKey"]).toBe("member");
  await tell("organizationMembership.deleted", membership("org:member"));
  await expect.poll(() => restAnswer(portico, token)).toMatchObject({ status: 403 });
  await tell("user.updated", { ...user("user_ada", "ada@hooked.example"), banned: true });
  await expect.poll(async () => (await send(portico, "GET", "/v1/me", token)).body["code"]).toBe("user_inactive");
  await tell("user.deleted", { id: "user_ada", deleted: true });
  await expect.poll(async () => (await send(portico, "GET", "/v1/me", token)).body["code"]).toBe("user_deleted");
  expectProblem(await send(portico, "POST", "/v1/me/sync", token, {}), 401, "user_deleted");

  const boss = await clerk.sign({ aud: undefined, sub: "user_boss", v: 2, o: { id: "org_2Wh" } });
  expect(await restAnswer(portico, boss)).toMatchObject({ status: 200 });
  await tell("organization.deleted", { id: "org_2Wh", deleted: true });
  await expect
    .poll(async () => (await send(portico, "GET", "/v1/me/permissions", boss)).body["code"])
    .toBe("organization_deleted");
});

it("left no failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
