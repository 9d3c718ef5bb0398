import * as z from "zod";
import {
  currency,
  described,
  emailAddress,
  exampleHash,
  exampleRowId,
  httpsUrl,
  integer,
  jsonObject,
  madeWhenAbsent,
  plainName,
  reference,
  slug,
  storedFile,
  text,
  timestampMs,
  timeZone,
} from "../core/schema/fields";
import { globalTable, tenantTable } from "../core/schema/table";

export const userFields = {
  tokenIdentifier: described(
    z.string().max(512),
    "`iss|sub` of the user's tokens; absent until the first sign-in.",
    "https://id.example.com|user_2abc",
  ).optional(),
  externalId: described(z.string().max(255), "The user's id at the identity provider.", "idp_7Hq2Vx9").optional(),
  email: described(
    emailAddress(),
    "Absent until the identity provider has verified one; what it has not verified proves nothing.",
    "dana.okoye@example.com",
  ).optional(),
  emailVerified: described(z.boolean(), "Whether the identity provider has verified the address.", true),
  name: described(
    plainName(1, 120),
    "The person's name, as the identity provider or the person gave it.",
    "Dana Okoye",
  ),
  imageUrl: described(httpsUrl(), "A picture of the person.", "https://example.com/pictures/dana.png").optional(),
  status: described(
    z.enum(["active", "inactive", "pending"]),
    "`pending` until the first sign-in; every request of an inactive user is refused.",
  ),
  defaultOrganizationId: described(
    reference("organizations", "null"),
    "The organization that requests act in unless they name another one.",
  ).optional(),
  isPlatformAdmin: described(z.boolean(), "Whether the person runs the deployment; no right in any organization."),
  metadata: described(jsonObject(8192), "What an application keeps with the person.", {
    costCenter: "4711",
  }).optional(),
  lastActivityAt: described(timestampMs(), "When the person was last seen in any organization.").optional(),
};

/** One row per person. Written by the first request of a token, by the person, and by `createUser` before the first login. */
export const users = globalTable(userFields, "CUD", {
  noun: "user",
  description: "A person, one row for each, whatever organizations they belong to.",
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
  userId: described(reference("users", "cascade"), "Whose profile it is."),
  displayName: described(
    plainName(1, 80),
    "What others see the person as; the user's name until one is chosen.",
    "Dana Okoye",
  ),
  bio: described(
    text(0, 500),
    "What the person tells of themselves.",
    "Keeps the pumps of three sites running.",
  ).optional(),
};

/** A person's public face, the same in every organization. Written by the person. */
export const userProfiles = globalTable(userProfileFields, "CU", {
  noun: "userProfile",
  description: "What a person shows of themselves, the same in every organization.",
  unique: [{ fields: ["userId"], index: "by_userId", code: "already_member" }],
}).index("by_userId", ["userId"]);

export const userSettingFields = {
  userId: described(reference("users", "cascade"), "Whose settings they are."),
  theme: described(z.enum(["light", "dark", "system"]), "Colours of the interface; `system` until one is chosen."),
  notificationsEnabled: described(z.boolean(), "Whether the person wants notifications; true until chosen otherwise."),
  emailActivity: described(
    z.boolean(),
    "Whether the person wants e-mails about what others do that concerns them; true until chosen otherwise. An unsubscribe link turns off those of its organization alone, which setting this to true takes back.",
    true,
  ).optional(),
  dashboardLayout: described(jsonObject(16_384), "How the person has arranged the dashboard.", {
    columns: 2,
  }).optional(),
  locale: described(
    z
      .string()
      .max(35)
      .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/),
    "Language of the interface, a BCP 47 tag; `en` until one is chosen.",
    "en-GB",
  ).optional(),
  timezone: described(timeZone(), "IANA name of the time zone; `UTC` until one is chosen.", "Europe/Zurich").optional(),
};

/** A person's preferences. Written by the person. */
export const userSettings = globalTable(userSettingFields, "CU", {
  noun: "userSetting",
  description: "How a person wants to use the product.",
  unique: [{ fields: ["userId"], index: "by_userId", code: "already_member" }],
}).index("by_userId", ["userId"]);

