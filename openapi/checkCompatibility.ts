import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../scripts/lib/repositoryFiles";
import { breakingChanges } from "./compatibility";

/**
 * Fails when the document breaks clients of the one where this branch left its base.
 * Usage: checkCompatibility.ts [base reference]; without one, the first of origin/main and main that exists.
 */
const documentPath = "openapi/openapi.json";

function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, {
    cwd: repositoryRoot,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 ? stdout.trim() : undefined;
}

const references = process.argv[2] === undefined ? ["origin/main", "main"] : [process.argv[2]];
const base = references.map((reference) => git("merge-base", "HEAD", reference)).find((commit) => commit !== undefined);
const baseText = base === undefined ? undefined : git("show", `${base}:${documentPath}`);

if (baseText === undefined) {
  console.log(`no commit to compare ${documentPath} with, nothing compared`);
} else {
  const next: Record<string, unknown> = JSON.parse(readFileSync(path.join(repositoryRoot, documentPath), "utf8"));
  const found = breakingChanges(JSON.parse(baseText), next);
  for (const change of found) console.error(change);
  process.exitCode = found.length > 0 ? 1 : 0;
}
