import { OpenAPIHono } from "@hono/zod-openapi";
import convexSchema from "../convex/schema";
import { capitalized } from "../convex/core/resources/words";
import { declarationOf } from "../convex/core/schema/table";
import { codeSamples } from "./codeSamples";
import { undescribed } from "./descriptions";
import { commonHeaders, endingHeaders, headerComponents, headersOf, parameterComponents } from "./headers";
import { byText, isObject, sorted } from "./json";
import { shownCredential } from "../convex/core/wire/credentialKinds";
import { documentOrigin } from "../convex/documentation/documentOrigin";
import { assertFaultless } from "../scripts/lib/declarationFaults";
import { problemSets } from "./impliedProblems";
import { operationFaults } from "./operationFaults";
import { operationObject } from "./operations";
import { pageOfNothing, platformOperationObject, platformOperations } from "./platformOperations";
import { platformSchemas } from "./platformSchemas";
import { codesByStatus, ProblemResponses, problemSchemas } from "./problemResponses";
import { SchemaComponents } from "./schemas";
import { securitySchemes } from "./security";
import { tagList } from "./tags";
import { webhookItems, webhookParameters } from "./webhooks";
import type { RouteConfig } from "@hono/zod-openapi";
import type { JsonObject } from "./json";
import type { Operation } from "../convex/core/operations/declaration";
import type { TableNames } from "../convex/_generated/dataModel";

const information = {
  title: "Portico",
  version: "1.0.0",
  summary: "One multi-tenant backend: sites and their devices, work, people and roles.",
  description: `Every answer carries \`X-Request-Id\`; every refusal is RFC 9457 problem details whose \`type\` is a page about its \`code\`.

- **Authorize** with \`Authorization: Bearer ${shownCredential("apiKey")}\`, an API key, or with one of the other ways; one is enough. In the
  Authorize dialog of this page paste the key only: it adds \`Bearer\` itself.
- **Lists** answer \`{data, page}\`; pass \`page.nextCursor\` as \`cursor\` until it is null.
- **Retries** of POST are safe with \`Idempotency-Key\`.
- **Lost updates** are refused with \`If-Match\`; unchanged answers cost nothing with \`If-None-Match\`.
- **Unknown fields and parameters** are refused, so a typing error cannot pass for a default.
- **Numbers** that a double would change are refused: send ids beyond 2^53 as text.
- **Bodies** are JSON of 4 MiB (4,194,304 bytes) and 16,384 values at most.
- **Times** are milliseconds since the epoch.
- **New values** may join an enum of an answer, also that of problem codes, at any time; expect ones that you do not know.
- **Tools** that read only OpenAPI 3.0 find it at \`/v1/openapi-3.0.json\`. Postman's importer switches optional parameters on and
  sends their examples; import with \`enableOptionalParameters=false\`.`,
  license: { name: "Apache-2.0", identifier: "Apache-2.0" },
};

const server = { url: documentOrigin, description: "This deployment", "x-internal": false };

const externalDocs = {
  description: "Conventions: callers, tenants, lists, writes, problems.",
  url: `${documentOrigin}/v1/docs/conventions.md`,
};

const notModified = {
  description: "The answer that the caller has is still current.",
  headers: { ...commonHeaders, ...headersOf("ETag", "Portico-Organization") },
};

