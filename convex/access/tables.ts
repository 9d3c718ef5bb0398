import * as z from "zod";
import {
  described,
  emailAddress,
  exampleHash,
  integer,
  jsonObject,
  madeWhenAbsent,
  plainName,
  reference,
  text,
  timestampMs,
} from "../core/schema/fields";
import { optionalTenantTable, tenantTable } from "../core/schema/table";

function area(name: string) {
  return described(
    z.enum(["full", "read", "none"]),
    `What the role may do in ${name}: everything, read, or nothing, which is the default.`,
    "read",
  ).optional();
}

function roleKey() {
  return z
    .string()
    .min(2)
    .max(40)
    .regex(/^[a-z][a-zA-Z0-9]{1,39}$/);
}

/** A role in a request that gives it, in place of its id. */
export const namedRoleKey = described(roleKey(), "`key` of the role, where `roleId` does not name it.", "member");

export const roleFields = {
  key: madeWhenAbsent(
    described(roleKey(), "What programs call the role, unique among the organization's roles.", "fieldEngineer"),
    "Made from the name unless given, and fixed then.",
  ),
  name: described(
    plainName(1, 60),
    "What people call the role, unique among the organization's roles.",
    "Field engineer",
  ),
  description: described(text(0, 300), "What the role is for.", "Plans and does the work on sites.").optional(),
  rights: described(
    z
      .array(
        z
          .string()
          .max(80)
          .regex(/^(\*|[a-zA-Z]+:(\*|[a-zA-Z]+(:own|:assigned)?))$/),
      )
      .max(300),
    "Permissions of its holders: `<resource>:<action>`, with `:own` for their own rows only, `<resource>:*`, or `*` for all. Built-in roles have `:assigned` where a permission reaches what is assigned to their holders; a custom role reaches that by its `scope`.",
    ["schedule:read"],
  ),
  areaPermissions: described(
    z.object({
      projects: area("projects"),
      resources: area("resources and their health checks"),
      docks: area("docks"),
      operations: area("operations and their jobs"),
      settings: area("the organization, its members, roles and keys"),
    }),
    "Rights by areas of the product, beside `rights`.",
  ).optional(),
  scope: described(
    z.enum(["organization", "assigned"]),
    "Where the rights hold: in the whole organization, or, of teams, clients and what is assigned to them, for those that the member is with.",
  ),
  rank: described(integer(1, 100), "How high the role stands: members are managed by those of a higher rank.", 20),
  isSystem: described(z.boolean(), "True for the built-in roles, which are the same everywhere and cannot be changed."),
};

