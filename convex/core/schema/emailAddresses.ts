/** What a domain is written in before it is looked at: letters, marks and digits of any script, dots of any width, hyphens. */
const domainCharacters = /^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u;
const ascii = /^[!-~]+$/;

/**
 * The one spelling of an e-mail address: lower case, and a domain of other letters as the A-labels that name servers know
 * (UTS 46, as browsers do it). What is no address comes back as it is, for the schema to refuse.
 */
export function canonicalEmail(address: string): string {
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  if (at < 1 || ascii.test(domain)) return address.toLowerCase();
  const labels = domainCharacters.test(domain) ? asciiDomain(domain) : undefined;
  return labels === undefined ? address : `${address.slice(0, at).toLowerCase()}@${labels}`;
}

function asciiDomain(domain: string): string | undefined {
  try {
    const { hostname } = new URL(`http://${domain}`);
    // What looks like a number becomes an IP address there.
    return /[a-z]/.test(hostname) ? hostname : undefined;
  } catch {
    return undefined;
  }
}
