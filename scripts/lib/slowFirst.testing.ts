import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, so that no worker is left with one of them alone at the end. Whatever is missing here runs after
 * them, in vitest's own order: a file that has become slow costs time and nothing else.
 */
export const slowest: readonly string[] = [
  "openapi/contract/escalation.integration.test.ts",
  "host/server/cli.test.ts",
  "scripts/browser/swaggerUi.integration.test.ts",
  "openapi/contract/functionApi.integration.test.ts",
  "openapi/contract/documentedAnswers.integration.test.ts",
  "host/bundle/pushRules.test.ts",
  "openapi/contract/hostileSweep.integration.test.ts",
  "openapi/contract/domains/tenancy.integration.test.ts",
  "openapi/contract/domains/sites.integration.test.ts",
  "host/runtime/persistence.test.ts",
  "examples/examples.integration.test.ts",
  "sdk/test/package.test.ts",
  "scripts/lib/commandLine.test.ts",
  "scripts/portico/start.integration.test.ts",
  "host/store/integrityCheck.test.ts",
  "host/runtime/limits.test.ts",
  "host/server/systemFunctions.test.ts",
  "host/testing/crash/crash.integration.test.ts",
];

/** The place of a file in the order; what is not listed comes after everything that is. */
function placeOf({ moduleId }: TestSpecification): number {
  const at = slowest.findIndex((file) => moduleId.endsWith(`/${file}`));
  return at === -1 ? slowest.length : at;
}

/** Vitest's order, which knows how long files took only where they ran before, after the slowest files. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
