import { integer, text } from "../schema/fields";
import { defaultPageSize, maximumPageSize } from "../records/listPlan";
import { register } from "./convexFunctions";
import type {
  Access,
  ContextOf,
  Input,
  IssuedSecret,
  Operation,
  OperationDeclaration,
  Output,
  PageInput,
} from "./declaration";
import type { Fields } from "../schema/table";
import type { Doc, TableNames } from "../../_generated/dataModel";
import type {
  PaginationOptions,
  PaginationResult,
  RegisteredAction,
  RegisteredMutation,
  RegisteredQuery,
} from "convex/server";

/** Parameters of every list. */
function pageParameters(): Fields {
  return {
    cursor: text(1, 4096).optional().meta({ description: "`page.nextCursor` of the page before." }),
    limit: integer(1, maximumPageSize).optional().meta({ description: "Rows of a page.", default: defaultPageSize }),
  };
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
    SecretHandler<A, P & Q & B, Table> & { readonly secret: NonNullable<Operation["declaration"]["secret"]> },
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
  FunctionArguments<P & Q> & { paginationOpts: PaginationOptions },
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
