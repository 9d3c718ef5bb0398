import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import law from "../../.dependency-cruiser.mjs";
import { importReport } from "./importLaw";

/** Written into an empty root: file → the specifiers it imports; `type:` marks a type-only import. */
type Planted = Readonly<Record<string, readonly string[]>>;

const roots: string[] = [];
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true })));

function plant(files: Planted): string {
  const root = mkdtempSync(path.join(tmpdir(), "portico-imports-"));
  roots.push(root);
  for (const [file, specifiers] of Object.entries(files)) {
    const imports = specifiers.map((specifier, index) =>
      specifier.startsWith("type:")
        ? `import type { value as value${index} } from "${specifier.slice("type:".length)}"; export type { value${index} };`
        : `import { value as value${index} } from "${specifier}"; export { value${index} };`,
    );
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), `${imports.join("\n")}\nexport const value = 1;\n`);
  }
  return root;
}

const lawful: Planted = {
  "convex/schema.ts": ["./sites/tables", "./fleet/tables"],
  "convex/core/wire/errors.ts": [],
  "convex/core/schema/table.ts": ["type:../wire/errors"],
  "convex/core/access/caller.ts": ["../schema/table", "../wire/errors"],
  "convex/core/records/writer.ts": ["../access/caller", "../schema/table"],
  "convex/core/operations/define.ts": ["../records/writer", "type:../../_generated/dataModel"],
  "convex/core/resources/crud.ts": ["../operations/define", "../wire/errors"],
  "convex/core/cascades.ts": ["./records/writer"],
  "convex/_generated/dataModel.d.ts": ["type:../schema"],
  "convex/_generated/api.d.ts": ["type:../sites/agents", "type:../fleet/hosts"],
  "convex/core/access/roles.ts": [],
  "convex/core/wire/generalProblems.ts": [],
  "convex/sites/grants.ts": ["type:../core/access/roles"],
  "convex/sites/problems.ts": ["type:../core/wire/generalProblems"],
  "convex/sites/tables.ts": ["../core/schema/table"],
  "convex/sites/agents/rules.ts": ["../../core/wire/errors"],
  "convex/sites/agents.ts": [
    "./tables",
    "./agents/rules",
    "../core/operations/define",
    "../_generated/api",
    "../fleet/tables",
    "../messaging/mail",
  ],
  "convex/sites/agents.test.ts": ["./agents", "../../host/testHost/accessor"],
  "convex/fleet/tables.ts": ["../core/schema/table"],
  "convex/fleet/hosts.ts": ["./tables", "../core/operations/define"],
  "convex/messaging/tables.ts": ["../core/schema/table"],
  "convex/messaging/mail.ts": ["./tables", "../core/operations/define"],
  "convex/messaging/sending.ts": ["./mail"],
  "convex/gateway/routeTable.ts": [],
  "convex/gateway/gateway.ts": ["./routeTable", "../core/wire/errors", "../_generated/api"],
  "convex/http.ts": ["./gateway/gateway"],
  "openapi/registry.ts": ["../convex/sites/agents"],
  "host/deployment.ts": [],
  "host/server/http.ts": ["../deployment"],
  "host/runtime/rpc/protocol.ts": ["../../values/json"],
  "host/runtime/functions/registry.ts": ["../rpc/protocol"],
  "host/runtime/sandbox/globals.ts": ["../functions/registry"],
  "host/runtime/mainThread/actions.ts": ["../sandbox/globals", "../functions/registry", "../rpc/protocol"],
  "host/runtime/executor/transaction/transaction.ts": ["../../../store/documents", "../../functions/registry"],
  "host/runtime/executor/calls/frame.ts": ["../transaction/transaction"],
  "host/runtime/executor/scheduled/crons.ts": ["../calls/frame", "../transaction/transaction"],
  "host/runtime/executor/live/queries.ts": ["../calls/frame", "../transaction/transaction"],
  "host/runtime/executor/batches.ts": ["./live/queries", "./scheduled/crons", "../sandbox/globals"],
  "host/runtime/open.ts": ["./mainThread/actions", "type:../deployment"],
  "host/testHost/accessor.ts": ["../runtime/executor/batches", "../runtime/mainThread/actions"],
  "host/testing/opened.testing.ts": ["../runtime/open"],
  "host/testing/fixtures/general/convex/notes.ts": [],
  "host/values/json.ts": [],
  "host/store/documents.ts": [],
  "sdk/src/client.ts": ["./generated/resources"],
  "sdk/src/generated/resources.ts": [],
  "examples/agent/main.ts": ["./facts"],
  "examples/agent/facts.ts": [],
  "scripts/start.ts": ["../host/deployment"],
};

