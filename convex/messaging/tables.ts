import * as z from "zod";
import {
  described,
  emailAddress,
  exampleHash,
  integer,
  jsonObject,
  reference,
  text,
  timestampMs,
} from "../core/schema/fields";
import { globalTable, optionalTenantTable, tenantTable } from "../core/schema/table";

/** What a notification may tell of. What an integrator makes up begins with `custom.`. */
export const notificationTypes = [
  "comment",
  "reply",
  "like",
  "mention",
  "follow",
  "message",
  "level_up",
  "role_changed",
  "invitation_accepted",
  "schedule_active",
  "schedule_cancelled",
  "event_created",
  "event_cancelled",
  "event_reminder",
  "rsvp_promoted",
  "course_published",
  "course_completed",
  "report_created",
  "report_resolved",
  "content_removed",
  "subscription_active",
  "subscription_past_due",
  "subscription_canceled",
  "trial_ending",
  "health_down",
  "health_recovered",
  "job_failed",
  "dock_sync_failed",
  "credential_expiring",
  "domain_expiring",
  "bill_finalized",
  "webhook_failing",
  "webhook_disabled",
] as const;
export type NotificationType = (typeof notificationTypes)[number] | `custom.${string}`;

const typePattern = new RegExp(`^(${notificationTypes.join("|")}|custom\\.[a-z0-9_.]{1,64})$`);

export const notificationFields = {
  userId: described(reference("users", "cascade"), "Whom it tells."),
  type: described(z.string().max(80).regex(typePattern), "What it tells of.", "role_changed"),
  actorId: described(
    reference("users", "null"),
    "The person whose doing it tells of; absent where no person did it.",
  ).optional(),
  data: described(jsonObject(8192), "What it tells, by reference: ids and keys, never texts of the rows they name.", {
    roleKey: "admin",
  }),
  groupKey: described(
    text(1, 200),
    "Unread notifications of one key are one, and `data.count` says of how many.",
    "like:post:jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
  ).optional(),
  read: described(z.boolean(), "Whether the recipient has read it.", false),
  readAt: described(timestampMs(), "When the recipient read it.").optional(),
  createdAt: described(timestampMs(), "When it was written, or last merged with another."),
};

/** What a member is told in the product. Written by `notify`; read and deleted by its recipient. */
export const notifications = tenantTable(notificationFields, "", {
  noun: "notification",
  description: "Something that a member of the organization is told.",
})
  .index("by_organizationId_and_userId_and_createdAt", ["organizationId", "userId", "createdAt"])
  .index("by_organizationId_and_userId_and_read_and_createdAt", ["organizationId", "userId", "read", "createdAt"])
  .index("by_organizationId_and_userId_and_type_and_createdAt", ["organizationId", "userId", "type", "createdAt"])
  .index("by_organizationId_and_userId_and_groupKey_and_read", ["organizationId", "userId", "groupKey", "read"])
  .index("by_read_and_createdAt", ["read", "createdAt"]);

/** What people can turn off, each by a setting of theirs. What follows from their own account has no category. */
export const emailCategories = ["activity"] as const;
export type EmailCategory = (typeof emailCategories)[number];

