import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { openApiDocument } from "./document";
import { isObject } from "./json";
import { platformOperations } from "./platformOperations";
import { builtInRights, reachOf } from "../convex/core/rights";
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
const operations = [...nodes].filter(([, node]) => typeof node["operationId"] === "string").map(([, node]) => node);

function schemaFaults(pointer: string, value: unknown): string[] {
  const validate = ajv.getSchema(`document.json#${encodeURI(pointer)}/schema`);
  if (!validate) return [`${pointer} has no schema.`];
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${pointer}: ${instancePath} ${message}`);
}

test("every example satisfies the schema beside it", () => {
  const shown = [...nodes].filter(([, node]) => "schema" in node && ("example" in node || "examples" in node));
  const faults = shown.flatMap(([pointer, { example, examples }]) => [
    ...(example === undefined ? [] : schemaFaults(pointer, example)),
    ...Object.values(isObject(examples) ? examples : {}).flatMap((named) =>
      schemaFaults(pointer, isObject(named) ? named["value"] : named),
    ),
  ]);
  expect(faults).toEqual([]);
  expect(shown.length).toBeGreaterThan(registry.length);
});

test("no optional parameter has an example, since the reference page would send it", () => {
  const filled = [...nodes].filter(([, { in: place, required, schema, ...rest }]) => {
    const hasExample = "example" in rest || "examples" in rest || (isObject(schema) && "examples" in schema);
    return typeof place === "string" && required !== true && hasExample;
  });
  expect(filled).toEqual([]);
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

test("every refusal is a shared response of problem details, but for OAuth's own", () => {
  const others = [...nodes].filter(
    ([pointer, node]) =>
      /\/responses\/[45]\d\d$/.test(pointer) && typeof node["$ref"] !== "string" && !pointer.includes("oauth~1token"),
  );
  expect(others).toEqual([]);
});

test("a code of its caller's state is told as a conflict where it is of the operation's object", () => {
  for (const { declaration } of registry) {
    const operation = operations.find(({ operationId }) => operationId === declaration.operationId);
    const reference = Object(Object(operation?.["responses"])["409"])["$ref"];
    for (const code of declaration.conflicts ?? [])
      expect(JSON.stringify(nodes.get(String(reference).slice(1)))).toContain(`"${code}"`);
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

test("the reference page fills in no optional parameter", () => {
  const optional = [...nodes.values()].filter(({ in: place, required }) => place !== undefined && required !== true);
  expect(optional.length).toBeGreaterThan(20);
  expect(optional.filter((parameter) => "example" in parameter || "examples" in parameter)).toEqual([]);
});

test("reads come before changes, and deletion last", () => {
  const path = nodes.get("/paths/~1v1~1schedules~1{scheduleId}");
  expect(Object.keys(path ?? {})).toEqual(["get", "patch", "delete"]);
});
