import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFakePsa } from "../../examples/msp-sync/fakePsa";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { nextSample } from "./samples.testing";
import { tablesOf } from "./tables.testing";
import { createWorld } from "./world.testing";
import type { FakePsa, PsaRow } from "../../examples/msp-sync/fakePsa";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { World } from "./world.testing";

/** Data sources and a provider that is on this machine: what is connected, tested, synced, and what goes wrong. */

let psa: FakePsa;
let portico: TestPortico;
let world: World;
let slug: string;

beforeAll(async () => {
  psa = await startFakePsa();
  portico = await startTestPortico({ PORTICO_ALLOW_LOOPBACK_ORIGINS: psa.url });
  world = await createWorld(portico);
  slug = `psa-${nextSample()}`;
  const made = await send(portico, "POST", "/v1/integrations", world.platformAdmin, {
    slug,
    name: "PSA",
    description: "Companies, devices and tickets.",
    category: "psa",
    supportedTypes: ["companies", "devices", "tickets"],
    adapter: "psa",
    typeConfig: { tickets: { priority: 2, rateMinutes: 30, fullEveryHours: 24 } },
    configSchema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { baseUrl: { type: "string" }, region: { type: "string", pattern: "^(eu|us)\\d$" } },
      additionalProperties: false,
    },
  });
  expect(made.status, made.text).toBe(201);
  expect(made.body["configSchema"]).toHaveProperty("$schema");
});
afterAll(async () => {
  await portico.close();
  await psa.close();
});
beforeEach(() => {
  psa.trouble = undefined;
  for (const rows of Object.values(psa.rows)) rows.length = 0;
});

const sources = "/v1/data-sources";
const owner = () => world.owner;
const call = (method: string, path: string, body?: object, credential = owner()) =>
  send(portico, method, path, credential, body);
const row = (id: number, more: object = {}): PsaRow => ({
  id,
  client_id: 7001,
  last_update: "2026-01-10T00:00:00Z",
  summary: `Ticket ${id}`,
  status_name: "Open",
  ...more,
});

async function connected(more: object = {}): Promise<string> {
  const { url: baseUrl, clientId, clientSecret } = psa;
  const made = await call("POST", sources, {
    integrationId: slug,
    config: { baseUrl },
    credentials: { clientId, clientSecret },
    ...more,
  });
  expect(made.status, made.text).toBe(201);
  return String(made.body["id"]);
}

async function ended(jobId: unknown): Promise<Record<string, unknown>> {
  let job: Record<string, unknown> = {};
  const isOver = async () => {
    job = (await call("GET", `/v1/scheduled-jobs/${String(jobId)}`)).body;
    return job["status"] === "completed" || job["status"] === "failed";
  };
  await expect.poll(isOver, { timeout: 60_000 }).toBe(true);
  return job;
}

async function tested(id: string): Promise<Record<string, unknown>> {
  const asked = await call("POST", `${sources}/${id}/test`, {});
  expect(asked.status, asked.text).toBe(202);
  await ended(asked.body["jobId"]);
  return (await call("GET", `${sources}/${id}`)).body;
}

async function synced(id: string, types: readonly string[], force = true): Promise<Record<string, unknown>> {
  const asked = await call("POST", `${sources}/${id}/sync`, { types, force });
  expect(asked.status, asked.text).toBe(202);
  const [job] = Object(asked.body)["jobs"];
  return ended(job.jobId);
}

async function listed(id: string, entityType: string): Promise<readonly Record<string, unknown>[]> {
  const { body } = await call("GET", `/v1/entities?dataSourceId=${id}&entityType=${entityType}&limit=100`);
  return Object(body)["data"];
}

