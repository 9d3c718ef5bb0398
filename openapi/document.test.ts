import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { toOpenApi30 } from "../convex/documentation/openApi30";
import { codeAndStatus } from "../convex/core/wire/declaredProblems";
import { tableMetadata } from "../convex/core/schema/tableMetadata";
import { assertDescribed, undescribed } from "./descriptions";
import { openApiDocument } from "./document";
import { documentedCodes } from "./documentedCodes";
import { isObject, pascalCase } from "./json";
import { platformOperations } from "./platformOperations";
import { builtInRights, reachOf } from "../convex/core/access/rights";
import { registry } from "./registry";
import type { JsonObject } from "./json";

const document = openApiDocument(registry);
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ ...document }, "document.json");

/** Every object of the document with its JSON Pointer, parents first. */
function* nodesOf(value: unknown, pointer = ""): Generator<[pointer: string, node: JsonObject]> {
  if (Array.isArray(value)) for (const [at, entry] of value.entries()) yield* nodesOf(entry, `${pointer}/${at}`);
  if (!isObject(value)) return;
  yield [pointer, value];
  for (const [key, inner] of Object.entries(value)) {
    yield* nodesOf(inner, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}

const nodes = new Map(nodesOf(document));
// Examples of log rows name operations as well.
const operations = [...nodes]
  .filter(([pointer, node]) => /^\/paths\/[^/]+\/[^/]+$/.test(pointer) && typeof node["operationId"] === "string")
  .map(([, node]) => node);

function schemaFaults(pointer: string, value: unknown): string[] {
  const validate = ajv.getSchema(`document.json#${encodeURI(pointer)}/schema`);
  if (!validate) return [`${pointer} has no schema.`];
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${pointer}: ${instancePath} ${message}`);
}

/** The part of the document, or the one that it refers to. */
function resolved(part: JsonObject): JsonObject {
  return nodes.get(String(part["$ref"]).slice(1)) ?? part;
}

test("every example satisfies the schema beside it", () => {
  const shown = [...nodes].filter(([, node]) => "schema" in node && ("example" in node || "examples" in node));
  const faults = shown.flatMap(([pointer, { example, examples }]) => [
    ...(example === undefined ? [] : schemaFaults(pointer, example)),
    ...Object.values(isObject(examples) ? examples : {}).flatMap((named) =>
      schemaFaults(pointer, isObject(named) ? resolved(named)["value"] : named),
    ),
  ]);
  expect(faults).toEqual([]);
  expect(shown.length).toBeGreaterThan(registry.length);
});

test("every parameter has an example, but for those of which a made-up value makes every request fail", () => {
  const bare = [...nodes.values()].filter((node) => typeof node["in"] === "string" && !("example" in node));
  expect(bare.map(({ name }) => name)).toEqual(["Idempotency-Key", "Portico-Organization"]);
});

test("an example that a field shows satisfies the field", () => {
  const shown = [...nodes].filter(
    ([pointer, { examples }]) => pointer.includes("/schemas/") && Array.isArray(examples),
  );
  const faults = shown.flatMap(([pointer, { examples }]) => {
    const validate = ajv.getSchema(`document.json#${encodeURI(pointer)}`);
    return [examples]
      .flat()
      .flatMap((example) => (validate?.(example) === true ? [] : [`${pointer}: ${String(example)}`]));
  });
  expect(faults).toEqual([]);
  expect(shown.length).toBeGreaterThan(200);
});