/** Sets of rights. Built-in rows (no organization) are written once by the engine; custom ones by administrators. */
export const roles = optionalTenantTable(roleFields, "CUD", {
  noun: "role",
  description: "A set of rights: a built-in one, or one of the organization's own.",
  audited: true,
  unique: [
    { fields: ["organizationId", "key"], index: "by_organizationId_and_deletedAt_and_key", code: "key_taken" },
    { fields: ["organizationId", "name"], index: "by_organizationId_and_deletedAt_and_name", code: "name_taken" },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_key", ["organizationId", "deletedAt", "key"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"]);

export const teamFields = {
  name: described(
    plainName(1, 80),
    "What people call the team, unique among the organization's teams.",
    "Field service",
  ),
  description: described(text(0, 300), "What the team does.", "Keeps the wind farms of the north running.").optional(),
};

/** Teams. Deleting one, even softly, ends its memberships; what must not lose its team refers to it with `restrict`. */
export const teams = tenantTable(teamFields, "CUD", {
  noun: "team",
  description: "People of the organization who share work; what is assigned to a team is assigned to each of them.",
  audited: true,
  unique: [
    { fields: ["organizationId", "name"], index: "by_organizationId_and_deletedAt_and_name", code: "name_taken" },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"]);

/** Who belongs to a team or a client, and as what. */
const belonging = {
  userId: described(reference("users", "cascade"), "The member of the organization."),
  roleId: described(reference("roles", "restrict"), "Role whose rights the member has there."),
  roleKey: described(z.string().max(40), "`key` of that role.", "developer"),
};

export const teamMemberFields = {
  teamId: described(reference("teams", "cascade"), "The team."),
  ...belonging,
};

/** Who is in which team, with which role there. Ends with the membership of the organization. */
export const teamMemberships = tenantTable(teamMemberFields, "CU", {
  noun: "teamMember",
  description:
    "A member of the organization in one of its teams; the role's rights hold for what is assigned to the team.",
  audited: true,
  unique: [
    {
      fields: ["organizationId", "teamId", "userId"],
      index: "by_organizationId_and_teamId_and_userId",
      code: "already_member",
    },
  ],
})
  .index("by_organizationId_and_teamId", ["organizationId", "teamId"])
  .index("by_organizationId_and_teamId_and_userId", ["organizationId", "teamId", "userId"])
  .index("by_organizationId_and_userId", ["organizationId", "userId"])
  .index("by_organizationId_and_roleId", ["organizationId", "roleId"]);

export const clientFields = {
  name: described(
    plainName(1, 120),
    "What people call the client, unique among the organization's clients.",
    "Harbour Foods",
  ),
  status: described(z.enum(["active", "archived"]), "Whether the organization still works for the client."),
  contactEmail: described(emailAddress(), "Where the client is reached.", "office@harbour-foods.example").optional(),
  metadata: described(jsonObject(8192), "What an application keeps with the client.", {
    crmId: "HF-204",
  }).optional(),
};

/** Accounts that the organization serves. Deleting one, even softly, ends its memberships. */
export const clients = tenantTable(clientFields, "CUD", {
  noun: "client",
  description: "An account that the organization serves; its people see what is assigned to it.",
  audited: true,
  unique: [
    { fields: ["organizationId", "name"], index: "by_organizationId_and_deletedAt_and_name", code: "name_taken" },
  ],
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"]);

export const clientMemberFields = {
  clientId: described(reference("clients", "cascade"), "The client."),
  ...belonging,
};

/** Who is with which client, with which role there. Ends with the membership of the organization. */
export const clientMemberships = tenantTable(clientMemberFields, "CU", {
  noun: "clientMember",
  description:
    "A member of the organization with one of its clients; the role's rights hold for what is assigned to the client.",
  audited: true,
  unique: [
    {
      fields: ["organizationId", "clientId", "userId"],
      index: "by_organizationId_and_clientId_and_userId",
      code: "already_member",
    },
  ],
})
  .index("by_organizationId_and_clientId", ["organizationId", "clientId"])
  .index("by_organizationId_and_clientId_and_userId", ["organizationId", "clientId", "userId"])
  .index("by_organizationId_and_userId", ["organizationId", "userId"])
  .index("by_organizationId_and_roleId", ["organizationId", "roleId"]);

export const apiKeyFields = {
  name: described(plainName(1, 80), "What the key is for, in words of its owner.", "Nightly export"),
  keyPrefix: described(z.string().max(16), "How the key begins, to tell it from others.", "sk_live_4fZ2kQ9x"),
  keyHash: described(z.string().max(64), "SHA-256 of the key; the key itself is not stored.", exampleHash),
  scopes: described(
    z
      .array(
        z
          .string()
          .max(80)
          .regex(/^[a-zA-Z]+:[a-zA-Z]+$/),
      )
      .max(300),
    "Permissions of the key, out of those that its creator had.",
    ["schedule:read"],
  ),
  status: described(z.enum(["active", "revoked"]), "Whether the key can still be used; `revoked` is final."),
  ownerId: described(
    reference("users", "null"),
    "The person the key acts for, and never beyond: who created it, or has adopted it since.",
  ).optional(),
  expiresAt: described(
    timestampMs(),
    "When the key stops; absent for one that does not expire.",
    Date.UTC(2026, 3, 15),
  ).optional(),
  requestsPerMinute: described(
    integer(1, 1_000_000),
    "Requests of the key in a minute, where that is less than the organization's keys may send.",
    600,
  ).optional(),
  lastUsedAt: described(timestampMs(), "When the key was last used, to the minute.").optional(),
  lastUsedIp: described(z.string().max(45), "The address of the key's last use.", "203.0.113.7").optional(),
  revokedAt: described(timestampMs(), "When the key was revoked.").optional(),
  previousKeyHash: described(
    z.string().max(64),
    "SHA-256 of the key before the last rotation.",
    exampleHash,
  ).optional(),
  previousKeyExpiresAt: described(
    timestampMs(),
    "When the key from before the last rotation stops; absent without a grace time.",
  ).optional(),
};

/** Machine credentials. Created, rotated, adopted and revoked by administrators; `lastUsedAt` is touched at most once a minute. */
export const apiKeys = tenantTable(apiKeyFields, "CU", {
  noun: "apiKey",
  description:
    "A credential of a machine, with scopes of its own. It does no more than its owner may at the moment, and is suspended while its owner is no active member.",
  audited: true,
  quotas: [{ name: "apiKeyCount", limit: 1000, says: "API keys that were not revoked", where: { status: ["active"] } }],
  secret: ["keyHash", "previousKeyHash"],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_status", ["organizationId", "status"])
  .index("by_keyHash", ["keyHash"])
  .index("by_previousKeyHash", ["previousKeyHash"])
  .index("by_organizationId_and_createdBy", ["organizationId", "createdBy"])
  .index("by_organizationId_and_ownerId", ["organizationId", "ownerId"]);
