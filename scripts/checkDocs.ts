import { readFileSync } from "node:fs";
import path from "node:path";
import { documentedShare, publicNames, untypedThrows } from "./lib/docstrings";
import { repositoryFiles, repositoryRoot } from "./lib/repositoryFiles";

/**
 * Fails when a folder's share of documented public names falls below its floor, and prints the names that lack a docstring.
 * Fails, too, on a `@throws` that names no type.
 */

/** In percent; a name belongs to the longest folder that holds its file. Raise a floor when its folder gets better. */
const floors: Readonly<Record<string, number>> = {
  host: 95,
  "host/auth": 95,
  "host/bundle": 95,
  "host/development": 95,
  "host/runtime": 95,
  "host/server": 95,
  "host/store": 95,
  "host/sync": 95,
  "host/testHost": 95,
  "host/values": 95,
  "sdk/src": 95,
  "sdk/generator": 95,
  "convex/core": 95,
  "convex/gateway": 95,
  "convex/documentation": 95,
  "convex/access": 85,
  "convex/demo": 50,
  "convex/observability": 85,
  "convex/platform": 85,
  "convex/sites": 85,
  "convex/tenancy": 85,
  "convex/workspace": 85,
  openapi: 95,
  scripts: 95,
};
const notProduct = /\.(test|testing)\.ts$|\/_?generated\/|^host\/testing\/|Assets\.ts$|openApiDocument\.ts$/;

const folders = Object.keys(floors).toSorted((one, other) => other.length - one.length);
const files = repositoryFiles().filter((file) => file.endsWith(".ts") && !notProduct.test(file));
const folderOf = (file: string) => folders.find((folder) => file.startsWith(`${folder}/`));
const sources = files
  .filter((file) => folderOf(file) !== undefined)
  .map((file) => ({ file, text: readFileSync(path.join(repositoryRoot, file), "utf8") }));
const found = publicNames(sources);

for (const folder of folders.toSorted()) {
  const names = found.filter(({ file }) => folderOf(file) === folder);
  const percent = 100 * documentedShare(names);
  const floor = floors[folder] ?? 0;
  console.log(`${folder}: ${percent.toFixed(0)} % of ${names.length} public names, floor ${floor} %`);
  if (percent >= floor) continue;
  process.exitCode = 1;
  for (const { file, line, name } of names.filter(({ isDocumented }) => !isDocumented)) {
    console.error(`${file}:${line}: ${name} has no docstring that says more than its name`);
  }
}
for (const { file, text } of sources) {
  for (const line of untypedThrows(text)) {
    process.exitCode = 1;
    console.error(`${file}:${line}: @throws names no type; write @throws {Type} when …`);
  }
}
