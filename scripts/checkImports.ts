import law from "../.dependency-cruiser.mjs";
import { importReport } from "./lib/importLaw";
import { repositoryRoot } from "./lib/repositoryFiles";

/** Fails when an import goes against the directions of `.dependency-cruiser.mjs`, and says which rule and why. */
const { moduleCount, violations } = await importReport(repositoryRoot);
for (const violation of violations) {
  const rule = law.forbidden?.find(({ name }) => name === violation.split(":", 1)[0]);
  console.error(`${violation}\n  ${rule?.comment ?? ""}`);
}
console.log(`${moduleCount} modules, ${violations.length} imports against the law`);
process.exitCode = violations.length > 0 ? 1 : 0;
