// The functions that interpret random programs. They run unchanged on the host, as a bundled module, and in convex-test.
import { makeFunctionReference, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import type { GenericDatabaseReader, GenericDatabaseWriter, GenericMutationCtx, GenericQueryCtx } from "convex/server";
import type { AnyDataModel, OrderedQuery } from "convex/server";
import { ConvexError, v } from "convex/values";
import type { GenericId, Value } from "convex/values";

/** One bound of an index range, or an equality; a missing value stands for undefined. */
export interface RangeStep {
  readonly op: "eq" | "gt" | "gte" | "lt" | "lte";
  readonly field: string;
  readonly value?: Value;
}

export type FilterStep =
  | { readonly op: "eq" | "neq"; readonly field: string; readonly value: Value }
  | { readonly op: "lt" | "lte" | "gt" | "gte"; readonly value: number }
  | { readonly op: "sum"; readonly value: number }
  | { readonly op: "and" | "or"; readonly of: readonly FilterStep[] }
  | { readonly op: "not"; readonly of: readonly FilterStep[] };

export interface QueryDescription {
  readonly table: string;
  readonly index?: string;
  readonly range: readonly RangeStep[];
  readonly order: "asc" | "desc";
  readonly filter?: FilterStep;
}

export type Operation =
  | { readonly kind: "insert"; readonly table: string; readonly value: Record<string, Value> }
  | {
      readonly kind: "patch";
      readonly document: number;
      readonly value: Record<string, Value>;
      readonly unset: string[];
    }
  | { readonly kind: "replace"; readonly document: number; readonly value: Record<string, Value> }
  | { readonly kind: "delete" | "get"; readonly document: number }
  | { readonly kind: "getFrom" | "normalizeId"; readonly table: string; readonly document: number }
  | { readonly kind: "collect" | "first" | "unique" | "count"; readonly query: QueryDescription }
  | { readonly kind: "take" | "page"; readonly query: QueryDescription; readonly count: number }
  | { readonly kind: "nestedMutation" | "nestedQuery" | "schedule"; readonly operations: Operation[] }
  | { readonly kind: "parallel"; readonly operations: Operation[] }
  | { readonly kind: "scheduleAndCancel" }
  | { readonly kind: "fail"; readonly data: Value };

/** What one call observes: the result of every operation in order, and the ids of what it inserted. */
export interface Observation {
  readonly results: Value[];
  readonly ids: string[];
}

const args = { operations: v.any(), ids: v.array(v.string()) };
const runMutation = makeFunctionReference<"mutation", ProgramArgs, Observation>("differential:mutate");
const runQuery = makeFunctionReference<"query", ProgramArgs, Observation>("differential:read");
const referencePrefix = "@document ";

type ProgramArgs = { operations: Operation[]; ids: string[] };

export const mutate = mutation({
  args,
  handler: async (ctx, { operations, ids }: ProgramArgs) => await new Interpreter(ctx, ctx, ids).runAll(operations),
});

export const read = query({
  args,
  handler: async (ctx, { operations, ids }: ProgramArgs) => await new Interpreter(ctx, null, ids).runAll(operations),
});

export const page = query({
  args: { query: v.any(), ids: v.array(v.string()), count: v.number(), cursor: v.union(v.string(), v.null()) },
  handler: async (ctx, { query: description, ids, count, cursor }) =>
    await new Interpreter(ctx, null, ids).queryOf(description).paginate({ numItems: count, cursor }),
});

/** Removes every document and tells how many scheduled functions have not finished. */
export const clear = mutation({
  args: { tables: v.array(v.string()) },
  handler: async (ctx, { tables }) => {
    for (const table of tables)
      for (const document of await ctx.db.query(table).collect()) await ctx.db.delete(document._id);
  },
});

export const unfinishedJobs = query({
  args: {},
  handler: async (ctx) => {
    const jobs = await ctx.db.system.query("_scheduled_functions").collect();
    return jobs.filter(({ state }) => state.kind === "pending" || state.kind === "inProgress").length;
  },
});

/** How the last `count` scheduled functions ended, oldest first. */
export const jobStates = query({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    const jobs = await ctx.db.system.query("_scheduled_functions").order("desc").take(count);
    return jobs.map(({ state }) => state.kind).toReversed();
  },
});

