// The law of import directions, read top to bottom. `scripts/checkImports.ts` runs it; its test plants violations.
//
//   schema → tables → core/schema/table, core/schema/fields
//   grants, problems → the types of their rows, in core/access/roles and core/wire/generalProblems
//   a domain → itself, core, other domains' tables.ts and services, functions by reference
//   core → no domain; its rooms: resources → operations → records → access → schema → wire
//   gateway → core/wire and the route table
//   openapi → domains                   sdk → nothing outside sdk/
//   host → no file of convex/           examples → the SDK by its package name

const testFile = "\\.(test|testing)\\.ts$";
/** Deployments, processes and harnesses that only tests start. */
const testParts = "^host/testing/";
const anyWorld = "^(convex|openapi|host|sdk|examples|bench|scripts)/";
const coreForTransport = "^convex/core/wire/";
/** What a domain does for others within their transactions: to tell somebody something, to mail it, to go on later. */
const services =
  "^convex/(messaging/(administrators|forgetting|mail|notify)|jobs/(queue|sightings|syncRuns|eventLog)|observability/(outboundLog|recordHealth))\\.ts$";
const generatedReferences = "^convex/_generated/";

/** The rooms of the engine, each of which sees itself and those before it. */
const coreRooms = ["wire", "schema", "access", "records", "operations", "resources"];