export const organizationSettingFields = {
  timezone: described(
    timeZone(),
    "IANA name of the time zone that the organization works in; `UTC` at first.",
    "Europe/Zurich",
  ),
  currency: described(currency(), "ISO 4217 code in lower case; `usd` at first.", "eur"),
  healthDownThreshold: described(
    integer(1, 20),
    "Failed health checks in a row until something is down; 3 at first.",
    3,
  ),
  healthRecoveryThreshold: described(
    integer(1, 20),
    "Successful health checks in a row until something that is down is healthy again; 1 at first.",
    1,
  ).optional(),
  agentCheckinIntervalSeconds: described(
    integer(60, 86_400),
    "Seconds from one check-in of an agent to the next; 300 at first.",
    300,
  ),
  apiLogRetentionDays: described(
    integer(1, 365),
    "Days for which the log of requests and calls of agents are kept; 30 at first.",
    30,
  ),
  apiLogSuccessPercent: described(
    integer(0, 100),
    "How many of a hundred successful requests the log shows; 1 at first. It shows every refused one.",
    1,
  ).optional(),
  auditRetentionDays: described(integer(30, 3650), "Days for which the audit trail is kept; 365 at first.", 365),
  emailRetentionDays: described(
    integer(7, 3650),
    "Days for which e-mails are kept, with what they said; 365 at first.",
    365,
  ).optional(),
  trashRetentionDays: described(
    integer(1, 365),
    "Days for which the organization can be restored after its deletion, and for which deleted files are kept; 30 at first.",
    30,
  ),
  userRequestsPerMinute: requestsPerMinute("of a person"),
  apiKeyRequestsPerMinute: requestsPerMinute("of an API key"),
  agentRequestsPerMinute: requestsPerMinute("of a device agent"),
};

function requestsPerMinute(whose: string) {
  return described(
    integer(1, 1_000_000),
    `Requests ${whose} in a minute, up to what the deployment allows; what it has for everybody until one is set.`,
    6000,
  ).optional();
}

export const defaultOrganizationSettings = {
  timezone: "UTC",
  currency: "usd",
  healthDownThreshold: 3,
  healthRecoveryThreshold: 1,
  agentCheckinIntervalSeconds: 300,
  apiLogRetentionDays: 30,
  apiLogSuccessPercent: 1,
  auditRetentionDays: 365,
  emailRetentionDays: 365,
  trashRetentionDays: 30,
} satisfies z.infer<z.ZodObject<typeof organizationSettingFields>>;

/** What the platform may give an organization more of, or less: names of the quotas that tables declare. */
export const organizationQuotaFields = {
  fileCount: quota("Files, those in the trash among them; 100,000 unless set.", 100_000),
  fileBytes: quota("Bytes of all files, and of announced uploads; 10 GiB unless set.", 10_737_418_240),
  apiKeyCount: quota("API keys that were not revoked; 1,000 unless set.", 1000),
  agentCount: quota("Device agents, without those in the trash; 10,000 unless set.", 10_000),
  webhookEndpointCount: quota("Webhook endpoints; 20 unless set.", 20),
  invitationEmailsPerDay: quota("E-mails a day to people who are no members; 1,000 unless set.", 1000),
};

function quota(says: string, example: number) {
  return described(integer(0, Number.MAX_SAFE_INTEGER), says, example).optional();
}

export const organizationFields = {
  name: described(plainName(1, 120), "What people call the organization.", "North Wind Energy"),
  slug: madeWhenAbsent(
    described(
      slug(),
      "The organization's name in URLs and in `Portico-Organization`, unique in the deployment.",
      "north-wind-energy",
    ),
    "Made from the name unless given.",
  ),
  status: described(
    z.enum(["active", "inactive", "suspended"]),
    "Requests to one that is not active are refused: `inactive` in the trash or shut down by the platform, `suspended` by the platform.",
  ),
  ownerId: described(reference("users", "restrict"), "The person who owns the organization, always an active member."),
  externalId: described(
    text(1, 255).refine((value) => !/\p{Cc}/u.test(value), "It has control characters."),
    "The organization's id at the identity provider, unique in the deployment; set once, by the owner.",
    "org_5bT1xW9",
  ).optional(),
  logoStorageId: described(
    storedFile("logo"),
    "The organization's logo: `storageId` of a file of purpose `logo`.",
    exampleRowId,
  ).optional(),
  metadata: described(jsonObject(16_384), "What an application keeps with the organization.", {
    costCenter: "4711",
  }).optional(),
  settings: described(z.object(organizationSettingFields), "How the organization works."),
  quotas: described(
    z.object(organizationQuotaFields),
    "What the platform gives the organization beside what every organization has. Its summary shows how much of each is used.",
  ).optional(),
  purgeAfter: described(
    timestampMs(),
    "When everything of a deleted organization is deleted for good; absent while it is not deleted.",
  ).optional(),
  hasWebhooks: described(
    z.boolean(),
    "True once it has had a webhook endpoint: until then no write looks for one.",
  ).optional(),
};

