import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { OpenApiDocument } from "./document";
import { generatedFiles } from "./files";
import { scopePresets } from "./scopes";
import { tableEntries } from "./table";

let fixture = "";
let files = new Map<string, string>();
const file = (name: string) => files.get(`src/generated/${name}`) ?? "";

beforeAll(async () => {
  fixture = await readFile(new URL("../fixtures/openapi.json", import.meta.url), "utf8");
  files = await generatedFiles(fixture);
});

test("every file says where it comes from, and the same document gives the same text", async () => {
  expect([...files.keys()]).toEqual([
    "src/generated/schema.ts",
    "src/generated/models.ts",
    "src/generated/operations.ts",
    "src/generated/resources.ts",
    "src/generated/convexFunctions.ts",
    "src/generated/problems.ts",
    "src/generated/events.ts",
    "src/generated/samples.ts",
    "src/generated/scopes.ts",
    "METHODS.md",
  ]);
  for (const text of files.values()) expect(text).toMatch(/^(?:\/\/|<!--) Generated from openapi/);
  expect(await generatedFiles(fixture)).toEqual(files);
});

test("the order of paths and methods in the document does not matter", async () => {
  const document = JSON.parse(fixture);
  document.paths = Object.fromEntries(Object.entries(document.paths).reverse());
  const reordered = await generatedFiles(JSON.stringify(document));
  for (const name of ["operations.ts", "resources.ts", "convexFunctions.ts", "problems.ts"])
    expect(reordered.get(`src/generated/${name}`)).toBe(file(name));
});

test("the table names only what is unusual for a verb", () => {
  expect(file("operations.ts")).toContain(
    'schedules: "activate;batchCreate+=POST batch;cancel+;create;delete;get;list;restore;update"',
  );
  expect(file("operations.ts")).toContain(
    'agents: "checkIn~+;delete;get;list;move+!=POST {}/sites/{}/move;restore;self=GET self;update"',
  );
});

test("operations without a resource, such as the token endpoint, are no methods", () => {
  expect(file("operations.ts")).not.toContain("oauth");
  expect(file("schema.ts")).toContain("issueToken");
});

