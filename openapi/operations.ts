import * as z from "zod";
import { withArticle, wordsOf } from "../convex/core/resources/words";
import { isTenantless } from "../convex/core/operations/tenantless";
import { referencePaths } from "../convex/core/schema/zod";
import { exampleCredential } from "./exampleValues";
import { assertDescribed } from "./descriptions";
import { commonHeaders, headersOf, parameterOf } from "./headers";
import { bytesBody, fileAnswers } from "./fileBodies";
import { headerNameOf } from "../scripts/generate/routeTable";
import { allProblems, ownProblems, problemsOf } from "./impliedProblems";
import { isObject, pascalCase } from "./json";
import { schemaNameOf } from "./schemas";
import { securityOf } from "./security";
import { tagOf } from "./tags";
import { codesByStatus } from "./problemResponses";
import type { ProblemResponses } from "./problemResponses";
import type { SchemaComponents } from "./schemas";
import type { JsonObject } from "./json";
import type { Deprecation } from "../convex/core/wire/deprecation";
import type { Operation } from "../convex/core/operations/declaration";
import type { ProblemCode } from "../convex/core/wire/problems";
import type { Fields } from "../convex/core/schema/table";
import type { TableNames } from "../convex/_generated/dataModel";

/** What operations share while the document is built. */
export interface DocumentParts {
  readonly schemas: SchemaComponents;
  readonly problems: ProblemResponses;
  /** The table that a resource writes, by `<domain>/<resource>`. */
  readonly tables: ReadonlyMap<string, TableNames>;
  /** The resources whose `get` a `Location` can name, by `<domain>/<resource>`. */
  readonly readable: ReadonlySet<string>;
}

/** One operation of the registry as an OpenAPI operation object. */
export function operationObject(operation: Operation, parts: DocumentParts): JsonObject {
  const { declaration, resource, domain } = operation;
  const table = parts.tables.get(`${domain}/${resource}`);
  const problems = problemsOf(operation, table);
  const body = requestBodyOf(operation, parts);
  const { deprecated } = declaration;
  return {
    operationId: declaration.operationId,
    tags: [tagOf(resource)],
    summary: declaration.summary,
    description: descriptionOf(operation, ownProblems(operation, table)),
    security: securityOf(operation),
    parameters: parametersOf(operation, parts),
    ...(body ? { requestBody: body } : {}),
    ...(deprecated ? { deprecated: true } : {}),
    responses: { ...successOf(operation, parts), ...parts.problems.of(allProblems(problems)) },
    ...extensionsOf(operation),
    "x-portico-problem-sets": problems.sets,
    "x-portico-problems": codesByStatus(problems.further),
  };
}

function descriptionOf({ declaration }: Operation, own: readonly ProblemCode[]): string {
  const { access, permission, deprecated } = declaration;
  const ending = deprecated && endOf(deprecated);
  const description = [ending, declaration.description].filter((part) => part !== undefined).join("\n\n");
  const needs = {
    identity: "For anybody with a token of a trusted issuer, known here yet or not.",
    user: "For signed-in people.",
    organization: `For members of the organization${permission ? `; machines and assigned roles need the permission \`${permission}\`` : ""}.`,
    permission: `Needs the permission \`${permission}\`.`,
    agent: "For device agents.",
    enrollment: "For holders of an enrolment token.",
    platform:
      "For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts.",
  }[access];
  const refusals = own.length === 0 ? "" : ` Its own refusals: ${own.map((code) => `\`${code}\``).join(", ")}.`;
  return description === "" ? needs + refusals : `${description}\n\n${needs}${refusals}`;
}

function endOf({ since, until, successor }: Deprecation): string {
  const instead = successor === undefined ? "" : `; use \`${successor}\``;
  return `Deprecated since ${since}, and from ${until} on it may be gone${instead}.`;
}

/** `Get a schedule` inside a sentence. */
function uncapitalized(summary: string): string {
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}

function parametersOf(operation: Operation, { schemas }: DocumentParts): JsonObject[] {
  const { declaration, query, supportsDryRun } = operation;
  const { method, access } = declaration;
  const asParameters = (place: "path" | "query" | "header", shape: Readonly<Record<string, z.ZodType>> = {}) =>
    Object.entries(shape).map(([name, type]) => parameterFor(place, name, type, schemas, operation));
  return [
    ...asParameters("path", declaration.params),
    ...asParameters("query", query),
    ...asParameters("header", declaration.headers),
    ...(isTenantless(access) || access === "enrollment" ? [] : [parameterOf("PorticoOrganization")]),
    ...(method === "POST" ? [parameterOf("IdempotencyKey")] : []),
    ...(supportsDryRun ? [parameterOf("PorticoDryRun")] : []),
    ...(declaration.on && method !== "GET" ? [parameterOf("IfMatch")] : []),
    ...(method === "GET" ? [parameterOf("IfNoneMatch")] : []),
    ...(declaration.answersFile ? [parameterOf("Range")] : []),
  ];
}

