import { format } from "@cfworker/json-schema";
import { describe, expect, it } from "vitest";
import { configFaults, urlFaults } from "./configFaults";
import { checkedFormats, schemaFault } from "./schemaFaults";

const object = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });

describe("a schema", () => {
  it.each([
    object({}),
    object({ baseUrl: { type: "string", format: "uri" } }, { required: ["baseUrl"], additionalProperties: false }),
    object({ mode: { enum: ["a", "b"], default: "a" }, "x/y": true }, { "x-order": ["mode"] }),
    object({ list: { type: "array", items: { anyOf: [{ type: "integer", minimum: 1 }, { const: "all" }] } } }),
    object({ code: { type: ["string", "null"], pattern: "^[A-Z]{2}$" } }, { propertyNames: { maxLength: 20 } }),
    { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object", if: true, else: false },
  ])("is one: %j", (schema) => {
    expect(schemaFault(schema)).toBeUndefined();
  });

  it.each([
    ["none", [], ["type"], "not_an_object"],
    ["of texts", { type: "string" }, ["type"], "not_an_object"],
    ["with a type that there is not", object({ a: { type: "text" } }), ["properties", "a", "type"], "invalid_keyword"],
    ["with a misspelled keyword", object({ a: { requried: [] } }), ["properties", "a", "requried"], "unknown_keyword"],
    ["that refers elsewhere", object({ a: { $ref: "#/x" } }), ["properties", "a", "$ref"], "unknown_keyword"],
    ["with patterns for names", object({}, { patternProperties: {} }), ["patternProperties"], "unknown_keyword"],
    ["with a text for a schema", object({ a: "string" }), ["properties", "a"], "not_a_schema"],
    ["with an empty choice", object({}, { anyOf: [] }), ["anyOf"], "invalid_keyword"],
    ["with names that are none", object({}, { required: [1] }), ["required"], "invalid_keyword"],
    [
      "with a format that nobody checks",
      object({ a: { format: "phone" } }),
      ["properties", "a", "format"],
      "invalid_keyword",
    ],
    ["with half a character in a name", object({ "\ud800": {} }), ["properties"], "invalid_text"],
    ["with no pattern", object({ a: { pattern: "(" } }), ["properties", "a", "pattern"], "unsupported_pattern"],
    [
      "with a pattern too large",
      object({ a: { pattern: "(a{30}){30}" } }),
      ["properties", "a", "pattern"],
      "unsupported_pattern",
    ],
    ["of a prototype's keyword", JSON.parse('{"type":"object","constructor":{}}'), ["constructor"], "unknown_keyword"],
  ])("is refused %s", (_what, schema, path, code) => {
    expect(schemaFault(schema)).toMatchObject({ path, code });
  });

  it("is refused where it holds too many schemas, or patterns too large together", () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`p${at}`, true]));
    expect(schemaFault(object(many))).toMatchObject({ code: "too_large" });
    const long = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`p${at}`, { pattern: "a{300}" }]));
    expect(schemaFault(object(long))).toMatchObject({ code: "too_large" });
  });
});

describe("lists without anything twice", () => {
  const unique = (count: number) =>
    object({ list: { allOf: Array.from({ length: count }, () => ({ uniqueItems: true })) } });
  const list = (length: number) => ({ list: Array.from({ length }, (_, at) => ({ at })) });

  it("are checked as far as that takes no longer than a moment", () => {
    expect(configFaults(unique(1), list(1024))).toEqual([]);
    expect(configFaults(unique(1), { list: [{ at: 1 }, { at: 1 }] })).toMatchObject([
      { pointer: "/list", code: "uniqueItems" },
    ]);
    expect(configFaults(unique(80), list(1024))).toMatchObject([{ pointer: "", code: "too_large" }]);
  });
});

describe("a configuration", () => {
  const schema = object(
    {
      baseUrl: { type: "string", format: "uri" },
      code: { type: "string", pattern: "^[A-Z]{2}$" },
      "a/b~c": { type: "integer", minimum: 3 },
      pattern: { const: { pattern: "not one" } },
      list: { type: "array", items: { type: "string" } },
      mode: { oneOf: [{ const: "full" }, { const: "delta" }] },
    },
    { required: ["baseUrl"], additionalProperties: false },
  );
  const good = { baseUrl: "https://psa.example.com" };

  it.each([
    good,
    { ...good, code: "NL", "a/b~c": 3, list: ["x"], mode: "delta" },
    { ...good, pattern: { pattern: "not one" } },
  ])("fits: %j", (config) => {
    expect(configFaults(schema, config)).toEqual([]);
  });

  it.each([
    [{}, "/baseUrl", "required"],
    [{ baseUrl: 1 }, "/baseUrl", "type"],
    [{ baseUrl: "not a url" }, "/baseUrl", "format"],
    [{ ...good, code: "nl" }, "/code", "pattern"],
    [{ ...good, "a/b~c": 2 }, "/a~1b~0c", "minimum"],
    [{ ...good, list: ["x", 1] }, "/list/1", "type"],
    [{ ...good, "späte größe": 1 }, "/späte größe", "unknown_field"],
    [{ ...good, "100%#": 1 }, "/100%#", "unknown_field"],
    [{ ...good, mode: "other" }, "/mode", "const"],
  ])("does not: %j", (config, pointer, code) => {
    expect(configFaults(schema, config)).toContainEqual(expect.objectContaining({ pointer, code }));
  });

  it("leaves no pattern behind among the validator's formats", () => {
    configFaults(schema, good);
    expect(Object.keys(format).filter((name) => name.startsWith("portico"))).toEqual([]);
    expect(checkedFormats.filter((name) => !Object.hasOwn(format, name))).toEqual([]);
  });

  it("is refused where checking it would take long, whatever the schema", () => {
    const items = { type: "array", items: { type: "string", pattern: "(a|aa)+$" } };
    const slow = object({ list: items }, { allOf: Array.from({ length: 20 }, () => object({ list: items })) });
    const config = { list: Array.from({ length: 30 }, () => `${"a".repeat(1000)}!`) };
    expect(configFaults(slow, config)).toEqual([expect.objectContaining({ code: "too_large" })]);
    const wide = object({}, { allOf: Array.from({ length: 400 }, () => ({ type: "object" })) });
    const large = { list: Array.from({ length: 1000 }, (_, at) => [at, at, at]) };
    expect(configFaults(wide, large)).toEqual([expect.objectContaining({ code: "too_large" })]);
  });

  it("lists twenty faults at most", () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`unknown${at}`, at]));
    expect(configFaults(schema, { ...good, ...many }).length).toBeLessThanOrEqual(20);
  });

  it.each([
    ["http://psa.example.com", "/deep/0/url"],
    ["https://10.0.0.7/api", "/deep/0/url"],
    ["https://localhost", "/deep/0/url"],
    [" HTTPS://169.254.169.254/latest", "/deep/0/url"],
    ["ftp://psa.example.com", "/deep/0/url"],
  ])("may not lead to %s", (url, pointer) => {
    expect(urlFaults({ deep: [{ url }], note: "psa.example.com" })).toEqual([
      expect.objectContaining({ pointer, code: "url_not_allowed" }),
    ]);
  });

  it("may lead to public hosts", () => {
    expect(urlFaults({ baseUrl: "https://psa.example.com:8443/api", other: "plain text" })).toEqual([]);
  });
});
