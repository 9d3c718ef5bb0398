import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import schema from "../../schema";
import { jsonObject, reference, text, timestampMs } from "./fields";
import { asPatch, parsedParameter, patchOf, projectorOf, referencePaths, valuesAt, withoutDefault } from "./zod";
import { declarationOf } from "./table";
import { tableMetadata } from "./tableMetadata";

describe("projectorOf", () => {
  it("lets no undeclared field out, whatever the schema and the value", () => {
    fc.assert(
      fc.property(schemaAndValue(3), ([type, value]) => {
        const projected = projectorOf(type)(value);
        expect(JSON.stringify(projected) ?? "").not.toContain("undeclared");
        expect(projectorOf(type)(projected)).toEqual(projected);
      }),
      { numRuns: 800 },
    );
  });

  it("keeps every declared field as it is", () => {
    fc.assert(
      fc.property(schemaAndValue(3), ([type, value]) => {
        expect(projectorOf(type)(value)).toEqual(withoutUndeclared(value));
      }),
      { numRuns: 1000 },
    );
  });

  it("is never broken by values that do not fit", () => {
    const project = projectorOf(z.object({ a: z.array(z.object({ b: z.string() })) }));
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
        expect(() => project(value)).not.toThrow();
        expect(() => project({ a: value })).not.toThrow();
      }),
    );
  });

  it("lets alternatives through by the first that the value satisfies", () => {
    const project = projectorOf(
      z.union([z.object({ kind: z.literal("a"), x: z.number() }), z.object({ kind: z.literal("b") }), z.string()]),
    );
    expect(project({ kind: "a", x: 1, secret: 1 })).toEqual({ kind: "a", x: 1 });
    expect(project({ kind: "b", x: 1 })).toEqual({ kind: "b" });
    expect(project("text")).toBe("text");
    expect(project({ kind: "c", secret: 1 })).toBeUndefined();
  });

  it.each([
    ["a transformation", z.object({ a: z.string().transform((value) => ({ value })) })],
    ["a tuple", z.tuple([z.object({})])],
    ["an intersection", z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() }))],
    ["a recursion", z.lazy(() => z.object({}))],
  ])("refuses %s, whose fields it could not tell", (_name, type) => {
    expect(() => projectorOf(type)).toThrow("cannot be projected");
  });

  it("knows every schema that a table is made of", () => {
    for (const [name, definition] of Object.entries(schema.tables)) {
      const fields = declarationOf(definition)?.fields ?? {};
      expect(() => projectorOf(z.object(fields)), name).not.toThrow();
    }
  });
});

/** Schemas with values that satisfy them, except for fields named `undeclared` at every object. */
function schemaAndValue(depth: number): fc.Arbitrary<[z.ZodType, unknown]> {
  const leaf = fc.oneof(
    fc.string({ maxLength: 3 }).map((value): [z.ZodType, unknown] => [z.string(), value.replaceAll("undeclared", "")]),
    fc.integer().map((value): [z.ZodType, unknown] => [z.int(), value]),
    fc.constant<[z.ZodType, unknown]>([z.null(), null]),
    fc.boolean().map((value): [z.ZodType, unknown] => [z.boolean().default(true), value]),
  );
  if (depth === 0) return leaf;
  const inner = schemaAndValue(depth - 1);
  const object = fc
    .dictionary(
      fc.string({ minLength: 1, maxLength: 3 }).filter((name) => name !== "__proto__"),
      inner,
      { maxKeys: 4 },
    )
    .map((fields): [z.ZodType, unknown] => [
      z.object(Object.fromEntries(Object.entries(fields).map(([name, [type]]) => [name, type]))),
      {
        ...Object.fromEntries(Object.entries(fields).map(([name, [, value]]) => [name, value])),
        undeclared: { undeclared: 1 },
      },
    ]);
  return fc.oneof(
    leaf,
    object,
    inner.map(([type, value]): [z.ZodType, unknown] => [z.array(type), [value, value]]),
    inner.map(([type, value]): [z.ZodType, unknown] => [z.record(z.string(), type), { key: value }]),
    inner.map(([type, value]): [z.ZodType, unknown] => [type.nullable().optional(), value]),
    object.map(([type, value]): [z.ZodType, unknown] => [
      z.union([z.boolean(), z.object({ other: z.literal("other"), undeclared2: z.string() }), type]),
      value,
    ]),
  );
}

function withoutUndeclared(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, field: unknown) => (key === "undeclared" ? undefined : field)));
}

