import * as fc from "fast-check";
import document from "../openapi.json" with { type: "json" };
import { isObject } from "../json";
import type { JsonObject } from "../json";

/** A request as it is sent, whoever sends it. */
export interface FuzzedRequest {
  readonly operationId: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Which of the callers sends it. */
  readonly caller: string;
  /** How the credential is written into the header. */
  readonly scheme: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What requests are made of beside the document. */
export interface FuzzMaterial {
  readonly callers: readonly string[];
  /** Ids and names that there are, one's own and others'. */
  readonly ids: readonly string[];
  readonly cursors: readonly string[];
}

/** How far a value is from what its schema takes. */
type Kind = "valid" | "near" | "hostile";

const kinds: readonly fc.WeightedArbitrary<Kind>[] = [
  { arbitrary: fc.constant("valid"), weight: 4 },
  { arbitrary: fc.constant("near"), weight: 3 },
  { arbitrary: fc.constant("hostile"), weight: 2 },
];

/** Texts that something in a server has once read as more than text. */
const hostileTexts: readonly string[] = [
  "",
  " ",
  "\u0000",
  "null",
  "undefined",
  "NaN",
  "__proto__",
  "constructor",
  "toString",
  "$where",
  "_id",
  "../../etc/passwd",
  "..%2f..%2f",
  "' OR 1=1 --",
  "<script>alert(1)</script>",
  "{{7*7}}",
  "${7*7}",
  "%00%0d%0a",
  "a\r\nSet-Cookie: x=1",
  "\uFEFFbom",
  "\u202Eevil",
  "ﬁ\u0301\u{1F469}\u200D\u{1F467}",
  "\ud800",
  "9".repeat(400),
  "a".repeat(70_000),
  "function://0",
  "_reference/childComponent/rateLimiter/lib/rateLimit",
];

const hostileValues: readonly fc.Arbitrary<unknown>[] = [
  fc.constantFrom(...hostileTexts),
  fc.constantFrom<unknown>(null, true, 0, -0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, 5e-324, [], {}, [[[[]]]]),
  fc.constantFrom<unknown>({ $ne: null }, { $gt: "" }, { __proto__: 1 }, { "a.b": 1 }, { "": 1 }, { $integer: "AAAA" }),
  fc.string({ unit: "binary", maxLength: 50 }),
  fc.jsonValue({ maxDepth: 5 }),
  fc.array(fc.constant(0), { minLength: 200, maxLength: 1200 }),
];
const hostileValue = fc.oneof(...hostileValues);

/** What a schema takes, and what it nearly takes. */
class Values {
  constructor(private readonly material: FuzzMaterial) {}

  of(schema: unknown, kind: Kind, depth = 0): fc.Arbitrary<unknown> {
    if (kind === "hostile") return hostileValue;
    const near = kind === "near" ? [{ arbitrary: hostileValue, weight: 1 }] : [];
    return fc.oneof({ arbitrary: this.#valid(resolved(schema), kind, depth), weight: 9 }, ...near);
  }

  #valid(schema: JsonObject, kind: Kind, depth: number): fc.Arbitrary<unknown> {
    const { enum: values, const: only, type, anyOf, oneOf, allOf } = schema;
    if (Array.isArray(values)) return fc.constantFrom<unknown>(...values);
    if (only !== undefined) return fc.constant(only);
    const choices = [anyOf, oneOf].find((list) => Array.isArray(list));
    if (Array.isArray(choices)) return fc.oneof(...choices.map((choice) => this.of(choice, kind, depth + 1)));
    if (Array.isArray(allOf)) return this.#valid(Object.assign({}, ...allOf.map(resolved)), kind, depth);
    const types = Array.isArray(type) ? type : [type];
    return fc.oneof(...types.map((each) => this.#ofType(each, schema, kind, depth)));
  }

  #ofType(type: unknown, schema: JsonObject, kind: Kind, depth: number): fc.Arbitrary<unknown> {
    switch (type) {
      case "null":
        return fc.constant(null);
      case "boolean":
        return fc.boolean();
      case "integer":
        return this.#number(schema);
      case "number":
        return fc.oneof(this.#number(schema), fc.double({ noNaN: true, noDefaultInfinity: true }));
      case "array":
        if (depth > 4) return fc.constant([]);
        return fc.array(this.of(schema["items"], kind, depth + 1), { maxLength: depth === 0 ? 20 : 4 });
      case "object":
        return this.object(schema, kind, depth);
      case "string":
        return this.#text(schema);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }

  #number({ minimum, maximum }: JsonObject): fc.Arbitrary<number> {
    const [min, max] = [Number(minimum ?? -1e6), Number(maximum ?? 1e6)];
    const soon = 1_800_000_000_000;
    const edges = [min, max, min - 1, max + 1, ...(max > soon ? [soon, soon + 86_400_000] : [])];
    return fc.oneof(
      fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) }),
      fc.constantFrom(...edges),
    );
  }

  #text({ pattern, format, minLength, maxLength, examples }: JsonObject): fc.Arbitrary<unknown> {
    const shown = Array.isArray(examples) && examples.length > 0 ? [fc.constantFrom<unknown>(...examples)] : [];
    if (pattern === "^[a-z0-9]{31,37}$") return fc.oneof(fc.constantFrom(...this.material.ids), ...shown);
    const [min, max] = [Number(minLength ?? 0), Number(maxLength ?? 100)];
    const free = fc.string({ unit: "grapheme", minLength: Math.min(min, 200), maxLength: Math.min(max, 200) });
    const edge = fc.constantFrom("x".repeat(Math.min(max, 70_000)), "x".repeat(Math.min(max + 1, 70_000)));
    const formed = format === "email" ? [fc.emailAddress()] : format === "uri" ? [fc.webUrl()] : [];
    return fc.oneof(free, ...shown, ...shown, ...formed, edge);
  }

