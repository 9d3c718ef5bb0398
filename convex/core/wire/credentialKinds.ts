import type { Credential } from "./restProtocol";

interface CredentialKind {
  /** What every credential of the kind begins with: by this it is told from a JWT. */
  readonly prefix: string;
  /** What new ones begin with. */
  readonly issued: string;
}

/** The opaque credentials that this deployment issues. All are sent as `Authorization: Bearer`. */
export const credentialKinds = {
  apiKey: { prefix: "sk_", issued: "sk_live_" },
  agent: { prefix: "agt_", issued: "agt_" },
  enrollment: { prefix: "enr_", issued: "enr_" },
} as const satisfies Readonly<Record<Credential["kind"], CredentialKind>>;

/** What a new credential may begin with. */
export type IssuedPrefix = (typeof credentialKinds)[Credential["kind"]]["issued"];

/** What secrets begin with that are issued to be known on both sides, so that they are stored encrypted. */
export const sealedPrefixes = ["whsec_"] as const;
export type SealedPrefix = (typeof sealedPrefixes)[number];

/** What secrets that e-mails carry begin with. None of them is sent as a bearer token: each opens the one row that it was made for. */
export const mailedPrefixes = ["inv_"] as const;
export type MailedPrefix = (typeof mailedPrefixes)[number];

/** Whether secrets that e-mails carry begin like this. */
export function isMailedPrefix(prefix: string): prefix is MailedPrefix {
  return mailedPrefixes.some((known) => known === prefix);
}

/** Which kind of credential the bearer token is; undefined when it is none of this deployment's: a JWT, if anything. */
export function credentialKindOf(token: string): Credential["kind"] | undefined {
  if (token.startsWith(credentialKinds.apiKey.prefix)) return "apiKey";
  if (token.startsWith(credentialKinds.agent.prefix)) return "agent";
  return token.startsWith(credentialKinds.enrollment.prefix) ? "enrollment" : undefined;
}

/** How texts show a credential of the kind. */
export function shownCredential(kind: Credential["kind"]): string {
  return `${credentialKinds[kind].prefix}…`;
}
