import type { Countable } from "../core/records/counting";

/**
 * What the summary of an organization counts: a line for each kind of row, with the permission that its number takes to see. Folders
 * register theirs here; an index that begins with the organization (then `deletedAt`) and the fields of `where` must answer it.
 */
export const organizationCounts = {
  members: { table: "memberships", where: { status: "active" }, permission: "member:read", says: "Active members." },
  invitations: {
    table: "invitations",
    where: { status: "pending" },
    permission: "member:invite",
    says: "Invitations that wait for an answer.",
  },
  roles: { table: "roles", permission: "role:read", says: "Roles of the organization's own." },
  apiKeys: {
    table: "apiKeys",
    where: { status: "active" },
    permission: "apiKey:read",
    says: "API keys that were not revoked.",
  },
  sites: { table: "sites", permission: "site:read", says: "Sites." },
  agents: { table: "agents", permission: "agent:read", says: "Device agents." },
  healthyChecks: {
    table: "healthChecks",
    where: { status: "healthy" },
    permission: "healthCheck:read",
    says: "Health checks that are healthy.",
  },
  degradedChecks: {
    table: "healthChecks",
    where: { status: "degraded" },
    permission: "healthCheck:read",
    says: "Health checks that are degraded.",
  },
  downChecks: {
    table: "healthChecks",
    where: { status: "down" },
    permission: "healthCheck:read",
    says: "Health checks that are down.",
  },
  schedules: { table: "schedules", permission: "schedule:read", says: "Schedules." },
  todos: { table: "todos", permission: "todo:read", says: "Todos." },
  items: { table: "items", permission: "item:read", says: "Items." },
  docks: { table: "docks", permission: "dock:read", says: "Docks." },
  servers: { table: "servers", permission: "resource:read", says: "Servers." },
  webServices: { table: "webServices", permission: "resource:read", says: "Web services." },
  domains: { table: "domains", permission: "resource:read", says: "Domains." },
  databases: { table: "databases", permission: "resource:read", says: "Databases." },
  projects: { table: "projects", permission: "project:read", says: "Projects." },
  operationServices: { table: "operationServices", permission: "operation:read", says: "Operation services." },
} as const satisfies Readonly<Record<string, Countable>>;
