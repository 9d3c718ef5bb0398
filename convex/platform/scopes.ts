/** What a client asked for, against what it holds. */
export type ScopeGrant = { readonly scope: string } | { readonly refusal: string };

// RFC 6749, 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), separated by single spaces.
const scopePattern = /^[!#-[\]-~]+( [!#-[\]-~]+)*$/;
const maximumScopeCharacters = 16_384;

/** Narrows `held` to what `requested` names; everything held without a request. Asking for more is refused by name. */
export function grantedScope(held: readonly string[], requested: string | undefined): ScopeGrant {
  if (requested === undefined || requested === "") return { scope: [...new Set(held)].sort().join(" ") };
  if (requested.length > maximumScopeCharacters || !scopePattern.test(requested)) {
    return { refusal: "A scope is a list of names with one space between them." };
  }
  const wanted = [...new Set(requested.split(" "))].sort();
  const missing = wanted.filter((scope) => !held.includes(scope));
  if (missing.length === 0) return { scope: wanted.join(" ") };
  return { refusal: `The credential does not hold: ${missing.slice(0, 10).join(" ")}.` };
}
