import * as z from "zod";
import { described } from "../schema/fields";
import { ExistingRow } from "../operations/existingRow";
import { lazily } from "../operations/once";
import { registerDeclared } from "../operations/define";
import { supportedSets } from "../records/listPlan";
import { tableMetadata } from "../schema/tableMetadata";
import { capitalized, segmentOf, verbAndRest } from "./words";
import type { ChangeArguments, FunctionArguments, NoFields } from "../operations/define";
import type {
  Access,
  Consult,
  ContextOf,
  IssuedSecret,
  OperationDeclaration,
  Output,
  PageInput,
  Prepare,
  TenantQueryContext,
} from "../operations/declaration";
import type { ResourceShape, Showing } from "../operations/resourceShape";
import type { DocumentOf } from "../records/documents";
import type { ListOptions } from "../records/listPlan";
import type { Fields } from "../schema/table";
import type { DeclaredProblem } from "../wire/declaredProblems";
import type { Permission } from "../access/permissions";
import type { Doc, TableNames } from "../../_generated/dataModel";
import type {
  PaginationOptions,
  PaginationResult,
  RegisteredAction,
  RegisteredMutation,
  RegisteredQuery,
} from "convex/server";

/** What the operations of a resource are derived from. */
export interface OperationSubject<Table extends TableNames = TableNames> extends ResourceShape {
  /** `<domain>/<resource>` */
  readonly name: `${string}/${string}`;
  readonly table: Table;
  readonly path: `/${string}`;
  /** The noun of its permissions: `<permissions>:<action>`. */
  readonly permissions: string;
  readonly document: z.ZodType & z.ZodObject;
  readonly listOptions: ResourceListOptions;
  /** How operations that issue a credential make and show it. */
  readonly credential?: CredentialShape | undefined;
  /** The schema of its id in a path. */
  idInPath(): z.ZodType;
  show(showing: Showing, row: { _id: string }): Promise<object>;
}

/** What lists of a resource are derived from besides. */
export interface ListSubject<Table extends TableNames = TableNames> extends OperationSubject<Table> {
  /** The query parameters of a list of it. */
  listParameters(options: ListOptions): Fields;
  /** One page of its rows. */
  rows(
    ctx: TenantQueryContext,
    input: PageInput & object,
    options?: ListOptions,
  ): Promise<PaginationResult<{ _id: string }>>;
}

/** What lists of a resource can be asked for, and who may read it: its permission's holders, or every member that has it. */
export type ResourceListOptions = ListOptions & { readonly access?: "organization" | "permission" };

export interface CredentialShape<Field extends string = string> {
  readonly prefix: string;
  /** Stored whole, encrypted, in the resource's table: both sides need it. */
  readonly isSealed?: true;
  /** Field of the answer that shows it once. */
  readonly field: Field;
  readonly description: string;
}

/** The action of a permission of the resource, or a permission of another one. */
type PermissionName = Permission extends infer P ? (P extends `${string}:${infer Action}` ? P | Action : never) : never;

/** What of an operation is not what its resource and verb say; each field means what it does in `OperationDeclaration`. */
interface Departures extends Partial<
  Pick<
    OperationDeclaration<Access, Fields, Fields, Fields, unknown, undefined>,
    | "operationId"
    | "noun"
    | "audit"
    | "auditedAs"
    | "status"
    | "includesDeleted"
    | "allowsUnusableOrganization"
    | "answersExisting"
    | "restOnly"
    | "keysOnly"
    | "endsPermission"
    | "dryRun"
    | "consultsInDryRun"
    | "takesBytes"
    | "tagsRow"
    | "hourlyLimit"
    | "atMostOneOf"
    | "deprecated"
    | "method"
    | "path"
  >
> {
  /** Undefined where the body is not made of the resource's fields, so that none of them is one that only the server sets. */
  readonly readOnly?: undefined;
}

/** An operation beside what its resource and its verb say of it. */
interface Declared<F extends Fields, Result> {
  readonly summary: string;
  readonly description?: string | (() => string);
  /** Of the resource; `read` of a read, `create` and `delete` of those, else `update` unless given. */
  readonly permission?: PermissionName;
  /** Query parameters of a read or a deletion, the body of any other change; names that stand in the path are its parameters. */
  readonly input?: () => F;
  /** The resource's document unless given, with the credential where it issues one; `noContent` answers 204. */
  readonly output?: () => z.ZodType<Result>;
  readonly problems?: readonly DeclaredProblem[];
  readonly departs?: Departures;
}

