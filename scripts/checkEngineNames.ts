import { readFileSync } from "node:fs";
import path from "node:path";
import { permissionCatalogue } from "../convex/core/access/permissions";
import { tableMetadata } from "../convex/core/schema/tableMetadata";
import { generalProblems } from "../convex/core/wire/generalProblems";
import { problems } from "../convex/core/wire/problems";
import { domainNamesIn } from "./lib/engineNames";
import { repositoryFiles, repositoryRoot } from "./lib/repositoryFiles";

/**
 * Fails when the engine names a table, a permission or a domain's problem: what it must know of one of them is a fact in that
 * one's declaration. `access/` may, since callers and tenants are rows, and so may the files that are the lists of those names.
 */
const exempt = /^convex\/core\/(access\/|schema\/tableMetadata\.ts$|wire\/(engineTables|problems)\.ts$)|\.test\.ts$/;

const names = new Set([
  ...Object.keys(tableMetadata),
  ...Object.keys(permissionCatalogue),
  ...Object.keys(problems).filter((code) => !Object.hasOwn(generalProblems, code)),
]);

for (const file of repositoryFiles("convex/core").filter((name) => name.endsWith(".ts") && !exempt.test(name))) {
  for (const { line, name } of domainNamesIn(readFileSync(path.join(repositoryRoot, file), "utf8"), names)) {
    console.error(`${file}:${line}: names ${name}, which is a domain's: take it from the declaration.`);
    process.exitCode = 1;
  }
}
