import * as z from "zod";
import { wordsOf } from "../convex/core/crud";
import { referencePaths } from "../convex/core/schemas";
import { exampleOf } from "./examples";
import { exampleCredential } from "./exampleValues";
import { commonHeaders, headersOf, parameterOf } from "./headers";
import { problemCodesOf } from "./impliedProblems";
import { isObject, pascalCase } from "./json";
import { schemaNameOf } from "./schemas";
import { securityOf } from "./security";
import { tagOf } from "./tags";
import type { ProblemResponses } from "./problemResponses";
import type { SchemaComponents } from "./schemas";
import type { JsonObject } from "./json";
import type { Operation } from "../convex/core/declaration";
import type { Fields } from "../convex/core/table";
import type { TableNames } from "../convex/_generated/dataModel";

/** What operations share while the document is built. */
export interface DocumentParts {
  readonly schemas: SchemaComponents;
  readonly problems: ProblemResponses;
  /** The table that a resource writes, by `<domain>/<resource>`. */
  readonly tables: ReadonlyMap<string, TableNames>;
}

/** One operation of the registry as an OpenAPI operation object. */
export function operationObject(operation: Operation, parts: DocumentParts): JsonObject {
  const { declaration, resource, domain } = operation;
  const codes = problemCodesOf(operation, parts.tables.get(`${domain}/${resource}`));
  const body = requestBodyOf(operation, parts);
  return {
    operationId: declaration.operationId,
    tags: [tagOf(resource)],
    summary: declaration.summary,
    description: descriptionOf(operation),
    security: securityOf(operation),
    parameters: parametersOf(operation, parts),
    ...(body ? { requestBody: body } : {}),
    responses: { ...successOf(operation, parts), ...parts.problems.of(codes, declaration.conflicts) },
    ...extensionsOf(operation),
  };
}

function descriptionOf({ declaration }: Operation): string {
  const { description, access, permission } = declaration;
  const needs = {
    identity: "For anybody with a token of a trusted issuer, known here yet or not.",
    user: "For signed-in people.",
    organization: `For members of the organization${permission ? `; machines and assigned roles need the permission \`${permission}\`` : ""}.`,
    permission: `Needs the permission \`${permission}\`.`,
    agent: "For device agents.",
    enrollment: "For holders of an enrolment token.",
  }[access];
  return description === undefined ? needs : `${description}\n\n${needs}`;
}

function parametersOf({ declaration, query }: Operation, { schemas }: DocumentParts): JsonObject[] {
  const { method, access } = declaration;
  const asParameters = (place: "path" | "query", shape: Readonly<Record<string, z.ZodType>> = {}) =>
    Object.entries(shape).map(([name, type]) => parameterFor(place, name, type, schemas));
  return [
    ...asParameters("path", declaration.params),
    ...asParameters("query", query),
    ...(access === "user" || access === "enrollment" ? [] : [parameterOf("Organization")]),
    ...(method === "POST" ? [parameterOf("IdempotencyKey")] : []),
    ...(declaration.on && method !== "GET" ? [parameterOf("IfMatch")] : []),
    ...(method === "GET" ? [parameterOf("IfNoneMatch")] : []),
  ];
}

function parameterFor(place: "path" | "query", name: string, type: z.ZodType, schemas: SchemaComponents): JsonObject {
  const { description, examples, ...schema } = schemas.input(type);
  const required = place === "path" || !type.safeParse(undefined).success;
  const example = Array.isArray(examples) ? examples[0] : exampleOf(schema, (inner) => schemas.resolve(inner), name);
  return {
    name,
    in: place,
    ...(required ? { required } : {}),
    ...(description === undefined ? {} : { description }),
    schema,
    // An optional parameter with an example would be filled into every request that the reference page sends.
    ...(required ? { example } : {}),
  };
}

