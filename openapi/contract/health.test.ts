import { expect, it } from "vitest";
import { api, internal } from "../../convex/_generated/api";
import { organizationOf } from "./organizationRows.testing";
import type { Doc } from "../../convex/_generated/dataModel";

/** An organization with an agent of one site. */
async function watched(settings: Partial<Doc<"organizations">["settings"]> = {}) {
  const acme = await organizationOf(["owner", "admin", "viewer"]);
  const { host, organizationId, as } = acme;
  const base = { createdAt: 1, updatedAt: 1 };
  const agentId = await host.run(async ({ db }) => {
    const organization = await db.get("organizations", organizationId);
    if (!organization) throw new Error("It was just made.");
    await db.patch("organizations", organizationId, { settings: { ...organization.settings, ...settings } });
    const siteId = await db.insert("sites", { organizationId, slug: "s", name: "S", status: "active", ...base });
    return db.insert("agents", {
      organizationId,
      siteId,
      guid: "guid-1",
      hostname: "pi",
      platform: "linux",
      version: "1.0.0",
      registeredAt: 1,
      lastCheckinAt: 1,
      connectionStatus: "online",
      credentialStatus: "active",
      keyHash: "hash",
      ...base,
    });
  });
  const record = (outcome: "success" | "failure", errorMessage?: string) =>
    as("admin").mutation(api.observability.healthChecks.record, {
      organizationId,
      resourceType: "agent",
      resourceId: agentId,
      outcome,
      ...(errorMessage === undefined ? {} : { errorMessage }),
    });
  const told = () => host.run(({ db }) => db.query("notifications").take(50));
  return { ...acme, agentId, record, told };
}

it("goes down and up by the organization's thresholds, and tells owners and administrators each time", async () => {
  const { record, told, as, organizationId } = await watched({ healthDownThreshold: 2, healthRecoveryThreshold: 2 });
  expect(await record("success")).toMatchObject({ status: "healthy", failureCount: 0 });
  expect(await record("failure", "No route.")).toMatchObject({
    status: "degraded",
    failureCount: 1,
    errorMessage: "No route.",
  });
  expect(await told()).toEqual([]);
  const down = await record("failure", "No route.");
  expect(down).toMatchObject({ status: "down", failureCount: 2 });
  await record("failure");
  const first = await told();
  expect(first.map(({ type }) => type)).toEqual(["health_down", "health_down"]);
  expect(first[0]?.data).toMatchObject({ healthCheckId: down.id, resourceType: "agent" });
  expect(await record("success")).toMatchObject({ status: "down", successCount: 1 });
  const up = await record("success");
  expect(up).toMatchObject({ status: "healthy", failureCount: 0 });
  expect(up).not.toHaveProperty("errorMessage");
  expect((await told()).map(({ type }) => type)).toEqual([
    "health_down",
    "health_down",
    "health_recovered",
    "health_recovered",
  ]);
  const summary = await as("viewer").query(api.observability.healthChecks.getSummary, { organizationId });
  expect(summary).toEqual({
    statuses: { healthy: 1, degraded: 0, down: 0 },
    resourceTypes: { agent: { healthy: 1, degraded: 0, down: 0 } },
    isCapped: false,
  });
});

it("is reset without a word, with an audit row", async () => {
  const { host, as, record, told, organizationId } = await watched({ healthDownThreshold: 1 });
  const { id } = await record("failure", "Gone.");
  const toldBefore = await told();
  const reset = await as("admin").mutation(api.observability.healthChecks.reset, { organizationId, healthCheckId: id });
  expect(reset).toMatchObject({ status: "healthy", failureCount: 0 });
  expect(reset).not.toHaveProperty("errorMessage");
  expect(await told()).toEqual(toldBefore);
  const audited = await host.run(({ db }) => db.query("auditLogs").take(50));
  expect(audited).toMatchObject([
    {
      action: "healthCheck.reset",
      recordId: id,
      changes: { status: { from: "down", to: "healthy" }, failureCount: { from: 1, to: 0 } },
    },
  ]);
});

it("watches what the organization has, and what integrators call custom", async () => {
  const { host, as, organizationId, agentId } = await watched();
  const record = (resourceType: "agent" | "site" | "dock" | "custom", resourceId: string) =>
    as("admin").mutation(api.observability.healthChecks.record, {
      organizationId,
      resourceType,
      resourceId,
      outcome: "success",
    });
  const refused = expect.objectContaining({
    data: expect.objectContaining({ code: "resource_not_found", status: 422 }),
  });
  await expect(record("site", agentId)).rejects.toThrow(refused);
  await expect(record("dock", agentId)).rejects.toThrow(refused);
  await host.run(({ db }) => db.patch("agents", agentId, { deletedAt: 5 }));
  await expect(record("agent", agentId)).rejects.toThrow(refused);
  expect(await record("custom", "nightly import")).toMatchObject({ resourceId: "nightly import", status: "healthy" });
  const batch = as("admin").mutation(api.observability.healthChecks.recordBatch, {
    organizationId,
    items: [
      { resourceType: "custom", resourceId: "a", outcome: "success" },
      { resourceType: "site", resourceId: "b", outcome: "success" },
    ],
  });
  await expect(batch).rejects.toMatchObject({ data: { errors: [{ pointer: "/items/1/resourceId" }] } });
  const rows = await host.run(({ db }) => db.query("healthChecks").take(50));
  expect(rows.map(({ resourceId }) => resourceId)).toEqual(["nightly import"]);
});

it("notes that an agent has fallen silent once, and forgets an agent that goes", async () => {
  const { host, as, organizationId, agentId, told } = await watched({ healthDownThreshold: 1 });
  const checks = () => host.run(({ db }) => db.query("healthChecks").take(50));
  await host.mutation(internal.sites.offlineAgents.mark, {});
  const [silent] = await checks();
  expect(silent).toMatchObject({
    resourceId: agentId,
    status: "down",
    errorMessage: "The agent missed its check-ins.",
  });
  expect(await told()).toHaveLength(2);
  await host.mutation(internal.sites.offlineAgents.mark, {});
  expect(await checks()).toEqual([silent]);
  await as("admin").mutation(api.sites.agents.delete, { organizationId, agentId });
  expect(await checks()).toEqual([]);
});
