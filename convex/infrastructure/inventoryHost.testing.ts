import { vi } from "vitest";
import { api, internal } from "../_generated/api";
import { runDue } from "../jobs/jobsHost.testing";
import { mock } from "./adapters/mock";
import { dockHost } from "./dockHost.testing";
import type { Doc, Id } from "../_generated/dataModel";
import type { ProviderResource } from "./adapters/adapter";
import type { ResourceTable } from "./tables";

const { servers, projects, projectResources, docks, dockPermissions } = api.infrastructure;
const stamps = { createdAt: 1, updatedAt: 1 };

const issuer = "https://identity.example";
type Scope = Doc<"roles">["scope"];

/** The team and the client that somebody is with. */
interface Place {
  readonly teamId?: Id<"teams">;
  readonly clientId?: Id<"clients">;
}

/** An organization with a dock, a team, and a provider that lists what a test says; times are the test's. */
export async function inventoryHost() {
  const made = await dockHost();
  const { host, ann, named, organizationId, rows, create } = made;
  await host.run(async ({ db }) => {
    // Administrators are found by the roles that are no organization's.
    const role = await db.query("roles").first();
    if (role) await db.patch("roles", role._id, { organizationId: undefined, isSystem: true });
  });
  const { id: dockId } = await create();
  const { id: teamId } = await ann.mutation(api.access.teams.create, { ...named, name: "Shop" });
  const brought: Partial<Record<ResourceTable, readonly ProviderResource[]>> = {};
  vi.spyOn(mock, "fetch").mockImplementation(async function* (_access, table) {
    yield { rows: brought[table] ?? [] };
    return { complete: true };
  });
  const finish = () => runDue(host);
  return {
    ...made,
    dockId,
    teamId,
    finish,
    /** The provider lists these from now on. */
    lists: (table: ResourceTable, found: readonly ProviderResource[]) => {
      brought[table] = found;
    },
    sync: async (confirmLoss = false) => {
      vi.setSystemTime(Date.now() + 1000);
      await ann.mutation(docks.sync, { ...named, dockId, confirmLoss });
      await finish();
    },
    project: async (name: string, more: { clientId?: Id<"clients"> } = {}) =>
      (await ann.mutation(projects.create, { ...named, name, teamId, ...more })).id,
    link: (projectId: string, resourceId: string, resourceTable: ResourceTable = "servers") =>
      ann.mutation(projectResources.link, { ...named, projectId, resourceTable, resourceId }),
    server: {
      get: (serverId: string, include?: "full") =>
        ann.query(servers.get, { ...named, serverId, ...(include ? { include } : {}) }),
      update: (serverId: string, tags: string[]) => ann.mutation(servers.update, { ...named, serverId, tags }),
      remove: (serverId: string, permanent = false) => ann.mutation(servers.delete, { ...named, serverId, permanent }),
      restore: (serverId: string) => ann.mutation(servers.restore, { ...named, serverId }),
    },
    links: () => rows("projectResources"),
    /** Grants the dock as its owner. */
    grant: (given: Partial<Pick<Doc<"dockPermissions">, "teamId" | "clientId" | "level" | "resourceTables">>) =>
      ann.mutation(dockPermissions.grant, { ...named, dockId, ...given }),
    /** Somebody whose role holds these rights: of a role on assigned rows for what is assigned to the team or client that they are with. */
    member: async (name: string, rights: string[], { teamId: team, clientId }: Place, scope: Scope = "assigned") => {
      const tokenIdentifier = `${issuer}|${name}`;
      await host.run(async ({ db }) => {
        const person = { emailVerified: false, status: "active", isPlatformAdmin: false, ...stamps } as const;
        const userId = await db.insert("users", { tokenIdentifier, name, ...person });
        const role = { key: name, name, rank: 10, isSystem: false, scope, rights, ...stamps } as const;
        const roleId = await db.insert("roles", { organizationId, ...role });
        const place = { organizationId, userId, roleId, roleKey: name, ...stamps };
        await db.insert("memberships", { ...place, status: "active" });
        if (team) await db.insert("teamMemberships", { ...place, teamId: team });
        if (clientId) await db.insert("clientMemberships", { ...place, clientId });
      });
      return host.withIdentity({ issuer, subject: name, tokenIdentifier });
    },
    repair: async () => {
      await host.mutation(internal.infrastructure.resourceUpkeep.repair, {});
      await finish();
    },
    /** Audit rows of an action. */
    audited: async (action: string) => (await rows("auditLogs")).filter((row) => row.action === action),
  };
}

/** A resource as a provider lists it. */
export function listed(at: number, more: Partial<ProviderResource> = {}): ProviderResource {
  return { providerResourceId: `r-${at}`, name: `web-${at}`, status: "running", ...more };
}