test("every schema, field and parameter says what it is, and one that does not is named", () => {
  expect(undescribed(document)).toEqual([]);
  const schemas = {
    Asset: { type: "object", description: "A thing.", properties: { site: { $ref: "#" }, serial: {} } },
  };
  const parameters = [{ name: "q", in: "query" }, { $ref: "#" }];
  const paths = { "/v1/assets": { get: { operationId: "listAssets", parameters } } };
  const advice = 'has no description: write described(<type>, "<what it means>") where it is declared.';
  expect(undescribed({ paths, components: { schemas } })).toEqual([
    `The parameter q of listAssets ${advice}`,
    `The schema Asset.serial ${advice}`,
  ]);
  expect(() => assertDescribed("convex/sites/assets.ts: createAsset's body", { ...schemas.Asset })).toThrow(
    `convex/sites/assets.ts: createAsset's body.serial ${advice}`,
  );
});

test("refusals grow with statuses, and every operation names its codes", () => {
  const responses = Object.keys(nodes.get("/components/responses") ?? {});
  expect(responses.filter((name) => !/^(Problem\d{3}|Problem404Page|NotModified)$/.test(name))).toEqual([]);
  const faults = operations.flatMap(({ operationId, responses: answers, ...operation }) => {
    const refusals = Object.entries(Object(answers)).filter(([, answer]) =>
      String(Object(answer).$ref).includes("Problem"),
    );
    const named = Object.keys(Object(answers)).filter(
      (status) => documentedCodes(document, operation, status).length > 0,
    );
    return refusals.map(([status]) => status).join() === named.join() ? [] : [operationId];
  });
  expect(faults).toEqual([]);
});

test("a false example is found", () => {
  const [pointer = ""] = [...nodes.keys()].filter((key) => key.endsWith("/application~1x-www-form-urlencoded"));
  expect(schemaFaults(pointer, { grant_type: "password" })).not.toEqual([]);
});

