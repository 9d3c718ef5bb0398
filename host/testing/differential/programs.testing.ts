import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { Value } from "convex/values";
import type { FilterStep, Operation, QueryDescription, RangeStep } from "./functions.testing";
import { fieldKinds } from "./schema.testing";
import type { FieldKind, SchemaDescription, TableDescription } from "./schema.testing";

/** One call of a program, or a walk through all pages of a query. */
export type Call =
  | { readonly kind: "mutate" | "read"; readonly operations: Operation[] }
  | { readonly kind: "pages"; readonly query: QueryDescription; readonly count: number };

const maxProgramDepth = 2;

/** Stands for the id of a document. Ids of two backends sort differently, so they stay out of what indexes sort by. */
const reference = fc.nat(5).map((document) => `@document ${document}`);
const bytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc.array(fc.constantFrom(0, 1, 255), { maxLength: 3 }).map((list) => Uint8Array.from(list)),
  )
  .map((array) => array.slice().buffer);
const text = fc.oneof(
  fc.constantFrom("", "a", "b", "ab", "a\0", "a\0b", "\0", "\0\0", "b\0a", "\u00e9", "\uffff", "\u{1f600}"),
  fc.string({ unit: "grapheme", maxLength: 4 }),
);
const float64 = fc.oneof(fc.constantFrom(-1, -0, 0, 1, 2, 0.5, NaN, Infinity, -Infinity, 5e-324), fc.double());
const int64 = fc.oneof(
  fc.constantFrom(-1n, 0n, 1n, 2n, -(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);
const scalar = fc.oneof(fc.constant(null), fc.boolean(), float64, int64, text, bytes);
const fieldName = fc.constantFrom("x", "y", "z", "a b", "a.b");

/** A value of any type, objects and arrays up to two levels deep. */
const anyValue: Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", maxDepth: maxProgramDepth },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fieldName, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** Fields of any type are what makes values of different types meet in one index. */
const fieldKind: Arbitrary<FieldKind> = fc.oneof(fc.constant("any" as const), fc.constantFrom(...fieldKinds));

/** Random schemas of up to three tables. */
export const schemaArbitrary: Arbitrary<SchemaDescription> = fc.record({
  validates: fc.boolean(),
  tables: fc.array(
    fc
      .array(fc.record({ kind: fieldKind, optional: fc.boolean() }), {
        minLength: 2,
        maxLength: 5,
      })
      .chain((fields) => {
        const paths = ["n", ...fields.flatMap(({ kind }, i) => pathsOf(kind, `f${i}`))];
        const index = fc.uniqueArray(fc.constantFrom(...paths), { minLength: 1, maxLength: 3 });
        return fc.record({
          fields: fc.constant(fields),
          indexes: fc.uniqueArray(index, { minLength: 1, maxLength: 4, selector: (of) => of.join(" ") }),
        });
      }),
    { minLength: 1, maxLength: 3 },
  ),
});

function pathsOf(kind: FieldKind, field: string): readonly string[] {
  if (kind === "id") return [];
  return kind === "object" || kind === "any" ? [field, `${field}.x`] : [field];
}

function valueOfKind(kind: FieldKind): Arbitrary<Value> {
  switch (kind) {
    case "any":
      return anyValue;
    case "string":
      return text;
    case "number":
      return float64;
    case "int64":
      return int64;
    case "boolean":
      return fc.boolean();
    case "bytes":
      return bytes;
    case "nullable":
      return fc.oneof(fc.constant(null), text, float64);
    case "id":
      return reference;
    case "array":
      return fc.array(anyValue, { maxLength: 3 });
    case "object":
      return fc.record({ x: anyValue, y: float64 }, { requiredKeys: [], noNullPrototype: true });
    case "literals":
      return fc.constantFrom("a", 1, true);
  }
}

/** Mostly values that fit the table, now and then a wrong type, a missing or an extra field. */
function documentOf({ fields }: TableDescription, requiresAll: boolean): Arbitrary<Record<string, Value>> {
  const fitting: Record<string, Arbitrary<Value>> = { n: fc.integer({ min: -3, max: 3 }) };
  for (const [i, { kind }] of fields.entries())
    fitting[`f${i}`] = fc.oneof({ weight: 12, arbitrary: valueOfKind(kind) }, { weight: 1, arbitrary: anyValue });
  const required = fields.flatMap(({ optional }, i) => (optional ? [] : [`f${i}`]));
  const document = fc.record(fitting, { requiredKeys: requiresAll ? ["n", ...required] : [], noNullPrototype: true });
  return fc.oneof(
    { weight: 15, arbitrary: document },
    { weight: 1, arbitrary: document.map((value) => ({ ...value, extra: 1 })) },
  );
}

function queryOf(schema: SchemaDescription): Arbitrary<QueryDescription> {
  return fc.nat(schema.tables.length - 1).chain((tableAt) => {
    const table = schema.tables[tableAt];
    const fields = table?.fields ?? [];
    const kindOf = (path: string): FieldKind => {
      const field = fields[Number(/^f(\d)/.exec(path)?.[1] ?? -1)];
      return path === "n" ? "number" : path.includes(".") ? "any" : (field?.kind ?? "any");
    };
    const indexed = fc
      .constantFrom(...(table?.indexes ?? []).entries())
      .chain(([i, paths]) => fc.record({ index: fc.constant(`i${i}`), range: rangeOf(paths, kindOf) }));
    const source = fc.oneof(
      fc.constant({ range: [] }),
      fc.constant({ index: "by_creation_time", range: [] }),
      indexed,
      indexed,
    );
    return fc
      .record({
        source,
        order: fc.constantFrom("asc", "desc"),
        filter: fc.option(filterOf(fields), { nil: undefined }),
      })
      .map(({ source: from, order, filter }) => ({
        table: `t${tableAt}`,
        ...from,
        order,
        ...(filter === undefined ? {} : { filter }),
      }));
  });
}

/** Equalities on a prefix of the index, then up to two bounds on the next field. */
function rangeOf(paths: readonly string[], kindOf: (path: string) => FieldKind): Arbitrary<RangeStep[]> {
  return fc.nat(paths.length).chain((equalities) => {
    const valueAt = (path: string) =>
      fc.option(fc.oneof(valueOfKind(kindOf(path)), scalar), { nil: undefined, freq: 8 });
    const step = (op: RangeStep["op"], field: string): Arbitrary<RangeStep> =>
      valueAt(field).map((value) => (value === undefined ? { op, field } : { op, field, value }));
    const equal = fc.tuple(...paths.slice(0, equalities).map((path) => step("eq", path)));
    const next = paths[equalities];
    if (next === undefined) return equal;
    const lower = fc.option(fc.constantFrom("gt" as const, "gte" as const).chain((op) => step(op, next)));
    const upper = fc.option(fc.constantFrom("lt" as const, "lte" as const).chain((op) => step(op, next)));
    return fc
      .tuple(equal, lower, upper)
      .map(([prefix, low, high]) => [...prefix, ...[low, high].filter((bound) => bound !== null)]);
  });
}

function filterOf(fields: TableDescription["fields"]): Arbitrary<FilterStep> {
  const path = fc.constantFrom("n", "missing", ...fields.flatMap((_, i) => [`f${i}`, `f${i}.x`]));
  return fc.letrec<{ filter: FilterStep }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2, depthSize: "small" },
      fc.record({
        op: fc.constantFrom("eq" as const, "neq" as const),
        field: path,
        value: fc.oneof(anyValue, reference),
      }),
      fc.record({
        op: fc.constantFrom("lt" as const, "lte" as const, "gt" as const, "gte" as const, "sum" as const),
        value: fc.integer({ min: -3, max: 3 }),
      }),
      fc.record({
        op: fc.constantFrom("and" as const, "or" as const, "not" as const),
        of: fc.array(tie("filter"), { maxLength: 2 }),
      }),
    ),
  })).filter;
}

