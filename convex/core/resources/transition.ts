import { mutationOperation } from "../operations/define";
import { rowId } from "../schema/fields";
import { permissionOf, rowOf } from "./casts";
import { capitalized, withArticle, wordsOf } from "./words";
import type { Resource } from "./resource";
import type { TenantTable } from "../records/documents";
import type { Changes } from "../records/scope";
import type { Fields } from "../schema/table";

/** A named move of the state field: `POST <path>/{id}/<verb>`. Making it again is a no-op. */
export function transition<Table extends TenantTable, Create extends Fields, Update extends Fields>(
  resource: Resource<Table, Create, Update>,
  { verb, changes }: { verb: string; changes: Changes<Table> },
) {
  const { name, path, noun, table, idParameter } = resource;
  return mutationOperation({
    name: `${name}:${verb}`,
    operationId: `${verb}${capitalized(noun)}`,
    noun,
    method: "POST",
    path: `${path}/{${idParameter}}/${verb}`,
    summary: `${capitalized(verb)} ${withArticle(wordsOf(noun))}`,
    access: "permission",
    permission: permissionOf(noun, "update"),
    on: resource,
    params: { [idParameter]: rowId(table) },
    get output() {
      return resource.document;
    },
    problems: ["invalid_state_transition"],
    handler: async (ctx) => resource.show(ctx, await resource.patch(ctx, rowOf<Table>(ctx), changes)),
  });
}