describe("credentials", () => {
  it("are stored encrypted, and shown nowhere", async () => {
    const secret = `horse-${nextSample()}-staple`;
    const id = await connected({ credentials: { clientId: "portico", clientSecret: secret } });
    const read = await call("GET", `${sources}/${id}`);
    expect(read.body).toMatchObject({ status: "inactive", credentialKeyVersion: 1 });
    expect(read.body).not.toHaveProperty("encryptedCredentials");
    const other = `${secret}-other`;
    const set = await call("POST", `${sources}/${id}/credentials`, { credentials: { clientSecret: other } });
    expect(set.status, set.text).toBe(200);
    await tested(id);
    const trail = await call("GET", `/v1/audit-logs/records/dataSources/${id}?limit=100`);
    expect(Object(trail.body)["data"].map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(["credential.create", "credential.rotate", "credential.decrypt", "dataSource.test"]),
    );
    const everything = JSON.stringify(await tablesOf(portico)) + portico.logLines.join("\n");
    expect(everything).not.toContain(secret);
  });

  it("that are none are refused by their place, whoever sends them", async () => {
    const wrong = { integrationId: slug, config: { baseUrl: psa.url }, credentials: "secret" };
    expect((await call("POST", sources, wrong)).body).toMatchObject({
      code: "validation_failed",
      errors: [expect.objectContaining({ pointer: "/credentials" })],
    });
    expect((await call("POST", sources, wrong, world.tokens.viewer)).status).toBe(403);
    const inexact = await fetch(`${portico.siteUrl}${sources}`, {
      method: "POST",
      headers: { authorization: `Bearer ${owner()}`, "content-type": "application/json" },
      body: `{"integrationId":"${slug}","credentials":{"a":"b"},"config":{"limit":12345678901234567891}}`,
    });
    expect([inexact.status, Object(await inexact.json()).errors[0].code]).toEqual([400, "inexact_number"]);
  });

  it("are gone with the deleted data source", async () => {
    const id = await connected();
    expect((await tested(id))["status"]).toBe("active");
    expect((await call("DELETE", `${sources}/${id}`)).status).toBe(204);
    const restored = await call("POST", `${sources}/${id}/restore`, {});
    expect(restored.body).toMatchObject({ status: "inactive" });
    expect(restored.body).not.toHaveProperty("credentialKeyVersion");
    expectProblem(await call("POST", `${sources}/${id}/test`, {}), 409, "no_credentials");
    expectProblem(await call("PATCH", `${sources}/${id}`, { status: "active" }), 409, "no_credentials");
  });
});

describe("a configuration", () => {
  it.each([
    [{}, 422, "config_invalid", "/config/baseUrl"],
    [{ baseUrl: "https://psa.example.com", region: "mars" }, 422, "config_invalid", "/config/region"],
    [{ baseUrl: "https://psa.example.com", other: 1 }, 422, "config_invalid", "/config/other"],
    [{ baseUrl: "https://192.168.1.10/api" }, 422, "url_not_allowed", "/config/baseUrl"],
    [{ baseUrl: "http://psa.example.com" }, 422, "url_not_allowed", "/config/baseUrl"],
  ])("%j is refused", async (config, status, code, pointer) => {
    const refused = await call("POST", sources, { integrationId: slug, config });
    expectProblem(refused, status, code);
    expect(refused.body["errors"]).toContainEqual(expect.objectContaining({ pointer }));
  });

  it("of a patch is checked as well", async () => {
    const id = await connected();
    expectProblem(await call("PATCH", `${sources}/${id}`, { config: { region: "eu1" } }), 422, "config_invalid");
    expect((await call("PATCH", `${sources}/${id}`, { name: "Renamed" })).body).toMatchObject({ name: "Renamed" });
  });
});

