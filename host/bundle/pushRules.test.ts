import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openFixture, scratchDirectory } from "../testing/testDeployment.testing";
import { pushRules } from "./pushRules";
import type { PushRuleName } from "./pushRules";

/** Files of a project by their path; those of `convex/` import Convex's own package and nothing generated. */
type Files = Readonly<Record<string, string>>;

const server = 'import * as c from "convex/server"; import { v } from "convex/values";';
/** A line of its own: a TypeScript file of which no line begins with import or export is no module. */
const node = '"use node";\n';
const anyQuery = `${server} export const list = c.queryGeneric({ args: {}, handler: () => null });`;
const anyMutation = `${server} export const run = c.mutationGeneric({ args: {}, handler: () => null });`;

/** A schema whose one table is made by this expression. */
const table = (expression: string): Files => schema(`{ rows: ${expression} }`);
const schema = (tables: string): Files => ({
  "convex/schema.ts": `${server} export default c.defineSchema(${tables});`,
});
const indexes = (count: number, one: (field: string) => string): string =>
  `c.defineTable(v.any())${Array.from({ length: count }, (_, i) => one(`f${i}`)).join("")}`;
const names = (count: number): string => JSON.stringify(Array.from({ length: count }, (_, i) => `f${i}`));
const args = (validator: string): Files => ({
  "convex/notes.ts": `${server} export const list = c.queryGeneric({ args: ${validator}, handler: () => null });`,
});
const providers = (list: string): Files => ({ "convex/auth.config.ts": `export default { providers: ${list} };` });
const component = (parent: string, child: string, files: Files = {}): Files => ({
  "convex/convex.config.ts": `${server} import child from "./child/convex.config"; ${parent} export default app;`,
  "convex/child/convex.config.ts": `${server} export default c.defineComponent("child"${child});`,
  ...files,
});
const crons = (body: string): Files => ({
  "convex/crons.ts": `${server} const crons = c.cronJobs(); ${body} export default crons;`,
  "convex/jobs.ts": anyMutation,
});