class Interpreter {
  readonly #reader: GenericQueryCtx<AnyDataModel>;
  readonly #writer: GenericMutationCtx<AnyDataModel> | null;
  readonly #known: readonly string[];
  readonly #inserted: string[] = [];

  constructor(
    reader: GenericQueryCtx<AnyDataModel>,
    writer: GenericMutationCtx<AnyDataModel> | null,
    ids: readonly string[],
  ) {
    this.#reader = reader;
    this.#writer = writer;
    this.#known = ids;
  }

  /** Runs operations in order; one that throws is observed and the next one follows, except for `fail`. */
  async runAll(operations: readonly Operation[]): Promise<Observation> {
    const results: Value[] = [];
    for (const operation of operations) results.push(await this.#observe(operation));
    return { results, ids: this.#inserted };
  }

  queryOf({ table, index, range, order, filter }: QueryDescription): OrderedQuery<AnyDataModel[string]> {
    const scanned = this.#db.query(table);
    const ranged =
      index === undefined
        ? scanned
        : scanned.withIndex(indexName(index), (builder) => {
            const steps: RangeBuilder = untypedBuilder(builder);
            let at = steps;
            for (const { op, field, value } of range) at = at[op](field, this.#resolve(value));
            return builtRange(at);
          });
    const ordered = ranged.order(order);
    return filter === undefined ? ordered : ordered.filter((q) => this.#filter(q, filter));
  }

  async #observe(operation: Operation): Promise<Value> {
    if (operation.kind === "fail") throw new ConvexError(operation.data);
    try {
      return { value: (await this.#run(operation)) ?? null };
    } catch (error) {
      return error instanceof ConvexError ? { thrown: this.#resolve(error.data) ?? null } : { threw: true };
    }
  }

  async #run(operation: Operation): Promise<Value | undefined> {
    switch (operation.kind) {
      case "insert": {
        const id = await this.#write.insert(operation.table, this.#fields(operation.value));
        this.#inserted.push(id);
        return id;
      }
      case "patch": {
        const unset = Object.fromEntries(operation.unset.map((field) => [field, undefined]));
        await this.#write.patch(this.#id(operation.document), { ...this.#fields(operation.value), ...unset });
        return undefined;
      }
      case "replace":
        await this.#write.replace(this.#id(operation.document), this.#fields(operation.value));
        return undefined;
      case "delete":
        await this.#write.delete(this.#id(operation.document));
        return undefined;
      case "get":
        return await this.#db.get(this.#id(operation.document));
      case "getFrom":
        return await this.#db.get(operation.table, this.#id(operation.document));
      case "normalizeId":
        return this.#db.normalizeId(operation.table, this.#id(operation.document));
      case "collect":
        return await this.queryOf(operation.query).collect();
      case "first":
        return await this.queryOf(operation.query).first();
      case "unique":
        return await this.queryOf(operation.query).unique();
      case "count":
        return (await this.queryOf(operation.query).collect()).length;
      case "take":
        return await this.queryOf(operation.query).take(operation.count);
      case "page":
        return (await this.queryOf(operation.query).paginate({ numItems: operation.count, cursor: null })).page;
      case "nestedQuery":
        return observed(await this.#reader.runQuery(runQuery, this.#nested(operation.operations)));
      case "nestedMutation": {
        const result = await this.#mutationCtx.runMutation(runMutation, this.#nested(operation.operations));
        this.#inserted.push(...result.ids);
        return observed(result);
      }
      case "parallel":
        return await Promise.all(operation.operations.map((each) => this.#observe(each)));
      case "schedule":
        return void (await this.#mutationCtx.scheduler.runAfter(0, runMutation, this.#nested(operation.operations)));
      case "scheduleAndCancel": {
        const id = await this.#mutationCtx.scheduler.runAfter(3_600_000, runMutation, this.#nested([]));
        await this.#mutationCtx.scheduler.cancel(id);
        return undefined;
      }
      case "fail":
        return undefined;
    }
  }

  get #db(): GenericDatabaseReader<AnyDataModel> {
    return this.#reader.db;
  }

  get #write(): GenericDatabaseWriter<AnyDataModel> {
    return this.#mutationCtx.db;
  }

  get #mutationCtx(): GenericMutationCtx<AnyDataModel> {
    if (this.#writer === null) throw new Error("a query cannot write");
    return this.#writer;
  }

  #nested(operations: readonly Operation[]): ProgramArgs {
    return { operations: [...operations], ids: [...this.#known, ...this.#inserted] };
  }

  #id(document: number): GenericId<string> {
    const ids = [...this.#known, ...this.#inserted];
    const id = ids[document % Math.max(1, ids.length)];
    if (id === undefined) throw new Error("there is no document yet");
    return documentId(id);
  }

  #fields(value: Record<string, Value>): Record<string, Value> {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, this.#resolve(field) ?? null]));
  }

  /** Puts ids in the place of `@document 3`. */
  #resolve(value: Value | undefined): Value | undefined {
    if (typeof value === "string" && value.startsWith(referencePrefix)) {
      const ids = [...this.#known, ...this.#inserted];
      return ids[Number(value.slice(referencePrefix.length)) % Math.max(1, ids.length)] ?? value;
    }
    return value;
  }

  #filter(q: FilterBuilderOf, step: FilterStep): FilterExpression {
    switch (step.op) {
      case "eq":
      case "neq":
        return q[step.op](q.field(step.field), this.#resolve(step.value) ?? null);
      case "lt":
      case "lte":
      case "gt":
      case "gte":
        return q[step.op](q.field("n"), step.value);
      case "sum":
        return q.gt(q.add(q.field("n"), step.value), 1);
      case "and":
      case "or":
        return q[step.op](...step.of.map((each) => this.#filter(q, each)));
      case "not": {
        const [first] = step.of;
        return first === undefined ? q.eq(1, 1) : q.not(this.#filter(q, first));
      }
    }
  }
}

type IndexName = Parameters<ReturnType<GenericDatabaseReader<AnyDataModel>["query"]>["withIndex"]>[0];
type FilterBuilderOf = Parameters<Parameters<OrderedQuery<AnyDataModel[string]>["filter"]>[0]>[0];
type FilterExpression = ReturnType<Parameters<OrderedQuery<AnyDataModel[string]>["filter"]>[0]>;
type IndexRangeCallback = Parameters<ReturnType<GenericDatabaseReader<AnyDataModel>["query"]>["withIndex"]>[1];
type RangeBuilder = Record<RangeStep["op"], (field: string, value: Value | undefined) => RangeBuilder>;

/** With a schema that is only known at run time, the type of an index name is that of the built-in ones. */
function indexName(name: string): IndexName {
  return name as IndexName;
}

/** Ids are strings at run time; their brand exists in types only. */
function documentId(text: string): GenericId<string> {
  return text as GenericId<string>;
}

/** convex/server's builder has every method at run time; its types only allow orders that are known beforehand. */
function untypedBuilder(builder: unknown): RangeBuilder {
  return builder as RangeBuilder;
}

/** Every step of the builder is the range built so far; see {@link untypedBuilder}. */
function builtRange(builder: RangeBuilder): ReturnType<NonNullable<IndexRangeCallback>> {
  return builder as unknown as ReturnType<NonNullable<IndexRangeCallback>>;
}

function observed({ results, ids }: Observation): Value {
  return { results, ids };
}
