import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { uploadFile } from "./uploads.testing";
import { createWorld } from "./world.testing";
import type { Answer } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { World } from "./world.testing";

/** What an organization has only so much of: told, refused beyond it, and raised by whoever runs the deployment. */

let portico: TestPortico;
let world: World;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(() => portico.close());

const call = (method: string, path: string, credential: string, body?: unknown) =>
  send(portico, method, `/v1${path}`, credential, body);
const setQuotas = (quotas: object, credential = world.platformAdmin, id: string = world.acme.id) =>
  call("PUT", `/organizations/${id}/quotas`, credential, { quotas, reason: "Booked" });
const statusAndCode = ({ status, body }: Answer) => [status, body["code"]];

async function usesOf(credential = world.owner): Promise<Readonly<Record<string, { used: number; limit: number }>>> {
  const { body } = await call("GET", `/organizations/${world.acme.id}/summary`, credential);
  return Object(body["quotas"]);
}

const requests = {
  apiKeyCount: () => call("POST", "/api-keys", world.owner, { name: "One more", scopes: ["item:read"] }),
  fileCount: upload,
  fileBytes: () => call("POST", "/files/upload-url", world.owner, { size: 1000 }),
  webhookEndpointCount: () =>
    call("POST", "/webhook-endpoints", world.owner, {
      url: "https://hooks.invalid.example/quota",
      eventTypes: ["ping"],
    }),
  agentCount: () =>
    call("POST", "/agents/enroll", world.acme.enrollmentToken, {
      guid: crypto.randomUUID(),
      hostname: "pi",
      platform: "linux",
      version: "1.0.0",
    }),
  invitationEmailsPerDay: () =>
    call("POST", "/invitations", world.owner, { email: `${crypto.randomUUID()}@example.com` }),
} as const;

function upload(): Promise<Answer> {
  return send(portico, "POST", "/v1/files", world.owner, "Some text.", {
    "content-type": "text/plain",
    "x-file-name": "a.txt",
  });
}

it.each(Object.entries(requests))("%s is refused beyond it, and goes on once it is raised", async (quota, request) => {
  const { used = 0 } = (await usesOf())[quota] ?? {};
  const lowered = await setQuotas({ [quota]: used });
  expect(lowered.status, lowered.text).toBe(200);
  const refused = await request();
  expect(statusAndCode(refused), refused.text).toEqual(
    quota.endsWith("PerDay") ? [429, "rate_limited"] : [409, "limit_reached"],
  );
  expect(String(refused.body["detail"])).toContain(quota);
  expect((await usesOf())[quota]).toEqual({ used, limit: used });
  await setQuotas({ [quota]: used + 1_000_000 });
  const taken = await request();
  expect(taken.status, taken.text).toBeLessThan(300);
  expect((await usesOf())[quota]?.used).toBeGreaterThan(used);
  await setQuotas({});
});

it("is set by platform administrators alone, for one organization, with the reason in its trail", async () => {
  for (const credential of [world.owner, world.tokens.admin, world.acme.apiKey])
    expect(statusAndCode(await setQuotas({ fileCount: 5 }, credential))).toEqual([403, "forbidden"]);
  expect((await call("PATCH", `/organizations/${world.acme.id}`, world.owner, { quotas: {} })).status).toBe(422);
  for (const quotas of [{ invented: 1 }, { fileCount: -1 }, { fileCount: 1.5 }])
    expect((await setQuotas(quotas)).status).toBe(400);
  const set = await setQuotas({ fileCount: 5 });
  expect(set.body["quotas"]).toEqual({ fileCount: 5 });
  const other = await call("GET", `/organizations/${world.globex.id}`, world.foreignOwner);
  expect(other.body["quotas"]).toBeUndefined();
  const trail = await call("GET", "/audit-logs?action=organization.setQuotas&limit=1", world.owner);
  expect(trail.body["data"]).toMatchObject([{ metadata: { reason: "Booked" }, actorType: "user" }]);
  expect((await setQuotas({})).body["quotas"]).toEqual({});
});

it("is shown to whoever may change the organization, and is what its rows are", async () => {
  expect(await usesOf(world.tokens.viewer)).toEqual({});
  const before = await usesOf();
  const { id } = await uploadFile(portico, world.owner, "other", "Some text.");
  const after = await usesOf();
  expect([after["fileCount"]?.used, after["fileBytes"]?.used]).toEqual([
    (before["fileCount"]?.used ?? 0) + 1,
    (before["fileBytes"]?.used ?? 0) + "Some text.".length,
  ]);
  await call("DELETE", `/files/${id}`, world.owner);
  expect(await usesOf()).toEqual(after);
  await call("DELETE", `/files/${id}?permanent=true`, world.owner);
  expect(await usesOf()).toEqual(before);
});