const violations: [rule: string, file: string, specifiers: readonly string[], also?: Planted][] = [
  ["no-cycle", "convex/core/wire/errors.ts", ["type:./a"], { "convex/core/wire/a.ts": ["type:./errors"] }],
  ["resolvable", "convex/core/wire/errors.ts", ["./missing"]],
  ["no-test-in-product", "convex/sites/agents.ts", ["./agents.testing"], { "convex/sites/agents.testing.ts": [] }],
  ["no-test-in-product", "scripts/start.ts", ["../host/testing/opened.testing"]],
  ["no-test-in-product", "host/runtime/open.ts", ["../testing/fixtures/general/convex/notes"]],
  ["schema-names-tables", "convex/schema.ts", ["type:./sites/agents/rules"]],
  ["tables-are-shapes", "convex/sites/tables.ts", ["./agents/rules"]],
  ["tables-are-shapes", "convex/sites/tables.ts", ["../core/operations/define"]],
  ["tables-are-shapes", "convex/sites/tables.ts", ["../core/wire/errors"]],
  ["vocabularies-are-data", "convex/sites/grants.ts", ["./tables"]],
  ["vocabularies-are-data", "convex/sites/problems.ts", ["type:../core/wire/errors"]],
  ["vocabularies-are-read-composed", "convex/sites/agents.ts", ["./problems"]],
  ["core-knows-no-domain", "convex/core/operations/define.ts", ["type:../../sites/tables"]],
  ["core-knows-no-domain", "convex/core/operations/define.ts", ["../../gateway/routeTable"]],
  ["core-wire-looks-down", "convex/core/wire/errors.ts", ["type:../schema/table"]],
  ["core-schema-looks-down", "convex/core/schema/table.ts", ["type:../access/caller"]],
  ["core-access-looks-down", "convex/core/access/caller.ts", ["type:../records/writer"]],
  ["core-records-looks-down", "convex/core/records/writer.ts", ["../operations/define"]],
  ["core-records-looks-down", "convex/core/records/writer.ts", ["../resources/crud"]],
  ["core-operations-looks-down", "convex/core/operations/define.ts", ["type:../resources/crud"]],
  ["core-has-six-rooms", "convex/core/records/writer.ts", ["../cascades"]],
  ["core-has-six-rooms", "convex/sites/agents.ts", ["../core/cascades"]],
  ["domains-meet-by-reference", "convex/fleet/hosts.ts", ["type:../sites/agents"]],
  ["domains-meet-by-reference", "convex/fleet/hosts.ts", ["../sites/agents/rules"]],
  ["domains-meet-by-reference", "convex/fleet/hosts.ts", ["../gateway/gateway"]],
  ["domains-meet-by-reference", "convex/fleet/hosts.ts", ["../messaging/sending"]],
  ["domains-meet-by-reference", "convex/messaging/mail.ts", ["../fleet/hosts"]],
  ["gateway-is-transport", "convex/gateway/gateway.ts", ["../sites/agents/rules"]],
  ["gateway-is-transport", "convex/gateway/gateway.ts", ["../core/operations/define"]],
  ["gateway-is-transport", "convex/gateway/gateway.ts", ["type:../core/schema/table"]],
  ["gateway-stays-light", "convex/core/wire/errors.ts", ["zod"], { "node_modules/zod/index.js": [] }],
  ["http-mounts-the-gateway", "convex/http.ts", ["./sites/agents"]],
  ["entry-files-are-wiring", "convex/crons.ts", ["./sites/agents"]],
  ["convex-stands-alone", "convex/core/operations/define.ts", ["../../../host/deployment"]],
  ["convex-needs-no-node", "convex/core/operations/define.ts", ["node:fs"]],
  ["no-barrels-in-convex", "convex/fleet/hosts.ts", ["./index"], { "convex/fleet/index.ts": [] }],
  ["openapi-reads-domains", "openapi/registry.ts", ["../host/deployment"]],
  ["sdk-is-a-package", "sdk/src/client.ts", ["type:../../convex/_generated/api"]],
  ["sdk-declares-what-it-imports", "sdk/src/client.ts", ["zod"], { "node_modules/zod/index.js": [] }],
  ["host-loads-convex-whole", "host/runtime/open.ts", ["../../convex/schema"]],
  ["host-loads-convex-whole", "host/deployment.test.ts", ["../convex/schema"]],
  ["host-doors-and-runtime-meet-at-the-seam", "host/server/http.ts", ["../runtime/open"]],
  ["host-runtime-knows-no-door", "host/runtime/open.ts", ["type:../server/http"]],
  ["host-store-knows-no-functions", "host/store/documents.ts", ["../runtime/values"], { "host/runtime/values.ts": [] }],
  ["host-serves-without-its-accessor", "host/server/http.ts", ["type:../testHost/accessor"]],
  ["runtime-rpc-is-the-floor", "host/runtime/rpc/protocol.ts", ["type:../executor/batches"]],
  ["runtime-functions-see-rpc", "host/runtime/functions/registry.ts", ["../mainThread/actions"]],
  ["runtime-sandbox-sees-functions", "host/runtime/sandbox/globals.ts", ["../executor/transaction/transaction"]],
  ["runtime-main-thread-sees-no-executor", "host/runtime/mainThread/actions.ts", ["type:../executor/scheduled/crons"]],
  ["runtime-main-thread-sees-no-executor", "host/runtime/mainThread/actions.ts", ["../open"]],
  ["runtime-executor-sees-no-main-thread", "host/runtime/executor/batches.ts", ["../mainThread/actions"]],
  ["runtime-executor-sees-no-main-thread", "host/runtime/executor/calls/frame.ts", ["type:../../open"]],
  ["runtime-deployment-sees-no-executor", "host/runtime/open.ts", ["./executor/batches"]],
  ["executor-transaction-is-the-floor", "host/runtime/executor/transaction/transaction.ts", ["type:../calls/frame"]],
  ["executor-calls-see-transactions", "host/runtime/executor/calls/frame.ts", ["../scheduled/crons"]],
  ["executor-calls-see-transactions", "host/runtime/executor/calls/frame.ts", ["type:../batches"]],
  ["executor-askers-see-calls", "host/runtime/executor/scheduled/crons.ts", ["../live/queries"]],
  ["executor-askers-see-calls", "host/runtime/executor/live/queries.ts", ["../batches"]],
  ["examples-are-consumers", "examples/agent/main.ts", ["../../sdk/src/client"]],
  ["examples-are-consumers", "examples/agent/main.ts", ["../other/main"], { "examples/other/main.ts": [] }],
  [
    "product-runs-without-development-packages",
    "host/deployment.ts",
    ["vitest"],
    { "node_modules/vitest/index.js": [] },
  ],
];

