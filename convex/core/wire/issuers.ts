/**
 * One spelling for what Convex takes for one issuer: with its scheme, without slashes at the end. Identity providers are
 * configured without the slash that their tokens carry, and some have changed it.
 */
export function canonicalIssuer(issuer: string): string {
  const withScheme = /^https?:\/\//.test(issuer) ? issuer : `https://${issuer}`;
  let end = withScheme.length;
  while (withScheme[end - 1] === "/") end--;
  return withScheme.slice(0, end);
}

/** `iss|sub` of a person's tokens in that spelling. A subject may have bars of its own, as Auth0's do. */
export function canonicalTokenIdentifier(tokenIdentifier: string): string {
  const bar = tokenIdentifier.indexOf("|");
  return bar < 0 ? tokenIdentifier : canonicalIssuer(tokenIdentifier.slice(0, bar)) + tokenIdentifier.slice(bar);
}

/** Under which token identifiers the row of a person may be stored: before there was one spelling, most had the slash. */
export function storedTokenIdentifiers(issuer: string, subject: string): readonly string[] {
  return [`${canonicalIssuer(issuer)}|${subject}`, `${canonicalIssuer(issuer)}/|${subject}`];
}