describe("an integration", () => {
  it.each([
    [
      { configSchema: { type: "object", properties: { a: { pattern: "(a+)+\\1" } } } },
      "/configSchema/properties/a/pattern",
    ],
    [{ configSchema: { type: "text" } }, "/configSchema/type"],
    [{ configSchema: { type: "object", $ref: "#" } }, "/configSchema/$ref"],
    [{ typeConfig: { mails: { priority: 1 } } }, "/typeConfig/mails"],
    [{ adapter: "psa", supportedTypes: ["mails"] }, "/supportedTypes/0"],
    [{ slug: "Halo PSA" }, "/slug"],
  ])("%j is refused", async (part, pointer) => {
    const whole = { slug: "refused", name: "Refused", description: "", category: "other", supportedTypes: ["devices"] };
    const refused = await call("POST", "/v1/integrations", { ...whole, ...part }, world.platformAdmin);
    expectProblem(refused, 400, "validation_failed");
    expect(refused.body["errors"]).toContainEqual(expect.objectContaining({ pointer }));
  });

  it("is named by its slug wherever its id is", async () => {
    const { body } = await call("GET", `/v1/integrations/${slug}`);
    const byId = await call("GET", `/v1/integrations/${String(body["id"])}`);
    expect(byId.body).toEqual(body);
    const id = await connected({ name: "By slug" });
    const found = await call("GET", `${sources}?integrationId=${slug}&limit=100`);
    expect(Object(found.body)["data"].map((each: { id: string }) => each.id)).toContain(id);
    expect((await call("GET", `${sources}?integrationId=no-such-one`)).status).toBe(400);
    expectProblem(await call("POST", sources, { integrationId: "no-such-one" }), 422, "cross_tenant_reference");
    const patched = await call("PATCH", `/v1/integrations/${slug}`, { color: "#123456" }, world.platformAdmin);
    expect(patched.body).toMatchObject({ id: body["id"], color: "#123456" });
    expectProblem(
      await call("DELETE", `/v1/integrations/${slug}`, undefined, world.platformAdmin),
      409,
      "integration_in_use",
    );
  });

  it("that is not active takes no data source, test or sync", async () => {
    const id = await connected();
    await tested(id);
    await call("PATCH", `/v1/integrations/${slug}`, { isActive: false }, world.platformAdmin);
    try {
      expectProblem(
        await call("POST", sources, { integrationId: slug, config: { baseUrl: psa.url } }),
        409,
        "integration_inactive",
      );
      expectProblem(await call("POST", `${sources}/${id}/test`, {}), 409, "integration_inactive");
      expectProblem(await call("POST", `${sources}/${id}/sync`, {}), 409, "integration_inactive");
    } finally {
      await call("PATCH", `/v1/integrations/${slug}`, { isActive: true }, world.platformAdmin);
    }
  });

  it("shows the primary data source, of which there is one whatever happens", async () => {
    const newOwner = await portico.issuer.mintUserToken(
      { sub: "primary", email: "p@owners.example", email_verified: true, name: "P" },
      3600,
    );
    const made = await call("POST", "/v1/organizations", { name: "Primaries" }, newOwner);
    const organization = String(made.body["id"]);
    const mine = (method: string, path: string, body?: object) =>
      send(portico, method, path, newOwner, body, { "portico-organization": organization });
    const create = async () =>
      String((await mine("POST", sources, { integrationId: slug, config: { baseUrl: psa.url } })).body["id"]);
    const primary = async () => (await mine("GET", `/v1/integrations/${slug}`)).body["dataSourceId"];
    expect((await mine("GET", `/v1/integrations/${slug}`)).body).toMatchObject({ isEnabled: false });
    const [first, second, third] = [await create(), await create(), await create()];
    expect(await primary()).toBe(first);
    await mine("PATCH", `${sources}/${third}`, { isPrimary: true });
    expect(await primary()).toBe(third);
    expectProblem(await mine("PATCH", `${sources}/${third}`, { isPrimary: false }), 409, "invalid_state_transition");
    await mine("DELETE", `${sources}/${third}`);
    expect(await primary()).toBe(first);
    await mine("DELETE", `${sources}/${first}`);
    await mine("DELETE", `${sources}/${second}`);
    expect(await primary()).toBeUndefined();
    await mine("POST", `${sources}/${third}/restore`, {});
    await mine("POST", `${sources}/${first}/restore`, {});
    expect(await primary()).toBe(third);
    const all = Object((await mine("GET", `${sources}?integrationId=${slug}`)).body)["data"];
    expect(all.filter((each: { isPrimary: boolean }) => each.isPrimary)).toHaveLength(1);
  });
});

