import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { faultIn } from "./declarationFaults";
import { repositoryRoot } from "./repositoryFiles";
import { runGenerators } from "./runGenerators";

const root = mkdtempSync(path.join(tmpdir(), "portico-faults-"));
// The compiler that runs generators is found from where they run.
symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(root, "node_modules"), "dir");
afterAll(() => rmSync(root, { recursive: true }));

/** What a generator that throws `error` prints, and how it ends. */
async function endOf(error: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const imports = `import { DeclarationFaults, faultIn } from ${JSON.stringify(path.join(import.meta.dirname, "declarationFaults.ts"))};`;
  writeFileSync(path.join(root, "generator.ts"), `${imports}\nexport function source() { throw ${error}; }\n`);
  const generator = { name: "planted", script: "generator.ts", outputs: ["out.ts"], sourceExport: "source" };
  const [result] = await runGenerators([generator], root);
  if (!result) throw new Error("No generator ran.");
  return { exitCode: result.exitCode, output: result.output };
}

test("a refusal is one line that begins with the file, and no failure", async () => {
  const line = faultIn("convex/sites/grants.ts", "No operation asks for site:fly.").message;
  expect(line).toBe("convex/sites/grants.ts: No operation asks for site:fly.");
  const thrown = `faultIn("convex/sites/grants.ts", "No operation asks for site:fly.")`;
  expect(await endOf(thrown)).toEqual({ exitCode: 2, output: line });
});

test("several faults are a line each", async () => {
  const thrown = `new DeclarationFaults(["one.ts: a fault", "two.ts: another"])`;
  expect(await endOf(thrown)).toEqual({ exitCode: 2, output: "one.ts: a fault\ntwo.ts: another" });
});

test("every other error is shown whole", async () => {
  const { exitCode, output } = await endOf(`new Error("broken")`);
  expect(exitCode).toBe(1);
  expect(output).toContain("generator.ts");
});
