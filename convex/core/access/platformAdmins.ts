import { env } from "../../_generated/server";
import { canonicalTokenIdentifier } from "../wire/issuers";
import type { Doc } from "../../_generated/dataModel";

/**
 * True if `PLATFORM_ADMIN_SUBJECTS` names the person now. The setting decides at every request; `users.isPlatformAdmin` only
 * shows what it said when the person last signed in, so that who is taken off the list loses everything at once.
 */
export function isPlatformAdmin({ tokenIdentifier }: Pick<Doc<"users">, "tokenIdentifier">): boolean {
  return tokenIdentifier !== undefined && isListedSubject(env["PLATFORM_ADMIN_SUBJECTS"], tokenIdentifier);
}

/** True if `list`, a comma list of `iss|sub`, names this token identifier in any spelling of its issuer. */
export function isListedSubject(list: string | undefined, tokenIdentifier: string): boolean {
  const wanted = canonicalTokenIdentifier(tokenIdentifier);
  return wanted !== "" && (list ?? "").split(",").some((entry) => canonicalTokenIdentifier(entry.trim()) === wanted);
}