/** The tenant. Created by a user, deleted softly by its owner, purged when `purgeAfter` has passed or its owner says so. */
export const organizations = globalTable(organizationFields, "CUD", {
  noun: "organization",
  description: "A tenant: every other row belongs to one.",
  audited: true,
  secret: ["hasWebhooks"],
  events: ["created", "updated", "deleted", "restored"],
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
  userId: described(reference("users", "cascade"), "The person who is a member."),
  roleId: described(
    reference("roles", "restrict"),
    "The member's role: a built-in one or one of the organization's own.",
  ),
  roleKey: described(z.string().max(40), "`key` of the member's role.", "member"),
  status: described(
    z.enum(["active", "inactive", "pending"]),
    "`pending` until the person accepts; every request of an inactive member is refused.",
  ),
  joinedAt: described(timestampMs(), "When the person became an active member.").optional(),
  invitedBy: described(
    reference("users", "null"),
    "Who invited the person, or the owner of the API key that did; answers for the role while the membership is pending.",
  ).optional(),
  invitedByKeyId: described(
    reference("apiKeys", "null"),
    "The API key that invited the person; absent where a person did.",
  ).optional(),
  invitedEmail: described(
    emailAddress(),
    "The address that was invited; whoever signs in with it, verified, takes the membership.",
    "dana.okoye@example.com",
  ).optional(),
  invitedName: described(plainName(1, 120), "What the person was called in the invitation.", "Dana Okoye").optional(),
  currentSiteId: described(reference("sites", "null"), "The site that the member is working at.").optional(),
  bannedAt: described(timestampMs(), "When the member was banned; absent for members who are not.").optional(),
  bannedUntil: described(timestampMs(), "When the ban ends; absent for one that lasts.").optional(),
  banReason: described(
    text(0, 500),
    "Why the member was banned: an internal note for those who may ban.",
    "Kept posting advertisements after two warnings.",
  ).optional(),
  metadata: described(jsonObject(8192), "What an application keeps with the membership.", {
    costCenter: "4711",
  }).optional(),
  lastActivityAt: described(timestampMs(), "When the member was last seen in the organization.").optional(),
};

/** A user in an organization with a role. Written with the organization, by `createUser`, and by its administrators. */
export const memberships = tenantTable(membershipFields, "CU", {
  noun: "membership",
  description: "A person in an organization, with a role.",
  audited: true,
  untold: ["banReason"],
  events: [
    {
      type: "member.joined",
      description: "A person is a member from now on.",
      on: ["created", "updated"],
      becomes: { status: "active" },
      // Who comes back from `inactive` has not joined anew.
      was: { status: ["pending"] },
    },
    {
      type: "member.updated",
      description: "The role, the status, a ban or the metadata of a member has changed.",
      on: ["updated"],
      was: { status: ["active", "inactive"] },
    },
    {
      type: "member.removed",
      description: "A member was removed, or left.",
      on: ["deleted"],
      was: { status: ["active", "inactive"] },
    },
  ],
  unique: [{ fields: ["organizationId", "userId"], index: "by_organizationId_and_userId", code: "already_member" }],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_userId", ["organizationId", "userId"])
  .index("by_organizationId_and_status", ["organizationId", "status"])
  .index("by_organizationId_and_roleId", ["organizationId", "roleId"])
  .index("by_invitedEmail", ["invitedEmail"])
  .index("by_userId", ["userId"])
  .index("by_userId_and_organizationId", ["userId", "organizationId"]);

/** E-mails that one invitation may cause. */
export const maximumSends = 5;

export const invitationFields = {
  email: described(
    emailAddress(),
    "The address that is invited; whoever has it verified can accept.",
    "sam.lindqvist@example.com",
  ),
  roleId: described(
    reference("roles", "null"),
    "The role that the person gets; absent once it was deleted for good.",
  ).optional(),
  status: described(
    z.enum(["pending", "accepted", "declined", "revoked", "expired"]),
    "Only a pending invitation can be accepted; `expired` from `expiresAt` on.",
  ),
  tokenHash: described(
    z.string().max(64),
    "SHA-256 of the token in the newest e-mail; absent until that is sent.",
    exampleHash,
  ).optional(),
  expiresAt: madeWhenAbsent(
    described(timestampMs(), "When the invitation stops.", Date.UTC(2026, 0, 22, 10, 30)),
    "An hour to 30 days ahead; 7 days unless given.",
  ),
  invitedBy: described(
    reference("users", "null"),
    "Who answers for the invitation: the member who sent it last, or the owner of the API key that did.",
  ).optional(),
  invitedByKeyId: described(
    reference("apiKeys", "null"),
    "The API key that sent it last; absent where a person did.",
  ).optional(),
  acceptedBy: described(reference("users", "null"), "Who accepted it.").optional(),
  acceptedAt: described(timestampMs(), "When it was accepted.").optional(),
  sendCount: described(integer(1, maximumSends), `How often it was sent; ${maximumSends} times at most.`, 1),
  lastSentAt: described(timestampMs(), "When its newest e-mail was sent; absent until then.").optional(),
};

/** A join that waits for its addressee. Sent by administrators, ended by the addressee, by them, or by time. */
export const invitations = tenantTable(invitationFields, "CU", {
  noun: "invitation",
  description: "An invitation by e-mail to become a member of the organization.",
  audited: true,
  events: ["created"],
  secret: ["tokenHash"],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_status", ["organizationId", "status"])
  .index("by_organizationId_and_email", ["organizationId", "email"])
  .index("by_organizationId_and_email_and_status", ["organizationId", "email", "status"])
  .index("by_tokenHash", ["tokenHash"])
  .index("by_email_and_status", ["email", "status"])
  .index("by_status_and_expiresAt", ["status", "expiresAt"])
  .index("by_invitedBy_and_status", ["invitedBy", "status"]);
