import { domains } from "./domains";
import { byText } from "./json";

/** Whose operations the gateway's own routes are in the documents per domain. */
export const gatewayDomain = "platform";

/** The names of the domains that have a document of their own, in order. */
export const documentDomainNames: readonly string[] = [...new Set([...Object.keys(domains), gatewayDomain])].toSorted(
  byText,
);
