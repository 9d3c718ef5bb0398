import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import schema from "../schema";
import { internal } from "../_generated/api";
import { createTestHost } from "../../host/testHost/createTestHost";
import { verifyAuditTrail } from "../../scripts/portico/auditVerification";
import { dayMs, minuteMs } from "../core/wire/durations";
import { defaultOrganizationSettings } from "../tenancy/tables";
import { sealedAfterMs } from "./auditSealing";
import type { Doc, Id } from "../_generated/dataModel";
import type { ChainReport } from "../../scripts/portico/auditVerification";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Host = ReturnType<typeof createTestHost<(typeof schema)["tables"]>>;

async function organizationIn(host: Host, slug: string): Promise<Id<"organizations">> {
  return host.run(async ({ db }) => {
    const stamps = { createdAt: 1, updatedAt: 1 };
    const user = { emailVerified: false, name: "Ann", status: "active", isPlatformAdmin: false, ...stamps } as const;
    const ownerId = await db.insert("users", user);
    const settings = defaultOrganizationSettings;
    return db.insert("organizations", { name: slug, slug, status: "active", ownerId, settings, ...stamps });
  });
}

/** Appends audit rows as the engine would, which keep for so many days. */
async function append(host: Host, organizationId: Id<"organizations"> | undefined, count: number, days = 365) {
  await host.run(async ({ db }) => {
    for (let number = 0; number < count; number++)
      await db.insert("auditLogs", {
        ...(organizationId === undefined ? {} : { organizationId }),
        actorType: "system",
        action: "item.update",
        operation: "update",
        changes: { count: { from: number, to: number + 0.5 }, zero: -0, big: 2n ** 60n },
        result: "success",
        createdAt: Date.now(),
        expiresAt: Date.now() + days * dayMs,
      });
  });
}

async function seal(host: Host): Promise<void> {
  await host.mutation(internal.observability.auditSealing.seal, {});
  await host.finishAllScheduledFunctions(vi.runAllTimers);
}

async function removeExpired(host: Host): Promise<void> {
  await host.mutation(internal.observability.auditSealing.removeExpired, {});
  await host.finishAllScheduledFunctions(vi.runAllTimers);
}

async function verify(host: Host, verified: Parameters<typeof verifyAuditTrail>[1] = {}): Promise<ChainReport[]> {
  const reports: ChainReport[] = [];
  const call = (_type: string, name: string, args: object) =>
    host.query(makeFunctionReference<"query">(name), { ...args });
  for await (const report of verifyAuditTrail(call, verified)) reports.push(report);
  return reports;
}

const newest = (host: Host): Promise<Doc<"auditLogs"> | null> =>
  host.run(({ db }) => db.query("auditLogs").order("desc").first());

describe("sealing", () => {
  it("seals each organization's rows in their order, behind the newest", async () => {
    const host = createTestHost(schema);
    const [acme, globex] = [await organizationIn(host, "acme"), await organizationIn(host, "globex")];
    await append(host, acme, 250);
    await append(host, undefined, 3);
    await append(host, globex, 400);
    await append(host, acme, 5);
    await seal(host);
    expect(await verify(host)).toEqual([]);
    vi.advanceTimersByTime(sealedAfterMs + 1);
    await append(host, acme, 2);
    await seal(host);
    const reports = await verify(host);
    expect(reports.map(({ name, sealed, kept, waiting, faults }) => [name, sealed, kept, waiting, faults])).toEqual([
      ["acme", 255, 255, 2, []],
      ["deployment", 3, 3, 0, []],
      ["globex", 400, 400, 0, []],
    ]);
    const [anchor] = reports;
    vi.advanceTimersByTime(sealedAfterMs + 1);
    await seal(host);
    await seal(host);
    const [grown] = await verify(host, { organization: "acme", since: anchor?.anchor });
    expect(grown).toMatchObject({ sealed: 257, kept: 257, waiting: 0, faults: [] });
  });

  it("tells of a row that is changed, gone, taken away or comes behind the sealed end", async () => {
    const host = createTestHost(schema);
    const acme = await organizationIn(host, "acme");
    await append(host, acme, 20);
    vi.advanceTimersByTime(sealedAfterMs + 1);
    await seal(host);
    const row = await newest(host);
    if (!row) throw new Error("There are rows.");
    const faults = async () => (await verify(host))[0]?.faults;
    const tried = async (tamper: Parameters<Host["run"]>[0]) => {
      await host.run(tamper);
      return faults();
    };
    const { _id, _creationTime, ...values } = row;
    expect(await tried(({ db }) => db.patch("auditLogs", _id, { action: "item.create" }))).toEqual([
      `Row 20 (${_id}) is not as it was sealed.`,
    ]);
    const detached = { action: row.action, organizationId: undefined, purgedOrganizationId: acme };
    expect(await tried(({ db }) => db.patch("auditLogs", _id, detached))).toEqual([
      `Row 20 (${_id}) was taken from its organization, which is still there.`,
    ]);
    expect(await tried(({ db }) => db.delete("auditLogs", _id))).toEqual([`Row 20 (${_id}) is gone before its time.`]);
    vi.setSystemTime(_creationTime - 1);
    await append(host, acme, 1);
    expect(await faults()).toEqual([
      `Row 20 (${_id}) is gone before its time.`,
      expect.stringContaining("stands among sealed rows and was not sealed"),
    ]);
    expect(values.action).toBe("item.update");
  });
});

