import { existsSync } from "node:fs";
import path from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, so that no worker is left with one of them alone at the end. Whatever is missing here runs after
 * them, in vitest's own order: a file that has become slow costs time and nothing else.
 */
const slowest: readonly string[] = [
  "openapi/contract/escalation.integration.test.ts",
  "scripts/portico/start.integration.test.ts",
  "openapi/contract/matrix.integration.test.ts",
  "openapi/contract/dryRun.integration.test.ts",
  "scripts/portico/demo.integration.test.ts",
  "scripts/portico/operations.test.ts",
  "host/server/cli.test.ts",
  "scripts/browser/swaggerUi.integration.test.ts",
  "openapi/contract/documentedAnswers.integration.test.ts",
  "openapi/contract/functionApi.integration.test.ts",
  "host/bundle/pushRules.test.ts",
  "scripts/portico/organization.integration.test.ts",
  "openapi/contract/hostileSweep.integration.test.ts",
  "openapi/contract/domains/tenancy.integration.test.ts",
  "openapi/contract/domains/access.integration.test.ts",
  "openapi/contract/domains/sites.integration.test.ts",
  "host/runtime/persistence.test.ts",
  "examples/examples.integration.test.ts",
  "sdk/test/package.test.ts",
  "sdk/test/entries.test.ts",
  "scripts/portico/restore.integration.test.ts",
  "scripts/lib/commandLine.test.ts",
  "host/store/integrityCheck.test.ts",
  "host/runtime/limits.test.ts",
  "host/server/systemFunctions.test.ts",
  "host/testing/crash/crash.integration.test.ts",
];

/**
 * Files that need a process to themselves: one replaces a module of Node.js, the others run convex-test, whose `Convex` global is not
 * the host's. All others share a worker's modules, since loading them again for each of some two hundred files took a quarter of
 * the whole run.
 */
const alone: readonly string[] = [
  "host/server/callers.test.ts",
  "host/testHost/accessorParity.test.ts",
  "host/testHost/createTestHost.test.ts",
  "host/testing/differential/differential.test.ts",
];

const everyTest = "{convex,openapi,host,sdk,examples,bench,scripts}/**/*.test.ts";
const noTest = ["**/node_modules/**", "**/dist/**", "**/fixtures/**"];

const missing = [...slowest, ...alone].filter((file) => !existsSync(path.join(import.meta.dirname, file)));
if (missing.length > 0)
  throw new Error(`Test files that this configuration names do not exist: ${missing.join(", ")}.`);

/** The place of a file in the order; what is not listed comes after everything that is. */
function placeOf({ moduleId }: TestSpecification): number {
  const at = slowest.findIndex((file) => moduleId.endsWith(`/${file}`));
  return at === -1 ? slowest.length : at;
}

/** Vitest's order, which knows how long files took only where they ran before, after the slowest files. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "shared", include: [everyTest], exclude: [...noTest, ...alone], isolate: false } },
      { extends: true, test: { name: "alone", include: [...alone], exclude: noTest } },
    ],
    // Processes rather than threads: the SQLite driver is native code and tests kill hosts that they start.
    pool: "forks",
    // One more than the cores of the smallest machine, since many tests wait for processes that they start.
    maxWorkers: 3,
    sequence: { sequencer: SlowFirst },
    // What is waited for comes when it comes; only its absence is a failure. The limits end what hangs, and a machine ten times as
    // busy as usual stays within them; tests do not set narrower ones.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    setupFiles: ["scripts/lib/propertyBudget.testing.ts", "scripts/lib/showFailureNotes.testing.ts"],
    // A test that waits for real time, or a forgotten `.only`, is an error and not a habit.
    allowOnly: false,
    passWithNoTests: false,
  },
});
