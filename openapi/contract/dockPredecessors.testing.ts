import { byTime, tenantFirst, trash } from "./predecessors.testing";
import type { Predecessor } from "./predecessors.testing";

const live = { of: ["organizationId"], here: ["organizationId", "deletedAt"], why: trash } as const;
const named = [["organizationId", "name"]] as const;
const organization = { orgId: "organizationId" } as const;

/** What resources of every kind have; what their providers say stands beside them. */
const resource = {
  ...organization,
  dockId: "dockId",
  provider: "provider",
  providerResourceId: "providerResourceId",
  status: "status",
  tags: "tags",
  metadata: "metadata",
  updatedAt: "updatedAt",
  fullApiData: { gone: "what a provider says is text in `resourcePayloads`, which lists and syncs do not read" },
} as const;
const resourceIndexes = {
  by_orgId: live,
  by_dockId: { of: ["dockId"], here: ["organizationId", "deletedAt", "dockId"], why: tenantFirst },
  by_dock_resource: {
    of: ["dockId", "providerResourceId"],
    here: ["organizationId", "dockId", "providerResourceId"],
    why: tenantFirst,
  },
} as const;
/** Syncs alone make resources, of one dock one at a time. */
const upserted = ["organizationId", "dockId", "providerResourceId"] as const;

/** The place of somebody in a team or with a client. */
const place = { ...organization, userId: "userId", role: "roleId" } as const;

