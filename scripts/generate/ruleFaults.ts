import type { TableMetadata } from "../../convex/core/schema/table";

/**
 * Lists the rules of a table that could never be kept: a unique rule whose index is not there or lacks a field of it, a
 * reference to no table, a secret that is bound to no organization. A line each, naming file, table and what to write there.
 */
export function ruleFaults(
  file: string,
  table: string,
  { unique, references, indexes, sealed, tenant }: TableMetadata,
  tables: ReadonlySet<string>,
): readonly string[] {
  const place = `${file}: ${table}`;
  const ofUnique = unique.flatMap(({ fields, index }) => {
    const indexed = indexes[index];
    if (!indexed) return [`${place} is unique by the index ${index}, which it does not have: declare it.`];
    const missing = fields.filter((field) => !indexed.includes(field));
    return missing.length === 0 ? [] : [`${place} is unique by ${index}, which lacks ${missing.join(" and ")}.`];
  });
  const ofReferences = references
    .filter((reference) => !tables.has(reference.table))
    .map(({ path, table: named }) => `${place}.${path.join(".")} refers to ${named}, which is no table.`);
  const ofSecrets =
    sealed.length === 0 || tenant === "required"
      ? []
      : [`${place} holds ${sealed.join(" and ")} sealed, which binds it to an organization: make it a tenantTable.`];
  return [...ofUnique, ...ofReferences, ...ofSecrets];
}