export const emailFields = {
  to: described(emailAddress(), "The address that it goes to.", "dana.okoye@example.com"),
  templateType: described(
    z.enum([
      "welcome",
      "organizationInvite",
      "roleChanged",
      "organizationDeleted",
      "invitationAccepted",
      "webhookFailing",
      "webhookDisabled",
      "billFinalized",
      "subscriptionActive",
      "subscriptionCanceled",
      "paymentFailed",
      "trialEnding",
    ]),
    "What it is about, and so which template makes it.",
  ),
  category: described(
    z.enum(emailCategories),
    "What the recipient can turn off to get no such e-mails; absent where they always go.",
  ).optional(),
  subject: described(text(1, 200), "Its subject.", "You are invited to North Wind Energy"),
  html: described(
    z.string(),
    "Its body as HTML. Where the recipient finds a secret or their unsubscribe link, it reads `[token]` or `[unsubscribe]`.",
    "<p>Hello Dana, your account is ready.</p>",
  ),
  text: described(
    z.string(),
    "Its body as plain text. Where the recipient finds a secret or their unsubscribe link, it reads `[token]` or `[unsubscribe]`.",
    "Hello Dana, your account is ready.",
  ),
  userId: described(reference("users", "null"), "The recipient, where it is a known person.").optional(),
  tokenSource: described(
    z.object({
      issuer: described(z.string().max(200), "The function that stores its hash.", "tenancy/invitations:issueToken"),
      prefix: described(z.string().max(12), "What it begins with.", "inv_"),
      rowId: described(z.string().max(64), "The row that it opens.", "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r"),
    }),
    "Where the secret in it comes from: the sender makes it, and only its hash is stored.",
  ).optional(),
  provider: described(
    z.enum(["local", "resend"]),
    "What carried it; `local` wrote it to a file of whoever runs the deployment. Absent until it is sent.",
  ).optional(),
  status: described(
    z.enum(["queued", "sent", "failed", "suppressed", "bounced", "complained"]),
    "How far it is. `suppressed` was not sent, since the address takes none or the recipient wants none; `bounced` came back; of `complained` the recipient said that it is spam.",
  ),
  attempts: described(integer(0, 3), "How often sending was begun.", 1),
  nextRetryAt: described(
    timestampMs(),
    "When sending is begun again unless it has ended; absent once it is sent or given up.",
  ).optional(),
  sentAt: described(timestampMs(), "When it was sent.").optional(),
  deliveredAt: described(
    timestampMs(),
    "When the recipient's server took it, as far as the provider tells.",
  ).optional(),
  error: described(
    z.string().max(500),
    "Why it was not sent, or has not arrived.",
    "The address does not exist.",
  ).optional(),
  providerMessageId: described(
    z.string().max(200),
    "The provider's name for it.",
    "49a3999c-0ce1-4ea6-ab68",
  ).optional(),
  expiresAt: described(
    timestampMs(),
    "When the e-mail is forgotten: the organization's `emailRetentionDays` after it was queued.",
    Date.UTC(2027, 0, 15, 9, 30),
  ).optional(),
};

/** Every e-mail, queued with the change that it tells of and sent afterwards. Those of no organization are of an account. */
export const emails = optionalTenantTable(emailFields, "CU", {
  noun: "email",
  description: "An e-mail of the deployment: what it was, to whom, and what became of it.",
  quotas: [
    {
      name: "invitationEmailsPerDay",
      limit: 1000,
      says: "E-mails to people who are no members",
      where: { templateType: ["organizationInvite"] },
      perDay: true,
    },
  ],
  secret: ["tokenSource"],
})
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_organizationId_and_status_and_createdAt", ["organizationId", "status", "createdAt"])
  .index("by_organizationId_and_templateType_and_createdAt", ["organizationId", "templateType", "createdAt"])
  .index("by_userId_and_createdAt", ["userId", "createdAt"])
  .index("by_status_and_nextRetryAt", ["status", "nextRetryAt"])
  .index("by_to", ["to"])
  .index("by_expiresAt", ["expiresAt"])
  .index("by_createdAt", ["createdAt"]);

export const emailOptOutFields = {
  userId: described(reference("users", "cascade"), "Who wants none."),
  category: described(z.enum(emailCategories), "What they are about."),
  createdAt: described(timestampMs(), "Since when."),
};

/** Whose e-mails of an organization somebody has turned off by an unsubscribe link. Written by the link, removed by the person's settings. */
export const emailOptOuts = tenantTable(emailOptOutFields, "", {
  noun: "emailOptOut",
  description: "A person who wants no e-mails of a category from the organization.",
})
  .index("by_organizationId_and_userId_and_category", ["organizationId", "userId", "category"])
  .index("by_userId", ["userId"]);

export const emailSuppressionFields = {
  addressHash: described(
    z.string().max(64),
    "SHA-256 of the address, so that the list is no list of people.",
    exampleHash,
  ),
  reason: described(
    z.enum(["bounce", "complaint"]),
    "`bounce` ends every e-mail to the address, `complaint` those that people can turn off.",
  ),
  detail: described(
    z.string().max(500),
    "What the recipient's server said, in rows of the version before; it is no longer written, since it is for the sender of that e-mail alone.",
    "The mailbox does not exist.",
  ).optional(),
  createdAt: described(timestampMs(), "Since when."),
};

/** Addresses that take no e-mails. Written by what the provider tells, removed by whoever runs the deployment. */
export const emailSuppressions = globalTable(emailSuppressionFields, "", {
  noun: "emailSuppression",
  description: "An address that gets no e-mails, since one came back or was called spam.",
  secret: ["addressHash"],
}).index("by_addressHash", ["addressHash"]);