/** The package.json files decide what a development package is, so a planted root has its own. */
function plantPackages(root: string): void {
  const vitest = { devDependencies: { vitest: "1" }, dependencies: { zod: "1" } };
  writeFileSync(path.join(root, "package.json"), JSON.stringify({ name: "root", ...vitest }));
  writeFileSync(path.join(root, "sdk/package.json"), JSON.stringify({ name: "sdk" }));
}

describe("the law of import directions", () => {
  test("has a planted violation for each of its rules", () => {
    const planted = new Set(violations.map(([rule]) => rule));
    expect(law.forbidden?.map(({ name }) => name).filter((name) => name === undefined || !planted.has(name))).toEqual(
      [],
    );
  });

  test("accepts the layout it describes", async () => {
    const root = plant(lawful);
    plantPackages(root);
    const report = await importReport(root);
    expect(report.violations).toEqual([]);
    expect(report.moduleCount).toBeGreaterThanOrEqual(Object.keys(lawful).length - 2);
  });

  test.each(violations)("%s: %s importing %s", async (rule, file, specifiers, also = {}) => {
    const root = plant({ ...lawful, ...also, [file]: specifiers });
    plantPackages(root);
    const report = await importReport(root);
    expect(report.violations.map((line) => line.split(":", 1)[0])).toContain(rule);
    expect(report.violations.some((line) => line.includes(file))).toBe(true);
  });

  test("refuses to call an empty cruise clean", async () => {
    const root = plant({ "docs/note.ts": [] });
    await expect(importReport(root)).rejects.toThrow("no module was cruised");
  });
});
