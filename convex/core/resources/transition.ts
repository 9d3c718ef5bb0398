import { capitalized, withArticle, wordsOf } from "./words";
import type { Resource } from "./resource";
import type { TenantTable } from "../records/documents";
import type { Changes } from "../records/scope";
import type { Fields } from "../schema/table";

/** A named move of the state field: `POST <path>/{id}/<verb>`. Making it again is a no-op. */
export function transition<
  Table extends TenantTable,
  Create extends Fields,
  Update extends Fields,
  IdParameter extends string,
  Field extends string,
>(
  resource: Resource<Table, Create, Update, IdParameter, Field>,
  { verb, changes }: { verb: string; changes: Changes<Table> },
) {
  return resource.change(verb, {
    summary: `${capitalized(verb)} ${withArticle(wordsOf(resource.noun))}`,
    problems: ["invalid_state_transition"],
    handler: (ctx) => resource.patch(ctx, ctx.row, changes),
  });
}
