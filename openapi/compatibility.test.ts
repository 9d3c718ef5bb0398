import { expect, test } from "vitest";
import { breakingChanges } from "./compatibility";
import { openApiDocument } from "./document";
import { registry } from "./registry";

interface Parts {
  readonly operation?: Record<string, unknown>;
  readonly body?: Record<string, unknown>;
  readonly answer?: Record<string, unknown>;
}

const body = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 80 },
    kind: { type: "string", enum: ["a", "b"] },
    size: { type: "integer", format: "int32", maximum: 10 },
  },
  required: ["name"],
};
const answer = {
  type: "object",
  properties: {
    id: { type: "string" },
    note: { anyOf: [{ type: "string" }, { type: "null" }] },
    list: { type: "array", items: { type: "integer" } },
  },
  required: ["id"],
};

/** A document with one operation, varied in one place. */
function documentWith(parts: Parts = {}) {
  return {
    paths: {
      "/v1/things": {
        post: {
          operationId: "createThing",
          security: [{ apiKey: [] }, { clientCredentials: ["thing:create"] }],
          parameters: [{ name: "dry", in: "query", schema: { type: "boolean" } }],
          requestBody: {
            required: true,
            content: { "application/json": { schema: { $ref: "#/components/schemas/Body" } } },
          },
          responses: {
            "201": {
              headers: { ETag: {} },
              content: { "application/json": { schema: { $ref: "#/components/schemas/Answer" } } },
            },
          },
          ...parts.operation,
        },
      },
    },
    components: { schemas: { Body: { ...body, ...parts.body }, Answer: { ...answer, ...parts.answer } } },
  };
}

const base = documentWith();
const bodyWith = (properties: Record<string, unknown>) => ({
  body: { properties: { ...body.properties, ...properties } },
});
const answerWith = (properties: Record<string, unknown>) => ({
  answer: { properties: { ...answer.properties, ...properties } },
});
const { kind: _kind, ...withoutKind } = body.properties;

test.each<[string, Parts, RegExp]>([
  ["another operationId", { operation: { operationId: "makeThing" } }, /operationId/],
  ["a parameter gone", { operation: { parameters: [] } }, /dry is gone/],
  [
    "a parameter required",
    { operation: { parameters: [{ name: "dry", in: "query", required: true, schema: { type: "boolean" } }] } },
    /dry became required/,
  ],
  [
    "a new required parameter",
    {
      operation: {
        parameters: [
          { name: "dry", in: "query" },
          { name: "x", in: "header", required: true },
        ],
      },
    },
    /x is new and required/,
  ],
  ["a way to authenticate gone", { operation: { security: [{ apiKey: [] }] } }, /no longer open/],
  [
    "another scope",
    { operation: { security: [{ apiKey: [] }, { clientCredentials: ["thing:write"] }] } },
    /no longer open/,
  ],
  ["another status", { operation: { responses: { "200": {} } } }, /201 is gone/],
  [
    "a header gone",
    { operation: { responses: { "201": { content: { "application/json": { schema: answer } } } } } },
    /lost the header ETag/,
  ],
  [
    "another media type",
    { operation: { requestBody: { content: { "text/plain": {} } } } },
    /no longer application\/json/,
  ],
  ["a field of the body gone", { body: { properties: withoutKind } }, /kind is gone/],
  ["a field of the body required", { body: { required: ["name", "kind"] } }, /kind became required/],
  ["a shorter text", bodyWith({ name: { type: "string", maxLength: 40 } }), /maxLength fell/],
  ["a choice less", bodyWith({ kind: { type: "string", enum: ["a"] } }), /no longer takes b/],
  ["a choice where all was taken", bodyWith({ name: { type: "string", maxLength: 80, enum: ["x"] } }), /takes only x/],
  ["a new pattern", bodyWith({ name: { type: "string", maxLength: 80, pattern: "^a" } }), /pattern changed/],
  ["another type in the body", bodyWith({ size: { type: "string" } }), /was integer and is string/],
  ["a lower maximum", bodyWith({ size: { type: "integer", maximum: 5 } }), /maximum fell/],
  ["a field of the answer gone", { answer: { properties: { id: { type: "string" } } } }, /note is gone/],
  ["a field of the answer optional", { answer: { required: [] } }, /id may be absent/],
  [
    "a field of the answer nullable",
    answerWith({ id: { anyOf: [{ type: "string" }, { type: "null" }] } }),
    /something else/,
  ],
  [
    "another type in a list",
    answerWith({ list: { type: "array", items: { type: "string" } } }),
    /was integer and is string/,
  ],
])("%s breaks clients", (_name, parts, message) => {
  expect(breakingChanges(base, documentWith(parts)).join("\n")).toMatch(message);
});

test.each<[string, Parts]>([
  ["nothing", {}],
  [
    "a new optional parameter",
    {
      operation: {
        parameters: [
          { name: "dry", in: "query", schema: { type: "boolean" } },
          { name: "x", in: "query" },
        ],
      },
    },
  ],
  [
    "another way to authenticate",
    { operation: { security: [{ apiKey: [] }, { clientCredentials: ["thing:create"] }, { userToken: [] }] } },
  ],
  ["no credential at all", { operation: { security: [] } }],
  ["a new optional field of the body", bodyWith({ extra: { type: "string" } })],
  ["a field of the body optional", { body: { required: [] } }],
  ["a longer text", bodyWith({ name: { type: "string", maxLength: 90 } })],
  ["a choice more", bodyWith({ kind: { type: "string", enum: ["a", "b", "c"] } })],
  ["wider integers", bodyWith({ size: { type: "integer", format: "int64", maximum: 1e12 } })],
  ["a new field of the answer", answerWith({ extra: { type: "string" } })],
  ["a field of the answer always there", { answer: { required: ["id", "note"] } }],
  ["an answer never null", answerWith({ note: { type: "string" } })],
  ["null as a second type", answerWith({ note: { type: ["string", "null"] } })],
])("%s does not", (_name, parts) => {
  expect(breakingChanges(base, documentWith(parts))).toEqual([]);
});

test("an operation gone breaks clients, a new one does not", () => {
  expect(breakingChanges(base, { paths: {} })).toEqual(["POST /v1/things is gone."]);
  expect(breakingChanges({ paths: {} }, base)).toEqual([]);
});

test("schemas that contain themselves are compared to their end", () => {
  const tree = (type: string) => ({
    ...documentWith({
      answer: {
        properties: { id: { type }, children: { type: "array", items: { $ref: "#/components/schemas/Answer" } } },
      },
    }),
  });
  expect(breakingChanges(tree("string"), tree("string"))).toEqual([]);
  expect(breakingChanges(tree("string"), tree("integer")).join()).toMatch(/was string and is integer/);
});

test("the whole document is compatible with itself", () => {
  const document = openApiDocument(registry);
  expect(breakingChanges(document, document)).toEqual([]);
});

test("an operation may go when the end has come that was announced, and no day earlier", () => {
  const announced = documentWith({
    operation: { deprecated: true, "x-portico-deprecation": { since: "2026-11-01", until: "2027-05-01" } },
  });
  expect(breakingChanges(base, announced)).toEqual([]);
  const without = (day: string) => breakingChanges(announced, { paths: {} }, Date.parse(day));
  expect(without("2027-04-30")).toEqual(["POST /v1/things is gone, but was to answer until 2027-05-01."]);
  expect(without("2027-05-01")).toEqual([]);
});
