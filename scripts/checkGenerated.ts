import { generators } from "./generate/generators";
import { freshnessOf } from "./lib/generatedFiles";
import { repositoryRoot } from "./lib/repositoryFiles";

/** Fails when a committed generated file differs from what its generator writes now. */
const problems = await freshnessOf(generators, repositoryRoot);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
