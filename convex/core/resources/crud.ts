import * as z from "zod";
import { described } from "../schema/fields";
import { tableMetadata } from "../schema/tableMetadata";
import { asValues, changesOf } from "./casts";
import { noContent } from "./operations";
import { withArticle, wordsOf } from "./words";
import type { Resource } from "./resource";
import type { TenantTable } from "../records/documents";
import type { Fields, TableMetadata } from "../schema/table";
import type { ProblemCode } from "../wire/problems";

/**
 * The five plain operations of a resource, `restore` where there is a trash. A resource module exports those it offers:
 * `export const { list, get, create, update } = crud(schedules)`.
 */
export function crud<
  Table extends TenantTable,
  Create extends Fields,
  Update extends Fields,
  IdParameter extends string,
  Field extends string,
>(resource: Resource<Table, Create, Update, IdParameter, Field>) {
  const { name, noun, table, idParameter, hasTrash } = resource;
  const words = withArticle(wordsOf(noun));

  // Getters, so that only what a module takes is built.
  return {
    get list() {
      return resource.list("list", { summary: `List ${wordsOf(name.slice(name.indexOf("/") + 1))}` });
    },
    get get() {
      return resource.read("get", { summary: `Get ${words}`, handler: async (ctx) => ctx.row });
    },
    get create() {
      return resource.at("/").change("create", {
        summary: `Create ${words}`,
        input: () => resource.createFields,
        problems: resource.problemsOf("create"),
        handler: (ctx, input) => resource.insert(ctx, asValues<Table>(input)),
      });
    },
    get update() {
      return resource.change("update", {
        summary: `Update ${words}`,
        description: "Fields left out stay as they are; null clears an optional field.",
        input: () => resource.updateFields,
        problems: resource.problemsOf("update"),
        handler: (ctx, input) => resource.patch(ctx, ctx.row, changesOf<Table>(input, idParameter)),
      });
    },
    get delete() {
      return resource.change("delete", {
        summary: `Delete ${words}`,
        description: hasTrash
          ? "Moves it to the trash. With `permanent=true`, deletes for good what is in the trash."
          : "Deletes it for good.",
        input: (): { permanent?: z.ZodOptional<z.ZodBoolean> } => (hasTrash ? { permanent: permanently() } : {}),
        output: noContent,
        problems: deletionProblems(resource),
        departs: { includesDeleted: true },
        handler: (ctx, { permanent }) => resource.delete(ctx, ctx.row, { permanent: permanent === true }),
      });
    },
    get restore() {
      return resource.change("restore", {
        summary: `Restore ${words}`,
        description: () => ["Takes it out of the trash.", ...namesAtRestore(resource, tableMetadata[table])].join(" "),
        permission: hasTrash ? "restore" : "update",
        input: () => resource.restoreFields,
        problems: ["not_deleted", ...resource.problemsOf("restore")],
        departs: { includesDeleted: true },
        handler: (ctx, input) => resource.restore(ctx, ctx.row, changesOf<Table>(input, idParameter)),
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
export function deletionProblems(
  resource: Pick<Resource<TenantTable>, "hasTrash" | "problemsOf">,
): readonly ProblemCode[] {
  const ofTrash = resource.hasTrash ? (["already_deleted", "not_deleted"] as const) : [];
  return [...ofTrash, "in_use", ...resource.problemsOf("delete")];
}
