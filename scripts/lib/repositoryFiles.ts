import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

export const repositoryRoot = path.resolve(import.meta.dirname, "../..");

/** Never part of the sources: installed, built, or written while running. */
const ignoredNames = new Set(["node_modules", "dist", "coverage", ".git", ".portico"]);

/**
 * Lists the source files below a directory of the repository.
 *
 * @param directory Relative to the root, with forward slashes.
 * @returns Sorted paths relative to the root; empty when the directory does not exist.
 */
export function repositoryFiles(directory = ".", root = repositoryRoot): string[] {
  if (!existsSync(path.join(root, directory))) return [];
  return readdirSync(path.join(root, directory), { withFileTypes: true })
    .filter((entry) => !ignoredNames.has(entry.name))
    .flatMap((entry) => {
      const file = path.posix.join(directory, entry.name);
      if (entry.isDirectory()) return repositoryFiles(file, root);
      return entry.isFile() ? [file] : [];
    })
    .toSorted();
}
