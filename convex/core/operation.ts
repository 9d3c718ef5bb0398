import { integer, text } from "./fields";
import { maximumPageSize } from "./list";
import { register } from "./register";
import type { Caller, RequestCaller } from "./caller";
import type { RequestOrigin } from "./audit";
import type { TenantReader, TenantWriter, UnscopedReader, UnscopedWriter } from "./database";
import type { ProblemCode } from "./problems";
import type { Permission } from "./permissionCatalogue";
import type { ResourceShape } from "./resourceShape";
import type { Fields } from "./table";
import type { Tenant } from "./tenant";
import type { Doc, TableNames } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import type {
  PaginationOptions,
  PaginationResult,
  RegisteredAction,
  RegisteredMutation,
  RegisteredQuery,
} from "convex/server";
import type * as z from "zod";

/**
 * Who may call (domain rule 2.3): `identity` any verified token of a person, even of one not known here yet; `user` level 1,
 * any valid user; `organization` level 2, a member (machines and assigned
 * roles need the permission); `permission` level 3; `agent` a device agent; `enrollment` a holder of an enrolment token.
 */
export type Access = "identity" | "user" | "organization" | "permission" | "agent" | "enrollment";

/** Parameters of every list. */
function pageParameters(): Fields {
  return {
    cursor: text(1, 4096).optional().meta({ description: "`page.nextCursor` of the page before." }),
    limit: integer(1, maximumPageSize).optional().meta({ description: "Rows a page, 25 unless given." }),
  };
}

/** What a mutation is told about the credential it issues; the plaintext stays in the action that made it. */
export interface IssuedSecret {
  readonly hash: string;
  readonly prefix: string;
}

interface BaseContext {
  readonly caller: Caller;
  readonly now: number;
  readonly origin: RequestOrigin;
  /** What `Portico-Organization` says, for operations that run in no organization but show one. */
  readonly namedOrganization: string | undefined;
}
interface MutationBase extends BaseContext {
  readonly scheduler: MutationCtx["scheduler"];
  /** Present on operations that declare `secret`. */
  readonly secret: IssuedSecret | undefined;
}

/** A level 1 query: no tenant yet. */
export interface UserQueryContext extends BaseContext {
  readonly unscoped: UnscopedReader;
}
/** A level 1 mutation: no tenant yet. */
export interface UserMutationContext extends MutationBase {
  readonly unscoped: UnscopedWriter;
}
/** A query inside an organization. */
export interface TenantQueryContext extends UserQueryContext {
  readonly db: TenantReader;
  readonly tenant: Tenant;
}
/** A mutation inside an organization. */
export interface TenantMutationContext extends UserMutationContext {
  readonly db: TenantWriter;
  readonly tenant: Tenant;
}

type Tenantless = "identity" | "user";
/** The permission phase lets callers of one kind only through to these operations. */
type CallerOf<A extends Access> = A extends "identity" | "user" | "agent" | "enrollment"
  ? Extract<RequestCaller, { kind: A }>
  : Caller;
type ContextOf<A extends Access, Kind extends "query" | "mutation", Row> = (Kind extends "query"
  ? A extends Tenantless
    ? UserQueryContext
    : TenantQueryContext
  : A extends Tenantless
    ? UserMutationContext
    : TenantMutationContext) & { readonly row: Row; readonly caller: CallerOf<A> };

type Output<F extends Fields> = z.output<z.ZodObject<F>>;
type Input<F extends Fields> = z.input<z.ZodObject<F>>;

/** Input of an operation; names are unique across the three places, so that Convex takes them as one flat object. */
interface Shapes<P extends Fields, Q extends Fields, B extends Fields> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
}

export interface OperationDeclaration<
  A extends Access,
  P extends Fields,
  Q extends Fields,
  B extends Fields,
  Result,
  Table extends TableNames | undefined,