describe("a test", () => {
  it("activates a data source that works, and says why another does not", async () => {
    const works = await connected();
    expect(await tested(works)).toMatchObject({ status: "active", consecutiveFailures: 0 });
    const fails = await connected({ credentials: { clientId: "portico", clientSecret: "wrong" } });
    expect(await tested(fails)).toMatchObject({
      status: "error",
      consecutiveFailures: 1,
      lastSyncError: "The provider refused the credentials (401).",
    });
    expectProblem(await call("PATCH", `${sources}/${fails}`, { status: "active" }), 409, "invalid_state_transition");
    const checks = await call("GET", "/v1/health-checks?limit=100");
    const health = Object(checks.body)["data"].filter(
      (check: { resourceType: string }) => check.resourceType === "dataSource",
    );
    const statusOf = (id: string) => health.find((check: { resourceId: string }) => check.resourceId === id)?.status;
    expect([statusOf(works), statusOf(fails)]).toEqual(["healthy", "degraded"]);
    const { clientId, clientSecret } = psa;
    await call("POST", `${sources}/${fails}/credentials`, { credentials: { clientId, clientSecret } });
    expect(await tested(fails)).toMatchObject({ status: "active", consecutiveFailures: 0 });
    expect(await tested(fails)).not.toHaveProperty("lastSyncError");
  });
});