/** The module that declares an operation, and its name, for messages. */
export function placeOf({ domain, resource, declaration: { operationId } }: Operation): string {
  return `convex/${domain}/${resource}.ts: ${operationId}`;
}

/**
 * Generators name the type of an enum `<Operation><Parameter>`, which with one of these is their name for another type of the
 * operation; a schema of its own has a name of its own.
 */
const ambiguousNames: ReadonlySet<string> = new Set([
  "body",
  "data",
  "error",
  "errors",
  "params",
  "response",
  "responses",
  "result",
]);

function titleOf({ declaration: { noun } }: Operation, name: string): string {
  return pascalCase(noun) + pascalCase(name);
}

function parameterFor(
  place: "path" | "query" | "header",
  name: string,
  type: z.ZodType,
  schemas: SchemaComponents,
  operation: Operation,
): JsonObject {
  const { description, examples, ...schema } = schemas.input(type);
  const where = `${placeOf(operation)}'s parameter ${name}`;
  assertDescribed(where, { ...schema, description });
  const required = place === "path" || !type.safeParse(undefined).success;
  const example = Array.isArray(examples) ? examples[0] : schemas.example(schema, where);
  return {
    name: place === "header" ? headerNameOf(name) : name,
    in: place,
    ...(required ? { required } : {}),
    ...(description === undefined ? {} : { description }),
    schema:
      "enum" in schema && ambiguousNames.has(name)
        ? schemas.define(titleOf(operation, name), { description, ...schema })
        : schema,
    // The reference page does not send the examples of optional parameters (convex/documentation/pageFiles.ts).
    example,
  };
}

function requestBodyOf(operation: Operation, { schemas }: DocumentParts): JsonObject | undefined {
  const { body, operationId, exactlyOneOf, atMostOneOf, summary, takesBytes } = operation.declaration;
  if (takesBytes !== undefined) return bytesBody(takesBytes);
  if (!body || Object.keys(body).length === 0) return undefined;
  const isOneOfAll = exactlyOneOf?.length === Object.keys(body).length;
  const schema = {
    description: `What to send to ${uncapitalized(summary)}.`,
    ...schemas.body(z.strictObject(body), operation.declaration.status === 201),
    ...(exactlyOneOf ? { minProperties: 1 } : {}),
    ...(isOneOfAll
      ? { maxProperties: 1 }
      : exactlyOneOf && { oneOf: exactlyOneOf.map((name) => ({ required: [name] })) }),
    ...(atMostOneOf ? { not: { anyOf: pairsOf(atMostOneOf).map((pair) => ({ required: pair })) } } : {}),
  };
  const required = exactlyOneOf !== undefined || !z.strictObject(body).safeParse({}).success;
  assertDescribed(`${placeOf(operation)}'s body`, schema);
  // Sending both examples creates two rows with different names.
  const choice = operation.verb === "batchCreate" ? 1 : 0;
  const needed = isOneOfAll ? undefined : exactlyOneOf?.[0];
  const whole = sendable(body, schemas.example(schema, `${placeOf(operation)}'s body`, choice), needed);
  const beside = [atMostOneOf, exactlyOneOf].flatMap((names = []) => names.slice(1));
  const shown = beside.reduce<unknown>((left, name) => withoutValueAt(left, [name]), whole);
  const isSparse = isOneOfAll || !required;
  return {
    required,
    content: {
      "application/json": {
        schema: schemas.define(`${pascalCase(operationId)}Body`, schema),
        // Where no field is required, one is a whole request, and cannot exclude another.
        example: isSparse && isObject(shown) ? Object.fromEntries(Object.entries(shown).slice(0, 1)) : shown,
      },
    },
  };
}

function pairsOf(names: readonly string[]): readonly (readonly string[])[] {
  return names.flatMap((name, at) => names.slice(at + 1).map((other) => [name, other]));
}

const lapsing = /expires|until/i;

/**
 * The example without the optional fields that would make it fail when sent: rows that an example names do not exist, and
 * a time that must lie ahead will one day have passed.
 */
