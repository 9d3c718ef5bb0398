import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { repositoryFiles, repositoryRoot } from "./repositoryFiles";

const page = readFileSync(path.join(repositoryRoot, "docs/security.md"), "utf8");
const testFiles = new Set(repositoryFiles().filter((file) => file.endsWith(".test.ts")));

/** The rows of the table of OWASP's risks, cell by cell. */
const risks = page
  .split("\n")
  .filter((line) => /^\| API\d+ /.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()));

/** Test files that a cell names, by path or by their name below `openapi/contract/`. */
function testsOf(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = ""]) =>
    name.includes("/") ? name : `openapi/contract/${name}.integration.test.ts`,
  );
}

it("has a row for each of OWASP's ten, with a mechanism and tests that are there", () => {
  expect(risks.map(([, risk]) => risk?.split(" ")[0])).toEqual(Array.from({ length: 10 }, (_, at) => `API${at + 1}`));
  const missing = risks.flatMap(([, risk, mechanism = "", heldBy = ""]) => {
    const tests = testsOf(heldBy);
    const absent = tests.filter((file) => !file.endsWith("/*") && !testFiles.has(file));
    return mechanism.length > 20 && tests.length > 0 ? absent : [`${risk} says too little`];
  });
  expect(missing).toEqual([]);
});
