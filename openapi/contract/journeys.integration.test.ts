import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { nextSample } from "./samples.testing";
import { createMember } from "./world.testing";
import type { Answer } from "./client.testing";
import type { DemoOrganization } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

// Whole journeys over HTTP: what one request leaves behind for the next.
let portico: TestPortico;
let acme: DemoOrganization;
let owner: string;

beforeAll(async () => {
  portico = await startTestPortico();
  const [first] = portico.demo.organizations;
  if (!first) throw new Error("The demo data has organizations.");
  acme = first;
  owner = acme.users.owner.token;
});

afterAll(() => portico.close());

function call(method: string, path: string, credential: string, body?: unknown): Promise<Answer> {
  return send(portico, method, `/v1${path}`, credential, body);
}

function rowsOf(answer: Answer): Record<string, unknown>[] {
  return Object(answer.body).data;
}

async function auditOf(credential: string, filter: string): Promise<Record<string, unknown>[]> {
  return rowsOf(await call("GET", `/audit-logs?${filter}&limit=100`, credential));
}

async function enrol(): Promise<{ id: string; key: string }> {
  const body = { guid: `journey-${nextSample()}`, hostname: "journey", platform: "linux", version: "1.0.0" };
  const { body: agent } = await call("POST", "/agents/enroll", acme.enrollmentToken, body);
  return { id: String(agent["id"]), key: String(agent["key"]) };
}

