import { describe, expect, it } from "vitest";
import type { ValidatorJson } from "../../../values/validatorJson";
import { checkSchemaLimits } from "./schemaLimits";
import type { TableJson } from "./schemaLimits";

type Index = TableJson["indexes"][number];

function table(indexes: readonly Index[] = [], tableName = "rows"): TableJson {
  return { tableName, indexes };
}

const typeOf = (field: string): ValidatorJson => ({
  type: "object",
  value: { [field]: { fieldType: { type: "any" }, optional: false } },
});
const fields = (count: number) => Array.from({ length: count }, (_, i) => `f${i}`);
const indexes = (count: number): Index[] =>
  fields(count).map((field) => ({ indexDescriptor: `by_${field}`, fields: [field] }));

describe("a schema", () => {
  it("may reach every limit", () => {
    expect(() =>
      checkSchemaLimits([
        table(indexes(32), "a".repeat(64)),
        table([{ indexDescriptor: "by_all", fields: fields(16) }]),
        table([{ indexDescriptor: "by_nested", fields: ["a.b.c"] }]),
        { ...table([], "named"), documentType: typeOf("_creationTime") },
      ]),
    ).not.toThrow();
  });

  it.each<[string, TableJson, string]>([
    ["a table name with a dash", table([], "a-b"), 'Invalid table name: "a-b".'],
    ["a long table name", table([], "a".repeat(65)), "Invalid table name"],
    ["a field name with a dash", { ...table(), documentType: typeOf("a-b") }, 'Invalid field name: "a-b"'],
    ["a reserved field name", { ...table(), documentType: typeOf("_a") }, 'Invalid field name: "_a"'],
    [
      "a field name in a union",
      { ...table(), documentType: { type: "union", value: [typeOf("a"), typeOf("1")] } },
      'Invalid field name: "1"',
    ],
    ["a reserved table name", table([], "_rows"), "_rows is a reserved table name."],
    ["too many indexes", table(indexes(33)), 'Table "rows" cannot have more than 32 indexes.'],
    ["too many index fields", table([{ indexDescriptor: "by_all", fields: fields(17) }]), "up to 16 fields"],
    ["an empty index", table([{ indexDescriptor: "by_none", fields: [] }]), "must have at least one field"],
    ["a reserved index name", table([{ indexDescriptor: "by_id", fields: ["a"] }]), "the name is reserved"],
    ["an invalid index name", table([{ indexDescriptor: "by-a", fields: ["a"] }]), 'Invalid index name: "by-a"'],
    ["a field twice", table([{ indexDescriptor: "by_a", fields: ["a", "a"] }]), "Duplicate field a."],
    ["an index on _id", table([{ indexDescriptor: "by_a", fields: ["_id"] }]), "`_id` is not a valid index field."],
    [
      "an index on _creationTime",
      table([{ indexDescriptor: "by_a", fields: ["_creationTime"] }]),
      "automatically added",
    ],
    ["an index on a reserved field", table([{ indexDescriptor: "by_a", fields: ["_x"] }]), "Reserved fields"],
    ["an index on no path", table([{ indexDescriptor: "by_a", fields: ["a b"] }]), 'Invalid index field: "a b"'],
    [
      "two indexes of one name",
      table([...indexes(1), { indexDescriptor: "by_f0", fields: ["b"] }]),
      "two or more definitions",
    ],
    [
      "two indexes on the same fields",
      table([...indexes(1), { indexDescriptor: "by_x", fields: ["f0"] }]),
      "have the same fields",
    ],
  ])("is refused for %s", (_what, wrong, message) => {
    expect(() => checkSchemaLimits([wrong])).toThrow(message);
  });

  it("has at most 10,000 tables", () => {
    expect(() => checkSchemaLimits(Array.from({ length: 10_001 }, (_, i) => table([], `t${i}`)))).toThrow(
      "Number of tables cannot exceed 10000.",
    );
  });
});