describe("retention", () => {
  it("removes rows whose time is over, with their seals, and leaves a chain that begins at its anchor", async () => {
    const host = createTestHost(schema);
    const acme = await organizationIn(host, "acme");
    // The second of three seals holds rows that stay longer than those of the third.
    for (const [count, days] of [
      [700, 30],
      [100, 90],
      [50, 30],
    ] as const) {
      await append(host, acme, count, days);
      vi.advanceTimersByTime(sealedAfterMs + 1);
      await seal(host);
    }
    const anchors = (await verify(host)).map(({ anchor }) => anchor);
    vi.advanceTimersByTime(31 * dayMs);
    await append(host, acme, 10);
    await removeExpired(host);
    expect(await verify(host, { organization: "acme", since: anchors[0] })).toMatchObject([
      { sealed: 850, kept: 100, expired: 50, waiting: 10, faults: [] },
    ]);
    const ends = () => host.run(({ db }) => db.query("auditChains").take(5));
    expect(await ends()).toMatchObject([{ sequence: 850, removedSequence: 700 }]);
    vi.advanceTimersByTime(60 * dayMs);
    await seal(host);
    await removeExpired(host);
    expect(await ends()).toMatchObject([{ sequence: 860, removedSequence: 850 }]);
    expect(await verify(host)).toMatchObject([{ sealed: 860, kept: 10, expired: 0, faults: [] }]);
  });

  it("leaves no gap between rows and seals when it is stopped in the middle", async () => {
    const host = createTestHost(schema);
    const acme = await organizationIn(host, "acme");
    await append(host, acme, 1200, 30);
    vi.advanceTimersByTime(sealedAfterMs + 1);
    await seal(host);
    vi.advanceTimersByTime(31 * dayMs);
    for (const left of [700, 200, 0]) {
      expect(await host.mutation(internal.observability.auditSealing.removeExpired, {})).toBe(left === 0 ? 200 : 500);
      expect(await verify(host)).toMatchObject([{ faults: [], kept: left }]);
    }
  });
});

it("goes on beyond the purge of its organization, until its rows expire", async () => {
  const host = createTestHost(schema);
  const acme = await organizationIn(host, "acme");
  await append(host, acme, 120);
  vi.advanceTimersByTime(sealedAfterMs + 1);
  await seal(host);
  const [before] = await verify(host);
  await append(host, acme, 5);
  await host.run(({ db }) => db.patch("organizations", acme, { deletedAt: 1, purgeAfter: 2, status: "inactive" }));
  await host.mutation(internal.tenancy.purging.purgeDue, {});
  await host.finishAllScheduledFunctions(vi.runAllTimers);
  expect(await host.run(({ db }) => db.get("organizations", acme))).toBe(null);
  const verified = () => verify(host, { organization: acme, since: before?.anchor });
  expect(await verified()).toMatchObject([{ name: acme, sealed: 120, kept: 120, waiting: 5, faults: [] }]);
  vi.advanceTimersByTime(sealedAfterMs + minuteMs);
  await seal(host);
  expect(await verified()).toMatchObject([{ sealed: 125, kept: 125, waiting: 0, faults: [] }]);
  vi.advanceTimersByTime(366 * dayMs);
  await removeExpired(host);
  expect(await verified()).toMatchObject([{ sealed: 125, kept: 0, expired: 0 }]);
});