describe("asPatch", () => {
  const fields = {
    required: text(1, 5),
    defaulted: z.enum(["a", "b"]).default("a"),
    optional: text(0, 5).optional(),
    metadata: jsonObject(100).optional(),
  };
  const patch = z.strictObject(Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, asPatch(type)])));

  it("leaves out what is left out: a default never comes back by itself", () => {
    expect(patch.parse({})).toEqual({});
    expect(patch.parse({ required: "x" })).toEqual({ required: "x" });
  });
  it.each<[object, boolean]>([
    [{ optional: null, metadata: null }, true],
    [{ required: null }, false],
    [{ defaulted: null }, false],
    [{ required: "" }, false],
    [{ optional: "123456" }, false],
  ])("judges %j", (value, isAccepted) => expect(patch.safeParse(value).success).toBe(isAccepted));

  it("makes null a cleared field, and undefined none at all", () => {
    const changes = patchOf({ a: null, b: undefined, c: 0, d: "" });
    expect(Object.entries(changes)).toEqual([
      ["a", undefined],
      ["c", 0],
      ["d", ""],
    ]);
  });
  it("keeps a stored value's schema free of defaults", () => {
    expect(withoutDefault(fields.defaulted).safeParse(undefined).success).toBe(false);
  });
});

describe("references", () => {
  const fields = {
    siteId: reference("sites", "cascade"),
    optional: reference("users", "null").nullable().optional(),
    list: z.array(reference("agents", "null")).optional(),
    deep: z.array(
      z.object({ target: z.object({ roleId: reference("roles", "restrict").optional() }), note: z.string() }),
    ),
    matrix: z.array(z.array(reference("items", "null"))),
    plain: z.string(),
  };

  it("are found at any depth, through every wrapper", () => {
    expect(referencePaths(fields)).toEqual([
      { path: ["siteId"], table: "sites" },
      { path: ["optional"], table: "users" },
      { path: ["list", "[]"], table: "agents" },
      { path: ["deep", "[]", "target", "roleId"], table: "roles" },
      { path: ["matrix", "[]", "[]"], table: "items" },
    ]);
  });

  it("are the ones that the generated metadata name, for every table", () => {
    for (const [name, definition] of Object.entries(schema.tables)) {
      const metadata = Object.entries(tableMetadata).find(([table]) => table === name)?.[1];
      const found = referencePaths(declarationOf(definition)?.fields ?? {});
      expect(found, name).toEqual(metadata?.references.map(({ path, table }) => ({ path, table })));
    }
  });

  it("are read with the pointer of each value", () => {
    const value = {
      siteId: "s",
      list: ["a0", "a1"],
      deep: [{ target: { roleId: "r0" } }, { target: {} }, { target: null }, { target: { roleId: "r3" } }],
      matrix: [[], ["i"]],
    };
    const read = referencePaths(fields).flatMap(({ path }) => valuesAt(value, path));
    expect(read).toEqual([
      ["s", "/siteId"],
      ["a0", "/list/0"],
      ["a1", "/list/1"],
      ["r0", "/deep/0/target/roleId"],
      ["r3", "/deep/3/target/roleId"],
      ["i", "/matrix/1/0"],
    ]);
  });

  it("are read from own fields only, and never break on a wrong shape", () => {
    expect(valuesAt({ deep: {} }, ["deep", "[]", "x"])).toEqual([]);
    expect(valuesAt({}, ["constructor", "name"])).toEqual([]);
    expect(valuesAt("text", ["length"])).toEqual([[4, "/length"]]);
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => referencePaths(fields).map(({ path }) => valuesAt(value, path))).not.toThrow();
      }),
    );
  });
});

describe("parsedParameter", () => {
  it.each<[z.ZodType, string, unknown]>([
    [z.int(), "5", 5],
    [z.int().optional(), "-5", -5],
    [timestampMs().optional(), "1795170131409", 1_795_170_131_409],
    [z.number(), "1.5", 1.5],
    [z.int(), "", ""],
    [z.int(), " 5", " 5"],
    [z.int(), "0x10", "0x10"],
    [z.int(), "1e3", "1e3"],
    [z.int(), "Infinity", "Infinity"],
    [z.int(), "99999999999999999", "99999999999999999"],
    [z.boolean(), "true", true],
    [z.boolean().optional(), "false", false],
    [z.boolean(), "1", "1"],
    [z.boolean(), "TRUE", "TRUE"],
    [z.string(), "true", "true"],
    [z.enum(["5"]), "5", "5"],
  ])("%o reads %j as %j", (type, value, expected) => expect(parsedParameter(type, value)).toBe(expected));
  it("leaves what no schema names as it is", () => expect(parsedParameter(undefined, "5")).toBe("5"));
});