function requestBodyOf({ declaration }: Operation, { schemas }: DocumentParts): JsonObject | undefined {
  const { body, operationId } = declaration;
  if (!body || Object.keys(body).length === 0) return undefined;
  const schema = schemas.input(z.strictObject(body));
  const required = Array.isArray(schema["required"]) && schema["required"].length > 0;
  const example = sendable(
    body,
    exampleOf(schema, (inner) => schemas.resolve(inner)),
  );
  return {
    required,
    content: {
      "application/json": {
        schema: schemas.define(`${pascalCase(operationId)}Body`, schema),
        // Where nothing is required, one field is a whole request, and cannot exclude another.
        example: required || !isObject(example) ? example : Object.fromEntries(Object.entries(example).slice(0, 1)),
      },
    },
  };
}

const lapsing = /expires|until/i;

/**
 * The example without what would make it fail when somebody sends it, where a request can do without: rows that an
 * example names do not exist, and a time that has to lie ahead lies behind one day.
 */
function sendable(body: Fields, example: unknown): unknown {
  const type = z.strictObject(body);
  const times = Object.keys(body).filter((name) => lapsing.test(name));
  return [...referencePaths(body).map(({ path }) => path), ...times.map((name) => [name])].reduce<unknown>(
    (shown, path) => {
      const shorter = withoutValueAt(shown, path);
      return type.safeParse(shorter).success ? shorter : shown;
    },
    example,
  );
}

/** A copy without the field at `path`; a list of references goes as a whole, a `[]` before it means every element. */
function withoutValueAt(value: unknown, [head = "", ...rest]: readonly string[]): unknown {
  if (head === "[]") return Array.isArray(value) ? value.map((element) => withoutValueAt(element, rest)) : value;
  if (!isObject(value)) return value;
  const { [head]: inner, ...others } = value;
  const isWhole = rest.every((part) => part === "[]");
  return isWhole || inner === undefined ? others : { ...others, [head]: withoutValueAt(inner, rest) };
}

function successOf(operation: Operation, { schemas }: DocumentParts): Record<string, JsonObject> {
  const { declaration, isList, verb } = operation;
  const { status = 200, method, output, operationId, noun, secret } = declaration;
  const replayed = method === "POST" ? headersOf("Idempotent-Replayed") : {};
  if (status === 204)
    return { "204": { description: "Done; there is nothing to show.", headers: { ...commonHeaders, ...replayed } } };
  const row = schemas.output(output, `${pascalCase(operationId)}${isList ? "Row" : "Result"}`);
  const schema = isList
    ? schemas.define(`${schemaNameOf(output) ?? pascalCase(operationId)}Page`, pageSchema(row))
    : row;
  const created = status === 201 && verb === "create" ? headersOf("Location") : {};
  const shown = exampleOf(schema, (inner) => schemas.resolve(inner));
  const credential = secret ? { [secret.field]: exampleCredential(secret.prefix) } : {};
  const answer = {
    description: isList ? "A page of the list." : `${status === 201 ? "Created" : "Done"}: ${wordsOf(noun)}.`,
    headers: { ...commonHeaders, ...headersOf("ETag"), ...created, ...replayed },
    content: { "application/json": { schema, example: isObject(shown) ? { ...shown, ...credential } : shown } },
  };
  if (method !== "GET") return { [status]: answer };
  return { [status]: answer, "304": { $ref: "#/components/responses/NotModified" } };
}

/** The body of every list. */
function pageSchema(row: JsonObject): JsonObject {
  return {
    type: "object",
    properties: {
      data: { type: "array", maxItems: 100, items: row },
      page: { $ref: "#/components/schemas/PageInfo" },
    },
    required: ["data", "page"],
    additionalProperties: false,
  };
}

/** What the SDK's generator needs beyond OpenAPI. */
function extensionsOf({ declaration, resource, verb, kind, isList }: Operation): JsonObject {
  const { name, method, secret, restOnly, permission } = declaration;
  return {
    "x-portico-resource": resource,
    "x-portico-verb": verb,
    ...(restOnly ? {} : { "x-portico-function": name, "x-portico-function-type": secret ? "action" : kind }),
    ...(isList ? { "x-portico-list": true } : {}),
    ...(method === "POST" ? { "x-portico-idempotent": true } : {}),
    ...(permission === undefined ? {} : { "x-portico-permission": permission }),
  };
}