  /** Fields of an object: those it needs, some that it may have, and in a near one some fault. */
  object(schema: JsonObject, kind: Kind, depth: number): fc.Arbitrary<object> {
    const properties = isObject(schema["properties"]) ? schema["properties"] : {};
    if (Object.keys(properties).length === 0 || depth > 4)
      return fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    const fields = Object.entries(properties).map(([name, field]): [string, fc.Arbitrary<unknown>] => [
      name,
      this.of(field, kind, depth + 1),
    ]);
    const requiredKeys = kind === "near" ? [] : fields.map(([name]) => name).filter((name) => required.includes(name));
    const known = fc.record(Object.fromEntries(fields), { requiredKeys });
    if (kind === "valid") return known;
    const further = fc.dictionary(
      fc.constantFrom("nonsense", "_id", "organizationId", "__proto__", "id"),
      hostileValue,
      {
        maxKeys: 1,
      },
    );
    return fc
      .tuple(known, further)
      .map(([fieldsKnown, more]) => Object.fromEntries([...Object.entries(fieldsKnown), ...Object.entries(more)]));
  }
}

function resolved(schema: unknown): JsonObject {
  if (!isObject(schema)) return {};
  const { $ref } = schema;
  if (typeof $ref !== "string") return schema;
  const found = $ref
    .slice(2)
    .split("/")
    .reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), document);
  return resolved(found);
}

/** JSON of a value as clients write it, or nearly: with a field twice, in other spelling, broken off. */
function jsonText(value: unknown): fc.Arbitrary<string> {
  const text = JSON.stringify(value) ?? "";
  const twice = text.replace(/^\{(".*?":(?:"[^"]*"|\d+|null|true|false))([,}])/, "{$1,$1$2");
  return fc.oneof(
    { arbitrary: fc.constant(text), weight: 12 },
    { arbitrary: fc.constant(twice), weight: 1 },
    { arbitrary: fc.nat(text.length).map((at) => text.slice(0, at)), weight: 1 },
    {
      arbitrary: fc.constantFrom(
        `\uFEFF${text}`,
        `${text}${text}`,
        `[${text}]`,
        ` \n${text} `,
        text.replaceAll('"', "'"),
        "",
      ),
      weight: 1,
    },
  );
}

const noBody: fc.Arbitrary<string | undefined> = fc.constant(undefined);
/** Of a header nothing but visible ASCII gets out of this client. */
const headerText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 200 }),
  fc.constantFrom("", "a".repeat(4000), '"', "*", 'W/"x"', '"x", "y"', "%00", "0", "-1", "true", "application/json"),
);

const headerNames = [
  "accept",
  "accept-encoding",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "origin",
  "portico-dry-run",
  "portico-organization",
  "traceparent",
  "x-request-id",
  "x-forwarded-for",
  "x-http-method-override",
  "forwarded",
];

/** Requests of every operation of the document, as several callers. */
export function fuzzedRequests(material: FuzzMaterial): fc.Arbitrary<FuzzedRequest> {
  const values = new Values(material);
  return fc.oneof(...operations().map((operation) => requestOf(operation, values, material)));
}

interface DocumentedOperation {
  readonly path: string;
  readonly method: string;
  readonly object: JsonObject;
}

function operations(): DocumentedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries<unknown>(item).flatMap(([method, object]) =>
      isObject(object) && "operationId" in object ? [{ path, method: method.toUpperCase(), object }] : [],
    ),
  );
}