describe("a sync", () => {
  it("brings what there is, by site, then what has changed, and takes for gone what two runs have not seen", async () => {
    const site = await call("POST", "/v1/sites", { name: `Harbour ${nextSample()}`, psaCompanyId: "7001" });
    psa.rows.tickets.push(...Array.from({ length: 130 }, (_, at) => row(at + 1)), row(500, { client_id: 7002 }));
    const id = await connected();
    await tested(id);
    expect(await synced(id, ["tickets"])).toMatchObject({
      status: "completed",
      result: { seen: 131, isComplete: true },
    });
    const first = await listed(id, "tickets");
    expect(first.filter(({ siteId }) => siteId === site.body["id"]).length).toBeGreaterThan(0);
    expect(first[0]).toMatchObject({ normalizedData: expect.objectContaining({ status: "Open" }) });

    // Only what has changed is asked for, and brought.
    psa.rows.tickets.splice(0, 1, row(1, { status_name: "Closed", last_update: "2026-01-11T00:00:00Z" }));
    psa.rows.tickets.pop();
    const before = psa.requests.length;
    const again = await call("POST", `${sources}/${id}/sync`, { types: ["tickets"] });
    const [waiting] = Object(again.body)["jobs"];
    expect(waiting.scheduledAt).toBeGreaterThan(Date.now() + 20 * 60_000);
    expect(psa.requests.length).toBe(before);
    const forced = await synced(id, ["tickets"]);
    expect(forced["id"]).toBe(waiting.jobId);
    expect(forced).toMatchObject({ result: { seen: 130, deleted: 0, isComplete: true } });
    expect(await synced(id, ["tickets"])).toMatchObject({ result: { seen: 130, deleted: 1 } });
    const closed = await call("GET", `/v1/entities?dataSourceId=${id}&entityType=tickets&externalId=1`);
    expect(Object(closed.body)["data"]).toEqual([
      expect.objectContaining({ normalizedData: expect.objectContaining({ status: "Closed" }) }),
    ]);
    const status = await call("GET", `${sources}/${id}/sync-status`);
    expect(Object(status.body)["types"].find(({ type }: { type: string }) => type === "tickets")).toMatchObject({
      lastJob: { status: "completed" },
      lastSuccessAt: expect.any(Number),
      pendingCount: 0,
      runningCount: 0,
      failedCount: 0,
    });
  });

  it("of a list that is nested too deeply ends for good", async () => {
    psa.rows.tickets.push(row(1, { parts: JSON.parse("[".repeat(300) + "]".repeat(300)) }));
    const id = await connected();
    await tested(id);
    const error = "The provider's answer is nested too deeply.";
    expect(await synced(id, ["tickets"])).toMatchObject({ status: "failed", willRetry: false, error });
    expect(await listed(id, "tickets")).toEqual([]);
  });

  it("takes nothing for gone of a list that is empty all of a sudden", async () => {
    psa.rows.devices.push(...Array.from({ length: 30 }, (_, at) => row(at + 1, { key_field: `PC-${at}` })));
    const id = await connected();
    await tested(id);
    await synced(id, ["devices"]);
    psa.trouble = { kind: "underprivileged" };
    expect(await synced(id, ["devices"])).toMatchObject({
      status: "completed",
      result: { seen: 0, isComplete: false },
    });
    expect(await synced(id, ["devices"])).toMatchObject({ result: { isComplete: false, deleted: 0 } });
    expect(await listed(id, "devices")).toHaveLength(30);
    const runs = await call("GET", `/v1/sync-history?sourceType=dataSource&sourceId=${id}`);
    expect(Object(runs.body)["data"][0]).toMatchObject({ status: "partial", isComplete: false });
  });

  it.each([
    [
      "raw data beyond what an upsert takes",
      { notes: "x".repeat(300_000) },
      /^2 cannot be kept \(rawData\).* 262144 bytes/,
    ],
    ["a text that is no Unicode", { summary: "half of \ud83d" }, /^2 cannot be kept \(normalizedData\).*Unicode/],
    ["a long normalized text", { summary: "x".repeat(70_000) }, /^2 cannot be kept \(normalizedData\).* 65536 bytes/],
    ["a time that is none", { last_update: "2".repeat(5000) }, /^2 cannot be kept \(changedAt\)/],
    ["an id that is none", { id: "x".repeat(5000) }, /^A thing without a usable id cannot be kept \(externalId\)/],
  ])("keeps the rest of a list with %s, says so, and takes nothing for gone", async (_what, fields, message) => {
    const id = await connected();
    await tested(id);
    psa.rows.tickets.push(row(1), row(2), row(3));
    await synced(id, ["tickets"]);
    psa.rows.tickets.splice(0, 3, row(1, { summary: "Changed" }), row(2, fields));
    for (let run = 0; run < 3; run++) {
      const job = await synced(id, ["tickets"]);
      expect(job).toMatchObject({ status: "completed", result: { isComplete: false, seen: 2 } });
    }
    const { body } = await call("GET", `/v1/sync-history?sourceType=dataSource&sourceId=${id}`);
    const [last] = Object(body)["data"];
    expect(last).toMatchObject({ status: "partial", isComplete: false });
    expect(last.errors).toEqual([{ scope: "tickets", message: expect.stringMatching(message) }]);
    const names = (await listed(id, "tickets")).map((each) => Object(each["normalizedData"]).name);
    expect(new Set(names)).toEqual(new Set(["Changed", "Ticket 2", "Ticket 3"]));
  });

  it.each([
    ["that repeats itself", { kind: "repeats", fromPage: 2 }, 100],
    ["that ends early", { kind: "endsEarly", fromPage: 2 }, 100],
    ["that answers HTML", { kind: "html", status: 200 }, 0],
    ["that answers 20 MiB", { kind: "large", bytes: 20 * 1024 * 1024 }, 0],
  ] as const)("of a provider %s writes nothing of the page that is wrong", async (_what, trouble, written) => {
    psa.rows.devices.push(...Array.from({ length: 150 }, (_, at) => row(at + 1)));
    const id = await connected();
    await tested(id);
    psa.trouble = { ...trouble };
    expect(await synced(id, ["devices"])).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/^The provider/),
    });
    expect(await listed(id, "devices")).toHaveLength(written);
    // It would be tried again, beside the next case.
    await expect.poll(async () => (await call("DELETE", `${sources}/${id}`)).status, { timeout: 60_000 }).toBe(204);
  });

  it("goes on behind what was written, when the provider can be asked again", async () => {
    psa.rows.devices.push(...Array.from({ length: 250 }, (_, at) => row(at + 1)));
    const id = await connected();
    await tested(id);
    psa.trouble = { kind: "endsEarly", fromPage: 3 };
    const failed = await synced(id, ["devices"]);
    expect(failed).toMatchObject({ status: "failed", willRetry: true, progress: { seen: 200 } });
    psa.trouble = undefined;
    psa.requests.length = 0;
    await call("POST", `/v1/scheduled-jobs/${String(failed["id"])}/retry`, {});
    expect(await ended(failed["id"])).toMatchObject({ status: "completed", result: { seen: 250, isComplete: true } });
    expect(psa.requests.filter((request) => request.endsWith("/devices"))).toHaveLength(1);
  });

  it("asks for no type that the integration does not bring, and for none of what is inactive", async () => {
    const id = await connected();
    expectProblem(await call("POST", `${sources}/${id}/sync`, {}), 409, "data_source_inactive");
    const refused = await call("POST", `${sources}/${id}/sync`, { types: ["tickets", "mails"] });
    expectProblem(refused, 422, "unsupported_entity_type");
    expect(refused.body["errors"]).toEqual([expect.objectContaining({ pointer: "/types/1" })]);
  });

  it("is asked for once, and refused while all of it runs", async () => {
    psa.trouble = { kind: "silent" };
    const id = await connected({ name: "Silent" });
    await call("PATCH", `${sources}/${id}`, { status: "active" });
    const asked = await call("POST", `${sources}/${id}/sync`, { types: ["companies"], force: true });
    const [job] = Object(asked.body)["jobs"];
    expect(job).toMatchObject({ action: "sync.companies", isNew: true });
    const running = async () => (await call("GET", `/v1/scheduled-jobs/${job.jobId}`)).body["status"];
    await expect.poll(running, { timeout: 60_000 }).toBe("running");
    expectProblem(await call("POST", `${sources}/${id}/sync`, { types: ["companies"] }), 409, "sync_in_progress");
    expectProblem(await call("DELETE", `${sources}/${id}`), 409, "sync_in_progress");
    const more = await call("POST", `${sources}/${id}/sync`, { types: ["companies", "tickets"], force: true });
    expect(Object(more.body)["jobs"]).toMatchObject([{ jobId: job.jobId, isNew: false }, { isNew: true }]);
  });
});