> extends Shapes<P, Q, B> {
  /** The Convex function: `<domain>/<resource>:<verb>`. */
  readonly name: `${string}/${string}:${string}`;
  readonly operationId: string;
  /** Singular name of what it works on: audit actions are `<noun>.<verb>`. */
  readonly noun: string;
  /** Action of its audit rows where it has a name of its own; false where another record tells of it, named beside. */
  readonly audit?: `${string}.${string}` | false;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path template under `/v1`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly description?: string;
  readonly access: A;
  readonly permission?: Permission;
  /** Status of success: 200 unless given; 204 has no body. */
  readonly status?: 200 | 201 | 202 | 204;
  /** The handler may return an `ExistingRow`, which answers 200. */
  readonly answersExisting?: boolean;
  /** Schema the answer is projected through; what it does not name cannot leave. */
  readonly output: z.ZodType<Result>;
  /** The operation works on one row of this resource, named in the path; foreign and missing rows are 404 alike. */
  readonly on?: ResourceShape & { readonly table: Table };
  /** Known fields that a request may not set, where `on` does not say. */
  readonly readOnly?: ReadonlySet<string>;
  /** The row may be in the trash: delete and restore. */
  readonly reachesTrash?: boolean;
  /** Answers 403 for a deleted organization unless set. */
  readonly allowsUnusableOrganization?: boolean;
  /** Issues a credential: an action makes it, the mutation stores its hash, the answer carries it once. */
  readonly secret?: { readonly prefix: string; readonly field: string };
  /** Reachable over REST only, because its credential exists only there. */
  readonly restOnly?: boolean;
  /** A read that leaves an audit row of this action itself, once an hour and actor. */
  readonly auditedAs?: string;
  /** Problem codes beyond the implied ones, for the document. */
  readonly problems?: readonly ProblemCode[];
}

/** An operation as the pipeline, the REST door and the document see it: types erased, everything compiled on first use. */
export interface Operation {
  readonly declaration: OperationDeclaration<Access, Fields, Fields, Fields, unknown, TableNames | undefined>;
  readonly kind: "query" | "mutation";
  /** A list: pages over REST, `paginationOpts` over Convex. */
  readonly isList: boolean;
  readonly domain: string;
  readonly resource: string;
  readonly verb: string;
  /** `<noun>.<verb>` of audit rows. */
  readonly action: string;
  /** Query parameters, a list's page included. */
  readonly query: Fields;
  /** Params, query and body as one flat shape. */
  readonly shape: Fields;
  handler(ctx: unknown, input: unknown): Promise<unknown>;
}

type RowOf<Table extends TableNames | undefined> = Table extends TableNames ? Doc<Table> : undefined;
type FunctionArguments<F extends Fields> = Input<F> & { organizationId?: string };
type NoFields = Record<never, never>;

/** Declares a read: a Convex query and a GET route. */
export function queryOperation<
  const A extends Access,
  Result,
  P extends Fields = NoFields,
  Q extends Fields = NoFields,
  Table extends TableNames | undefined = undefined,
>(
  declaration: OperationDeclaration<A, P, Q, NoFields, Result, Table> & {
    readonly method: "GET";
    handler(ctx: ContextOf<A, "query", RowOf<Table>>, input: Output<P & Q>): Promise<unknown>;
  },
): RegisteredQuery<"public", FunctionArguments<P & Q>, Promise<Result>> {
  return register(compile(declaration, "query", false));
}

/** Declares a change: a Convex mutation and a route of another method. */
export function mutationOperation<
  const A extends Access,
  Result,
  P extends Fields = NoFields,
  Q extends Fields = NoFields,
  B extends Fields = NoFields,
  Table extends TableNames | undefined = undefined,
>(
  declaration: OperationDeclaration<A, P, Q, B, Result, Table> & ChangeHandler<A, P & Q & B, Table>,
): RegisteredMutation<"public", FunctionArguments<P & Q & B>, Promise<Result>> {
  return register(compile(declaration, "mutation", false));
}

