import * as z from "zod";
import { described, emailAddress, integer, jsonObject, reference, text, timestampMs } from "../core/schema/fields";
import { optionalTenantTable, tenantTable } from "../core/schema/table";

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

export const emailFields = {
  to: described(emailAddress(), "The address that it goes to.", "dana.okoye@example.com"),
  templateType: described(
    z.enum([
      "welcome",
      "organizationInvite",
      "roleChanged",
      "organizationDeleted",
      "webhookFailing",
      "webhookDisabled",
    ]),
    "What it is about, and so which template makes it.",
  ),
  subject: described(text(1, 200), "Its subject.", "You are invited to North Wind Energy"),
  html: described(
    z.string(),
    "Its body as HTML. Where the recipient finds a secret, it reads `[token]`.",
    "<p>Hello Dana, your account is ready.</p>",
  ),
  text: described(
    z.string(),
    "Its body as plain text. Where the recipient finds a secret, it reads `[token]`.",
    "Hello Dana, your account is ready.",
  ),
  userId: described(reference("users", "null"), "The recipient, where it is a known person.").optional(),
  tokenSource: described(
    z.object({
      issuer: described(z.string().max(200), "The function that stores its hash.", "tenancy/invitations:issueToken"),
      prefix: described(z.string().max(12), "What it begins with.", "inv_"),
      rowId: described(z.string().max(64), "The row that it opens.", "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r"),
    }),
    "Where the secret in it comes from: the sender makes it anew each time, and only its hash is stored.",
  ).optional(),
  provider: described(
    z.enum(["local", "resend"]),
    "What carried it; `local` hands it to nobody. Absent until it is sent.",
  ).optional(),
  status: described(z.enum(["queued", "sent", "failed"]), "How far it is."),
  attempts: described(integer(0, 3), "How often sending was begun.", 1),
  nextRetryAt: described(
    timestampMs(),
    "When sending is begun again unless it has ended; absent once it is sent or given up.",
  ).optional(),
  sentAt: described(timestampMs(), "When it was sent.").optional(),
  error: described(z.string().max(500), "Why it was not sent.", "The address does not exist.").optional(),
  providerMessageId: described(
    z.string().max(200),
    "The provider's name for it.",
    "49a3999c-0ce1-4ea6-ab68",
  ).optional(),
};

/** Every e-mail, queued with the change that it tells of and sent afterwards. Those of no organization are of an account. */
export const emails = optionalTenantTable(emailFields, "CU", {
  noun: "email",
  description: "An e-mail of the deployment: what it was, to whom, and what became of it.",
  secret: ["tokenSource"],
})
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_organizationId_and_status_and_createdAt", ["organizationId", "status", "createdAt"])
  .index("by_organizationId_and_templateType_and_createdAt", ["organizationId", "templateType", "createdAt"])
  .index("by_userId_and_createdAt", ["userId", "createdAt"])
  .index("by_status_and_nextRetryAt", ["status", "nextRetryAt"])
  .index("by_createdAt", ["createdAt"]);
