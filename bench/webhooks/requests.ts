import path from "node:path";
import type { ServerProcess } from "../serverProcess";
import type { WebhookSetup } from "./webhookServer";

/** One person makes everything, which the deployment's own limits would stretch over hours. */
export const raisedLimits = { RATE_LIMITS: "user=10000000, createOrganization=10000000" };
export const serverProgram = path.join(import.meta.dirname, "webhookServer.ts");
export type Server = ServerProcess<WebhookSetup>;

/** The server answered, and not with success. */
export class Refusal extends Error {}

/** Asks the product, as the person who has made everything. @throws {Refusal} */
export async function request(
  { setup: { siteUrl, founderToken } }: Server,
  route: string,
  body: object,
  { organization, key }: { readonly organization?: string; readonly key?: string } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(siteUrl + route, {
    method: "POST",
    headers: {
      authorization: `Bearer ${founderToken}`,
      "content-type": "application/json",
      ...(organization === undefined ? {} : { "portico-organization": organization }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Refusal(`${route} was answered with ${response.status}: ${text}`);
  return JSON.parse(text);
}
