/** The roles that every organization has. Machines hold what their key was granted instead. */
export const builtInRoles = {
  owner: {
    rank: 100,
    scope: "organization",
    name: "Owner",
    description: "Everything; exactly one per organization.",
  },
  admin: {
    rank: 80,
    scope: "organization",
    name: "Admin",
    description: "Everything but deleting and transferring the organization.",
  },
  moderator: {
    rank: 60,
    scope: "organization",
    name: "Moderator",
    description: "Member, and moderates content and members.",
  },
  member: { rank: 40, scope: "organization", name: "Member", description: "Reads, and works on own content." },
  viewer: { rank: 20, scope: "organization", name: "Viewer", description: "Reads only." },
  developer: {
    rank: 35,
    scope: "assigned",
    name: "Developer",
    description: "Works on assigned projects and resources.",
  },
  support: {
    rank: 30,
    scope: "assigned",
    name: "Support",
    description: "Reads assigned resources, sites, agents and logs.",
  },
  client: { rank: 15, scope: "assigned", name: "Client", description: "Portal of one's own client." },
  agent: { rank: 5, scope: "assigned", name: "Agent", description: "A device agent's own check-in." },
} as const;

export type BuiltInRole = keyof typeof builtInRoles;

/** How far a permission reaches: every row of the organization, rows assigned to the caller, or only the caller's own. */
export const reaches = ["all", "assigned", "own"] as const;
export type Reach = (typeof reaches)[number];

/** A permission: the built-in roles that hold it, by reach, and whether API keys may carry it. */
export interface PermissionRow extends Readonly<Record<Reach, readonly BuiltInRole[]>> {
  /** False: for people only, never a scope of an API key. */
  readonly keys: boolean;
  readonly description: string;
}

/** Permissions as a domain declares them in its `grants.ts`; a reach that is left out is nobody's. */
export type Grants = Readonly<
  Record<`${string}:${string}`, Partial<Record<Reach, readonly BuiltInRole[]>> & Omit<PermissionRow, Reach>>
>;