/** @param {...string} names */
const packages = (...names) => `(^|node_modules/)(${names.join("|")})(/|$)`;

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycle",
      comment: "A cycle hides which side owns what. Type-only imports count.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolvable",
      comment: "An import that resolves to nothing would escape every other rule.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(@portico/sdk(/|$)|convex/|bun:|cloudflare:)" },
    },
    {
      name: "no-test-in-product",
      comment: "Product code never imports tests or their helpers; the bench may try what tests try.",
      severity: "error",
      from: { pathNot: [testFile, testParts, "^bench/"] },
      to: { path: [testFile, testParts] },
    },
    {
      name: "schema-names-tables",
      comment:
        "schema.ts lists tables and nothing else: behaviour reachable from it would make the data model refer to itself.",
      severity: "error",
      from: { path: "^convex/schema\\.ts$" },
      to: { path: anyWorld, pathNot: "^convex/([^/]+/tables|core/schema/table)\\.ts$" },
    },
    {
      name: "tables-are-shapes",
      comment: "tables.ts holds shapes and indexes; it sees core/schema/{table,fields}, no behaviour.",
      severity: "error",
      from: { path: "^convex/[^/]+/tables\\.ts$" },
      to: { path: anyWorld, pathNot: "^convex/core/schema/(table|fields)\\.ts$" },
    },
    {
      name: "vocabularies-are-data",
      comment:
        "grants.ts and problems.ts are tables of words, composed into core by the generator; they see the types of their rows.",
      severity: "error",
      from: { path: "^convex/[^/]+/(grants|problems)\\.ts$" },
      to: { path: anyWorld, pathNot: "^convex/core/(access/roles|wire/generalProblems)\\.ts$" },
    },
    {
      name: "vocabularies-are-read-composed",
      comment:
        "What a domain calls its permissions and problems is read from core/access/permissions and core/wire/problems.",
      severity: "error",
      from: { path: "^convex/" },
      to: { path: "^convex/[^/]+/(grants|problems)\\.ts$" },
    },
    {
      name: "core-knows-no-domain",
      comment: "The engine serves every domain and names none.",
      severity: "error",
      from: { path: "^convex/core/", pathNot: testFile },
      to: { path: "^convex/", pathNot: ["^convex/core/", generatedReferences] },
    },
    ...coreRooms.slice(0, -1).map((room, floor) => ({
      name: `core-${room}-looks-down`,
      comment: `A room of the engine sees only the rooms below it: ${coreRooms.join(" ← ")}.`,
      severity: /** @type {const} */ ("error"),
      from: { path: `^convex/core/${room}/`, pathNot: testFile },
      to: { path: `^convex/core/(${coreRooms.slice(floor + 1).join("|")})/` },
    })),
    {
      name: "core-has-six-rooms",
      comment: "Files of convex/core itself are old paths of functions, kept for stored calls: code imports the rooms.",
      severity: "error",
      from: { pathNot: testFile },
      to: { path: "^convex/core/", pathNot: `^convex/core/(${coreRooms.join("|")})/` },
    },
    {
      name: "domains-meet-by-reference",
      comment:
        "A domain sees another domain's tables.ts and services; its behaviour is called through references in _generated/api.",
      severity: "error",
      from: { path: "^convex/(?!core/|gateway/|_generated/)([^/]+)/", pathNot: testFile },
      to: {
        path: "^convex/",
        pathNot: ["^convex/$1/", "^convex/core/", generatedReferences, "^convex/[^/]+/tables\\.ts$", services],
      },
    },
    {
      name: "gateway-is-transport",
      comment:
        "The gateway sees its own files, what core has for transport, and references. Every HTTP request evaluates its whole graph.",
      severity: "error",
      from: { path: "^convex/gateway/", pathNot: testFile },
      to: { path: anyWorld, pathNot: ["^convex/gateway/", coreForTransport, generatedReferences] },
    },
    {
      name: "gateway-stays-light",
      comment: "Convex evaluates the gateway anew for every request: no schema library may be reachable from it.",
      severity: "error",
      from: { path: "^convex/(http\\.ts$|gateway/)", pathNot: testFile },
      to: { path: packages("zod", "convex-helpers", "@hono/zod-openapi"), reachable: true },
    },
    {
      name: "http-mounts-the-gateway",
      comment: "http.ts is wiring.",
      severity: "error",
      from: { path: "^convex/http\\.ts$" },
      to: { path: anyWorld, pathNot: ["^convex/gateway/", generatedReferences] },
    },
    {
      name: "entry-files-are-wiring",
      comment: "Crons name functions by reference; configuration files name nothing of ours.",
      severity: "error",
      from: { path: "^convex/(crons|auth\\.config|convex\\.config)\\.ts$" },
      to: { path: anyWorld, pathNot: ["^convex/core/", generatedReferences] },
    },
    {
      name: "convex-stands-alone",
      comment: "The folder deploys unchanged to any Convex, so it sees no other project and no Node module.",
      severity: "error",
      from: { path: "^convex/", pathNot: testFile },
      to: { path: "^(openapi|host|sdk|examples|bench|scripts)/" },
    },
    {
      name: "convex-needs-no-node",
      comment: "Convex's default runtime has no Node modules.",
      severity: "error",
      from: { path: "^convex/", pathNot: testFile },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-barrels-in-convex",
      comment: "Each file of convex/ is a module of the deployment; an index would publish functions twice.",
      severity: "error",
      from: {},
      to: { path: "^convex/.*\\bindex\\.ts$" },
    },
    {
      name: "openapi-reads-domains",
      comment: "The document comes from the declarations, never from what serves or consumes them.",
      severity: "error",
      from: { path: "^openapi/", pathNot: testFile },
      to: { path: "^(host|sdk|examples|bench)/" },
    },
    {
      name: "sdk-is-a-package",
      comment: "The SDK ships alone: generated output is copied into it, never imported from beside it.",
      severity: "error",
      from: { path: "^sdk/", pathNot: testFile },
      to: { path: anyWorld, pathNot: "^sdk/" },
    },
    {
      name: "sdk-declares-what-it-imports",
      comment: "A consumer installs only the SDK's own dependencies.",
      severity: "error",
      from: { path: "^sdk/src/", pathNot: testFile },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "host-loads-convex-whole",
      comment: "The host is a Convex for any folder: it loads a bundle by path and imports nobody's source.",
      severity: "error",
      from: { path: "^host/" },
      to: { path: anyWorld, pathNot: "^host/" },
    },
    {
      name: "host-doors-and-runtime-meet-at-the-seam",
      comment: "Doors know the wire, the runtime knows transactions; both see host/deployment.ts, neither the other.",
      severity: "error",
      from: { path: "^host/(server|sync|auth)/", pathNot: testFile },
      to: { path: "^host/(runtime|store)/" },
    },
    {
      name: "host-runtime-knows-no-door",
      comment: "The other half of the seam.",
      severity: "error",
      from: { path: "^host/(runtime|store)/", pathNot: testFile },
      to: { path: "^host/(server|sync|auth)/" },
    },
    {
      name: "host-store-knows-no-functions",
      comment: "The store keeps documents and index entries; what a function is lives above it.",
      severity: "error",
      from: { path: "^host/store/", pathNot: testFile },
      to: { path: "^host/runtime/" },
    },
    {
      name: "host-serves-without-its-accessor",
      comment: "testHost/ stands on the whole host, as a suite's other side; nothing of the host stands on it.",
      severity: "error",
      from: { path: "^host/", pathNot: [testFile, "^host/testHost/"] },
      to: { path: "^host/testHost/" },
    },
    {
      name: "runtime-rpc-is-the-floor",
      comment: "rpc/ is what the two threads say to each other; it knows neither of them, nor what a function is.",
      severity: "error",
      from: { path: "^host/runtime/rpc/", pathNot: testFile },
      to: { path: "^host/runtime/", pathNot: "^host/runtime/rpc/" },
    },
    {
      name: "runtime-functions-see-rpc",
      comment: "functions/ is what both threads know of functions, whichever of them runs one.",
      severity: "error",
      from: { path: "^host/runtime/functions/", pathNot: testFile },
      to: { path: "^host/runtime/", pathNot: "^host/runtime/(functions|rpc)/" },
    },
    {
      name: "runtime-sandbox-sees-functions",
      comment: "sandbox/ is what functions see in either thread; it knows the frame that runs, not the thread.",
      severity: "error",
      from: { path: "^host/runtime/sandbox/", pathNot: testFile },
      to: { path: "^host/runtime/", pathNot: "^host/runtime/(sandbox|functions|rpc)/" },
    },
    {
      name: "runtime-main-thread-sees-no-executor",
      comment: "The threads meet in rpc/, functions/ and sandbox/ only: memory of one is not there for the other.",
      severity: "error",
      from: { path: "^host/runtime/mainThread/", pathNot: testFile },
      to: { path: "^host/runtime/", pathNot: "^host/runtime/(mainThread|sandbox|functions|rpc)/" },
    },
    {
      name: "runtime-executor-sees-no-main-thread",
      comment: "The other half: the executor thread's program holds nothing of the main thread.",
      severity: "error",
      from: { path: "^host/runtime/executor/", pathNot: testFile },
      to: { path: "^host/runtime/", pathNot: "^host/runtime/(executor|sandbox|functions|rpc)/" },
    },
    {
      name: "runtime-deployment-sees-no-executor",
      comment: "localDeployment.ts lives on the main thread and reaches the executor through rpc/ alone.",
      severity: "error",
      from: { path: "^host/runtime/[^/]+$", pathNot: testFile },
      to: { path: "^host/runtime/executor/" },
    },
    {
      name: "executor-transaction-is-the-floor",
      comment: "executor/transaction/ reads, counts and stamps; it knows no call.",
      severity: "error",
      from: { path: "^host/runtime/executor/transaction/", pathNot: testFile },
      to: { path: "^host/runtime/executor/", pathNot: "^host/runtime/executor/transaction/" },
    },
    {
      name: "executor-calls-see-transactions",
      comment: "executor/calls/ is one query or mutation while it runs, whoever asked for it.",
      severity: "error",
      from: { path: "^host/runtime/executor/calls/", pathNot: testFile },
      to: { path: "^host/runtime/executor/", pathNot: "^host/runtime/executor/(calls|transaction)/" },
    },
    {
      name: "executor-askers-see-calls",
      comment: "Scheduled functions and live queries ask for calls, and know nothing of each other or of the batch.",
      severity: "error",
      from: { path: "^host/runtime/executor/(scheduled|live)/", pathNot: testFile },
      to: { path: "^host/runtime/executor/", pathNot: "^host/runtime/executor/($1|calls|transaction)/" },
    },
    {
      name: "examples-are-consumers",
      comment: "An example shows what a user can write: its own files and installed packages.",
      severity: "error",
      from: { path: "^examples/([^/]+)/", pathNot: testFile },
      to: { path: anyWorld, pathNot: ["^examples/$1/", "^sdk/dist/"] },
    },
    {
      name: "product-runs-without-development-packages",
      comment: "`npm ci --omit=dev && npm start` must serve, and its operator must be able to back it up.",
      severity: "error",
      from: {
        path: "^(convex/|host/|scripts/(portico/|(start|token|backup|restore|reencrypt|checkIntegrity)\\.ts$))",
        pathNot: [testFile, testParts],
      },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", generatedReferences, "^sdk/dist/"] },
    exclude: { path: ["^sdk/fixtures/", "^sdk/dist/.*\\.map$"] },
    // A package stays under node_modules/ in the report wherever a link takes it.
    preserveSymlinks: true,
    // Without it type-only imports vanish before the rules see them.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".js", ".mjs", ".d.ts", ".json"],
    },
  },
};