test("every operation of the registry and of the gateway is there once", () => {
  const ids = operations.map(({ operationId }) => String(operationId));
  const wanted = [
    ...registry.map(({ declaration }) => declaration.operationId),
    ...platformOperations.map(({ operationId }) => operationId),
  ];
  expect(ids.toSorted()).toEqual(wanted.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
});

test("every reference leads somewhere, and every scope is described", () => {
  const references = [...nodes.values()].flatMap(({ $ref }) => (typeof $ref === "string" ? [$ref.slice(1)] : []));
  expect(references.filter((pointer) => !nodes.has(pointer))).toEqual([]);
  const scopes = nodes.get("/components/securitySchemes/clientCredentials/flows/clientCredentials/scopes");
  const needed = operations.flatMap(({ security }) =>
    (Array.isArray(security) ? security : []).flatMap(
      (way: { clientCredentials?: string[] }) => way.clientCredentials ?? [],
    ),
  );
  expect(needed.filter((scope) => !(scope in (scopes ?? {})))).toEqual([]);
  expect(needed.length).toBeGreaterThan(0);
});

test("every refusal is a shared response of problem details, but for OAuth's own and that of probes", () => {
  const others = [...nodes].filter(
    ([pointer, node]) =>
      /\/responses\/[45]\d\d$/.test(pointer) &&
      typeof node["$ref"] !== "string" &&
      !/oauth~1(?:token|revoke)|~1readyz/.test(pointer),
  );
  expect(others).toEqual([]);
});

test("a code of its caller's state is told as a conflict where it is of the operation's object", () => {
  for (const { declaration } of registry) {
    const operation = operations.find(({ operationId }) => operationId === declaration.operationId);
    for (const [code, status] of Array.from(declaration.problems ?? [], codeAndStatus)) {
      const reference = Object(Object(operation?.["responses"])[String(status)])["$ref"];
      expect(JSON.stringify(nodes.get(String(reference).slice(1)))).toContain(`"${code}"`);
    }
  }
});

test("no schema of an answer has a field that is never to leave", () => {
  const secrets = [...nodes.keys()].filter((pointer) =>
    /\/properties\/(keyHash|previousKeyHash|tokenHash)$/.test(pointer),
  );
  expect(secrets).toEqual([]);
});

test("what is open to every member is a right that every organization-wide role has", () => {
  const open = registry.filter(({ declaration }) => declaration.access === "organization");
  expect(open.length).toBeGreaterThan(10);
  for (const { declaration } of open) {
    expect(reachOf(builtInRights("viewer"), declaration.permission ?? ""), declaration.name).toBe("all");
  }
});

test("the same registry gives the same text, whatever its order", () => {
  expect(JSON.stringify(openApiDocument([...registry].toReversed()))).toBe(JSON.stringify(document));
});

function operationOf(id: string): JsonObject {
  const found = operations.find(({ operationId }) => operationId === id);
  if (!found) throw new Error(`There is no operation ${id}.`);
  return found;
}

test("a creation takes an idempotency key and says where the row is", () => {
  const { parameters, responses, ...operation } = operationOf("createSchedule");
  expect(parameters).toContainEqual({ $ref: "#/components/parameters/IdempotencyKey" });
  expect(responses).toHaveProperty(["201", "headers", "Location", "$ref"], "#/components/headers/Location");
  expect(operation).toMatchObject({
    "x-portico-resource": "schedules",
    "x-portico-verb": "create",
    "x-portico-function": "workspace/schedules:create",
    "x-portico-function-type": "mutation",
    "x-portico-idempotent": true,
    "x-portico-permission": "schedule:create",
    security: [{ apiKey: [] }, { clientCredentials: ["schedule:create"] }, { userToken: [] }],
  });
});

test("what can be tried takes the header of a dry run, and says in every answer whether it was one", () => {
  const parameter = { $ref: "#/components/parameters/PorticoDryRun" };
  const header = { $ref: "#/components/headers/Portico-Dry-Run" };
  for (const { declaration, supportsDryRun } of registry) {
    const { parameters, responses } = Object(operationOf(declaration.operationId));
    expect(
      parameters.some(({ $ref }: JsonObject) => $ref === parameter.$ref),
      declaration.operationId,
    ).toBe(supportsDryRun);
    const { headers } = responses[String(declaration.status ?? 200)];
    expect(headers["Portico-Dry-Run"], declaration.operationId).toEqual(supportsDryRun ? header : undefined);
  }
});

test("a list refers to the page of its resource and to 304", () => {
  const { responses, ...operation } = operationOf("listSchedules");
  expect(operation).toMatchObject({ "x-portico-list": true });
  expect(responses).toHaveProperty(
    ["200", "content", "application/json", "schema", "$ref"],
    "#/components/schemas/SchedulePage",
  );
  expect(responses).toHaveProperty(["304"]);
});

test("rows carry ids that look like ids", () => {
  expect(nodes.get("/components/schemas/Schedule/properties/id")).toMatchObject({
    type: "string",
    pattern: "^[a-z0-9]{31,37}$",
  });
});

test("an example of a body names no row and no lapsing time that it can do without", () => {
  const body = nodes.get("/paths/~1v1~1schedules/post/requestBody/content/application~1json");
  expect(body?.["example"]).toHaveProperty("title");
  expect(body?.["example"]).not.toHaveProperty("userId");
  const batch = nodes.get("/paths/~1v1~1schedules~1batch/post/requestBody/content/application~1json");
  expect(batch?.["example"]).toEqual({ items: [body?.["example"]] });
  // A token is for a site, so this one has to be named.
  const token = nodes.get("/paths/~1v1~1agent-enrollment-tokens/post/requestBody/content/application~1json");
  expect(token?.["example"]).toHaveProperty("siteId");
  expect(token?.["example"]).not.toHaveProperty("expiresAt");
});

test("no example is a stopgap", () => {
  const texts = [...nodes.values()].flatMap((node) => Object.values(node).filter((value) => typeof value === "string"));
  expect(texts.filter((text) => /^example( |-1|$)/i.test(text))).toEqual([]);
});

test("the examples of two creations name what is unique differently", () => {
  const shown = new Map<string, string[]>();
  for (const { declaration } of registry.filter(({ verb }) => /create|enroll/i.test(verb))) {
    const { unique } = Object.values(tableMetadata).find(({ noun }) => noun === declaration.noun) ?? { unique: [] };
    const body = nodes.get(
      `/paths/~1v1${declaration.path.replaceAll("/", "~1")}/post/requestBody/content/application~1json`,
    );
    const { items = [body?.["example"]] }: { items?: unknown[] } = Object(body?.["example"]);
    for (const field of new Set(unique.flatMap(({ fields }) => fields))) {
      const key = `${declaration.noun}.${field}`;
      const values = items.flatMap((item) => (isObject(item) && field in item ? [String(item[field])] : []));
      shown.set(key, [...(shown.get(key) ?? []), ...values]);
    }
  }
  const repeated = [...shown].filter(([, values]) => new Set(values).size < values.length);
  expect(repeated).toEqual([]);
  expect(shown.get("site.slug")).toHaveLength(2);
});

test("people, organizations, sites, roles and keys have names of their own", () => {
  const named = ["User", "Organization", "Site", "Role", "ApiKey", "Item", "AgentEnrollmentToken"];
  const names = named.map((resource) => {
    const answer = [...nodes.values()].find(
      ({ schema, example }) =>
        isObject(schema) && schema["$ref"] === `#/components/schemas/${resource}` && isObject(example),
    );
    return Object(answer?.["example"]).name;
  });
  expect(names.filter((name) => typeof name === "string")).toHaveLength(named.length);
  expect(new Set(names).size).toBe(named.length);
});

/** What generators append to an operation's name for types of their own. */
const typeSuffixes = [
  "",
  "Result",
  "Params",
  "PathParams",
  "QueryParams",
  "Response",
  "Responses",
  "Data",
  "Error",
  "Errors",
];

test("no schema has the name of a type that generators make, nor one that another component has", () => {
  const namesOf = (kind: string) => Object.keys(nodes.get(`/components/${kind}`) ?? {});
  const made = new Set(
    operations.flatMap(({ operationId }) => {
      return typeSuffixes.map((suffix) => pascalCase(String(operationId)) + suffix);
    }),
  );
  expect(namesOf("schemas").filter((name) => made.has(name))).toEqual([]);
  const enums = operations.flatMap(({ operationId, parameters }) =>
    (Array.isArray(parameters) ? parameters : [])
      .filter(({ schema }) => isObject(schema) && "enum" in schema)
      .map(({ name }) => pascalCase(String(operationId)) + pascalCase(String(name))),
  );
  expect(enums.length).toBeGreaterThan(15);
  expect(enums.filter((name) => made.has(name))).toEqual([]);
  const all = ["schemas", "parameters", "responses"].flatMap(namesOf);
  expect(all.filter((name, at) => all.indexOf(name) !== at)).toEqual([]);
});

test("a body is required just where an empty one is refused", () => {
  const wrong = [...nodes].flatMap(([pointer, node]) => {
    const { requestBody } = node;
    if (!isObject(requestBody) || !isObject(requestBody["content"]) || !("application/json" in requestBody["content"]))
      return [];
    const accepts = schemaFaults(`${pointer}/requestBody/content/application~1json`, {}).length === 0;
    return accepts === (requestBody["required"] !== true) ? [] : [pointer];
  });
  expect(wrong).toEqual([]);
});

test("lists have a greatest length in requests only, and no body tells a default but in words", () => {
  const isAnswer = (pointer: string) =>
    pointer.includes("/responses/") || /^\/components\/schemas\/(?!\w+Body)/.test(pointer);
  const pointersWith = (keyword: string) =>
    [...nodes].filter(([, node]) => keyword in node).map(([pointer]) => pointer);
  expect(pointersWith("maxItems").filter(isAnswer)).toEqual([]);
  expect(pointersWith("default").filter((pointer) => !pointer.includes("/parameters/"))).toEqual([]);
  expect(nodes.get("/components/schemas/CreateScheduleBody/properties/status")).toMatchObject({
    description: expect.stringMatching(/ `draft` unless given\.$/),
  });
});

/** The fields of every request body of JSON, with the operation that takes them. */
const requestFields = [...nodes].flatMap(([pointer, { operationId, requestBody }]) => {
  if (!isObject(requestBody) || typeof operationId !== "string") return [];
  const isCreation = isObject(nodes.get(`${pointer}/responses/201`));
  const { schema } = nodes.get(`${pointer}/requestBody/content/application~1json`) ?? {};
  const { $ref = "" } = isObject(schema) ? schema : {};
  const { properties } = nodes.get(String($ref).slice(1)) ?? (isObject(schema) ? schema : {});
  return Object.entries(isObject(properties) ? properties : {}).map(([name, field]) => ({
    operationId,
    isCreation,
    name,
    description: isObject(field) ? String(field["description"]) : "",
  }));
});

test("a field of a request is described as that field, and not as another one that it was made from", () => {
  const names = new Map<string, Set<string>>();
  for (const { name, description } of requestFields)
    names.set(description, (names.get(description) ?? new Set()).add(name));
  expect(requestFields.length).toBeGreaterThan(100);
  expect([...names].filter(([, of]) => of.size > 1).map(([description, of]) => [description, ...of])).toEqual([]);
});

test("only a creation says what becomes of what it leaves out, and no request tells of what answers leave out", () => {
  const wrong = requestFields.filter(
    ({ isCreation, description }) =>
      /; absent (?:once|where|while|until)|as it last said/.test(description) ||
      (!isCreation && /made from|of (?:its|their) creation|names nobody/.test(description)),
  );
  expect(wrong).toEqual([]);
  const slugs = requestFields.filter(({ name }) => name === "slug");
  expect(
    slugs.filter(({ description }) => description.includes("unless given")).every(({ isCreation }) => isCreation),
  ).toBe(true);
  expect(slugs.some(({ isCreation }) => isCreation)).toBe(true);
});

test("what may be null says so by its type, which OpenAPI 3.0 has a word for", () => {
  const unions = [...nodes.values()].filter(({ anyOf }) =>
    (Array.isArray(anyOf) ? anyOf : []).some((branch: JsonObject) => branch["type"] === "null"),
  );
  expect(unions).toEqual([]);
  const text = JSON.stringify(toOpenApi30(document));
  expect(text).toContain('"nullable":true');
  expect(text).not.toMatch(/"type":\[|"type":"null"|"const":/);
  expect(Object.keys(Object(toOpenApi30(document)["paths"]))).toEqual(Object.keys(Object(document["paths"])));
});

test("nothing stands beside a reference in OpenAPI 3.0, which would overlook it", () => {
  const references = [...nodesOf(toOpenApi30(document))].filter(([, node]) => "$ref" in node);
  expect(references.filter(([, node]) => Object.keys(node).length > 1)).toEqual([]);
  const schema = { $ref: "#/components/schemas/Odd", description: "What it means here." };
  const described = toOpenApi30({ info: {}, paths: {}, components: { schemas: { Described: schema } } });
  expect(described["components"]).toEqual({
    schemas: { Described: { description: "What it means here.", allOf: [{ $ref: "#/components/schemas/Odd" }] } },
  });
});

test("a keyword that OpenAPI 3.0 has not is no silent loss", () => {
  const schemas = { Odd: { type: "object", unevaluatedProperties: false } };
  expect(() => toOpenApi30({ info: {}, paths: {}, components: { schemas } })).toThrow(/unevaluatedProperties/);
});

test("reads come before changes, and deletion last", () => {
  const path = nodes.get("/paths/~1v1~1schedules~1{scheduleId}");
  expect(Object.keys(path ?? {})).toEqual(["get", "patch", "delete"]);
});
