import { administratorsOf } from "../../messaging/administrators";
import { queueEmail } from "../../messaging/mail";
import { shownUrl } from "../../core/wire/redaction";
import { notify } from "../../messaging/notify";
import type { UnscopedWriter } from "../../core/records/writer";
import type { Doc } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";

/** Tells owner and administrators that an endpoint fails, or was disabled because it did: by a notification and by e-mail. */
export async function tellOfEndpoint(
  { ctx, writer, now }: { readonly ctx: MutationCtx; readonly writer: UnscopedWriter; readonly now: number },
  { _id, organizationId, url, status, failingSince = now }: Doc<"webhookEndpoints">,
  reason?: string,
): Promise<void> {
  const organization = await writer.get("organizations", organizationId);
  if (!organization) return;
  const db = writer.within(organization);
  const isDisabled = status === "disabled";
  for (const userId of await administratorsOf({ db, unscoped: writer })) {
    const type = isDisabled ? "webhook_disabled" : "webhook_failing";
    await notify({ db, unscoped: writer, now }, { userId, type, data: { webhookEndpointId: _id } });
    const user = await writer.get("users", userId);
    if (user?.email === undefined) continue;
    const recipient = { to: user.email, userId, organization };
    await queueEmail(
      { unscoped: writer, scheduler: ctx.scheduler, now },
      {
        template: isDisabled ? "webhookDisabled" : "webhookFailing",
        ...recipient,
        data: { organizationName: organization.name, url: shownUrl(url), failingSince, reason },
      },
    );
  }
}
