import schema from "../convex/schema";
import { capitalized, wordsOf } from "../convex/core/resources/words";
import { declarationOf } from "../convex/core/schema/table";
import { DeclarationFaults } from "../scripts/lib/declarationFaults";
import { byText } from "./json";
import { placeOf } from "./resourceOrder";

/** Descriptions of the resources without a table of their name to describe them. */
const descriptions: Readonly<Record<string, string>> = {
  me: "The signed-in person: user, profile, settings, rights and organizations.",
  permissions: "The catalogue of permissions.",
  providers: "What docks can connect.",
  clientResources: "What belongs to a client, of all tables.",
  dockSyncHistory: "The syncs of a dock, and what came of each.",
  batch: "Several rows in one transaction.",
  oauth: "Access tokens for machines, and how OAuth clients discover this deployment.",
  platform: "The deployment itself.",
  documentation: "This reference, its document, and the pages that explain problem codes.",
};

/** Names that are written otherwise than their words. */
const names: Readonly<Record<string, string>> = { oauth: "OAuth" };

/** The tag of a resource: `agentApiLogs` is `Agent api logs`. */
export function tagOf(resource: string): string {
  return names[resource] ?? capitalized(wordsOf(resource));
}

/** The tags of `resources`, in order, each with its description. */
export function tagList(resources: Iterable<string>): { name: string; description: string }[] {
  return [...new Set(resources)]
    .toSorted((left, right) => placeOf(left) - placeOf(right) || byText(tagOf(left), tagOf(right)))
    .map((resource) => ({
      name: tagOf(resource),
      description: descriptions[resource] ?? tableDescription(resource),
    }));
}

function tableDescription(resource: string): string {
  // A resource is called as its table, or as what the table calls its rows.
  const description = Object.entries(schema.tables)
    .map(([table, definition]) => ({ table, options: declarationOf(definition)?.options }))
    .find(({ table, options }) => table === resource || `${options?.noun}s` === resource)?.options?.description;
  if (description === undefined)
    throw new DeclarationFaults([`openapi/tags.ts: say what ${resource} is, which has no table.`]);
  return description;
}