/** Who may call, where no row is named: who reads the resource for reads, holders of the permission for changes, unless given. */
interface WithAccess<A extends Access> {
  readonly access?: A;
}

/** Answers a row, which is shown as the resource shows its rows, or what `output` names. */
interface Handler<Context, Given> {
  handler(ctx: Context, input: Given): Promise<unknown>;
}

/** What a list declares. */
interface ListDeclared<F extends Fields, Result> extends Omit<Declared<F, Result>, "description"> {
  /** The sets of parameters that are answered together follow it, unless the path filters already. */
  readonly description?: string;
  /** What it can be asked for, where that is not what the resource's other lists can. */
  readonly options?: ListOptions;
  /** Where it is below the resource's path, if its verb does not say so. */
  readonly path?: `/${string}`;
  /** The rows that `options` and the input name unless given. */
  handler?(
    ctx: ContextOf<"permission", "query", undefined>,
    input: Output<F> & PageInput,
  ): Promise<PaginationResult<unknown>>;
}

type RegisteredList<F extends Fields, Result> = RegisteredQuery<
  "public",
  FunctionArguments<F> & { paginationOpts: PaginationOptions },
  Promise<PaginationResult<Result>>
>;
/** The document of a resource with the credential that is shown once. */
type Issued<Table extends TableNames, Field extends string> = DocumentOf<Table> & { [K in Field]?: string | undefined };
/** A change with a preparation, which makes it an action. */
interface WithPreparation {
  readonly prepare: Prepare;
}
/** A change for which others are asked, which makes it an action. */
interface WithConsultation {
  readonly consult: Consult;
}
/** A change with an input that is a secret to keep, which makes it an action. */
interface WithSecretInput {
  /** Its name. */
  readonly seals: string;
  /** Asks others about the secret before it is stored. */
  readonly consult?: Consult;
}
type WithSecret<Context> = Context & { readonly secret: IssuedSecret };

/** Operations of a resource that work on no row which the path names: on all of them, on the caller's own, on none yet. */
export interface CollectionOperations<Table extends TableNames, Field extends string> {
  read<F extends Fields = NoFields, Result = DocumentOf<Table>, const A extends Access = "permission">(
    verb: string,
    declared: Declared<F, Result> & WithAccess<A> & Handler<ContextOf<A, "query", undefined>, Output<F>>,
  ): RegisteredQuery<"public", FunctionArguments<F>, Promise<Result>>;
  change<F extends Fields = NoFields, Result = DocumentOf<Table>, const A extends Access = "permission">(
    verb: string,
    declared: Declared<F, Result> & WithAccess<A> & Handler<ContextOf<A, "mutation", undefined>, Output<F>>,
  ): RegisteredMutation<"public", ChangeArguments<F>, Promise<Result>>;
  /** A change that an action prepares: bytes are read, others are asked. */
  prepared<F extends Fields = NoFields, Result = DocumentOf<Table>, const A extends Access = "permission">(
    verb: string,
    declared: Declared<F, Result> &
      WithAccess<A> &
      WithPreparation &
      Handler<ContextOf<A, "mutation", undefined>, Output<F>>,
  ): RegisteredAction<"public", ChangeArguments<F>, Promise<Result>>;
  /** A change that may be given a secret: an action encrypts it, and the handler stores what `sealedOf` finds. */
  sealing<F extends Fields = NoFields, Result = DocumentOf<Table>, const A extends Access = "permission">(
    verb: string,
    declared: Declared<F, Result> &
      WithAccess<A> &
      WithSecretInput &
      Handler<ContextOf<A, "mutation", undefined>, Output<F>>,
  ): RegisteredAction<"public", ChangeArguments<F>, Promise<Result>>;
  issue<F extends Fields = NoFields, Result = Issued<Table, Field>, const A extends Access = "permission">(
    verb: string,
    declared: Declared<F, Result> & WithAccess<A> & Handler<WithSecret<ContextOf<A, "mutation", undefined>>, Output<F>>,
  ): RegisteredAction<"public", ChangeArguments<F>, Promise<Result>>;
}

