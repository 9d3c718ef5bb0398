import { tableMetadata } from "../../convex/core/schema/tableMetadata";
import type { Operation } from "../../convex/core/operations/declaration";

/** Names of the operation's rows that must be unique. */
export function uniqueFieldsOf({ declaration }: Operation): readonly string[] {
  const metadata = Object.values(tableMetadata).find(({ noun }) => noun === declaration.noun);
  const fields: string[] = metadata?.unique.flatMap((rule) => [...rule.fields]) ?? [];
  return fields.filter((field) => field !== "organizationId");
}
