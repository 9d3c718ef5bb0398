import * as z from "zod";
import { listOperation, mutationOperation, queryOperation } from "../operations/define";
import { supportedSets } from "../records/listPlan";
import { described, rowId } from "../schema/fields";
import { tableMetadata } from "../schema/tableMetadata";
import { asValues, changesOf, permissionOf, rowOf } from "./casts";
import { storedRows } from "./pages";
import { capitalized, withArticle, wordsOf } from "./words";
import type { Resource } from "./resource";
import type { TenantTable } from "../records/documents";
import type { Fields, TableMetadata } from "../schema/table";
import type { ProblemCode } from "../wire/problems";

/**
 * The five plain operations of a resource, `restore` where there is a trash. A resource module exports those it offers:
 * `export const { list, get, create, update } = crud(schedules)`.
 */
export function crud<Table extends TenantTable, Create extends Fields, Update extends Fields>(
  resource: Resource<Table, Create, Update>,
) {
  const { name, path, noun, table } = resource;
  const plural = name.slice(name.indexOf("/") + 1);
  const [Noun, Nouns] = [capitalized(noun), capitalized(plural)];
  const words = withArticle(wordsOf(noun));
  const rowPath = `${path}/{${resource.idParameter}}` as const;
  const readAccess = resource.listOptions.access === "permission" ? "permission" : "organization";
  const onRow = { on: resource, params: { [resource.idParameter]: rowId(table) } };

  // Getters, so that only what a module takes is built, and shapes only when an operation runs.
  return {
    get list() {
      return listOperation({
        name: `${name}:list`,
        operationId: `list${Nouns}`,
        noun,
        method: "GET",
        path,
        summary: `List ${wordsOf(plural)}`,
        get description() {
          return `Newest first unless sorted otherwise. ${supportedSets(tableMetadata[table], resource.listOptions)}`;
        },
        access: readAccess,
        permission: permissionOf(noun, "read"),
        get query() {
          return resource.listFields;
        },
        get output() {
          return resource.document;
        },
        problems: ["unsupported_filter", "invalid_cursor"],
        handler: async (ctx, input) => {
          const rows = await storedRows(ctx, table, resource.listOptions, input, noun);
          return { ...rows, page: await Promise.all(rows.page.map((row) => resource.show(ctx, row))) };
        },
      });
    },
    get get() {
      return queryOperation({
        name: `${name}:get`,
        operationId: `get${Noun}`,
        noun,
        method: "GET",
        path: rowPath,
        summary: `Get ${words}`,
        access: readAccess,
        permission: permissionOf(noun, "read"),
        ...onRow,
        get output() {
          return resource.document;
        },
        handler: async (ctx) => resource.show(ctx, rowOf<Table>(ctx)),
      });
    },
    get create() {
      return mutationOperation({
        name: `${name}:create`,
        operationId: `create${Noun}`,
        noun,
        method: "POST",
        path,
        summary: `Create ${words}`,
        access: "permission",
        permission: permissionOf(noun, "create"),
        status: 201,
        get body() {
          return resource.createFields;
        },
        get readOnly() {
          return resource.readOnly;
        },
        get output() {
          return resource.document;
        },
        problems: resource.problemsOf("create"),
        handler: async (ctx, input) => resource.show(ctx, await resource.insert(ctx, asValues<Table>(input))),
      });
    },
    get update() {
      return mutationOperation({
        name: `${name}:update`,
        operationId: `update${Noun}`,
        noun,
        method: "PATCH",
        path: rowPath,
        summary: `Update ${words}`,
        description: "Fields left out stay as they are; null clears an optional field.",
        access: "permission",
        permission: permissionOf(noun, "update"),
        ...onRow,
        get body() {
          return resource.updateFields;
        },
        get output() {
          return resource.document;
        },
        get problems() {
          return resource.problemsOf("update");
        },
        handler: async (ctx, input) =>
          resource.show(
            ctx,
            await resource.patch(ctx, rowOf<Table>(ctx), changesOf<Table>(input, resource.idParameter)),
          ),
      });
    },
    get delete() {
      return mutationOperation({
        name: `${name}:delete`,
        operationId: `delete${Noun}`,
        noun,
        method: "DELETE",
        path: rowPath,
        summary: `Delete ${words}`,
        description: resource.hasTrash
          ? "Moves it to the trash. With `permanent=true`, deletes for good what is in the trash."
          : "Deletes it for good.",
        access: "permission",
        permission: permissionOf(noun, "delete"),
        status: 204,
        ...onRow,
        includesDeleted: true,
        get query(): { permanent?: z.ZodOptional<z.ZodBoolean> } {
          return resource.hasTrash ? { permanent: permanently() } : {};
        },
        get output() {
          return z.null();
        },
        problems: deletionProblems(resource),
        handler: async (ctx, input) => resource.delete(ctx, rowOf<Table>(ctx), input),
      });
    },
    get restore() {
      return mutationOperation({
        name: `${name}:restore`,
        operationId: `restore${Noun}`,
        noun,
        method: "POST",
        path: `${rowPath}/restore`,
        summary: `Restore ${words}`,
        access: "permission",
        permission: permissionOf(noun, resource.hasTrash ? "restore" : "update"),
        get description() {
          return ["Takes it out of the trash.", ...namesAtRestore(resource, tableMetadata[table])].join(" ");
        },
        ...onRow,
        includesDeleted: true,
        get body() {
          return resource.restoreFields;
        },
        get output() {
          return resource.document;
        },
        problems: ["not_deleted", ...resource.problemsOf("restore")],
        handler: async (ctx, input) =>
          resource.show(
            ctx,
            await resource.restore(ctx, rowOf<Table>(ctx), changesOf<Table>(input, resource.idParameter)),
          ),
      });
    },
  };
}

/** What becomes of the names of a restored row that others may bear by now. */
function namesAtRestore({ restoreFields }: Pick<Resource<TenantTable>, "restoreFields">, { unique }: TableMetadata) {
  const listed = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(" and ");
  const own = unique.flatMap(({ fields }) => fields).filter((field) => field !== "organizationId");
  const fixed = own.filter((field) => !Object.hasOwn(restoreFields, field));
  return [
    ...(own.length === fixed.length
      ? []
      : [`Send another ${listed(Object.keys(restoreFields))} where it is taken by now.`]),
    ...(fixed.length === 0 ? [] : [`Refused while another row has its ${listed(fixed)}.`]),
  ];
}

/** The parameter of a deletion that ends what is in the trash. */
export function permanently(): z.ZodOptional<z.ZodBoolean> {
  return described(z.boolean(), "True to delete for good what is in the trash already.").optional();
}

/** What a deletion through `resource.delete` may refuse with. */
export function deletionProblems<Table extends TenantTable, Create extends Fields, Update extends Fields>(
  resource: Resource<Table, Create, Update>,
): readonly ProblemCode[] {
  const ofTrash = resource.hasTrash ? (["already_deleted", "not_deleted"] as const) : [];
  return [...ofTrash, "in_use", ...resource.problemsOf("delete")];
}