/**
 * Declares operations on a row of the resource, which the handler finds as `ctx.row`. Name, method, path, permission, parameters
 * and answer follow from the resource and the verb: `agents.change("rotateKey", …)` is `POST /agents/{agentId}/rotate-key` and
 * `rotateAgentKey`; `update` is PATCH and `delete` or `remove` DELETE, on the row itself.
 */
export interface RowOperations<Table extends TableNames, IdParameter extends string, Field extends string> {
  /** A Convex query and a GET route: `getView` is `GET <row>/view`. */
  read<F extends Fields = NoFields, Result = DocumentOf<Table>>(
    verb: string,
    declared: Declared<F, Result> & Handler<ContextOf<"permission", "query", Doc<Table>>, Output<F>>,
  ): RegisteredQuery<"public", Record<IdParameter, string> & FunctionArguments<F>, Promise<Result>>;
  /** A Convex mutation and a route of another method. */
  change<F extends Fields = NoFields, Result = DocumentOf<Table>>(
    verb: string,
    declared: Declared<F, Result> & Handler<ContextOf<"permission", "mutation", Doc<Table>>, Output<F>>,
  ): RegisteredMutation<"public", Record<IdParameter, string> & ChangeArguments<F>, Promise<Result>>;
  /** A change that may be given a secret: an action encrypts it, and the handler stores what `sealedOf` finds. */
  sealing<F extends Fields = NoFields, Result = DocumentOf<Table>>(
    verb: string,
    declared: Declared<F, Result> &
      WithSecretInput &
      Handler<ContextOf<"permission", "mutation", Doc<Table>>, Output<F>>,
  ): RegisteredAction<"public", Record<IdParameter, string> & ChangeArguments<F>, Promise<Result>>;
  /** A change for which an action asks others, whose answer the handler finds as `ctx.prepared`. */
  consulting<F extends Fields = NoFields, Result = DocumentOf<Table>>(
    verb: string,
    declared: Declared<F, Result> &
      WithConsultation &
      Handler<ContextOf<"permission", "mutation", Doc<Table>>, Output<F>>,
  ): RegisteredAction<"public", Record<IdParameter, string> & ChangeArguments<F>, Promise<Result>>;
  /** A change that issues the resource's credential: a Convex action makes it, a mutation stores its hash. */
  issue<F extends Fields = NoFields, Result = Issued<Table, Field>>(
    verb: string,
    declared: Declared<F, Result> & Handler<WithSecret<ContextOf<"permission", "mutation", Doc<Table>>>, Output<F>>,
  ): RegisteredAction<"public", Record<IdParameter, string> & ChangeArguments<F>, Promise<Result>>;
  /** Operations at a path below the resource's, `/` being its own, that work on no row which the path names. */
  at(path: `/${string}`): CollectionOperations<Table, Field>;
}

/** Declares lists of the resource. */
export interface ListOperations<Table extends TableNames> {
  /** Pages of rows: `listView` is `GET <path>/view`. Convex callers page by `paginationOpts`. */
  list<F extends Fields = NoFields, Result = DocumentOf<Table>>(
    verb: string,
    declared: ListDeclared<F, Result>,
  ): RegisteredList<F, Result>;
}

/** The output of operations that answer 204. */
export function noContent(): z.ZodNull {
  return z.null();
}

/** The operations that `subject` can declare. */
export function operationsOf<Table extends TableNames, IdParameter extends string, Field extends string>(
  subject: OperationSubject<Table>,
): RowOperations<Table, IdParameter, Field> {
  return {
    read: (verb, declared) => registerDeclared(declarationOf(subject, "read", verb, declared), "query", false),
    change: (verb, declared) => registerDeclared(declarationOf(subject, "change", verb, declared), "mutation", false),
    sealing: (verb, declared) => registerDeclared(declarationOf(subject, "change", verb, declared), "mutation", false),
    consulting: (verb, declared) =>
      registerDeclared(declarationOf(subject, "change", verb, declared), "mutation", false),
    issue: (verb, declared) => registerDeclared(declarationOf(subject, "issue", verb, declared), "mutation", false),
    at: (path) => ({
      read: (verb, declared) => registerDeclared(declarationOf(subject, "read", verb, declared, path), "query", false),
      change: (verb, declared) =>
        registerDeclared(declarationOf(subject, "change", verb, declared, path), "mutation", false),
      prepared: (verb, declared) =>
        registerDeclared(declarationOf(subject, "change", verb, declared, path), "mutation", false),
      sealing: (verb, declared) =>
        registerDeclared(declarationOf(subject, "change", verb, declared, path), "mutation", false),
      issue: (verb, declared) =>
        registerDeclared(declarationOf(subject, "issue", verb, declared, path), "mutation", false),
    }),
  };
}

