import * as z from "zod";
import {
  currency,
  emailAddress,
  httpsUrl,
  integer,
  jsonObject,
  reference,
  slug,
  text,
  timestampMs,
  timeZone,
} from "../core/schema/fields";
import { globalTable, tenantTable } from "../core/schema/table";

export const userFields = {
  tokenIdentifier: z.string().max(512).optional().meta({ description: "`iss|sub` of the user's tokens." }),
  externalId: z.string().max(255).optional().meta({ description: "The user's id at the identity provider." }),
  email: emailAddress().optional().meta({
    description: "Absent until the identity provider has verified one; what it has not verified proves nothing.",
  }),
  emailVerified: z.boolean(),
  name: text(1, 120),
  imageUrl: httpsUrl().optional(),
  status: z.enum(["active", "inactive", "pending"]),
  defaultOrganizationId: reference("organizations", "null").optional(),
  isPlatformAdmin: z.boolean(),
  metadata: jsonObject(8192).optional(),
  lastActivityAt: timestampMs().optional(),
};

/** One row per person. Written by the first request of a token, by the person, and by `createUser` before the first login. */
export const users = globalTable(userFields, "CUD", {
  noun: "user",
  audited: true,
  secret: ["tokenIdentifier"],
  unique: [
    { fields: ["tokenIdentifier"], index: "by_tokenIdentifier", code: "external_id_taken" },
    { fields: ["email"], index: "by_email", code: "email_taken" },
  ],
})
  .index("by_tokenIdentifier", ["tokenIdentifier"])
  .index("by_externalId", ["externalId"])
  .index("by_email", ["email"])
  .index("by_status", ["status"])
  .index("by_defaultOrganizationId", ["defaultOrganizationId"]);

export const userProfileFields = {
  userId: reference("users", "cascade"),
  displayName: text(1, 80),
  bio: text(0, 500).optional(),
};

/** A person's public face, the same in every organization. Written by the person. */
export const userProfiles = globalTable(userProfileFields, "CU", {
  noun: "userProfile",
  unique: [{ fields: ["userId"], index: "by_userId", code: "already_member" }],
}).index("by_userId", ["userId"]);

export const userSettingFields = {
  userId: reference("users", "cascade"),
  theme: z.enum(["light", "dark", "system"]),
  notificationsEnabled: z.boolean(),
  dashboardLayout: jsonObject(16_384).optional(),
  locale: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/)
    .optional()
    .meta({ description: "BCP 47 language tag." }),
  timezone: timeZone().optional().meta({ description: "IANA time zone name." }),
};

/** A person's preferences. Written by the person. */
export const userSettings = globalTable(userSettingFields, "CU", {
  noun: "userSetting",
  unique: [{ fields: ["userId"], index: "by_userId", code: "already_member" }],
}).index("by_userId", ["userId"]);

export const organizationSettingFields = {
  timezone: timeZone(),
  currency: currency(),
  healthDownThreshold: integer(1, 20),
  agentCheckinIntervalSeconds: integer(60, 86_400),
  apiLogRetentionDays: integer(1, 365),
  auditRetentionDays: integer(30, 3650),
  trashRetentionDays: integer(1, 365),
};

export const defaultOrganizationSettings: z.infer<z.ZodObject<typeof organizationSettingFields>> = {
  timezone: "UTC",
  currency: "usd",
  healthDownThreshold: 3,
  agentCheckinIntervalSeconds: 300,
  apiLogRetentionDays: 30,
  auditRetentionDays: 365,
  trashRetentionDays: 30,
};

export const organizationFields = {
  name: text(1, 120),
  slug: slug(),
  status: z.enum(["active", "inactive", "suspended"]),
  ownerId: reference("users", "restrict"),
  externalId: text(1, 255)
    .refine((value) => !/\p{Cc}/u.test(value), "It has control characters.")
    .optional()
    .meta({ description: "The organization's id at the identity provider." }),
  metadata: jsonObject(16_384).optional(),
  settings: z.object(organizationSettingFields),
  purgeAfter: timestampMs().optional(),
};

/** The tenant. Created by a user, deleted softly by its owner, purged when `purgeAfter` has passed or its owner says so. */
export const organizations = globalTable(organizationFields, "CUD", {
  noun: "organization",
  audited: true,
  unique: [
    { fields: ["slug"], index: "by_slug", code: "slug_taken", includesTrash: true, nameIn: ["by_externalId"] },
    {
      fields: ["externalId"],
      index: "by_externalId",
      code: "external_id_taken",
      includesTrash: true,
      nameIn: ["by_slug"],
    },
  ],
})
  .index("by_slug", ["slug"])
  .index("by_externalId", ["externalId"])
  .index("by_status", ["status"])
  .index("by_ownerId", ["ownerId"])
  .index("by_purgeAfter", ["purgeAfter"]);

export const membershipFields = {
  userId: reference("users", "cascade"),
  roleId: reference("roles", "restrict"),
  roleKey: z.string().max(40),
  status: z.enum(["active", "inactive", "pending"]),
  joinedAt: timestampMs().optional(),
  invitedBy: reference("users", "null").optional(),
  invitedEmail: emailAddress()
    .optional()
    .meta({ description: "The address that was invited; whoever signs in with it, verified, takes the membership." }),
  invitedName: text(1, 120).optional(),
  currentSiteId: reference("sites", "null").optional(),
  bannedAt: timestampMs().optional(),
  bannedUntil: timestampMs().optional(),
  banReason: text(0, 500).optional(),
  metadata: jsonObject(8192).optional(),
  lastActivityAt: timestampMs().optional(),
};

/** A user in an organization with a role. Written with the organization, by `createUser`, and by its administrators. */
export const memberships = tenantTable(membershipFields, "CU", {
  noun: "membership",
  audited: true,
  unique: [{ fields: ["organizationId", "userId"], index: "by_organizationId_and_userId", code: "already_member" }],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_userId", ["organizationId", "userId"])
  .index("by_organizationId_and_status", ["organizationId", "status"])
  .index("by_organizationId_and_roleId", ["organizationId", "roleId"])
  .index("by_invitedEmail", ["invitedEmail"])
  .index("by_userId", ["userId"])
  .index("by_userId_and_organizationId", ["userId", "organizationId"]);