/** The OpenAPI 3.1 document of `operations` and of the gateway's own routes, sorted, so that equal input gives equal text. */
export function openApiDocument(operations: readonly Operation[]): JsonObject {
  assertFaultless([...new Set(operations.flatMap(operationFaults))]);
  const schemas = new SchemaComponents(rowDescriptions());
  const problems = new ProblemResponses();
  for (const [name, schema] of Object.entries({ ...problemSchemas, ...platformSchemas })) schemas.define(name, schema);
  const parts = { schemas, problems, tables: tablesOf(operations), readable: readableOf(operations) };

  const { openAPIRegistry: registry, getOpenAPI31Document } = new OpenAPIHono();
  for (const operation of [...operations].toSorted((left, right) => byText(keyOf(left), keyOf(right)))) {
    const { method, path } = operation.declaration;
    registry.registerPath(routeOf(methods[method], `/v1${path}`, operationObject(operation, parts)));
  }
  for (const operation of platformOperations) {
    const { method, path } = operation;
    const described = platformOperationObject(operation, (codes) => problems.of(codes));
    registry.registerPath(routeOf(method, path, described));
  }
  const webhooks = webhookItems(schemas);
  const components = {
    schemas: schemas.schemas,
    responses: { ...problems.responses, Problem404Page: pageOfNothing, NotModified: notModified },
    examples: problems.examples,
    headers: { ...headerComponents, ...(operations.some(isEnding) ? endingHeaders : {}) },
    parameters: { ...parameterComponents, ...webhookParameters },
    securitySchemes,
  };
  for (const kind of componentKinds) {
    for (const [name, component] of Object.entries<JsonObject>(components[kind]))
      registry.registerComponent(kind, name, component);
  }

  const resources = [...operations, ...platformOperations].map(({ resource }) => resource);
  const {
    paths,
    components: described,
    ...rest
  } = getOpenAPI31Document({
    openapi: "3.1.0",
    info: information,
    externalDocs,
    servers: [server],
    tags: tagList(resources),
    "x-portico-problem-sets": Object.fromEntries(
      Object.entries(problemSets).map(([name, codes]) => [name, codesByStatus(codes)]),
    ),
  });
  const document = inOrder({ ...rest, webhooks }, paths ?? {}, described ?? {});
  assertFaultless(undescribed(document));
  return document;
}

function isEnding({ declaration }: Operation): boolean {
  return declaration.deprecated !== undefined;
}

/** The description of each table's rows, by the name of the rows' schema. */
function rowDescriptions(): ReadonlyMap<string, string> {
  const declared = Object.values(convexSchema.tables).flatMap((definition) => declarationOf(definition)?.options ?? []);
  return new Map(declared.map(({ noun, description }) => [capitalized(noun), description]));
}

const componentKinds = ["schemas", "responses", "examples", "headers", "parameters", "securitySchemes"] as const;

/**
 * The operation as the registry takes it, with samples of its calls. The registry passes plain OpenAPI through unchanged, but types it as three
 * versions at once with zod in between. The document's linters check that each of ours is a 3.1 operation.
 */
function routeOf(method: RouteConfig["method"], path: string, operation: JsonObject): RouteConfig {
  const sampled: JsonObject = { ...operation, "x-codeSamples": codeSamples(method, path, operation) };
  return { ...sampled, method, path } as RouteConfig;
}

function inOrder(rest: object, paths: object, components: object): JsonObject {
  const parts = Object.entries<unknown>({ ...components }).map(([kind, named]) => [
    kind,
    // Ways to authenticate keep the order of security.ts, the most used first, in which the reference page offers them.
    isObject(named) && kind !== "securitySchemes" ? sorted(named) : named,
  ]);
  return { ...rest, paths: sorted({ ...paths }), components: sorted(Object.fromEntries(parts)) };
}

/** Reads come before changes and deletion last, as the reference page lists them. */
function keyOf({ declaration: { path, method } }: Operation): string {
  return `${path} ${Object.keys(methods).indexOf(method)}`;
}

const methods = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;

/** The resources of which one row can be read, by `<domain>/<resource>`. */
function readableOf(operations: readonly Operation[]): ReadonlySet<string> {
  return new Set(
    operations.filter(({ verb }) => verb === "get").map(({ domain, resource }) => `${domain}/${resource}`),
  );
}

/** Operations on one row name the table of their resource; creations of the same resource write it too. */
function tablesOf(operations: readonly Operation[]): ReadonlyMap<string, TableNames> {
  const tables = new Map<string, TableNames>();
  for (const { declaration, domain, resource } of operations) {
    const { on, noun } = declaration;
    // An operation of a resource may be on rows of another, whose it is then, wherever it stands.
    if (on?.table && on.noun === noun && on.table === resource) tables.set(`${domain}/${resource}`, on.table);
  }
  return tables;
}
