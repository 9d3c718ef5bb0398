import { createHash, randomBytes } from "node:crypto";
import { send } from "./client.testing";
import { nextSample } from "./samples.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

// Measurements arrange requests by this file too, and run without a test runner.

/** An invitation with the token that its e-mail would carry. */
export interface Invited {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

/** Invites an address; `body` says more, and another address if one is meant. */
export async function invite(
  portico: TestPortico,
  credential: string,
  body: Readonly<Record<string, unknown>> = {},
): Promise<Invited> {
  const email = `invitee${nextSample()}@invited.example`;
  const created = await send(portico, "POST", "/v1/invitations", credential, { email, ...body });
  if (created.status !== 201) throw new Error(`Nobody could be invited: ${created.text}`);
  const id = String(created.body["id"]);
  return { id, email: String(created.body["email"]), token: await tokenOf(portico, credential, id) };
}

/**
 * A token that opens the invitation. The real one is in the e-mail and nowhere else, which nobody takes in these tests; so another one
 * is put there, in the way in which the sender does it.
 */
export async function tokenOf(portico: TestPortico, credential: string, id: string): Promise<string> {
  const { body } = await send(portico, "GET", `/v1/invitations/${id}`, credential);
  return putToken(portico, id, Number(body["sendCount"]));
}

/** Gives the invitation a token, which lasts until the e-mail of this number is sent if that has not happened yet. */
export async function putToken(portico: TestPortico, id: string, sendCount: number): Promise<string> {
  const token = `inv_${randomBytes(64).toString("base64").replaceAll(/[+/=]/g, "").slice(0, 43)}`;
  const secret = { hash: createHash("sha256").update(token).digest("hex"), prefix: token.slice(0, 12) };
  const outcome = await portico.deployment.call({
    type: "mutation",
    path: "tenancy/invitationUpkeep:storeToken",
    argsText: JSON.stringify({ rowId: `${id}.${sendCount}`, secret }),
    caller: { kind: "admin" },
    metadata: { requestId: `token-of-${id}`, ip: null, userAgent: null },
    allowInternal: true,
  });
  if (outcome.status !== "success" || outcome.valueText !== "true")
    throw new Error(`The invitation took no token: ${JSON.stringify(outcome)}`);
  return token;
}

/** Signs in whoever has the address; the token names no organization. */
export async function signIn(portico: TestPortico, email: string, isVerified = true): Promise<string> {
  const claims = { sub: email, email, email_verified: isVerified, name: email.slice(0, email.indexOf("@")) };
  const token = await portico.issuer.mintUserToken(claims, 3600);
  const synced = await send(portico, "POST", "/v1/me/sync", token, {});
  if (synced.status !== 200) throw new Error(`Nobody could sign in: ${synced.text}`);
  return token;
}
