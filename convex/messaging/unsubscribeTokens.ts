import { env } from "../_generated/server";
import { base64UrlOf, bytesOfBase64Url } from "../core/wire/base64Url";
import { isCategory } from "./categories";
import { mailKey } from "./mailKey";
import type { EmailCategory } from "./tables";
import type { Doc } from "../_generated/dataModel";

/** Whose e-mails an unsubscribe link turns off. */
export interface Subscription {
  readonly userId: string;
  readonly organizationId: string;
  readonly category: EmailCategory;
}

/** An unsubscribe link of an e-mail, with a token that lasts as long as the deployment's key; undefined where there is nothing to turn off. */
export async function unsubscribeUrlOf({
  userId,
  organizationId,
  category,
}: Partial<Pick<Doc<"emails">, "userId" | "organizationId" | "category">>): Promise<string | undefined> {
  if (userId === undefined || organizationId === undefined || category === undefined) return undefined;
  const token = await unsubscribeToken({ userId, organizationId, category });
  return `${env["CONVEX_SITE_URL"] ?? ""}/v1/email/unsubscribe?token=${token}`;
}

/** The token: whose e-mails, and a MAC that nobody else can make. */
async function unsubscribeToken({ userId, organizationId, category }: Subscription): Promise<string> {
  const named = `${userId}.${organizationId}.${category}`;
  return `${named}.${base64UrlOf(await crypto.subtle.sign("HMAC", await mailKey(), signedBytes(named)))}`;
}

/** What a token turns off; undefined for one that was not made here. */
export async function subscriptionOf(token: string): Promise<Subscription | undefined> {
  const end = token.lastIndexOf(".");
  const named = token.slice(0, end);
  const [userId, organizationId, category, ...rest] = named.split(".");
  if (!userId || !organizationId || !isCategory(category) || rest.length > 0) return undefined;
  const mac = bytesOfBase64Url(token.slice(end + 1));
  // Where there is no key, no link was ever made.
  const key = mac && (await mailKey().catch(() => undefined));
  const isRight = key && (await crypto.subtle.verify("HMAC", key, mac, signedBytes(named)));
  return isRight ? { userId, organizationId, category } : undefined;
}

function signedBytes(named: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`unsubscribe:${named}`);
}
