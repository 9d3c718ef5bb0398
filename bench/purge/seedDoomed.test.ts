import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { seedDoomed } from "./seedDoomed";

it("fills every table that knows organizations, however young the table", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "portico-doomed-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  // A table that its rows do not fit refuses them.
  expect(await seedDoomed(path.join(directory, "store.sqlite"), 200)).not.toBe("");
});
