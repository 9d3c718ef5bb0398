import { readdirSync } from "node:fs";
import path from "node:path";

export const convexDirectory = path.join(import.meta.dirname, "../../convex");

/** Folders of `convex/` that are no domains. */
const engineFolders = new Set(["_generated", "core", "gateway"]);

/** The modules of every domain, `<domain>/<file>.ts`, tests left out, in order. */
export function domainFiles(): string[] {
  return readdirSync(convexDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !engineFolders.has(entry.name))
    .flatMap(({ name }) => readdirSync(path.join(convexDirectory, name)).map((file) => `${name}/${file}`))
    .filter((file) => /^[^.]+\.ts$/.test(file))
    .sort();
}
