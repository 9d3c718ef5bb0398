import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repositoryFiles, repositoryRoot } from "../lib/repositoryFiles";
import { runGenerators } from "../lib/runGenerators";
import { generators } from "./generators";

/** Another table and another resource, of which no generated file knows yet. */
function renameItems(root: string): void {
  const tables = path.join(root, "convex/workspace/tables.ts");
  const resource = path.join(root, "convex/workspace/items.ts");
  writeFileSync(tables, readFileSync(tables, "utf8").replaceAll("const items", "const articles"));
  const renamed = readFileSync(resource, "utf8").replaceAll(/\bitems\b/g, "articles");
  writeFileSync(path.join(root, "convex/workspace/articles.ts"), renamed);
  rmSync(resource);
}

test("what was generated once is not changed by generating again", async () => {
  const root = mkdtempSync(path.join(tmpdir(), "portico-generators-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const file of repositoryFiles()) cpSync(path.join(repositoryRoot, file), path.join(root, file));
  symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(root, "node_modules"), "dir");
  renameItems(root);
  const outputs = async (): Promise<ReadonlyMap<string, string>> => {
    const results = await runGenerators(generators, root, { emptiesFolders: true });
    expect(results.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    const files = generators.flatMap(({ outputs: written }) =>
      written.flatMap((output) => (output.endsWith("/") ? repositoryFiles(output.slice(0, -1), root) : [output])),
    );
    return new Map(files.map((file) => [file, readFileSync(path.join(root, file), "utf8")]));
  };
  const once = await outputs();
  expect(once.get("convex/gateway/routeTable.ts")).toContain("articles.list");
  const again = await outputs();
  expect([...again].filter(([file, text]) => once.get(file) !== text).map(([file]) => file)).toEqual([]);
});
