import * as z from "zod";
import { described, exampleCursor, integer, text } from "../schema/fields";
import { defaultPageSize, maximumPageSize } from "../records/listPlan";
import { once } from "./once";
import { register } from "./convexFunctions";
import type {
  Access,
  ContextOf,
  Input,
  Operation,
  OperationDeclaration,
  Output,
  PageInput,
  CompiledDeclaration,
} from "./declaration";
import type { Fields } from "../schema/table";
import type { Doc, TableNames } from "../../_generated/dataModel";
import type { PaginationOptions, PaginationResult, RegisteredMutation, RegisteredQuery } from "convex/server";

/** Parameters of every list. */
function pageParameters(): Fields {
  return {
    cursor: described(text(1, 4096), "`page.nextCursor` of the page before.", exampleCursor).optional(),
    limit: integer(1, maximumPageSize)
      .optional()
      .register(z.globalRegistry, { description: "Rows of a page.", examples: [25], default: defaultPageSize }),
  };
}

type RowOf<Table extends TableNames | undefined> = Table extends TableNames ? Doc<Table> : undefined;
/** What callers of the Convex function send: the input, and which organization they mean. */
export type FunctionArguments<F extends Fields> = Input<F> & { organizationId?: string };
/** What callers of a change send: `dryRun` asks what it would answer, and undoes it. */
export type ChangeArguments<F extends Fields> = FunctionArguments<F> & { dryRun?: boolean };
/** The input of an operation that takes none. */
export type NoFields = Record<never, never>;

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
): RegisteredMutation<"public", ChangeArguments<P & Q & B>, Promise<Result>> {
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

type Written = OperationDeclaration<Access, Fields, Fields, Fields, unknown, TableNames | undefined> & {
  handler: Operation["handler"];
};

/** The declaration with its lazy parts as properties that are made on first use. */
function readable(written: Written): CompiledDeclaration {
  const { description, params, query, body, headers, output, readOnly, ...facts } = written;
  return {
    ...facts,
    get description() {
      return once(this, "description", typeof description === "function" ? description() : description);
    },
    get params() {
      return once(this, "params", params?.());
    },
    get query() {
      return once(this, "query", query?.());
    },
    get body() {
      return once(this, "body", body?.());
    },
    get headers() {
      return once(this, "headers", headers?.());
    },
    get output() {
      return once(this, "output", output());
    },
    get readOnly() {
      return once(this, "readOnly", readOnly?.());
    },
  };
}

/** Shapes are read on first use only: in a fresh context most operations of a domain are never run. */
class CompiledOperation implements Operation {
  readonly domain: string;
  readonly resource: string;
  readonly verb: string;
  readonly action: string;
  readonly supportsDryRun: boolean;
  readonly isAction: boolean;
  readonly declaration: CompiledDeclaration;
  readonly handler: Operation["handler"];
  #query: Fields | undefined;
  #shape: Fields | undefined;
  #shapeWithoutSecret: Fields | undefined;

  constructor(
    written: Written,
    readonly kind: Operation["kind"],
    readonly isList: boolean,
  ) {
    this.declaration = readable(written);
    this.handler = written.handler.bind(written);
    const [path = "", verb = ""] = written.name.split(":");
    const [domain = "", resource = ""] = path.split("/");
    this.domain = domain;
    this.resource = resource;
    this.verb = verb;
    this.action = `${written.noun}.${verb}`;
    const before = [written.secret, written.seals, written.prepare, written.consult];
    this.isAction = before.some((step) => step !== undefined);
    this.supportsDryRun = kind === "mutation" && written.dryRun !== false;
  }

  get query(): Fields {
    this.#query ??= this.isList ? { ...this.declaration.query, ...pageParameters() } : (this.declaration.query ?? {});
    return this.#query;
  }

  get shape(): Fields {
    this.#shape ??= mergedShape(this.declaration, this.query);
    return this.#shape;
  }

  get shapeWithoutSecret(): Fields {
    this.#shapeWithoutSecret ??= withoutSecret(this.shape, this.declaration.seals?.input);
    return this.#shapeWithoutSecret;
  }
}

/** The shape with what stands for a secret in its place, which has been parsed by then. */
function withoutSecret(shape: Fields, input: string | undefined): Fields {
  const type = input === undefined ? undefined : shape[input];
  if (input === undefined || type === undefined) return shape;
  const taken = z.union([z.string(), z.strictObject({})]);
  return { ...shape, [input]: type.safeParse(undefined).success ? taken.optional() : taken };
}

function mergedShape({ name, params = {}, body = {}, headers = {} }: CompiledDeclaration, query: Fields): Fields {
  const shape = { ...params, ...query, ...body, ...headers };
  const count = [params, query, body, headers].reduce((sum, part) => sum + Object.keys(part).length, 0);
  if (Object.keys(shape).length !== count) throw new Error(`${name} takes two inputs of one name.`);
  return shape;
}

/** Erases the types that the declaring call has checked: from here on, zod is what guarantees the handler's input. */
function compile(written: object, kind: Operation["kind"], isList: boolean): Operation {
  return new CompiledOperation(written as Written, kind, isList);
}

/**
 * Registers what a builder has put together from a declaration that its own signature has checked, and types it as that
 * signature says.
 */
export function registerDeclared<Registered>(written: object, kind: Operation["kind"], isList: boolean): Registered {
  return register(compile(written, kind, isList));
}