/** For every rule folders that break it and no other rule; Convex's own words, as far as they say where. */
const violations: Readonly<Record<PushRuleName, readonly (readonly [says: string, files: Files])[]>> = {
  reservedDirectory: [["_deps", { "convex/_deps/a.ts": anyQuery }]],
  modulePath: [
    ["my-notes.ts is not a valid path", { "convex/my-notes.ts": anyQuery }],
    ["is not a valid path", { [`convex/${"a".repeat(65)}.ts`]: anyQuery }],
  ],
  moduleTwice: [["are both the module notes", { "convex/notes.ts": anyQuery, "convex/notes.js": anyQuery }]],
  actionsDirectory: [["actions/send.ts is in /actions subfolder", { "convex/actions/send.ts": anyQuery }]],
  nodeDirective: [
    ["not allowed for http.ts", { "convex/http.ts": `${node}${server} export default c.httpRouter();` }],
    ["not allowed for crons.ts", { "convex/crons.ts": `${node}${server} export default c.cronJobs();` }],
  ],
  nodeDirectiveInComponent: [
    [
      "not supported in components. Remove it from send",
      component("const app = c.defineApp(); app.use(child);", "", {
        "convex/child/send.ts": `${node}${server} export const a = 1;`,
      }),
    ],
  ],
  nodeBuiltin: [
    ['Could not resolve "fs"', { "convex/notes.ts": 'import { readFileSync } from "fs"; export { readFileSync };' }],
  ],
  moduleCount: [
    [
      "Too many function files (4097 > maximum 4096)",
      Object.fromEntries(Array.from({ length: 4097 }, (_, i) => [`convex/m${i}.js`, ""])),
    ],
  ],
  bundleBytes: [
    ["> maximum size 32 MiB", { "convex/notes.ts": `export const text = "${"x".repeat((32 << 20) + 1)}";` }],
  ],
  moduleLoad: [
    [
      "Failed to load notes: Uncaught Error: nothing set\n    at <anonymous> (convex/notes.ts:1:7)",
      { "convex/notes.ts": 'throw new Error("nothing set");\nexport {};' },
    ],
  ],
  projectFile: [["`functions` must be a path", { "convex.json": '{"functions":1}', "convex/notes.ts": anyQuery }]],

  functionName: [
    ['notes:$list: Invalid function name: "$list"', { "convex/notes.ts": anyQuery.replace("list", "$list") }],
    ["notes:größe", { "convex/notes.ts": anyQuery.replace("list", "größe") }],
  ],
  nodeFunctionType: [["notes:list is a query function", { "convex/notes.ts": `${node}${anyQuery}` }]],
  argsValidator: [
    [
      "for notes:list: Args validator must be an object or any",
      args("v.union(v.object({}), v.object({ a: v.any() }))"),
    ],
  ],
  validatorField: [
    ['for notes:list: Invalid field name: "a-b"', args('{ "a-b": v.any() }')],
    ['key `a`: Invalid field name: "1"', args('{ a: v.array(v.object({ "1": v.any() })) }')],
    [
      'In table "rows", field "a": Invalid field name: "b c"',
      table('c.defineTable({ a: v.object({ "b c": v.any() }) })'),
    ],
    ['"x y"', { "convex/notes.ts": anyQuery.replace("args: {},", 'args: {}, returns: v.object({ "x y": v.any() }),') }],
  ],
  validatorTable: [['Invalid table name: "my-rows"', args('{ id: v.id("my-rows") }')]],
  recordKeys: [
    ["Records can only have string keys", args("{ a: v.record(v.number(), v.any()) }")],
    ["no literal ones", args('{ a: v.record(v.union(v.literal("x"), v.literal("y")), v.any()) }')],
  ],

  schemaExport: [["schema.ts must have a default export", { "convex/schema.ts": "export const tables = {};" }]],
  tableCount: [
    [
      "Number of tables cannot exceed 10000",
      schema("Object.fromEntries(Array.from({ length: 10001 }, (_, i) => ['t' + i, c.defineTable({})]))"),
    ],
  ],
  tableName: [
    ['Invalid table name: "my-rows"', schema('{ "my-rows": c.defineTable({}) }')],
    ["Invalid table name", schema(`{ ${"a".repeat(65)}: c.defineTable({}) }`)],
    ["_rows is a reserved table name", schema("{ _rows: c.defineTable({}) }")],
  ],
  documentType: [
    ['In table "rows": The document validator', table("c.defineTable(v.string())")],
    ["must be an object", table("c.defineTable(v.union(v.object({}), v.null()))")],
    ["must be an object", table("c.defineTable(v.record(v.string(), v.any()))")],
  ],
  fieldName: [
    ['Invalid field name: "a-b"', table('c.defineTable({ "a-b": v.any() })')],
    ['Invalid field name: "_a"', table("c.defineTable(v.union(v.object({}), v.object({ _a: v.any() })))")],
  ],

  indexCount: [
    [
      'Table "rows" cannot have more than 32 indexes',
      table(indexes(33, (field) => `.index("by_${field}", ["${field}"])`)),
    ],
    [
      "cannot have more than 32 indexes",
      table(
        `${indexes(32, (field) => `.index("by_${field}", ["${field}"])`)}.index("later", { fields: ["x"], staged: true })`,
      ),
    ],
  ],
  searchIndexCount: [
    [
      "more than 4 search indexes",
      table(indexes(5, (field) => `.searchIndex("by_${field}", { searchField: "${field}" })`)),
    ],
  ],
  vectorIndexCount: [
    [
      "more than 4 vector indexes",
      table(indexes(5, (field) => `.vectorIndex("by_${field}", { vectorField: "${field}", dimensions: 8 })`)),
    ],
  ],
  indexName: [
    ['Invalid index name: "by-a"', table('c.defineTable(v.any()).index("by-a", ["a"])')],
    ['cannot name an index "by_id"', table('c.defineTable(v.any()).index("by_id", ["a"])')],
    ['cannot name an index "by_creation_time"', table('c.defineTable(v.any()).index("by_creation_time", ["a"])')],
    ['cannot name an index "_a"', table('c.defineTable(v.any()).searchIndex("_a", { searchField: "a" })')],
  ],
  indexNameTwice: [
    [
      'two or more definitions of index "by_a"',
      table('c.defineTable(v.any()).index("by_a", ["a"]).searchIndex("by_a", { searchField: "a" })'),
    ],
  ],
  indexEmpty: [['index "by_none" must have at least one field', table('c.defineTable(v.any()).index("by_none", [])')]],
  indexFieldCount: [["may have up to 16 fields", table(`c.defineTable(v.any()).index("by_all", ${names(17)})`)]],
  indexField: [
    ["`_id` is not a valid index field", table('c.defineTable(v.any()).index("by_a", ["_id"])')],
    ["`_creationTime` is automatically added", table('c.defineTable(v.any()).index("by_a", ["a", "_creationTime"])')],
    ["Reserved fields", table('c.defineTable(v.any()).index("by_a", ["_a"])')],
    ["Duplicate field a", table('c.defineTable(v.any()).index("by_a", ["a", "a"])')],
    ['Invalid index field: "a..b"', table('c.defineTable(v.any()).index("by_a", ["a..b"])')],
    ['Invalid index field: "a b"', table('c.defineTable(v.any()).searchIndex("by_a", { searchField: "a b" })')],
  ],
  indexFieldMissing: [
    [
      'the index "by_b" is invalid because it references the field "b"',
      table('c.defineTable({ a: v.any() }).index("by_b", ["b"])'),
    ],
    ['the field "a.b"', table('c.defineTable({ a: v.object({}) }).index("by_b", ["a.b"])')],
    [
      'the field "c"',
      table('c.defineTable({ a: v.any() }).searchIndex("by_a", { searchField: "a", filterFields: ["c"] })'),
    ],
  ],
  indexTwice: [
    [
      'index "by_a" and index "by_other" have the same fields',
      table('c.defineTable(v.any()).index("by_a", ["a"]).index("by_other", ["a"])'),
    ],
  ],
  filterFieldCount: [
    [
      "may have up to 16 filter fields",
      table(`c.defineTable(v.any()).searchIndex("by_a", { searchField: "a", filterFields: ${names(17)} })`),
    ],
    [
      "may have up to 16 filter fields",
      table(
        `c.defineTable(v.any()).vectorIndex("by_a", { vectorField: "a", dimensions: 8, filterFields: ${names(17)} })`,
      ),
    ],
  ],
  searchIndexTwice: [
    [
      'index "one" and index "two" have the same fields',
      table('c.defineTable(v.any()).searchIndex("one", { searchField: "a" }).searchIndex("two", { searchField: "a" })'),
    ],
  ],
  vectorDimensions: [
    ["Dimensions 1 must be", table('c.defineTable(v.any()).vectorIndex("by_a", { vectorField: "a", dimensions: 1 })')],
    [
      "Dimensions 4097 must be",
      table('c.defineTable(v.any()).vectorIndex("by_a", { vectorField: "a", dimensions: 4097 })'),
    ],
  ],
  vectorField: [
    [
      'the vector index "by_a" is invalid because it references the field "a"',
      table('c.defineTable({ a: v.array(v.string()) }).vectorIndex("by_a", { vectorField: "a", dimensions: 8 })'),
    ],
  ],

  authConfigTwice: [
    ["choose one", { ...providers("[]"), "convex/auth.config.js": "export default { providers: [] };" }],
  ],
  authVariable: [
    [
      "Environment variable DOMAIN is used in auth config file",
      providers("[{ domain: process.env.DOMAIN, applicationID: 'a' }]"),
    ],
    ["Environment variable OPTIONAL is used", providers("process.env.OPTIONAL ? [] : []")],
  ],
  authProviders: [
    ["must export { providers", { "convex/auth.config.ts": "export default {};" }],
    ["not an object", providers("[1]")],
    ["whose applicationID is not a string", providers("[{ domain: 'https://a.test' }]")],
    ["Invalid provider domain URL", providers("[{ domain: 'not a domain', applicationID: 'a' }]")],
    ["Invalid provider domain URL", providers("[{ domain: 'ftp://a.test', applicationID: 'a' }]")],
    [
      "RS256 or ES256",
      providers("[{ type: 'customJwt', issuer: 'https://a.test', jwks: 'data:,', algorithm: 'HS256' }]"),
    ],
  ],

  componentDefinition: [
    ["must have a default export made by defineApp()", { "convex/convex.config.ts": "export default {};" }],
  ],
  componentCycle: [
    [
      "installs itself",
      {
        "convex/convex.config.ts": `${server} import child from "./child/convex.config"; const app = c.defineApp(); app.use(child); export default app;`,
        "convex/child/convex.config.ts": `${server} import child from "./convex.config"; const a = c.defineComponent("child"); a.use(child); export default a;`,
      },
    ],
  ],
  componentName: [
    [
      '"my-child" is no component name',
      component('const app = c.defineApp(); app.use(child, { name: "my-child" });', ""),
    ],
    ['"1st" is no component name', component('const app = c.defineApp(); app.use(child, { name: "1st" });', "")],
    ['two components named "child"', component("const app = c.defineApp(); app.use(child); app.use(child);", "")],
  ],
  componentVariable: [
    [
      "does not declare the environment variable KEY",
      component('const app = c.defineApp(); app.use(child, { env: { KEY: "a" } });', ""),
    ],
    [
      "requires the environment variable KEY",
      component("const app = c.defineApp(); app.use(child);", ", { env: { KEY: v.string() } }"),
    ],
    [
      "cannot take this environment variable KEY",
      component(
        'const app = c.defineApp(); app.use(child, { env: { KEY: "c" } });',
        ', { env: { KEY: v.literal("a") } }',
      ),
    ],
    ["`KEY` of", component("const app = c.defineApp(); app.use(child);", ", { env: { KEY: v.number() } }")],
    [
      "its parent's variable is optional",
      component(
        "const app = c.defineApp({ env: { KEY: v.optional(v.string()) } }); app.use(child, { env: { KEY: app.env.KEY } });",
        ", { env: { KEY: v.string() } }",
      ),
    ],
    [
      "its parent's variable takes other texts",
      component(
        "const app = c.defineApp({ env: { KEY: v.string() } }); app.use(child, { env: { KEY: app.env.KEY } });",
        ', { env: { KEY: v.union(v.literal("a"), v.literal("b")) } }',
      ),
    ],
  ],
  componentMount: [
    ['HTTP mount "/a*/"', component('const app = c.defineApp(); app.use(child, { httpPrefix: "/a*/" });', "")],
  ],

  cronExport: [
    ["crons.ts must have a default export", { "convex/crons.ts": `${server} export const crons = c.cronJobs();` }],
  ],
  cronName: [
    [
      "Invalid cron identifier täglich",
      { "convex/crons.ts": 'export default { isCrons: true, crons: { "täglich": {} }, export() {} };' },
    ],
  ],
  cronSchedule: [
    ["tidy", crons('crons.cron("tidy", "61 * * * *", c.anyApi.jobs.run);')],
    ['"tidy" never runs', crons('crons.cron("tidy", "0 0 30 2 *", c.anyApi.jobs.run);')],
  ],
  cronFunction: [
    ["crons.ts refers to jobs:gone", crons('crons.hourly("tidy", { minuteUTC: 0 }, c.anyApi.jobs.gone);')],
  ],
  cronArguments: [
    [
      'The arguments of "tidy" are too large',
      crons('crons.hourly("tidy", { minuteUTC: 0 }, c.anyApi.jobs.run, { a: "x".repeat(2 << 20) });'),
    ],
  ],

  httpExport: [
    ["http.ts must have a default export", { "convex/http.ts": `${server} export const http = c.httpRouter();` }],
  ],
  httpRoutes: [
    ["is no function that returns a list", { "convex/http.ts": "export default { isRouter: true, lookup() {} };" }],
    [
      "lists what is no route",
      { "convex/http.ts": "export default { isRouter: true, lookup() {}, getRoutes: () => [1] };" },
    ],
    [
      "lists /a with the method TRACE",
      { "convex/http.ts": 'export default { isRouter: true, lookup() {}, getRoutes: () => [["/a", "TRACE", null]] };' },
    ],
  ],
};

