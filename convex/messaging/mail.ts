import { getFunctionName, makeFunctionReference } from "convex/server";
import { env } from "../_generated/server";
import { dayMs, minuteMs } from "../core/wire/durations";
import { categoryOf, render } from "./templates";
import type { TemplateData, TemplateType } from "./templates";
import type { MailedPrefix } from "../core/wire/credentialKinds";
import type { StoredSecret } from "../core/wire/secrets";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import type { FunctionReference, FunctionVisibility } from "convex/server";

/** A sender that has not ended after this long has ended with its process. */
export const sendingLeaseMs = 5 * minuteMs;

/** How long e-mails are kept of no organization, and of those that have not said. */
export const emailRetentionDays = 365;

const sendReference = makeFunctionReference<"action", { emailId: Id<"emails"> }>("messaging/sending:send");

/**
 * The internal mutation that stores the hash of a secret with the row that the secret opens, in the place of an earlier one. It answers
 * false where nobody waits for the e-mail any more, which then is not sent.
 */
export type TokenIssuer = FunctionReference<
  "mutation",
  FunctionVisibility,
  { rowId: string; secret: StoredSecret },
  boolean
>;

/** An e-mail to queue. */
export interface NewEmail<Type extends TemplateType> {
  readonly template: Type;
  readonly to: string;
  readonly data: TemplateData[Type];
  /** Whose e-mail it is; one of an account is nobody's. */
  readonly organization?: Doc<"organizations"> | undefined;
  /** The recipient, where it is a known person. */
  readonly userId?: Id<"users"> | undefined;
  /** What it carries beside its data. No mutation and no row sees it: the sender makes it, the same with each attempt. */
  readonly secret?: { readonly prefix: MailedPrefix; readonly issuer: TokenIssuer; readonly rowId: string };
}

/** Queues an e-mail with the change that it tells of: both are written or neither. Sending begins afterwards. */
export async function queueEmail<Type extends TemplateType>(
  ctx: {
    readonly unscoped: UnscopedWriter;
    readonly scheduler: MutationCtx["scheduler"];
    readonly now: number;
  },
  { template, to, data, organization, userId, secret }: NewEmail<Type>,
): Promise<Id<"emails">> {
  const rendered = render(template, data, { siteUrl: env["SITE_URL"], carriesToken: secret !== undefined });
  const category = categoryOf(template);
  const values = {
    to,
    templateType: template,
    ...(category === undefined ? {} : { category }),
    ...rendered,
    ...(userId === undefined ? {} : { userId }),
    ...(secret === undefined ? {} : { tokenSource: { ...secret, issuer: getFunctionName(secret.issuer) } }),
    status: "queued",
    attempts: 0,
    nextRetryAt: ctx.now + sendingLeaseMs,
    expiresAt: ctx.now + (organization?.settings.emailRetentionDays ?? emailRetentionDays) * dayMs,
  } as const;
  const { _id } = await (organization
    ? ctx.unscoped.within(organization).insert("emails", values)
    : ctx.unscoped.insert("emails", values));
  await ctx.scheduler.runAfter(0, sendReference, { emailId: _id });
  return _id;
}
