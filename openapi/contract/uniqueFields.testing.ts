import { tableMetadata } from "../../convex/core/schema/tableMetadata";
import type { TableMetadata, UniqueRule } from "../../convex/core/schema/table";
import type { Operation } from "../../convex/core/operations/declaration";

/** Names of the operation's rows that must be unique. */
export function uniqueFieldsOf({ declaration }: Operation): readonly string[] {
  return rulesOf(declaration).flatMap(fieldsOf);
}

/** The same by rule: fields that together are one row's alone. */
export function uniqueSetsOf({ declaration }: Operation): readonly (readonly string[])[] {
  return rulesOf(declaration).map(fieldsOf);
}

/** Those of them that a row gives free when it goes into the trash. */
export function freedFieldsOf({ declaration }: Operation): readonly string[] {
  return rulesOf(declaration).flatMap((rule) => (rule.includesTrash ? [] : fieldsOf(rule)));
}

function rulesOf({ noun }: Operation["declaration"]): readonly UniqueRule[] {
  const tables: readonly TableMetadata[] = Object.values(tableMetadata);
  return tables.find((metadata) => metadata.noun === noun)?.unique ?? [];
}

function fieldsOf({ fields }: UniqueRule): readonly string[] {
  return fields.filter((field) => field !== "organizationId");
}