function requestOf(
  { path, method, object }: DocumentedOperation,
  values: Values,
  material: FuzzMaterial,
): fc.Arbitrary<FuzzedRequest> {
  const parameters = (Array.isArray(object["parameters"]) ? object["parameters"] : []).map(resolved);
  const inPlace = (place: string) => parameters.filter((parameter) => parameter["in"] === place);
  const content = resolved(object["requestBody"])["content"];
  const [mediaType, media] = Object.entries(isObject(content) ? content : {})[0] ?? [];
  const schema = resolved(isObject(media) ? media["schema"] : undefined);
  return fc.oneof(...kinds).chain((kind) => {
    const pathOf = fc
      .tuple(...inPlace("path").map(({ name, schema: of }) => named(name, idOr(values.of(of, kind), material))))
      .map((given) => given.reduce((text, [name, value]) => text.replace(`{${name}}`, segmentOf(value)), path));
    const query = fc
      .tuple(
        ...inPlace("query").map(({ name, schema: of }) =>
          fc.option(named(name, name === "cursor" ? cursorOr(values.of(of, kind), material) : values.of(of, kind)), {
            freq: 3,
            nil: undefined,
          }),
        ),
        kind === "valid"
          ? fc.constant(undefined)
          : fc.option(fc.tuple(fc.constantFrom("nonsense", "__proto__", "limit"), hostileValue), { nil: undefined }),
      )
      .map((given) => given.flatMap((pair) => (pair ? [`${encoded(pair[0])}=${encoded(pair[1])}`] : [])).join("&"));
    const headers = fc
      .dictionary(fc.constantFrom(...headerNames), headerText, { maxKeys: kind === "valid" ? 0 : 3 })
      .chain((some) =>
        fc.boolean().map((isTried) => (isTried && kind === "valid" ? { "portico-dry-run": "true" } : some)),
      );
    const body =
      mediaType === undefined
        ? fc.option(fc.constantFrom("{}", "x", "[]"), { freq: 8, nil: undefined })
        : values.of(schema, kind).chain((value) => bodyOf(mediaType, value, kind));
    return fc
      .record({
        operationId: fc.constant(String(object["operationId"])),
        method: methodOf(method, kind),
        path: fc.tuple(pathOf, query).map(([base, search]) => (search === "" ? base : `${base}?${search}`)),
        caller: fc.constantFrom(...material.callers),
        scheme: schemeOf(kind),
        headers: headers.map((some) => ({
          ...(mediaType === undefined ? {} : { "content-type": mediaType }),
          ...some,
        })),
        body: method === "GET" ? noBody : body,
      })
      .map(({ body: text, ...rest }) =>
        text === undefined || bodiless.has(rest.method) ? rest : { ...rest, body: text },
      );
  });
}

const bodiless = new Set(["GET", "HEAD"]);

function named<Value>(name: unknown, value: fc.Arbitrary<Value>): fc.Arbitrary<[string, Value]> {
  return value.map((given): [string, Value] => [String(name), given]);
}

function idOr(other: fc.Arbitrary<unknown>, { ids }: FuzzMaterial): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: fc.constantFrom<unknown>(...ids), weight: 3 }, { arbitrary: other, weight: 1 });
}

function cursorOr(other: fc.Arbitrary<unknown>, { cursors }: FuzzMaterial): fc.Arbitrary<unknown> {
  return cursors.length === 0 ? other : fc.oneof(fc.constantFrom<unknown>(...cursors), other);
}

function bodyOf(mediaType: string, value: unknown, kind: Kind): fc.Arbitrary<string> {
  if (mediaType !== "application/x-www-form-urlencoded")
    return kind === "valid" ? fc.constant(JSON.stringify(value) ?? "") : jsonText(value);
  const pairs = Object.entries(Object(value)).map(([name, field]) => `${encoded(name)}=${encoded(field)}`);
  return fc.constantFrom(pairs.join("&"), ...(kind === "valid" ? [] : [[...pairs, ...pairs].join("&"), "%", "=&="]));
}

function methodOf(method: string, kind: Kind): fc.Arbitrary<string> {
  if (kind === "valid") return fc.constant(method);
  const others = fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  return fc.oneof({ arbitrary: fc.constant(method), weight: 7 }, { arbitrary: others, weight: 1 });
}

function schemeOf(kind: Kind): fc.Arbitrary<string> {
  if (kind === "valid") return fc.constant("Bearer ");
  const others = fc.constantFrom("bearer ", "Basic ", "", "Bearer  ", "Bearer x ", "Digest ");
  return fc.oneof({ arbitrary: fc.constant("Bearer "), weight: 7 }, { arbitrary: others, weight: 1 });
}

function segmentOf(value: unknown): string {
  const segment = encoded(value);
  // The URL parser of this client resolves these before anything is sent.
  return segment === "" || segment === "." || segment === ".." ? "%20" : segment;
}

function encoded(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return encodeURIComponent(text.slice(0, 6000).toWellFormed());
}
