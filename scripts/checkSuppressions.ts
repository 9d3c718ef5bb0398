import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryFiles, repositoryRoot } from "./lib/repositoryFiles";
import { problemOf } from "./lint/rules/suppressionsNeedReason.js";

/**
 * Fails on directives that would silence the lint rule which asks every suppression for a reason: those that name no
 * rule, and those that name that rule. The linter cannot report them, since they silence it.
 */
const generated = /^(convex\/_generated|convex\/documentation|sdk\/src\/generated)\//;
const directive = /(?:\/\/|\/\*)\s*(?<text>(?:oxlint|eslint)-disable[^\n]*)/g;
let hasFailed = false;

for (const file of repositoryFiles()) {
  if (!/\.[mc]?[jt]sx?$/.test(file) || generated.test(file)) continue;
  const source = readFileSync(path.join(repositoryRoot, file), "utf8");
  for (const match of source.matchAll(directive)) {
    const text = (match.groups?.["text"] ?? "").replace(/\*\/.*$/, "");
    if (problemOf(text) === "blanket" || text.includes("suppressions-need-reason")) {
      const line = source.slice(0, match.index).split("\n").length;
      console.error(`${file}:${line}: silences every rule, or the one that asks for reasons: ${text.trim()}`);
      hasFailed = true;
    }
  }
}
process.exitCode = hasFailed ? 1 : 0;
