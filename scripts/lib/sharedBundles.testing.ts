import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";

const variable = "PORTICO_TEST_BUNDLES";

/** Gives the processes of one run a directory for the functions that they bundle; what is run again bundles anew. */
export default function setup(project: TestProject): () => void {
  let directory: string | undefined;
  const end = () => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  };
  const begin = () => {
    end();
    directory = mkdtempSync(path.join(tmpdir(), "portico-bundles-"));
    process.env[variable] = directory;
  };
  begin();
  project.onTestsRerun(begin);
  return end;
}