async function tokenOf(secret: string, scope?: string): Promise<Answer> {
  const form = {
    grant_type: "client_credentials",
    client_id: "journey",
    client_secret: secret,
    ...(scope ? { scope } : {}),
  };
  const response = await fetch(`${portico.siteUrl}/v1/oauth/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

it("writes one denial a minute for the same actor and operation, though the refused transaction is rolled back", async () => {
  const viewer = acme.users.viewer;
  const body = { title: "Refused", startDate: 1, endDate: 2 };
  for (let attempt = 0; attempt < 3; attempt++) {
    expect((await call("POST", "/schedules", viewer.token, body)).status).toBe(403);
  }
  const denials = (await auditOf(owner, "result=denied")).filter(({ userId }) => userId === viewer.id);
  expect(denials).toHaveLength(1);
  expect(denials[0]).toMatchObject({
    actorType: "user",
    action: "rbac.deny",
    operation: "access",
    metadata: { operation: "schedule.create" },
    errorMessage: expect.any(String),
    requestId: expect.any(String),
  });
});

it("says of a refused or audited access what its actor is", async () => {
  const created = await call("POST", "/api-keys", owner, { name: "Reader", scopes: ["auditLog:read"] });
  const key = String(created.body["key"]);
  expect((await call("GET", "/audit-logs", key)).status).toBe(200);
  expect((await call("GET", "/items", key)).status).toBe(403);
  const byKey = (await auditOf(owner, "sort=-createdAt")).filter(({ apiKeyId }) => apiKeyId === created.body["id"]);
  expect(byKey.map(({ actorType, action, result }) => [actorType, action, result])).toEqual([
    ["apiKey", "rbac.deny", "denied"],
    ["apiKey", "audit.read", "success"],
  ]);
});

it("tells who changed what, from what to what", async () => {
  const created = await call("POST", "/schedules", owner, { title: "Before", startDate: 1, endDate: 2 });
  const id = String(created.body["id"]);
  await call("PATCH", `/schedules/${id}`, acme.users.admin.token, { title: "After" });
  await call("POST", `/schedules/${id}/cancel`, owner, { reason: "Rain" });
  const history = rowsOf(await call("GET", `/audit-logs/records/schedules/${id}`, owner));
  expect(history.map(({ action, userId }) => [action, userId])).toEqual([
    ["schedule.cancel", acme.users.owner.id],
    ["schedule.update", acme.users.admin.id],
    ["schedule.create", acme.users.owner.id],
  ]);
  expect(history[1]?.["changes"]).toEqual({ title: { from: "Before", to: "After" } });
  expect(history[0]?.["metadata"]).toEqual({ reason: "Rain" });
});

it("stops an organization's keys and members with its deletion, and starts them with its restoration", async () => {
  const founder = await portico.issuer.mintUserToken(
    { sub: "founder", email: "founder@journeys.example", email_verified: true, name: "Founder" },
    3600,
  );
  const { body: organization } = await call("POST", "/organizations", founder, { name: "Journey's End" });
  const path = `/organizations/${String(organization["id"])}`;
  const { body: key } = await call("POST", "/api-keys", founder, { name: "Reader", scopes: ["schedule:read"] });
  const readsWith = async (credential: string) => (await call("GET", "/schedules", credential)).body["code"] ?? "ok";
  expect(await readsWith(String(key["key"]))).toBe("ok");

  expect((await call("DELETE", `${path}?confirmSlug=wrong-slug`, founder)).body["code"]).toBe("confirmation_mismatch");
  expect((await call("DELETE", `${path}?confirmSlug=journeys-end`, founder)).status).toBe(204);
  expect([await readsWith(String(key["key"])), await readsWith(founder)]).toEqual([
    "organization_deleted",
    "organization_deleted",
  ]);

  expect((await call("POST", `${path}/restore`, founder)).status).toBe(200);
  expect([await readsWith(String(key["key"])), await readsWith(founder)]).toEqual(["ok", "ok"]);
  const actions = (await auditOf(founder, "tableName=organizations")).map(({ action }) => action);
  expect(actions).toEqual(["organization.restore", "organization.delete", "organization.create"]);
});

it("notes when a key was last used, after the answer", async () => {
  const { body: created } = await call("POST", "/api-keys", owner, { name: "Touched", scopes: ["item:read"] });
  expect(created["lastUsedAt"]).toBeUndefined();
  await call("GET", "/items", String(created["key"]));
  const { body: read } = await call("GET", `/api-keys/${String(created["id"])}`, owner);
  expect(read["lastUsedAt"]).toBeGreaterThan(Number(created["createdAt"]) - 1);
});

it("exchanges a key for a token of no more than its scopes, which ends with the key", async () => {
  const scopes = ["item:read", "item:create"];
  const { body: key } = await call("POST", "/api-keys", owner, { name: "Exchanged", scopes });
  const secret = String(key["key"]);
  expect((await tokenOf(secret, "schedule:read")).body["error"]).toBe("invalid_scope");
  expect((await tokenOf("sk_live_unknown")).body["error"]).toBe("invalid_client");
  const narrow = await tokenOf(secret, "item:read");
  expect(narrow.body).toMatchObject({ token_type: "Bearer", scope: "item:read" });
  expect(narrow.headers.get("cache-control")).toBe("no-store");
  const token = String(narrow.body["access_token"]);
  expect((await call("GET", "/items", token)).status).toBe(200);
  expect((await call("POST", "/items", token, { name: "No" })).body["code"]).toBe("forbidden");
  await call("POST", `/api-keys/${String(key["id"])}/revoke`, owner);
  expect((await call("GET", "/items", token)).body["code"]).toBe("key_revoked");
});

it("lets a rotated key work for its grace time and no longer", async () => {
  const { body: key } = await call("POST", "/api-keys", owner, { name: "Rotated", scopes: ["item:read"] });
  const path = `/api-keys/${String(key["id"])}/rotate`;
  const first = String(key["key"]);
  const second = String((await call("POST", path, owner, { graceSeconds: 3600 })).body["key"]);
  const statuses = async (...keys: string[]) =>
    Promise.all(keys.map(async (one) => (await call("GET", "/items", one)).status));
  expect(await statuses(first, second)).toEqual([200, 200]);
  const third = String((await call("POST", path, owner, { graceSeconds: 0 })).body["key"]);
  expect(await statuses(first, second, third)).toEqual([401, 401, 200]);
});

it("activates a person who was added by e-mail, at the first sign-in with the verified address", async () => {
  const member = await createMember(portico, acme, "member");
  const { body } = await call("GET", `/memberships/${member.membershipId}`, owner);
  expect(body).toMatchObject({ status: "active", roleKey: "member", userId: member.userId });
});

it("marks a silent agent offline, and online again at its next check-in", async () => {
  const agent = await enrol();
  expect((await call("POST", "/agents/check-in", agent.key, { version: "1.0.1" })).status).toBe(200);
  const status = async () => (await call("GET", `/agents/${agent.id}`, owner)).body["connectionStatus"];
  expect(await status()).toBe("online");
  const outcome = await portico.deployment.call({
    type: "mutation",
    path: "sites/offlineAgents:mark",
    argsText: JSON.stringify({ before: Date.now() + 86_400_000 }),
    caller: { kind: "admin" },
    metadata: { requestId: "journey", ip: null, userAgent: null },
    allowInternal: true,
  });
  expect(outcome.status).toBe("success");
  expect(await status()).toBe("offline");
  await call("POST", "/agents/check-in", agent.key, { version: "1.0.1" });
  expect(await status()).toBe("online");
});

it("stops the agents of a site that is deleted with them", async () => {
  const { body: site } = await call("POST", "/sites", owner, { name: `Closing ${nextSample()}` });
  const siteId = String(site["id"]);
  const { body: token } = await call("POST", "/agent-enrollment-tokens", owner, { siteId, name: "Closing" });
  const body = { guid: `closing-${nextSample()}`, hostname: "closing", platform: "linux", version: "1.0.0" };
  const { body: agent } = await call("POST", "/agents/enroll", String(token["token"]), body);
  const checkIn = () => call("POST", "/agents/check-in", String(agent["key"]), { version: "1.0.0" });
  expect((await checkIn()).status).toBe(200);
  expect((await call("DELETE", `/sites/${siteId}`, owner)).body["code"]).toBe("site_has_agents");
  expect((await call("DELETE", `/sites/${siteId}?cascade=true`, owner)).status).toBe(204);
  expect((await checkIn()).body["code"]).toBe("agent_revoked");
});

it("refuses the old key of an agent whose key was rotated, and logs its calls", async () => {
  const agent = await enrol();
  const { body: rotated } = await call("POST", `/agents/${agent.id}/rotate-key`, owner);
  expect((await call("GET", "/agents/self", agent.key)).status).toBe(401);
  expect((await call("POST", "/agents/check-in", String(rotated["key"]), { version: "1.0.0" })).status).toBe(200);
  const logs = rowsOf(await call("GET", `/agent-api-logs?agentId=${agent.id}`, owner));
  expect(logs.map(({ endpoint }) => endpoint)).toEqual(["/v1/agents/check-in", "/v1/agents/enroll"]);
});

it("lets an agent record its own health, from its check-ins and by itself, and no other's", async () => {
  const [agent, other] = [await enrol(), await enrol()];
  const checks = async () =>
    rowsOf(await call("GET", `/health-checks?resourceType=agent&resourceId=${agent.id}`, owner)).map(
      ({ status, errorMessage, failureCount }) => ({ status, errorMessage, failureCount }),
    );
  expect(await checks()).toEqual([{ status: "healthy", failureCount: 0 }]);
  const checkIn = (errors?: readonly string[]) =>
    call("POST", "/agents/check-in", agent.key, { version: "1.0.0", ...(errors ? { errors } : {}) });
  await checkIn(["No disk."]);
  expect(await checks()).toEqual([{ status: "degraded", errorMessage: "No disk.", failureCount: 1 }]);
  await checkIn();
  expect(await checks()).toEqual([{ status: "healthy", failureCount: 0 }]);
  const record = (resourceId: string) =>
    call("POST", "/health-checks/record", agent.key, { resourceType: "agent", resourceId, outcome: "failure" });
  expect((await record(agent.id)).body).toMatchObject({ status: "degraded", failureCount: 1 });
  expect(await record(other.id)).toMatchObject({ status: 422, body: { code: "resource_not_found" } });
});
