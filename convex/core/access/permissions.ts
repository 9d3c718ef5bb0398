/**
 * Who may do what. The letters are the built-in roles; `°` after a letter means rows of one's own only. Machines hold
 * what their key was granted, except the actions that are for people only.
 */
export const builtInRoles = {
  owner: {
    letter: "O",
    rank: 100,
    scope: "organization",
    name: "Owner",
    description: "Everything; exactly one per organization.",
  },
  admin: {
    letter: "A",
    rank: 80,
    scope: "organization",
    name: "Admin",
    description: "Everything but deleting and transferring the organization.",
  },
  moderator: {
    letter: "X",
    rank: 60,
    scope: "organization",
    name: "Moderator",
    description: "Member, and moderates content and members.",
  },
  member: {
    letter: "M",
    rank: 40,
    scope: "organization",
    name: "Member",
    description: "Reads, and works on own content.",
  },
  viewer: { letter: "V", rank: 20, scope: "organization", name: "Viewer", description: "Reads only." },
  developer: {
    letter: "D",
    rank: 35,
    scope: "assigned",
    name: "Developer",
    description: "Works on assigned projects and resources.",
  },
  support: {
    letter: "S",
    rank: 30,
    scope: "assigned",
    name: "Support",
    description: "Reads assigned resources, sites, agents and logs.",
  },
  client: { letter: "C", rank: 15, scope: "assigned", name: "Client", description: "Portal of one's own client." },
  agent: { letter: "G", rank: 5, scope: "assigned", name: "Agent", description: "A device agent's own check-in." },
} as const;

export type BuiltInRole = keyof typeof builtInRoles;

/** `keys: false`: for people only, never a scope of an API key. */
interface PermissionRow {
  readonly grants: string;
  readonly keys: boolean;
  readonly description: string;
}

const row = (grants: string, description: string, keys = true): PermissionRow => ({ grants, description, keys });

export const permissionCatalogue = {
  "me:read": row("OAXMVDSC", "Read one's own user, profile, settings and rights.", false),
  "me:update": row("OAXMVDSC", "Change one's own user, profile, settings and membership.", false),
  "me:delete": row("OAXMVDSC", "Delete one's own user.", false),
  "organization:create": row("", "Create an organization.", false),
  "organization:read": row("OAXMVDSC", "Read the organization."),
  "organization:update": row("OA", "Change the organization."),
  "organization:delete": row("O", "Delete and restore the organization.", false),
  "organization:transfer": row("O", "Transfer the organization to another member.", false),
  "organization:purge": row("O", "Purge the deleted organization.", false),
  "user:read": row("OAXMVDS", "Read the users of the organization."),
  "member:read": row("OAXMVDS", "Read memberships."),
  "member:invite": row("OA", "Add users to the organization."),
  "member:update": row("OA", "Change memberships."),
  "member:remove": row("OA", "Remove members."),
  "member:ban": row("OAX", "Ban and unban members.", false),
  "role:read": row("OAXMVDSC", "Read roles and the permission catalogue."),
  "role:create": row("OA", "Create custom roles.", false),
  "role:update": row("OA", "Change custom roles.", false),
  "role:delete": row("OA", "Delete custom roles.", false),
  "role:restore": row("OA", "Restore custom roles.", false),
  "apiKey:read": row("OA", "Read API keys.", false),
  "apiKey:create": row("OA", "Create API keys.", false),
  "apiKey:update": row("OA", "Change and rotate API keys.", false),
  "apiKey:revoke": row("OA", "Revoke API keys.", false),
  "schedule:read": row("OAXMV", "Read schedules."),
  "schedule:create": row("OAXM", "Create schedules."),
  "schedule:update": row("OAXM°", "Change schedules and move them through their states."),
  "schedule:delete": row("OAM°", "Delete schedules."),
  "schedule:restore": row("OA", "Restore schedules."),
  "todo:read": row("OAXMV", "Read todos."),
  "todo:create": row("OAXM", "Create todos."),
  "todo:update": row("OAXM", "Change todos."),
  "todo:delete": row("OA", "Delete todos."),
  "item:read": row("OAXMV", "Read items."),
  "item:create": row("OAXM", "Create items."),
  "item:update": row("OAXM", "Change items."),
  "item:delete": row("OAM°", "Delete items."),
  "item:restore": row("OA", "Restore items."),
  "site:read": row("OAXMVDS", "Read sites."),
  "site:create": row("OA", "Create sites."),
  "site:update": row("OA", "Change sites."),
  "site:delete": row("OA", "Delete sites."),
  "site:restore": row("OA", "Restore sites."),
  "agentEnrollment:read": row("OA", "Read enrolment tokens."),
  "agentEnrollment:create": row("OA", "Create enrolment tokens."),
  "agentEnrollment:revoke": row("OA", "Revoke enrolment tokens."),
  "agent:read": row("OAXMVDS", "Read agents."),
  "agent:checkin": row("G", "Check in as a device agent.", false),
  "agent:update": row("OA", "Change and move agents, rotate their keys."),
  "agent:revoke": row("OA", "Revoke agents."),
  "agent:delete": row("OA", "Delete agents."),
  "agent:restore": row("OA", "Restore agents."),
  "agentApiLog:read": row("OAS", "Read the calls of agents."),
  "auditLog:read": row("OA", "Read the audit trail."),
} as const satisfies Record<string, PermissionRow>;

export type Permission = keyof typeof permissionCatalogue;

/** Area permissions of a custom role, as rights; `full` adds to `read`. */
export const areaRights = {
  projects: {
    read: ["project:read"],
    full: ["project:create", "project:update", "project:delete", "project:restore", "project:link"],
  },
  resources: {
    read: ["resource:read", "healthCheck:read"],
    full: ["resource:update", "resource:delete", "resource:restore"],
  },
  docks: {
    read: ["dock:read", "syncHistory:read"],
    full: ["dock:create", "dock:update", "dock:rotate", "dock:sync", "dock:delete", "dock:restore", "dock:grant"],
  },
  operations: {
    read: ["operation:read", "job:read"],
    full: [
      "operation:create",
      "operation:update",
      "operation:delete",
      "operation:restore",
      "operation:rotate",
      "operation:run",
      "operation:grant",
    ],
  },
  settings: {
    read: ["organization:read", "member:read", "team:read", "client:read", "role:read"],
    full: [
      "organization:update",
      "member:invite",
      "member:update",
      "member:remove",
      "team:*",
      "client:*",
      "role:*",
      "apiKey:*",
      "auditLog:read",
    ],
  },
} as const;