/** The lists that `subject` can declare. */
export function listsOf<Table extends TableNames>(subject: ListSubject<Table>): ListOperations<Table> {
  return { list: (verb, declared) => registerDeclared(listDeclarationOf(subject, verb, declared), "query", true) };
}

type Kind = "read" | "change" | "issue";
type AnyHandler = (ctx: never, input: never) => Promise<unknown>;
type AnyDeclared = Declared<Fields, unknown> &
  WithAccess<Access> &
  Partial<WithPreparation & WithSecretInput & WithConsultation> & { readonly handler: AnyHandler };
type AnyListDeclared = Omit<ListDeclared<Fields, unknown>, "handler"> & { readonly handler?: AnyHandler };

function declarationOf(
  subject: OperationSubject,
  kind: Kind,
  verb: string,
  declared: AnyDeclared,
  at?: string,
): object {
  const { summary, description, permission = actionOf(kind, verb), problems, handler, departs } = declared;
  const { credential, idParameter } = subject;
  if (kind === "issue" && !credential) throw new Error(`${subject.name} declares no credential to issue.`);
  const method = methodOf(kind, verb);
  const path = at === undefined ? rowPathOf(subject, kind, verb) : below(subject, at);
  const takesBody = method !== "GET" && method !== "DELETE";
  const { params, rest } = inputsOf(declared.input, path);
  return {
    ...factsOf(subject, verb, capitalized(subject.noun)),
    method,
    path,
    summary,
    description,
    access: declared.access ?? (kind === "read" ? readersOf(subject) : "permission"),
    // An enrolment token is all that its operation asks for.
    permission: declared.access === "enrollment" ? undefined : permissionNamed(subject, permission),
    status: declared.output === noContent ? 204 : verb === "create" ? 201 : undefined,
    problems,
    prepare: declared.prepare,
    consult: declared.consult,
    ...(declared.seals === undefined ? {} : { seals: { input: declared.seals, table: subject.table } }),
    ...(kind === "issue" ? { secret: issuedOf(subject), audit: `credential.${verbAndRest(verb)[0]}` } : {}),
    ...(at === undefined
      ? { on: subject, params: lazily(() => ({ ...params?.(), [idParameter]: subject.idInPath() })) }
      : { params, assigned: subject.assigned, readOnly: takesBody && rest ? () => subject.readOnly : undefined }),
    [departs?.takesBytes !== undefined ? "headers" : takesBody ? "body" : "query"]: rest,
    output:
      declared.output ??
      (() => (kind === "issue" ? subject.document.extend(credentialField(subject)) : subject.document)),
    ...departs,
    handler: async (ctx: never, input: never) => answered(subject, ctx, await handler(ctx, input)),
  };
}

function listDeclarationOf(subject: ListSubject, verb: string, declared: AnyListDeclared): object {
  const { summary, permission = "read", path = segmentAfter(verb), departs, options = subject.listOptions } = declared;
  const { description = "Newest first unless sorted otherwise." } = declared;
  const { handler = (ctx: TenantQueryContext, input: object) => subject.rows(ctx, input, options) } = declared;
  const plural = subject.name.slice(subject.name.indexOf("/") + 1);
  const { params, rest } = inputsOf(declared.input, path);
  // A path that names what is listed leaves little to combine, and any of it goes.
  const isFiltered = params !== undefined;
  return {
    ...factsOf(subject, verb, capitalized(plural)),
    method: "GET",
    path: below(subject, path),
    summary,
    description: () =>
      isFiltered ? description : `${description} ${supportedSets(tableMetadata[subject.table], options)}`,
    access: readersOf(subject),
    permission: permissionNamed(subject, permission),
    assigned: subject.assigned,
    problems: declared.problems ?? [...(isFiltered ? [] : ["unsupported_filter"]), "invalid_cursor"],
    params,
    // The very object that the parameters came in: generation knows by it which list they are of.
    query: () => Object.assign(subject.listParameters(options), rest?.()),
    output: declared.output ?? (() => subject.document),
    ...departs,
    handler: async (ctx: never, input: never) => {
      const result = asPage(await handler(ctx, input));
      return { ...result, page: await Promise.all(result.page.map((row) => shown(subject, ctx, row))) };
    },
  };
}

