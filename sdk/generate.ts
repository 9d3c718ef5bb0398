import { mkdir, readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { generatedFiles } from "./generator/files";

/** Usage: tsx sdk/generate.ts [--document openapi/openapi.json] [--check]; --check fails when a file is stale. */
const { values } = parseArgs({
  options: { document: { type: "string" }, check: { type: "boolean", default: false } },
});
const documentPath = values.document ?? fileURLToPath(new URL("../openapi/openapi.json", import.meta.url));
const folder = new URL("./", import.meta.url);

const files = await generatedFiles(await readFile(documentPath, "utf8"));
await mkdir(new URL("src/generated/", folder), { recursive: true });
const stale: string[] = [];
for (const [name, text] of files) {
  const path = new URL(name, folder);
  const current = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (current === text) continue;
  stale.push(name);
  if (!values.check) await writeFile(path, text);
}
if (values.check && stale.length > 0) {
  console.error(`Stale in sdk: ${stale.join(", ")}. Run npm run generate.`);
  process.exitCode = 1;
} else console.log(`sdk: ${files.size} generated files, ${stale.length} changed`);
