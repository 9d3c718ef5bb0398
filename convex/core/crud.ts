import * as z from "zod";
import { ProblemError } from "./errors";
import { applyPlan, defaultPageSize, planList, supportedSets } from "./list";
import { withPublicId } from "./documents";
import { listOperation, mutationOperation, queryOperation } from "./operation";
import { described, rowId } from "./fields";
import { reachOf } from "./rights";
import { patchOf } from "./schemas";
import { tableFacts } from "./tableFacts";
import type { TenantTable } from "./documents";
import type { NewValues, Changes, TenantReader } from "./database";
import type { TableFacts } from "./facts";
import type { ListOptions } from "./list";
import type { PageInput, TenantQueryContext } from "./declaration";
import type { ProblemCode } from "./problems";
import type { Permission } from "./permissionCatalogue";
import type { Resource } from "./resource";
import type { Fields } from "./table";
import type { Doc } from "../_generated/dataModel";
import type { DocumentByInfo, GenericTableInfo, OrderedQuery, PaginationResult } from "convex/server";

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
          return `Newest first unless sorted otherwise. ${supportedSets(tableFacts[table], resource.listOptions)}`;
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
        reachesTrash: true,
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
          return ["Takes it out of the trash.", ...namesAtRestore(resource, tableFacts[table])].join(" ");
        },
        ...onRow,
        reachesTrash: true,
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
function namesAtRestore({ restoreFields }: Pick<Resource<TenantTable>, "restoreFields">, { unique }: TableFacts) {
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

/** One page of a resource's rows under their public ids; see `storedRows`. */
export async function listRows<Table extends TenantTable>(
  ctx: TenantQueryContext,
  table: Table,
  options: ListOptions,
  input: PageInput & object,
  noun: string,
): Promise<PaginationResult<Omit<Doc<Table>, "_id"> & { id: Doc<Table>["_id"] }>> {
  const rows = await storedRows(ctx, table, options, input, noun);
  return { ...rows, page: rows.page.map((row) => withPublicId(row)) };
}

/** One page of a resource's rows as they are stored: plan → index → one `.paginate()`. Throws 400 for filters that no index answers. */
export async function storedRows<Table extends TenantTable>(
  ctx: TenantQueryContext,
  table: Table,
  options: ListOptions,
  input: PageInput & object,
  noun: string,
): Promise<PaginationResult<Doc<Table>>> {
  const asked: Readonly<Record<string, unknown>> = { ...input };
  if (asked["deleted"] === "only" && reachOf(ctx.tenant.rights, `${noun}:delete`) === undefined) {
    throw new ProblemError("forbidden", `Listing the trash needs the permission ${noun}:delete.`);
  }
  const plan = planList(table, options, asked);
  return paginate(ctx.db, table, plan, input);
}

async function paginate<Table extends TenantTable>(
  db: TenantReader,
  table: Table,
  plan: ReturnType<typeof planList>,
  input: PageInput,
): Promise<PaginationResult<Doc<Table>>> {
  return pageOf(db.index(table, indexOf(plan.index), (q) => applyPlan(plan, q)).order(plan.order), input);
}

/** One page of an ordered query: one `.paginate()`. Throws 400 for a cursor of another list. */
export async function pageOf<Info extends GenericTableInfo>(
  query: OrderedQuery<Info>,
  { cursor, limit }: PageInput,
): Promise<PaginationResult<DocumentByInfo<Info>>> {
  try {
    return await query.paginate({ cursor: cursor ?? null, numItems: limit ?? defaultPageSize });
  } catch (error) {
    // Convex binds a cursor to its whole query, the tenant included, and refuses any other.
    if (cursor !== undefined && /cursor/i.test(String(error))) {
      throw new ProblemError("invalid_cursor", "The cursor belongs to another list, or is none.");
    }
    throw error;
  }
}

/** Words for summaries: `agentApiLogs` → `agent API logs`. */
export function wordsOf(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => ` ${letters.toLowerCase()}`).replace(/\bapi\b/, "API");
}

/** `a schedule`, `an agent`. */
export function withArticle(words: string): string {
  return `${/^[aeio]/.test(words) ? "an" : "a"} ${words}`;
}

export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Every permission of an exported operation stands in the catalogue; the registry test holds that. */
function permissionOf(noun: string, action: string): Permission {
  return `${noun}:${action}` as Permission;
}

/** The pipeline loaded the row of the resource that the operation is declared `on`. */
function rowOf<Table extends TenantTable>(ctx: { readonly row: unknown }): Doc<Table> {
  return ctx.row as Doc<Table>;
}

/** `planList` names an index from the table's own facts. */
function indexOf(name: string): never {
  return name as never;
}

/** The input was parsed by the resource's create shape. */
function asValues<Table extends TenantTable>(input: object): Partial<NewValues<Table>> {
  return input as Partial<NewValues<Table>>;
}

/** The input was parsed by the resource's update shape; the path parameter is no field. */
function changesOf<Table extends TenantTable>(input: object, idParameter: string): Changes<Table> {
  const { [idParameter]: _, ...fields }: Record<string, unknown> = { ...input };
  return patchOf(fields) as Changes<Table>;
}