function sendable(body: Fields, example: unknown, needed?: string): unknown {
  const type = z.strictObject(body);
  const times = Object.keys(body).filter((name) => lapsing.test(name));
  const references = referencePaths(body).flatMap(({ path }) => (path[0] === needed ? [] : [path]));
  return [...references, ...times.map((name) => [name])].reduce<unknown>((shown, path) => {
    const shorter = withoutValueAt(shown, path);
    return type.safeParse(shorter).success ? shorter : shown;
  }, example);
}

/** A copy without the field at `path`; a list of references goes as a whole, a `[]` before it means every element. */
function withoutValueAt(value: unknown, [head = "", ...rest]: readonly string[]): unknown {
  if (head === "[]") return Array.isArray(value) ? value.map((element) => withoutValueAt(element, rest)) : value;
  if (!isObject(value)) return value;
  const { [head]: inner, ...others } = value;
  const isWhole = rest.every((part) => part === "[]");
  return isWhole || inner === undefined ? others : { ...others, [head]: withoutValueAt(inner, rest) };
}

function successOf(operation: Operation, { schemas, readable }: DocumentParts): Record<string, JsonObject> {
  const { declaration, isList, verb, domain, resource, supportsDryRun } = operation;
  const { status = 200, method, output, operationId, noun, secret, answersExisting, summary } = declaration;
  const ofAll = {
    ...commonHeaders,
    ...(isTenantless(declaration.access) ? {} : headersOf("Portico-Organization")),
    ...(declaration.deprecated ? headersOf("Deprecation", "Sunset", "Link") : {}),
  };
  const ofChange = {
    ...(method === "POST" ? headersOf("Idempotent-Replayed") : {}),
    ...(supportsDryRun ? headersOf("Portico-Dry-Run") : {}),
  };
  if (declaration.answersFile) return fileAnswers(ofAll);
  if (status === 204)
    return { "204": { description: "Done; there is nothing to show.", headers: { ...ofAll, ...ofChange } } };
  const about = `${isList ? "A row of the answer" : "The answer"} to “${summary}”.`;
  const row = schemas.output(output, `${pascalCase(operationId)}${isList ? "Row" : "Answer"}`, about);
  assertDescribed(`${placeOf(operation)}'s answer`, schemas.resolve(row));
  const schema = isList
    ? schemas.define(`${schemaNameOf(output) ?? pascalCase(operationId)}Page`, pageSchema(row, wordsOf(noun)))
    : row;
  const isLocated = status === 201 && verb === "create" && readable.has(`${domain}/${resource}`);
  const shown = schemas.example(schema, `${placeOf(operation)}'s answer`);
  const credential = secret ? { [secret.field]: exampleCredential(secret.prefix) } : {};
  const answer = (description: string, headers: JsonObject = {}) => ({
    description,
    headers: { ...ofAll, ...headersOf("ETag"), ...headers, ...ofChange },
    content: { "application/json": { schema, example: isObject(shown) ? { ...shown, ...credential } : shown } },
  });
  const done = `${status === 201 ? "Created" : "Done"}: ${wordsOf(noun)}.`;
  const success = {
    ...(answersExisting ? { "200": answer(`It was there before: ${wordsOf(noun)}.`) } : {}),
    [status]: answer(isList ? "A page of the list." : done, isLocated ? headersOf("Location") : {}),
  };
  if (method !== "GET") return success;
  return { ...success, "304": { $ref: "#/components/responses/NotModified" } };
}

/** The body of every list. */
function pageSchema(row: JsonObject, words: string): JsonObject {
  return {
    description: `A page of a list, each row of it ${withArticle(words)}.`,
    type: "object",
    properties: {
      data: { type: "array", description: "The rows of the page, in the order that was asked for.", items: row },
      page: { $ref: "#/components/schemas/PageInfo" },
    },
    required: ["data", "page"],
    additionalProperties: false,
  };
}

/** What the SDK's generator needs beyond OpenAPI. */
function extensionsOf({ declaration, resource, verb, kind, isList, isAction }: Operation): JsonObject {
  const { name, method, restOnly, permission, deprecated } = declaration;
  return {
    "x-portico-resource": resource,
    "x-portico-verb": verb,
    ...(restOnly ? {} : { "x-portico-function": name, "x-portico-function-type": isAction ? "action" : kind }),
    ...(isList ? { "x-portico-list": true } : {}),
    ...(method === "POST" ? { "x-portico-idempotent": true } : {}),
    ...(permission === undefined ? {} : { "x-portico-permission": permission }),
    ...(deprecated ? { "x-portico-deprecation": { since: deprecated.since, until: deprecated.until } } : {}),
  };
}