describe("sites", () => {
  it("are linked once, replaced as a whole, and gone with their data source", async () => {
    const id = await connected();
    const made = await Promise.all(
      ["One", "Two", "Three"].map((name) => call("POST", "/v1/sites", { name: `${name} ${nextSample()}` })),
    );
    const [one, two, three] = made.map(({ body }) => String(body["id"]));
    const links = "/v1/data-source-sites";
    const linked = await call("POST", links, { dataSourceId: id, siteId: one });
    expect(linked.status).toBe(201);
    expectProblem(await call("POST", links, { dataSourceId: id, siteId: one }), 409, "already_linked");
    const set = await call("PUT", `${sources}/${id}/sites`, { siteIds: [one, two, two] });
    expect(Object(set.body)["data"]).toMatchObject([{ id: linked.body["id"], siteId: one }, { siteId: two }]);
    await call("PUT", `${sources}/${id}/sites`, { siteIds: [three] });
    const left = async () => Object((await call("GET", `${links}?dataSourceId=${id}`)).body)["data"];
    expect(await left()).toMatchObject([{ siteId: three }]);
    const foreign = await call("PUT", `${sources}/${id}/sites`, { siteIds: [world.foreignRows["sites"]] });
    expectProblem(foreign, 422, "cross_tenant_reference");
    await call("DELETE", `${sources}/${id}`);
    expect(await left()).toEqual([]);
  });

  it("that are deleted for good leave their data sources without them", async () => {
    const site = await call("POST", "/v1/sites", { name: `Gone ${nextSample()}` });
    const siteId = String(site.body["id"]);
    const id = await connected({ siteId });
    const link = await call("POST", "/v1/data-source-sites", { dataSourceId: id, siteId });
    expect(link.status, link.text).toBe(201);
    for (const query of ["", "?permanent=true"])
      expect((await call("DELETE", `/v1/sites/${siteId}${query}`)).status).toBe(204);
    expect((await call("GET", `${sources}/${id}`)).body).not.toHaveProperty("siteId");
    const links = await call("GET", `/v1/data-source-sites?dataSourceId=${id}`);
    expect(Object(links.body)["data"]).toEqual([]);
  });
});
