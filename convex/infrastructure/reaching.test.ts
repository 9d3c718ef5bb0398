import { describe, expect, it } from "vitest";
import { createTestHost } from "../../host/testHost/createTestHost";
import { assignedValues, isAssigned, maximumGrants } from "../core/records/assignedRows";
import schema from "../schema";
import { defaultOrganizationSettings } from "../tenancy/tables";
import { grantedDocks, grantedResources } from "./reaching";
import { resourceTables } from "./tables";
import type { RowReach } from "../core/access/reach";
import type { Doc, Id } from "../_generated/dataModel";

const base = { createdAt: 1, updatedAt: 1 };
const dock = {
  provider: "mock",
  lastSyncStatus: "pending",
  syncInProgress: false,
  syncConfig: { enabled: true, intervalSeconds: 300 },
  ...base,
} as const;
type Grant = Pick<Doc<"dockPermissions">, "level" | "resourceTables">;

/** An organization with one team, and for each of `grants` a dock that is granted to it. */
async function granted(grants: readonly Grant[]) {
  const host = createTestHost(schema);
  const made = await host.run(async ({ db }) => {
    const person = { emailVerified: false, name: "P", status: "active", isPlatformAdmin: false, ...base } as const;
    const ownerId = await db.insert("users", person);
    const organization = { name: "A", slug: "a", status: "active", ownerId, ...base } as const;
    const organizationId = await db.insert("organizations", { ...organization, settings: defaultOrganizationSettings });
    const teamId = await db.insert("teams", { organizationId, name: "T", ...base });
    const dockIds: Id<"docks">[] = [];
    for (const [at, grant] of grants.entries()) {
      const dockId = await db.insert("docks", { organizationId, name: `D${at}`, ...dock });
      await db.insert("dockPermissions", { organizationId, dockId, teamId, createdAt: 1, ...grant });
      dockIds.push(dockId);
    }
    return { organizationId, teamId, dockIds };
  });
  return { host, ...made };
}

function reachOf(teamId: Id<"teams">, changes: boolean): RowReach {
  const holders = [{ table: "teams" as const, id: teamId, rights: new Set<string>() }];
  return { every: false, own: false, assigned: true, holders, changes };
}

const kinds: readonly Grant[] = [
  { level: "read" },
  { level: "operate" },
  { level: "read", resourceTables: ["servers"] },
  { level: "operate", resourceTables: ["servers", "domains"] },
  { level: "operate", resourceTables: [] },
];

describe("grants of docks", () => {
  it.each(resourceTables)("reach what they cover of %s, and to change it where they are to operate", async (table) => {
    const { host, organizationId, teamId, dockIds } = await granted(kinds);
    for (const changes of [false, true]) {
      const reach = reachOf(teamId, changes);
      const expected = dockIds.filter((_, at) => {
        const { level, resourceTables: covered } = kinds[at] ?? { level: "read" };
        return (covered?.includes(table) ?? true) && (!changes || level === "operate");
      });
      const [way] = grantedResources(table);
      if (!way) throw new Error("Nothing is granted to teams.");
      const values = await host.run((ctx) => assignedValues(ctx, organizationId, way, reach));
      expect(values.toSorted()).toEqual(expected.toSorted());
      for (const dockId of dockIds) {
        const isReached = await host.run((ctx) =>
          isAssigned(ctx, organizationId, grantedResources(table), { dockId }, reach),
        );
        expect(isReached).toBe(expected.includes(dockId));
        const asked = await host.run((ctx) => assignedValues(ctx, organizationId, way, reach, dockId));
        expect(asked).toEqual(isReached ? [dockId] : []);
      }
    }
  });

  it("reach the dock itself whatever they cover, and no dock of others", async () => {
    const { host, organizationId, teamId, dockIds } = await granted(kinds);
    const reached = (reach: RowReach) =>
      host.run((ctx) =>
        Promise.all(dockIds.map((_id) => isAssigned(ctx, organizationId, grantedDocks, { _id }, reach))),
      );
    expect(await reached(reachOf(teamId, false))).toEqual([true, true, true, true, true]);
    expect(await reached(reachOf(teamId, true))).toEqual([false, true, false, true, true]);
    expect(await reached({ ...reachOf(teamId, false), holders: [] })).toEqual([false, false, false, false, false]);
  });

  it("are followed up to a bound, and beyond it by the dock that is asked for", async () => {
    const grants = Array.from({ length: maximumGrants + 1 }, (): Grant => ({ level: "read" }));
    const { host, organizationId, teamId, dockIds } = await granted(grants);
    const [way] = grantedResources("servers");
    if (!way) throw new Error("Nothing is granted to teams.");
    const reach = reachOf(teamId, false);
    await expect(host.run((ctx) => assignedValues(ctx, organizationId, way, reach))).rejects.toMatchObject({
      data: { code: "unsupported_filter" },
    });
    const last = dockIds.at(-1);
    expect(await host.run((ctx) => assignedValues(ctx, organizationId, way, reach, last))).toEqual([last]);
  });
});
