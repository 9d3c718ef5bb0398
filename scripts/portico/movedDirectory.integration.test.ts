import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { bundleOnce } from "../../host/testing/bundleOnce.testing";
import { explainedGone, noteServing } from "./servedBy";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";

async function directories(): Promise<{ readonly from: string; readonly to: string }> {
  const scratch = await mkdtemp(path.join(tmpdir(), "portico-moved-"));
  onTestFinished(() => rm(scratch, { recursive: true }));
  return { from: path.join(scratch, "before"), to: path.join(scratch, "after") };
}

it("an installation whose data directory is moved while it serves stops in order, and starts where that is now", async () => {
  const { from, to } = await directories();
  const start = async (directory: string) =>
    startPortico({ ...(await freeSettings(directory)), seed: "none" }, () => {}, { bundle: bundleOnce });
  const first = await start(from);
  await rename(from, to);
  await first.close();
  expect(existsSync(from)).toBe(false);
  const again = await start(to);
  expect((await fetch(`${again.siteUrl}/readyz`)).status).toBe(200);
  await again.close();
});

it("a start whose data directory is taken away meanwhile says so in one line", async () => {
  const { from } = await directories();
  const urls = { cloudUrl: "http://127.0.0.1:1", siteUrl: "http://127.0.0.1:2" };
  const error = await noteServing(from, urls).then(
    () => undefined,
    (cause: unknown) => explainedGone(cause, from),
  );
  expect(String(error)).toBe(
    `Error: ${from} was moved or deleted while it was served. Name where it is now as PORTICO_DATA_DIR, and move it only while nothing serves it.`,
  );
  const other = new Error("Something else.");
  expect(await explainedGone(other, from)).toBe(other);
});
