import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";

const root = path.resolve(import.meta.dirname, "../..");
const findings = z.array(z.object({ code: z.string(), source: z.string(), severity: z.number(), message: z.string() }));
const errorSeverity = 0;

const problem = {
  description: "Refused.",
  headers: { "Access-Control-Allow-Origin": { schema: { type: "string", maxLength: 200 } } },
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};
const answer = {
  description: "The site.",
  headers: { "Access-Control-Allow-Origin": { schema: { type: "string", maxLength: 200 } } },
  content: {
    "application/json": {
      schema: { $ref: "#/components/schemas/Site" },
      examples: { plain: { value: { name: "Berlin" } } },
    },
  },
};
const operation = {
  operationId: "createSite",
  summary: "Create a site",
  description: "Adds a site to the organization.",
  tags: ["Sites"],
  security: [{ bearer: [] }],
  requestBody: {
    required: true,
    content: { "application/json": { schema: { $ref: "#/components/schemas/Site" }, example: { name: "Berlin" } } },
  },
  responses: { "201": answer, "400": problem, "401": problem, "500": problem },
};

/** A whole document around one operation; what the variations break is the only difference between them. */
function documentWith(changes: object, pathName = "/v1/sites", server: object = {}): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Sites",
      version: "1.0.0",
      description: "One resource.",
      contact: { name: "Support", url: "https://example.com", email: "support@example.com" },
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "https://api.example.com", description: "Production", "x-internal": false, ...server }],
    tags: [{ name: "Sites", description: "Places." }],
    paths: { [pathName]: { post: { ...operation, ...changes } } },
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "Verified as RFC8725 asks." },
      },
      schemas: {
        Site: {
          type: "object",
          properties: { name: { type: "string", maxLength: 120 } },
          required: ["name"],
          unevaluatedProperties: false,
        },
        Problem: {
          type: "object",
          properties: { title: { type: "string", maxLength: 200 } },
          unevaluatedProperties: false,
        },
      },
    },
  };
}

const lawful = "a document that keeps them all";
const cases: Record<string, { rule?: string; document: object }> = {
  [lawful]: {
    document: documentWith(
      {
        parameters: [{ name: "apiKeyId", in: "path", required: true, schema: { type: "string", maxLength: 64 } }],
      },
      "/v1/api-keys/{apiKeyId}",
    ),
  },
  "an operationId in snake case": {
    rule: "portico-operation-id",
    document: documentWith({ operationId: "create_site" }),
  },
  "no summary": { rule: "portico-operation-described", document: documentWith({ summary: undefined }) },
  "no security": { rule: "portico-operation-described", document: documentWith({ security: undefined }) },
  "two tags": { rule: "portico-operation-described", document: documentWith({ tags: ["Sites", "Sites"] }) },
  "a refusal as plain JSON": {
    rule: "portico-problem-details",
    document: documentWith({
      responses: { ...operation.responses, "400": { ...problem, content: answer.content } },
    }),
  },
  "a refusal without a body": {
    rule: "portico-problem-details",
    document: documentWith({ responses: { ...operation.responses, "500": { ...problem, content: undefined } } }),
  },
  "an answer without an example": {
    rule: "portico-answers-shown",
    document: documentWith({
      responses: {
        ...operation.responses,
        "201": { ...answer, content: { "application/json": { schema: { $ref: "#/components/schemas/Site" } } } },
      },
    }),
  },
  "a body without an example": {
    rule: "portico-answers-shown",
    document: documentWith({
      requestBody: {
        required: true,
        content: { "application/json": { schema: { $ref: "#/components/schemas/Site" } } },
      },
    }),
  },
  "a key in the address": {
    rule: "portico-no-credentials-in-url",
    document: documentWith({
      parameters: [{ name: "apiKey", in: "query", schema: { type: "string", maxLength: 64 } }],
    }),
  },
  "a list of any length in a body": {
    rule: "portico-array-limit",
    document: documentWith({
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: {
              type: "object",
              properties: { tags: { type: "array", items: { type: "string", maxLength: 9 } } },
              unevaluatedProperties: false,
            },
            example: {},
          },
        },
      },
    }),
  },
  "an audience in words": {
    rule: "portico-server-audience",
    document: documentWith({}, "/v1/sites", { "x-internal": "false" }),
  },
  "a path in camel case": { rule: "portico-path-words", document: documentWith({}, "/v1/enrollmentTokens") },
};
const names = Object.keys(cases);
const directory = mkdtempSync(path.join(tmpdir(), "portico-openapi-"));
let errorsOf: (name: string) => string[];

beforeAll(() => {
  const files = names.map((name, index) => {
    const file = path.join(directory, `${index}.json`);
    writeFileSync(file, JSON.stringify(cases[name]?.document));
    return file;
  });
  const spectral = path.join(root, "node_modules/@stoplight/spectral-cli/dist/index.js");
  const { stdout } = spawnSync(process.execPath, [spectral, "lint", ...files, "--format=json", "--quiet"], {
    cwd: root,
    encoding: "utf8",
  });
  const found = findings.parse(JSON.parse(stdout)).filter(({ severity }) => severity === errorSeverity);
  errorsOf = (name) =>
    found.flatMap(({ source, code }) => (path.basename(source) === `${names.indexOf(name)}.json` ? [code] : []));
});
afterAll(() => rmSync(directory, { recursive: true }));

test("a document that keeps every rule set has no error", () => {
  expect(errorsOf(lawful)).toEqual([]);
});

test.each(names.filter((name) => name !== lawful))("%s is refused", (name) => {
  expect(errorsOf(name)).toContain(cases[name]?.rule);
});
