import { Ajv2020 } from "ajv/dist/2020";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { exampleOf } from "./examples";
import { exampleId } from "./exampleValues";
import type { JsonObject } from "./json";

const ajv = new Ajv2020({ strict: false });
const place = {
  where: "convex/sites/assets.ts: createAsset's body",
  choice: 0,
  resolve: (schema: JsonObject) => schema,
};

const bounds = fc
  .tuple(fc.nat(60), fc.nat(60))
  .map(([left, right]): [number, number] => [Math.min(left, right), Math.max(left, right)]);
const text = bounds.map(([minLength, maxLength]) => ({
  type: "string",
  minLength,
  maxLength,
  examples: ["x".repeat(minLength), "y".repeat(maxLength)],
}));
const number = bounds.map(([minimum, maximum]) => ({ type: "integer", minimum, maximum }));
const choice = fc.uniqueArray(fc.string(), { minLength: 1 }).map((values) => ({ type: "string", enum: values }));
const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    text,
    number,
    choice,
    fc.constant({ type: "boolean" }),
    bounds.chain(([minItems, maxItems]) =>
      tie("schema").map((items) => ({ type: "array", items, minItems: minItems % 4, maxItems: maxItems + 4 })),
    ),
    tie("schema").map((inner) => ({ anyOf: [{ type: "null" }, inner] })),
    fc.dictionary(fc.constantFrom("title", "name", "startDate", "deletedAt", "x"), tie("schema")).map((properties) => ({
      type: "object",
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    })),
  ),
}));

test("an example satisfies its schema, the first one and the second", () => {
  fc.assert(
    fc.property(schema, fc.nat(1), (generated, at) => {
      const validate = ajv.compile({ ...generated });
      const example = exampleOf(generated, { ...place, choice: at });
      expect(validate(example), JSON.stringify(validate.errors)).toBe(true);
    }),
    { examples: [[{ type: "string", minLength: 0, maxLength: 0, examples: [""] }, 0]] },
  );
});

test("ids have the form of Convex's, one for each table", () => {
  expect(exampleId("schedules")).toMatch(/^[a-z0-9]{31,37}$/);
  expect(exampleId("schedules")).not.toBe(exampleId("todos"));
});

test.each([
  ["a text", { type: "string", maxLength: 40 }],
  ["a pattern", { type: "string", pattern: "^ZZ\\d{9}$" }],
  ["a map", { type: "object", additionalProperties: {} }],
  ["anything", {}],
])("%s that shows no example is a mistake, named by its file and field", (_title, note) => {
  const properties = { data: { type: "array", items: { type: "object", properties: { note } } } };
  expect(() => exampleOf({ type: "object", properties }, place)).toThrow(
    'convex/sites/assets.ts: createAsset\'s body.data.note needs an example: write described(<type>, "<what it means>", <example>).',
  );
});
