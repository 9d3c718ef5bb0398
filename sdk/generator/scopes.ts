import { isRecord } from "../src/runtime/json";
import type { OpenApiDocument } from "./document";

/** The presets by what each takes of the scopes that there are; `<resource>:*` takes all of a resource. */
const presets: Readonly<Record<string, { readonly purpose: string; readonly takes: (scope: string) => boolean }>> = {
  readOnly: { purpose: "Reads everything that an API key may read.", takes: (scope) => scope.endsWith(":read") },
  ingest: {
    purpose: "Brings data in: entities, health, usage and events.",
    takes: oneOf("entity:upsert entity:relate entity:delete healthCheck:record usage:create eventLog:create"),
  },
  worker: {
    purpose: "Claims jobs and events, and works on them.",
    takes: oneOf("job:claim job:read eventLog:process eventLog:read dataSource:read"),
  },
  deviceAdmin: {
    purpose: "Enrols and manages device agents.",
    takes: oneOf("agent:read agent:update agent:revoke agentEnrollment:* agentApiLog:read site:read"),
  },
  full: { purpose: "Everything that an API key may carry.", takes: () => true },
};

function oneOf(list: string): (scope: string) => boolean {
  const named = list.split(" ");
  return (scope) => named.includes(scope) || named.includes(`${scope.slice(0, scope.indexOf(":"))}:*`);
}

/**
 * The scopes that API keys may carry, as a type, and presets of them. A preset has those of its scopes that the document has,
 * and is left out while there are none.
 */
export function scopePresets(document: OpenApiDocument): string {
  const scopes = scopesOf(document);
  const rows = Object.entries(presets).flatMap(([name, { purpose, takes }]) => {
    const taken = scopes.filter(takes);
    if (taken.length === 0) return [];
    return [`  /** ${purpose} */\n  ${name}: [${taken.map((scope) => JSON.stringify(scope)).join(", ")}],`];
  });
  const union = scopes.map((scope) => `  | ${JSON.stringify(scope)}`).join("\n");
  return `/** A permission that an API key may carry as a scope. */
export type ApiKeyScope =
${union || "  never"};

/** Scopes of API keys for common uses: \`portico.apiKeys.create({ name, scopes: [...scopePresets.readOnly] })\`. */
export const scopePresets = {
${rows.join("\n")}
} as const satisfies Readonly<Record<string, readonly ApiKeyScope[]>>;
`;
}

/** The scopes of the operations that take API keys, in alphabetical order. */
function scopesOf(document: OpenApiDocument): readonly string[] {
  const scopes = new Set<string>();
  for (const { operation } of document.rawOperations()) {
    const security = Array.isArray(operation["security"]) ? operation["security"].filter(isRecord) : [];
    if (!security.some((way) => Object.hasOwn(way, "apiKey"))) continue;
    for (const { clientCredentials } of security) {
      if (Array.isArray(clientCredentials)) for (const scope of clientCredentials) scopes.add(String(scope));
    }
  }
  return [...scopes].toSorted();
}
