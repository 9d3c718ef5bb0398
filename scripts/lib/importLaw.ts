import path from "node:path";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import law from "../../.dependency-cruiser.mjs";
import { repositoryFiles, repositoryRoot } from "./repositoryFiles";

const sourceFolders = ["convex", "openapi", "host", "sdk", "examples", "bench", "scripts"];

/** How much was looked at, and which imports go in a forbidden direction. */
export interface ImportReport {
  readonly moduleCount: number;
  /** One line each: the rule, the importing file, the imported one. */
  readonly violations: readonly string[];
}

/**
 * Checks every import below a root against the law in `.dependency-cruiser.mjs`.
 *
 * @throws {Error} When no module was cruised: without a compiler in reach the cruiser finds nothing and calls it clean.
 */
export async function importReport(root: string): Promise<ImportReport> {
  const { forbidden = [], options = {} } = law;
  const { tsConfig: _forCommandLine, enhancedResolveOptions = {}, ...cruiseOptions } = options;
  const { output } = await cruise(
    sourceFolders.filter((directory) => repositoryFiles(directory, root).length > 0),
    { ...cruiseOptions, baseDir: root, validate: true, ruleSet: { forbidden } },
    enhancedResolveOptions,
    { tsConfig: extractTSConfig(path.join(repositoryRoot, "tsconfig.base.json")) },
  );
  if (typeof output === "string") throw new Error(`dependency-cruiser answered with text: ${output}`);
  const { totalCruised, violations } = output.summary;
  if (totalCruised === 0) throw new Error("no module was cruised: is `typescript` installed?");
  return {
    moduleCount: totalCruised,
    violations: violations.map(({ rule, from, to, cycle, via }) => {
      const steps = (cycle ?? via)?.map((step) => step.name) ?? [to];
      return `${rule.name}: ${[from, ...steps].join(" → ")}`;
    }),
  };
}
