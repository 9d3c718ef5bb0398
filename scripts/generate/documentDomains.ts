import { capitalized, wordsOf } from "../../convex/core/resources/words";
import { gatewayDomain } from "../../openapi/documentDomains";
import { platformOperations } from "../../openapi/platformOperations";
import { registry } from "../../openapi/registry";
import { tagList, tagOf } from "../../openapi/tags";
import { banner } from "./banner";

/**
 * The source of `convex/documentation/documentDomains.ts`.
 *
 * @throws {Error} When two domains have the same tag, so that an operation's tag would not say whose it is.
 */
export function documentDomainsSource(): string {
  const rows = [...tagsByDomain()].map(([name, tags]) => {
    const entry = { name, title: capitalized(wordsOf(name)), tags };
    return `  ${JSON.stringify(entry)},`;
  });
  return `${banner}
/** A part of the API that has a document of its own. */
export interface DocumentDomain {
  /** As the document's URL has it. */
  readonly name: string;
  readonly title: string;
  /** Those of its operations, which no other domain has. */
  readonly tags: readonly string[];
}

/** Every domain, in the order of the document's tags. */
export const documentDomains: readonly DocumentDomain[] = [
${rows.join("\n")}
];
`;
}

/** Domains and their tags, both in the order in which the whole document lists the tags. */
function tagsByDomain(): Map<string, string[]> {
  const owners = new Map<string, string>();
  const resources = [
    ...registry.map(({ domain, resource }) => ({ domain, resource })),
    ...platformOperations.map(({ resource }) => ({ domain: gatewayDomain, resource })),
  ];
  for (const { domain, resource } of resources) {
    const tag = tagOf(resource);
    const owner = owners.get(tag) ?? domain;
    if (owner !== domain) throw new Error(`${owner} and ${domain} both have operations under the tag ${tag}.`);
    owners.set(tag, domain);
  }
  const domains = new Map<string, string[]>();
  for (const { name: tag } of tagList(resources.map(({ resource }) => resource))) {
    const owner = owners.get(tag) ?? gatewayDomain;
    domains.set(owner, [...(domains.get(owner) ?? []), tag]);
  }
  return domains;
}
