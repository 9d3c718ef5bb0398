import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryFiles, repositoryRoot } from "./lib/repositoryFiles";
import { silencingDirectives } from "./lib/suppressions";

/** Fails on directives that would silence the lint rule requiring a reason for every suppression. */
const generated = /^(convex\/_generated|convex\/documentation|sdk\/src\/generated)\//;

for (const file of repositoryFiles()) {
  if (!/\.[mc]?[jt]sx?$/.test(file) || generated.test(file)) continue;
  for (const { line, text } of silencingDirectives(readFileSync(path.join(repositoryRoot, file), "utf8"))) {
    console.error(`${file}:${line}: silences every rule, or the one that asks for reasons: ${text}`);
    process.exitCode = 1;
  }
}