function issuedOf({ credential, table }: OperationSubject) {
  const { prefix, field, isSealed } = { ...credential };
  return { prefix, field, ...(isSealed ? { sealedIn: table } : {}) };
}

/** Names that follow from the resource and the verb: `rotateKey` of an agent is `rotateAgentKey`. */
function factsOf({ name, noun }: OperationSubject, verb: string, Noun: string) {
  const [first, rest] = verbAndRest(verb);
  return { name: `${name}:${verb}`, operationId: `${first}${Noun}${rest}`, noun };
}

function methodOf(kind: Kind, verb: string): "GET" | "POST" | "PATCH" | "DELETE" {
  if (kind === "read") return "GET";
  if (kind === "issue") return "POST";
  if (verbAndRest(verb)[0] === "update") return "PATCH";
  return isDeletion(verb) ? "DELETE" : "POST";
}

function isDeletion(verb: string): boolean {
  return verb === "delete" || verb === "remove";
}

/** A read and the operations that HTTP has methods for are at the row's own path, all others below it. */
function rowPathOf({ path, idParameter }: OperationSubject, kind: Kind, verb: string): string {
  const row = `${path}/{${idParameter}}`;
  if (kind === "read") return `${row}${segmentAfter(verb)}`;
  return kind === "change" && (verb === "update" || isDeletion(verb)) ? row : `${row}/${segmentOf(verb)}`;
}

function segmentAfter(verb: string): string {
  const [, rest] = verbAndRest(verb);
  return rest === "" ? "" : `/${segmentOf(rest)}`;
}

function below({ path }: OperationSubject, at: string): string {
  return at === "/" ? path : `${path}${at}`;
}

function actionOf(kind: Kind, verb: string): string {
  if (kind === "read") return "read";
  return verb === "create" || verb === "delete" ? verb : "update";
}

function permissionNamed({ permissions }: OperationSubject, action: string): string {
  return action.includes(":") ? action : `${permissions}:${action}`;
}

function readersOf({ listOptions: { access = "organization" } }: OperationSubject): Access {
  return access;
}

/** The input parted into what the path names and the rest. */
function inputsOf(input: (() => Fields) | undefined, at: string) {
  const names = Array.from(at.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name);
  if (!input || names.length === 0) return { params: undefined, rest: input };
  const fields = lazily(() => Object.entries(input()));
  const parted = (isParameter: boolean) => () =>
    Object.fromEntries(fields().filter(([name]) => names.includes(name) === isParameter));
  return { params: parted(true), rest: parted(false) };
}

/** The field of an answer that shows the credential of `resource`, this once. */
export function credentialField<Field extends string>({
  credential,
}: {
  readonly credential?: CredentialShape<Field> | undefined;
}): Record<Field, z.ZodOptional<z.ZodString>> {
  if (!credential) throw new Error("Only a resource that declares a credential shows one.");
  const { field, prefix, description } = credential;
  const meaning = `${description} Neither a replayed answer nor that of a dry run has it.`;
  return asField(field, described(z.string(), meaning, `${prefix}ExampleExample`).optional());
}

/** A computed name is a type's only key where that type is one literal, as the declaration of a credential infers it. */
function asField<Field extends string, Type>(field: Field, type: Type): Record<Field, Type> {
  return { [field]: type } as Record<Field, Type>;
}

/** Rows as the resource shows them; what has no `_id` is an answer already. */
function shown(subject: OperationSubject, showing: Showing, answer: unknown): unknown {
  return isRow(answer) ? subject.show(showing, answer) : answer;
}

/** The answer of a handler that may return an `ExistingRow`. */
async function answered(subject: OperationSubject, showing: Showing, answer: unknown): Promise<unknown> {
  if (answer instanceof ExistingRow) return new ExistingRow(await shown(subject, showing, answer.document));
  return shown(subject, showing, answer);
}

function isRow(answer: unknown): answer is { _id: string } {
  return typeof answer === "object" && answer !== null && "_id" in answer;
}

/** List handlers return the result of one `.paginate()`. */
function asPage(result: unknown): { page: unknown[] } {
  return result as { page: unknown[] };
}