const remedies = new Map<string, string>(Object.entries(pushRules).map(([rule, { remedy }]) => [rule, remedy]));
const cases = Object.entries(violations).flatMap(([rule, planted]) =>
  planted.map(([says, files]) => ({ rule, says, files, remedy: remedies.get(rule) ?? "" })),
);

it.each(cases)("refuses what breaks $rule: $says", async ({ says, files, remedy }) => {
  const refusal = openProject(files);
  await expect(refusal).rejects.toThrow(says);
  await expect(refusal).rejects.toThrow(remedy);
});

it("has a row of the contract for every rule", () => {
  const contract = readFileSync(new URL("../CONTRACT.md", import.meta.url), "utf8");
  const missing = Object.values(pushRules).filter(({ row }) => !contract.includes(`\n| ${row} `));
  expect(missing).toEqual([]);
});

it("tells rules apart by their remedies", () => {
  expect(new Set(remedies.values()).size).toBe(remedies.size);
});

it("takes what reaches the limits", async () => {
  const deployment = await openProject({
    ...table(
      `c.defineTable({ a: v.object({ b: v.union(v.null(), v.object({ c: v.string() })) }), e: v.optional(v.array(v.float64())) })
        .index("by_path", ["a.b.c"])
        .searchIndex("by_text", { searchField: "a.b.c", filterFields: ["a"] })
        .searchIndex("by_other", { searchField: "a.b.c" })
        .vectorIndex("by_e", { vectorField: "e", dimensions: 4096, filterFields: ["a"] })`,
    ),
    "convex/actions/send.ts": `${node}${server} export const run = c.actionGeneric({ args: {}, handler: () => null });`,
    "convex/notes.ts": `${server} export default c.queryGeneric({ args: { a: v.record(v.id("rows"), v.any()) }, handler: () => null });`,
    ...crons('crons.hourly("it\'s time!", { minuteUTC: 0 }, c.anyApi.jobs.run);'),
    ...providers("[{ domain: 'a.test', applicationID: 'a' }]"),
  });
  onTestFinished(() => deployment.close());
  expect(deployment.authProviders()).toHaveLength(1);
});

async function openProject(files: Files): ReturnType<typeof openFixture> {
  const scratch = scratchDirectory();
  onTestFinished(() => scratch.remove());
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch.path, name)), { recursive: true });
    writeFileSync(join(scratch.path, name), text);
  }
  const [packages] = createRequire(import.meta.url)
    .resolve("convex/server")
    .split(/(?<=node_modules)/);
  symlinkSync(packages ?? "", join(scratch.path, "node_modules"));
  const isProject = "convex.json" in files;
  return await openFixture({ functionsDirectory: isProject ? scratch.path : join(scratch.path, "convex") });
}