/** Programs of up to six calls against a schema. Every observable difference between two backends is a difference in them. */
export function programOf(schema: SchemaDescription): Arbitrary<Call[]> {
  const document = fc.nat(7);
  const tableAt = fc.nat(schema.tables.length - 1);
  const table = tableAt.map((at) => `t${at}`);
  const query = queryOf(schema);
  const fieldsFor = (requiresAll: boolean) =>
    tableAt.chain((at) =>
      documentOf(schema.tables[at] ?? { fields: [], indexes: [] }, requiresAll).map((value) => ({
        table: `t${at}`,
        value,
      })),
    );
  const reads: Arbitrary<Operation>[] = [
    fc.record({ kind: fc.constant("get" as const), document }),
    fc.record({ kind: fc.constantFrom("getFrom" as const, "normalizeId" as const), table, document }),
    fc.record({
      kind: fc.constantFrom("collect" as const, "first" as const, "unique" as const, "count" as const),
      query,
    }),
    fc.record({
      kind: fc.constantFrom("take" as const, "page" as const),
      query,
      count: fc.integer({ min: 1, max: 4 }),
    }),
  ];
  const insert: Arbitrary<Operation> = fieldsFor(true).map((fields) => ({ kind: "insert", ...fields }));
  const writes: Arbitrary<Operation>[] = [
    insert,
    insert,
    insert,
    fc.tuple(document, fieldsFor(false), fc.subarray(["f0", "f1"])).map(([at, { value }, unset]) => ({
      kind: "patch",
      document: at,
      value,
      unset,
    })),
    fc.tuple(document, fieldsFor(true)).map(([at, { value }]) => ({ kind: "replace", document: at, value })),
    fc.record({ kind: fc.constant("delete" as const), document }),
  ];
  const operations = fc.letrec<{ read: Operation; write: Operation }>((tie) => ({
    read: fc.oneof(
      { maxDepth: maxProgramDepth, depthSize: "small" },
      ...reads,
      fc.record({ kind: fc.constant("nestedQuery" as const), operations: fc.array(tie("read"), { maxLength: 3 }) }),
    ),
    write: fc.oneof(
      { maxDepth: maxProgramDepth, depthSize: "small" },
      ...writes,
      ...reads,
      fc.record({
        kind: fc.constant("parallel" as const),
        operations: fc.array(fc.oneof(...writes), { maxLength: 4 }),
      }),
      fc.record({ kind: fc.constant("nestedQuery" as const), operations: fc.array(tie("read"), { maxLength: 3 }) }),
      fc.record({ kind: fc.constant("nestedMutation" as const), operations: fc.array(tie("write"), { maxLength: 4 }) }),
      fc.record({ kind: fc.constant("schedule" as const), operations: fc.array(tie("write"), { maxLength: 2 }) }),
      fc.constant({ kind: "scheduleAndCancel" as const }),
    ),
  }));
  const failing = fc.record({ kind: fc.constant("fail" as const), data: anyValue });
  const mutation = fc
    .tuple(fc.array(operations.write, { minLength: 1, maxLength: 8 }), fc.option(failing, { freq: 6 }))
    .map(([list, fail]) => onlyOneJob(fail === null ? list : [...list, fail]));
  const calls = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: mutation.map((list): Call => ({ kind: "mutate", operations: list })) },
      {
        weight: 2,
        arbitrary: fc
          .array(operations.read, { minLength: 1, maxLength: 6 })
          .map((list): Call => ({ kind: "read", operations: list })),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("pages" as const), query, count: fc.integer({ min: 1, max: 4 }) }),
      },
    ),
    { minLength: 1, maxLength: 6 },
  );
  // Without documents to begin with, most reads would find nothing to disagree about.
  const filling = fc
    .array(insert, { minLength: 2, maxLength: 12 })
    .map((list): Call => ({ kind: "mutate", operations: list }));
  return fc.tuple(filling, calls).map(([first, others]) => [first, ...others]);
}

/** Jobs that are due at the same time run in no particular order, so a call schedules at most one that does anything. */
function onlyOneJob(operations: readonly Operation[]): Operation[] {
  let scheduled = false;
  const keep = (list: readonly Operation[]): Operation[] =>
    list.flatMap((operation): Operation[] => {
      if (operation.kind === "schedule") {
        if (scheduled) return [];
        scheduled = true;
        return [{ ...operation, operations: keep(operation.operations) }];
      }
      return operation.kind === "nestedMutation" || operation.kind === "parallel"
        ? [{ ...operation, operations: keep(operation.operations) }]
        : [operation];
    });
  return keep(operations);
}
