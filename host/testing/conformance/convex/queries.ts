import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { attempt, mutation, query } from "./functions";

/** The methods that convex/server gives to every query at run time, with arguments that its types would refuse. */
interface UntypedQuery {
  withIndex(index: string, range?: (q: UntypedRange) => unknown): UntypedQuery;
  order(order: string): UntypedQuery;
  filter(predicate: (q: UntypedFilter) => unknown): UntypedQuery;
  collect(): Promise<unknown[]>;
  unique(): Promise<unknown>;
  first(): Promise<unknown>;
}
type UntypedRange = Record<"eq" | "gt" | "gte" | "lt" | "lte", (field: string, value: unknown) => UntypedRange>;
type UntypedFilter = Record<string, (...operands: readonly unknown[]) => unknown>;

function thingsOf(db: object): UntypedQuery {
  return Reflect.apply(Reflect.get(db, "query"), db, ["things"]);
}

/** Which rows of `things` a query finds, by their `label`, or why it fails. */
async function labels(run: () => Promise<unknown[]>): Promise<unknown> {
  try {
    return (await run()).map((row) => (typeof row === "object" && row !== null && "label" in row ? row.label : row));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const fill = mutation({
  args: {},
  handler: async (ctx) => {
    const insertInto: (value: Record<string, unknown>) => Promise<string> = (value) =>
      Reflect.apply(Reflect.get(ctx.db, "insert"), ctx.db, ["things", value]);
    const values: Record<string, unknown> = {
      missing: undefined,
      null: null,
      int: 2n,
      float: 1,
      nan: NaN,
      negativeZero: -0,
      false: false,
      true: true,
      text: "b",
      bytes: new ArrayBuffer(1),
      array: [1],
      object: { x: 1 },
    };
    for (const [label, a] of Object.entries(values)) await insertInto(a === undefined ? { label } : { label, a });
    await insertInto({ label: "pair 1", a: "pair", b: 1 });
    await insertInto({ label: "pair 2", a: "pair", b: 2 });
  },
});

export const ranges = query({
  args: {},
  handler: async (ctx) => {
    const things = (): UntypedQuery => thingsOf(ctx.db);
    const range = (build: (q: UntypedRange) => unknown) => labels(() => things().withIndex("by_a_b", build).collect());
    return {
      all: await labels(() => things().withIndex("by_a_b").collect()),
      undefinedOnly: await range((q) => q.eq("a", undefined)),
      nullOnly: await range((q) => q.eq("a", null)),
      aboveNull: await range((q) => q.gt("a", null).lt("a", false)),
      belowFive: await range((q) => q.lt("a", 5)),
      eqsInAnyOrder: await range((q) => q.eq("b", 2).eq("a", "pair")),
      creationTime: await range((q) => q.eq("a", "pair").eq("b", 1).gt("_creationTime", 0)),
      descending: await labels(() =>
        things()
          .withIndex("by_a_b", (q) => q.eq("a", "pair"))
          .order("desc")
          .collect(),
      ),
      noIndex: await labels(() => things().withIndex("by_nothing").collect()),
      notIndexed: await range((q) => q.eq("c", 1)),
      notAPrefix: await range((q) => q.eq("b", 1)),
      twice: await range((q) => q.eq("a", 1).eq("a", 2)),
      twoLower: await range((q) => q.gt("a", 1).gte("a", 2)),
      twoFields: await range((q) => q.gt("a", 1).lt("b", 2)),
    };
  },
});

export const filters = query({
  args: {},
  handler: async (ctx) => {
    const filtered = (build: (q: UntypedFilter) => unknown) => {
      return labels(() => thingsOf(ctx.db).filter(build).collect());
    };
    const call = (q: UntypedFilter, name: string, ...operands: readonly unknown[]) =>
      Reflect.apply(Reflect.get(q, name), q, operands);
    const a = (q: UntypedFilter) => call(q, "field", "a");
    return {
      belowNumbers: await filtered((q) => call(q, "lt", a(q), -0)),
      aboveText: await filtered((q) => call(q, "gt", a(q), "pair")),
      notBoolean: await filtered((q) => a(q)),
      shortCircuit: await filtered((q) => call(q, "and", call(q, "eq", call(q, "field", "label"), "true"), a(q))),
      not: await filtered((q) => call(q, "not", call(q, "neq", call(q, "field", "label"), "int"))),
      mixedArithmetic: await filtered((q) => call(q, "eq", call(q, "add", 1, 1n), 2)),
      overflow: await filtered((q) => call(q, "eq", call(q, "add", 2n ** 63n - 1n, 1n), 2n)),
      division: await filtered((q) => call(q, "eq", call(q, "div", 1n, 0n), 2n)),
      nested: await filtered((q) => call(q, "eq", call(q, "field", "a.x"), 1)),
    };
  },
});

export const singleUse = query({
  args: {},
  handler: async (ctx) => {
    const once = thingsOf(ctx.db).order("asc");
    await once.first();
    const twice = await attempt(() => once.first());
    return { twice, unique: await attempt(() => thingsOf(ctx.db).unique()) };
  },
});

export const ids = mutation({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.db.insert("effects", { name: "id" });
    const gone = await ctx.db.insert("effects", { name: "gone" });
    await ctx.db.delete(gone);
    const untyped = (method: string, ...operands: readonly unknown[]) =>
      attempt(() => Reflect.apply(Reflect.get(ctx.db, method), ctx.db, operands));
    return {
      byId: (
        await ctx.db
          .query("effects")
          .withIndex("by_id", (q) => q.eq("_id", id))
          .collect()
      ).length,
      gone: await ctx.db.get(gone),
      normalized: [
        ctx.db.normalizeId("effects", id) === id,
        ctx.db.normalizeId("effects", gone) === gone,
        ctx.db.normalizeId("rows", id),
        ctx.db.normalizeId("effects", "nonsense"),
      ],
      malformed: await untyped("get", "nonsense"),
      changedId: await untyped("patch", id, { _id: gone }),
      changedTime: await untyped("replace", id, { name: "x", _creationTime: 1 }),
      patchGone: await untyped("patch", gone, {}),
      deleteGone: await untyped("delete", gone),
      reserved: await untyped("insert", "effects", { name: "x", _creationTime: 1 }),
    };
  },
});

export const crossings = query({
  args: {},
  handler: async (ctx) => {
    const mutationReference = makeFunctionReference<"mutation", Record<string, never>, null>("queries:fill");
    const queryReference = makeFunctionReference<"query", Record<string, never>, null>("queries:singleUse");
    const runMutation: (of: unknown, args: unknown) => Promise<unknown> =
      Reflect.get(ctx, "runMutation") ?? (() => Promise.reject(new Error("no runMutation")));
    return {
      mutation: await attempt(() => runMutation(mutationReference, {})),
      asQuery: await attempt(() => Reflect.apply(ctx.runQuery, ctx, [mutationReference, {}])),
      stale: await attempt(() => Reflect.apply(ctx.runQuery, ctx, [queryReference, {}, { useStaleSnapshot: true }])),
      request: typeof Reflect.get(ctx.meta, "getRequestMetadata"),
    };
  },
});

export const invalidArguments = query({ args: { n: v.number() }, handler: (_ctx, { n }) => Promise.resolve(n) });
export const invalidResult = query({
  args: {},
  returns: v.number(),
  handler: () => Promise.resolve(JSON.parse(`"x"`)),
});
