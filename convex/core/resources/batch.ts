import * as z from "zod";
import { mutationOperation } from "../operations/define";
import { described } from "../schema/fields";
import { asValues, permissionOf } from "./casts";
import { capitalized, wordsOf } from "./words";
import type { Resource } from "./resource";
import type { TenantTable } from "../records/documents";
import type { Fields } from "../schema/table";

/** Creates up to 100 rows in one transaction, all or none: `POST <path>/batch` with `{items}`. */
export function batchCreation<Table extends TenantTable, Create extends Fields, Update extends Fields>(
  resource: Resource<Table, Create, Update>,
) {
  const { name, path, noun } = resource;
  const plural = name.slice(name.indexOf("/") + 1);
  return mutationOperation({
    name: `${name}:batchCreate`,
    operationId: `batchCreate${capitalized(plural)}`,
    noun,
    method: "POST",
    path: `${path}/batch`,
    summary: `Create up to 100 ${wordsOf(plural)}`,
    description: "One transaction: all are created, or none. Pointers of errors carry the item's index.",
    access: "permission",
    permission: permissionOf(noun, "create"),
    status: 201,
    get body() {
      const items = z.array(z.strictObject(resource.createFields)).min(1).max(100);
      return { items: described(items, "The rows to create, each as its own creation takes it.") };
    },
    get output() {
      return z.object({ data: described(z.array(resource.document), "The created rows, in the order of `items`.") });
    },
    problems: resource.problemsOf("create"),
    handler: async (ctx, { items }) => {
      const data: object[] = [];
      for (const values of items)
        data.push(await resource.show(ctx, await resource.insert(ctx, asValues<Table>(values))));
      return { data };
    },
  });
}
