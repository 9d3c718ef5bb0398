import type { Doc } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** What a resource is called, whatever its kind calls it. */
export function nameOf(row: Doc<ResourceTable>): string {
  return "domainName" in row ? row.domainName : row.name;
}

/** The field of a kind that says what a resource is called. */
export function named(table: ResourceTable, name: string): { readonly name: string } | { readonly domainName: string } {
  return table === "domains" ? { domainName: name } : { name };
}
