import * as z from "zod";
import { described } from "../schema/fields";
import { asValues } from "./casts";
import { capitalized, wordsOf } from "./words";
import type { Resource } from "./resource";
import type { TenantTable } from "../records/documents";
import type { Fields } from "../schema/table";

/** Creates up to 100 rows in one transaction, all or none: `POST <path>/batch` with `{items}`. */
export function batchCreation<
  Table extends TenantTable,
  Create extends Fields,
  Update extends Fields,
  IdParameter extends string,
  Field extends string,
>(resource: Resource<Table, Create, Update, IdParameter, Field>) {
  const plural = resource.name.slice(resource.name.indexOf("/") + 1);
  return resource.at("/batch").change("batchCreate", {
    summary: `Create up to 100 ${wordsOf(plural)}`,
    description: "One transaction: all are created, or none. Pointers of errors carry the item's index.",
    permission: "create",
    input: () => {
      const items = z.array(z.strictObject(resource.createFields)).min(1).max(100);
      return { items: described(items, "The rows to create, each as its own creation takes it.") };
    },
    output: () =>
      z.object({ data: described(z.array(resource.document), "The created rows, in the order of `items`.") }),
    problems: resource.problemsOf("create"),
    departs: { operationId: `batchCreate${capitalized(plural)}`, status: 201, readOnly: undefined },
    handler: async (ctx, { items }) => {
      const data: object[] = [];
      for (const values of items)
        data.push(await resource.show(ctx, await resource.insert(ctx, asValues<Table>(values))));
      return { data };
    },
  });
}