/** The tables of a platform that connects providers of infrastructure, as it has them and as it plans them. */
export const dockPredecessors: Readonly<Record<string, Predecessor>> = {
  organizations: {
    fields: { name: "name", ownerId: "ownerId", deletedAt: "deletedAt" },
    indexes: {},
  },
  users: {
    fields: { clerkId: "externalId", email: "email", name: "name", defaultOrgId: "defaultOrganizationId" },
    indexes: {
      by_clerkId: { of: ["externalId"], here: ["externalId"] },
      by_email: { of: ["email"], here: ["email"] },
    },
    // There is more than one identity provider: an id is unique with its issuer.
    unique: [["tokenIdentifier"], ["email"]],
  },
  userSettings: {
    fields: {
      userId: "userId",
      theme: "theme",
      notificationsEnabled: "notificationsEnabled",
      dashboardLayout: "dashboardLayout",
    },
    indexes: { by_user: { of: ["userId"], here: ["userId"] } },
    unique: [["userId"]],
  },
  memberships: {
    fields: { ...place },
    indexes: {
      by_orgId: { of: ["organizationId"], here: ["organizationId"] },
      by_userId: { of: ["userId"], here: ["userId"] },
      by_org_user: { of: ["organizationId", "userId"], here: ["organizationId", "userId"] },
    },
    unique: [["organizationId", "userId"]],
  },
  teams: {
    fields: { ...organization, name: "name", deletedAt: "deletedAt" },
    indexes: { by_orgId: live },
    unique: named,
  },
  clients: {
    fields: { ...organization, name: "name", deletedAt: "deletedAt" },
    indexes: { by_orgId: live },
    unique: named,
  },
  roles: {
    fields: { ...organization, name: "name", permissions: "areaPermissions" },
    indexes: { by_orgId: live },
  },
  teamMemberships: {
    fields: { ...place, teamId: "teamId" },
    indexes: {
      by_teamId: { of: ["teamId"], here: ["organizationId", "teamId"], why: tenantFirst },
      by_userId: { of: ["userId"], here: ["organizationId", "userId"], why: tenantFirst },
      by_team_user: { of: ["teamId", "userId"], here: ["organizationId", "teamId", "userId"], why: tenantFirst },
    },
    unique: [["organizationId", "teamId", "userId"]],
  },
  clientMemberships: {
    fields: { ...place, clientId: "clientId" },
    indexes: {
      by_clientId: { of: ["clientId"], here: ["organizationId", "clientId"], why: tenantFirst },
      by_userId: { of: ["userId"], here: ["organizationId", "userId"], why: tenantFirst },
    },
    unique: [["organizationId", "clientId", "userId"]],
  },
  docks: {
    fields: {
      ...organization,
      name: "name",
      provider: "provider",
      encryptedApiKey: "encryptedApiKey",
      lastSyncStatus: "lastSyncStatus",
      lastSyncAt: "lastSyncAt",
      lastSyncError: "lastSyncError",
      syncInProgress: "syncInProgress",
      rateLimitRemaining: "rateLimitRemaining",
      rateLimitResetAt: "rateLimitResetAt",
      updatedAt: "updatedAt",
      deletedAt: "deletedAt",
    },
    indexes: {
      by_orgId: live,
      by_org_provider: {
        of: ["organizationId", "provider"],
        here: ["organizationId", "deletedAt", "provider"],
        why: trash,
      },
    },
    unique: named,
  },
  dockPermissions: {
    fields: { ...organization, dockId: "dockId", teamId: "teamId", clientId: "clientId", tables: "resourceTables" },
    indexes: {
      by_dockId: { of: ["dockId"], here: ["organizationId", "dockId"], why: tenantFirst },
      by_teamId: { of: ["teamId"], here: ["organizationId", "teamId", "dockId"], why: tenantFirst },
      by_clientId: { of: ["clientId"], here: ["organizationId", "clientId", "dockId"], why: tenantFirst },
    },
    unique: [
      ["organizationId", "teamId", "dockId"],
      ["organizationId", "clientId", "dockId"],
    ],
  },
  servers: {
    fields: {
      ...resource,
      name: "name",
      primaryIpAddress: "primaryIpAddress",
      region: "region",
      ipAddress: { gone: "it became `primaryIpAddress`, which need not be there" },
    },
    indexes: resourceIndexes,
    upserted,
  },
  webServices: {
    fields: { ...resource, name: "name", productionUrl: "productionUrl", environment: "environment" },
    indexes: resourceIndexes,
    upserted,
  },
  domains: {
    fields: { ...resource, domainName: "domainName", expiresAt: "expiresAt" },
    indexes: resourceIndexes,
    upserted,
  },
  databases: {
    fields: { ...resource, name: "name", engine: "engine", version: "version" },
    indexes: resourceIndexes,
    upserted,
  },
  projects: {
    fields: {
      ...organization,
      teamId: "teamId",
      clientId: "clientId",
      name: "name",
      linearId: "linearId",
      githubRepo: "githubRepo",
      status: "status",
      deletedAt: "deletedAt",
    },
    indexes: {
      by_orgId: live,
      by_teamId: { of: ["teamId"], here: ["organizationId", "deletedAt", "teamId"], why: tenantFirst },
      by_clientId: { of: ["clientId"], here: ["organizationId", "deletedAt", "clientId"], why: tenantFirst },
    },
    unique: named,
  },
  projectResources: {
    fields: {
      ...organization,
      projectId: "projectId",
      resourceTable: "resourceTable",
      resourceId: "resourceId",
      denormalized_name: "denormalizedName",
      denormalized_status: "denormalizedStatus",
    },
    indexes: {
      by_project: {
        of: ["projectId"],
        here: ["organizationId", "projectId", "resourceTable"],
        why: tenantFirst,
      },
      by_resource: {
        of: ["resourceTable", "resourceId"],
        here: ["organizationId", "resourceTable", "resourceId"],
        why: tenantFirst,
      },
    },
    unique: [["organizationId", "projectId", "resourceTable", "resourceId"]],
  },
  operationServices: {
    fields: { ...organization, name: "name", type: "type", encryptedConfig: "encryptedConfig" },
    indexes: { by_orgId: live },
    unique: named,
  },
  operationPermissions: {
    fields: { ...organization, serviceId: "serviceId", teamId: "teamId" },
    indexes: {
      by_serviceId: { of: ["serviceId"], here: ["organizationId", "serviceId", "teamId"], why: tenantFirst },
      by_teamId: { of: ["teamId"], here: ["organizationId", "teamId"], why: tenantFirst },
    },
    unique: [["organizationId", "serviceId", "teamId"]],
  },
  syncHistory: {
    fields: {
      ...organization,
      dockId: { gone: "data sources have runs as well: `sourceType` and `sourceId`" },
      startedAt: "startedAt",
      finishedAt: "finishedAt",
      resourcesSynced: "counts",
      errors: "errors",
    },
    indexes: {
      by_dock: {
        of: ["sourceId"],
        here: ["organizationId", "sourceType", "sourceId", "startedAt"],
        why: tenantFirst,
      },
    },
  },
  auditLogs: {
    fields: {
      ...organization,
      userId: "userId",
      action: "action",
      resourceType: "tableName",
      resourceId: "recordId",
      timestamp: "createdAt",
    },
    indexes: {
      by_org: { of: ["organizationId"], here: ["organizationId", "createdAt"], why: byTime },
      by_user: { of: ["userId"], here: ["organizationId", "userId", "createdAt"], why: tenantFirst },
      by_resource: {
        of: ["tableName", "recordId"],
        here: ["organizationId", "tableName", "recordId", "createdAt"],
        why: tenantFirst,
      },
    },
  },
};