test("methods take path arguments, input and options, and are documented", () => {
  const resources = file("resources.ts");
  // An update of nothing is a mistake; a cancellation without a reason is not.
  expect(resources).toContain(
    "update(scheduleId: string, input: ScheduleUpdate, options?: RequestOptions): Call<Schedule>;",
  );
  expect(resources).toContain(
    'cancel(scheduleId: string, input?: Body<"cancelSchedule">, options?: RequestOptions): Call<Schedule>;',
  );
  expect(resources).toContain('list(input?: Query<"listSchedules">, options?: ReadOptions): ListCall<Schedule>;');
  expect(resources).toMatch(/Cancel a schedule\n   \*\n   \* A completed schedule cannot/);
  expect(resources).toMatch(/\n   \*\n   \* @deprecated[^\n]*\n   \*\/\n  move\(/);
});

test("a method says what its arguments are and what it may throw of its own", async () => {
  const document = JSON.parse(fixture);
  const operation = document.paths["/v1/schedules/{scheduleId}"].patch;
  operation["x-portico-problems"] = { 412: ["precondition_failed"], 404: ["not_found", "purged"] };
  operation.parameters = [
    { name: "scheduleId", in: "path", required: true, description: "Id of the schedule.", schema: { type: "string" } },
  ];
  document.paths["/v1/schedules/{scheduleId}"].parameters = [];
  document.components.schemas.ScheduleUpdate.description = "What to change.";
  const generated = await generatedFiles(JSON.stringify(document));
  expect(generated.get("src/generated/resources.ts")).toContain(
    `   *
   * @param scheduleId - Id of the schedule.
   * @param input - What to change.
   * @throws {ApiError} 404 \`not_found\`, \`purged\`; 412 \`precondition_failed\`; and what any call may be refused with.
`,
  );
  expect(generated.get("src/generated/problems.ts")).toContain('"schedules.update": "updateSchedule";');
});

test("a read that may be answered 304 says so in its type, for documents and for lists", () => {
  const resources = file("resources.ts");
  expect(resources).toContain("get(scheduleId: string, options: RequestOptions): Call<Schedule | undefined>;");
  expect(resources).toContain(
    'list(input: Query<"listSchedules"> | undefined, options: RequestOptions): Call<Page<Schedule> | undefined>;',
  );
});

test("a method is documented with the document's own sample, without the making of the client", async () => {
  const document = JSON.parse(fixture);
  document.paths["/v1/schedules"].post["x-codeSamples"] = [
    { lang: "Shell", source: "curl" },
    {
      lang: "TypeScript",
      source:
        'import { Portico } from "@portico/sdk";\n\nconst portico = new Portico();\n\nawait portico.schedules.create({\n  title: "*/",\n});',
    },
  ];
  const text = (await generatedFiles(JSON.stringify(document))).get("src/generated/resources.ts");
  expect(text).toContain(
    '@example\n   * await portico.schedules.create({\n   *   title: "*\\/",\n   * });\n   */\n  create(',
  );
  expect(text).not.toContain("new Portico");
});

test("optional fields of inputs may be undefined, those of answers may not", () => {
  const schema = file("schema.ts");
  const optional = (name: string) => {
    const [body = ""] = new RegExp(`^ {8}${name}: \\{[^]*?^ {8}\\}`, "m").exec(schema) ?? [];
    const types = Array.from(body.matchAll(/^ +\w+\?: ([^;]*);/gm), ([, type = ""]) => type);
    return types.map((type) => type.endsWith(" | undefined"));
  };
  expect(new Set(optional("ScheduleUpdate"))).toEqual(new Set([true]));
  expect(optional("Schedule")).not.toContain(true);
  expect(schema).toMatch(/query\?: \{\n[^}]*status\?: \("draft"[^;]*\) \| undefined;/);
});

test("the page of methods has every method with its request", () => {
  expect(files.get("METHODS.md")).toContain(
    "- `update(scheduleId, input)`: Update a schedule. `PATCH /v1/schedules/{scheduleId}`, `workspace/schedules:update`",
  );
});

test("a field with a default is optional in a request", () => {
  expect(file("schema.ts")).toMatch(/ScheduleCreate: \{[\s\S]*?\* @default draft[\s\S]*?status\?: \(?"draft"/);
});

test("functions of an organization take organizationId, others do not; REST-only ones have none", () => {
  const functions = file("convexFunctions.ts");
  expect(functions).toContain(
    '"workspace/schedules:list": { type: "query"; args: TenantListArgs<"listSchedules">; result: PaginationResult<Schedule> }',
  );
  expect(functions).toContain('"tenancy/me:get": { type: "query"; args: Args<"getMe">');
  expect(functions).not.toContain("checkInAgent");
});

test("presets are of scopes that keys may carry, and those without any are left out", async () => {
  const operation = (scope: string, ...ways: readonly string[]) => ({
    get: { security: [...ways.map((way) => ({ [way]: [] })), { clientCredentials: [scope] }] },
  });
  const paths = {
    "/v1/a": operation("site:read", "apiKey", "userToken"),
    "/v1/b": operation("agentEnrollment:revoke", "apiKey"),
    "/v1/c": operation("item:create", "apiKey"),
    "/v1/d": operation("agent:checkin", "agentKey"),
    "/v1/e": { get: { security: [{ userToken: [] }] } },
  };
  const text = scopePresets(new OpenApiDocument({ paths }));
  expect(text).toContain(
    'export type ApiKeyScope =\n  | "agentEnrollment:revoke"\n  | "item:create"\n  | "site:read";',
  );
  const rows = Array.from(text.matchAll(/^ {2}(\w+): \[(.*)\],$/gm), ([, name, scopes]) => [name, scopes]);
  expect(rows).toEqual([
    ["readOnly", '"site:read"'],
    ["deviceAdmin", '"agentEnrollment:revoke", "site:read"'],
    ["full", '"agentEnrollment:revoke", "item:create", "site:read"'],
  ]);
});

test("problem codes come with their statuses", () => {
  expect(file("problems.ts")).toContain("  invalid_state_transition: 409;\n");
  // Only the schema lists it.
  expect(file("problems.ts")).toContain("  internal: number;\n");
});

describe("what cannot become a method fails the generation and names the operation", () => {
  const operation = {
    operationId: "sendThing",
    summary: "Send",
    "x-portico-resource": "things",
    "x-portico-verb": "send",
    responses: {},
  };
  const document = (path: string, method: string, extra: object) => ({
    openapi: "3.1.0",
    info: { title: "t", version: "1" },
    paths: { [path]: { [method]: { ...operation, ...extra } } },
  });
  const json = { content: { "application/json": { schema: { type: "object" } } } };

  test.each([
    ["a resource that hides a member", document("/v1/c", "get", { "x-portico-resource": "convex" }), /convex/],
    ["a body on DELETE", document("/v1/things", "delete", { requestBody: json }), /DELETE \/v1\/things/],
    [
      "a body that is not JSON",
      document("/v1/things", "post", { requestBody: { content: { "text/csv": {} } } }),
      /POST \/v1\/things/,
    ],
    [
      "a list whose rows have no name",
      document("/v1/things", "get", {
        responses: {
          200: { content: { "application/json": { schema: { properties: { data: { items: {} }, page: {} } } } } },
        },
      }),
      /GET \/v1\/things/,
    ],
    ["a missing verb", document("/v1/things", "post", { "x-portico-verb": undefined }), /x-portico-verb/],
    [
      "a reference to nothing",
      document("/v1/things", "post", { parameters: [{ $ref: "#/components/parameters/X" }] }),
      /parameters\/X/,
    ],
  ])("%s", async (_name, source, message) => {
    await expect(generatedFiles(JSON.stringify(source))).rejects.toThrow(message);
  });

  test("two operations of one name", async () => {
    const source = document("/v1/things", "post", {});
    source.paths["/v1/things/other"] = { post: { ...operation, operationId: "other" } };
    await expect(generatedFiles(JSON.stringify(source))).rejects.toThrow("things.send");
  });

  test("a function that is not called as its operation is", async () => {
    const source = document("/v1/things", "post", {
      "x-portico-function": "a/b:c",
      "x-portico-function-type": "mutation",
    });
    await expect(generatedFiles(JSON.stringify(source))).rejects.toThrow("a/b:c");
  });

  test("two operations of one function", async () => {
    const functionNames = { "x-portico-function": "a/b:c", "x-portico-function-type": "mutation" };
    const source = document("/v1/things", "post", functionNames);
    source.paths["/v1/things/other"] = {
      post: { ...operation, ...functionNames, operationId: "other", "x-portico-verb": "other" },
    };
    await expect(generatedFiles(JSON.stringify(source))).rejects.toThrow("a/b:c");
  });
});

test("a body of one field or another cannot be left out", () => {
  const schema = { type: "object", properties: { id: {}, slug: {} }, minProperties: 1 };
  const [spec] = new OpenApiDocument({
    paths: {
      "/v1/me/switch": {
        post: {
          operationId: "switchIt",
          summary: "Switch",
          "x-portico-resource": "me",
          "x-portico-verb": "switchIt",
          requestBody: { required: true, content: { "application/json": { schema } } },
          responses: {},
        },
      },
    },
  }).operations();
  expect(spec?.bodyRequired).toBe(true);
});

test("paths outside the resource's own are kept whole", () => {
  const [spec] = new OpenApiDocument({
    paths: {
      "/v1/users/{userId}/agents": {
        get: {
          operationId: "listUserAgents",
          summary: "List",
          "x-portico-resource": "agents",
          "x-portico-verb": "listOfUser",
          responses: {},
        },
      },
    },
  }).operations();
  expect(spec && tableEntries([spec])).toBe("listOfUser-=GET /users/{}/agents");
});