/** Declares a change that issues a credential: a Convex action makes it, a mutation stores its hash. */
export function secretOperation<
  const A extends Access,
  Result,
  P extends Fields = NoFields,
  Q extends Fields = NoFields,
  B extends Fields = NoFields,
  Table extends TableNames | undefined = undefined,
>(
  declaration: OperationDeclaration<A, P, Q, B, Result, Table> &
    SecretHandler<A, P & Q & B, Table> & { readonly secret: { readonly prefix: string; readonly field: string } },
): RegisteredAction<"public", FunctionArguments<P & Q & B>, Promise<Result>> {
  return register(compile(declaration, "mutation", false));
}

/** Declares a list: its handler returns one `.paginate()`; Convex callers page by `paginationOpts`. */
export function listOperation<
  const A extends Access,
  Result,
  P extends Fields = NoFields,
  Q extends Fields = NoFields,
  Table extends TableNames | undefined = undefined,
>(
  declaration: OperationDeclaration<A, P, Q, NoFields, Result, Table> & {
    readonly method: "GET";
    handler(
      ctx: ContextOf<A, "query", RowOf<Table>>,
      input: Output<P & Q> & PageInput,
    ): Promise<PaginationResult<unknown>>;
  },
): RegisteredQuery<
  "public",
  FunctionArguments<P & Q> & { paginationOpts?: PaginationOptions },
  Promise<PaginationResult<Result>>
> {
  return register(compile(declaration, "query", true));
}

interface ChangeHandler<A extends Access, F extends Fields, Table extends TableNames | undefined> {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  handler(ctx: ContextOf<A, "mutation", RowOf<Table>>, input: Output<F>): Promise<unknown>;
}

/** The action of a secret operation always hands the credential it made to the mutation. */
interface SecretHandler<A extends Access, F extends Fields, Table extends TableNames | undefined> {
  readonly method: "POST";
  handler(
    ctx: ContextOf<A, "mutation", RowOf<Table>> & { readonly secret: IssuedSecret },
    input: Output<F>,
  ): Promise<unknown>;
}

/** The page a list is asked for, whichever door asks. */
export interface PageInput {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

type Declared = Operation["declaration"] & { handler: Operation["handler"] };

/** Shapes are read on first use only: in a fresh context most operations of a domain are never run. */
class CompiledOperation implements Operation {
  readonly domain: string;
  readonly resource: string;
  readonly verb: string;
  readonly action: string;
  #query: Fields | undefined;
  #shape: Fields | undefined;

  constructor(
    readonly declaration: Declared,
    readonly kind: Operation["kind"],
    readonly isList: boolean,
  ) {
    const [path = "", verb = ""] = declaration.name.split(":");
    const [domain = "", resource = ""] = path.split("/");
    this.domain = domain;
    this.resource = resource;
    this.verb = verb;
    this.action = `${declaration.noun}.${verb}`;
  }

  get query(): Fields {
    this.#query ??= this.isList ? { ...this.declaration.query, ...pageParameters() } : (this.declaration.query ?? {});
    return this.#query;
  }

  get shape(): Fields {
    this.#shape ??= mergedShape(this.declaration, this.query);
    return this.#shape;
  }

  handler(ctx: unknown, input: unknown): Promise<unknown> {
    return this.declaration.handler(ctx, input);
  }
}

function mergedShape({ name, params = {}, body = {} }: Declared, query: Fields): Fields {
  const shape = { ...params, ...query, ...body };
  const count = [params, query, body].reduce((sum, part) => sum + Object.keys(part).length, 0);
  if (Object.keys(shape).length !== count) throw new Error(`${name} takes two inputs of one name.`);
  return shape;
}

/** Erases the types that the declaring call has checked: from here on, zod is what guarantees the handler's input. */
function compile(declared: object, kind: Operation["kind"], isList: boolean): Operation {
  return new CompiledOperation(declared as Declared, kind, isList);
}
