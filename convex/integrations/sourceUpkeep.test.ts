import { register as registerRateLimiter } from "@convex-dev/rate-limiter/test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { internal } from "../_generated/api";
import schema from "../schema";
import { createTestHost } from "../../host/testHost/createTestHost";
import { dayMs, minuteMs } from "../core/wire/durations";
import { runDue } from "../jobs/jobsHost.testing";
import { defaultOrganizationSettings } from "../tenancy/tables";
import type { Doc } from "../_generated/dataModel";

const now = Date.UTC(2026, 0, 15, 9, 30);

beforeEach(() => void vi.useFakeTimers({ now, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** An organization with an owner and an integration of two types, whose jobs are for workers. */
async function upkeepHost() {
  const host = createTestHost({ schema });
  registerRateLimiter(host);
  const stamps = { createdAt: now, updatedAt: now };
  const { organizationId, integrationId } = await host.run(async ({ db }) => {
    const roleId = await db.insert("roles", {
      key: "owner",
      name: "Owner",
      rank: 100,
      isSystem: true,
      scope: "organization",
      rights: ["*"],
      ...stamps,
    });
    const person = { emailVerified: false, status: "active", isPlatformAdmin: false, ...stamps } as const;
    const ownerId = await db.insert("users", { name: "Ann", ...person });
    const owned = { ownerId, settings: defaultOrganizationSettings, ...stamps };
    const organization = await db.insert("organizations", { name: "Acme", slug: "acme", status: "active", ...owned });
    const member = { userId: ownerId, roleId, roleKey: "owner", status: "active", ...stamps } as const;
    await db.insert("memberships", { organizationId: organization, ...member });
    const integration = await db.insert("integrations", {
      slug: "rmm",
      name: "RMM",
      description: "Devices.",
      category: "rmm",
      supportedTypes: ["devices", "tickets"],
      typeConfig: { tickets: { priority: 2, rateMinutes: 15 } },
      isActive: true,
      ...stamps,
    });
    return { organizationId: organization, integrationId: integration };
  });
  const source = (more: Partial<Doc<"dataSources">> = {}) =>
    host.run(({ db }) =>
      db.insert("dataSources", {
        organizationId,
        integrationId,
        name: "RMM",
        isPrimary: false,
        status: "active",
        config: {},
        metadata: {},
        consecutiveFailures: 0,
        nextSyncAt: now,
        ...stamps,
        ...more,
      }),
    );
  const jobs = () => host.run(({ db }) => db.query("scheduledJobs").take(1000));
  const told = () => host.run(({ db }) => db.query("notifications").take(1000));
  const passed = (spanMs: number) => vi.setSystemTime(Date.now() + spanMs);
  return { host, source, jobs, told, passed, organizationId };
}

const actionsOf = (jobs: readonly Doc<"scheduledJobs">[]) => jobs.map(({ action }) => action).sort();

describe("the cron of data sources", () => {
  it("syncs what is due by itself, and looks again when the next type is", async () => {
    const { host, source, jobs, passed } = await upkeepHost();
    const id = await source();
    await host.mutation(internal.integrations.sourceUpkeep.syncDue, {});
    const first = await jobs();
    expect(actionsOf(first)).toEqual(["sync.devices", "sync.tickets"]);
    expect(first.map(({ priority, runner, payload }) => [priority, runner, payload["trigger"]])).toEqual([
      [5, "worker", "scheduled"],
      [2, "worker", "scheduled"],
    ]);
    const next = await host.run(({ db }) => db.get("dataSources", id));
    expect(next?.nextSyncAt).toBe(now + 15 * minuteMs);

    // Nothing is due, and nothing is asked for twice.
    await host.mutation(internal.integrations.sourceUpkeep.syncDue, {});
    passed(15 * minuteMs);
    await host.mutation(internal.integrations.sourceUpkeep.syncDue, {});
    expect(await jobs()).toHaveLength(2);
  });

  it("leaves alone what is not active, in error, or of an organization that is shut", async () => {
    const { host, source, jobs, organizationId } = await upkeepHost();
    await source({ status: "inactive" });
    await source({ status: "error" });
    await source({ nextSyncAt: now + minuteMs });
    await host.mutation(internal.integrations.sourceUpkeep.syncDue, {});
    await source();
    await host.run(({ db }) => db.patch("organizations", organizationId, { status: "suspended" }));
    await host.mutation(internal.integrations.sourceUpkeep.syncDue, {});
    expect(await jobs()).toEqual([]);
  });

  it("asks for a type again when its time has come after a sync", async () => {
    const { host, source, jobs, passed } = await upkeepHost();
    const state = (at: number) => ({ lastSyncAt: at });
    await source({ metadata: { "sync.devices": state(now), "sync.tickets": state(now - 20 * minuteMs) } });
    await host.mutation(internal.integrations.sourceUpkeep.syncDue, {});
    expect(actionsOf(await jobs())).toEqual(["sync.tickets"]);
    passed(60 * minuteMs);
    await host.mutation(internal.integrations.sourceUpkeep.syncDue, {});
    expect(actionsOf(await jobs())).toEqual(["sync.devices", "sync.tickets"]);
  });

  it("goes through more data sources than fit into a transaction", async () => {
    const { host, source, jobs } = await upkeepHost();
    for (let at = 0; at < 60; at++) await source();
    await host.mutation(internal.integrations.sourceUpkeep.syncDue, {});
    expect(await jobs()).toHaveLength(100);
    const waiting = await host.run(({ db }) => db.system.query("_scheduled_functions").take(1000));
    expect(waiting.map(({ name }) => name)).toContainEqual(expect.stringMatching(/sourceUpkeep.*:syncDue$/));
    await host.mutation(internal.integrations.sourceUpkeep.syncDue, {});
    expect(await jobs()).toHaveLength(120);
  });
});

describe("credentials that end", () => {
  it("tells administrators of credentials that end 14, 3 and 1 days before, each time once", async () => {
    const { host, source, told, passed } = await upkeepHost();
    const credentialExpirationAt = now + 14 * dayMs - 1;
    await source({ credentialExpirationAt });
    await source({ credentialExpirationAt: now + 40 * dayMs });
    await source({ credentialExpirationAt: now - dayMs });
    const countAfter = async (days: number) => {
      passed(days * dayMs);
      await host.mutation(internal.integrations.sourceUpkeep.warn, {});
      await host.mutation(internal.integrations.sourceUpkeep.warn, {});
      const [notification, ...others] = await told();
      expect(others).toEqual([]);
      expect(notification).toMatchObject({ type: "credential_expiring", data: { credentialExpirationAt } });
      return notification?.data["count"] ?? 1;
    };
    expect([await countAfter(0), await countAfter(5), await countAfter(6), await countAfter(2)]).toEqual([1, 1, 2, 3]);
  });

  it("goes through more of them than fit into a transaction", async () => {
    // The host schedules the second page by a timer, which is replaced as well.
    vi.useFakeTimers({ now });
    const { host, source, told } = await upkeepHost();
    for (let at = 0; at < 60; at++) await source({ credentialExpirationAt: now + dayMs });
    await host.mutation(internal.integrations.sourceUpkeep.warn, {});
    await runDue(host);
    expect(await told()).toHaveLength(60);
  });

  it("makes up for days on which no cron ran with one notification", async () => {
    const { host, source, told } = await upkeepHost();
    await source({ credentialExpirationAt: now + dayMs / 2 });
    await host.mutation(internal.integrations.sourceUpkeep.warn, {});
    await host.mutation(internal.integrations.sourceUpkeep.warn, {});
    expect(await told()).toHaveLength(1);
  });

  it("are told of once again after they were replaced", async () => {
    const { host, source, told } = await upkeepHost();
    const id = await source({ credentialExpirationAt: now + dayMs / 2 });
    await host.mutation(internal.integrations.sourceUpkeep.warn, {});
    const replaced = { credentialExpirationAt: now + 10 * dayMs, credentialWarnings: undefined };
    await host.run(({ db }) => db.patch("dataSources", id, { ...replaced }));
    await host.mutation(internal.integrations.sourceUpkeep.warn, {});
    expect((await told())[0]?.data["count"]).toBe(2);
  });
});
