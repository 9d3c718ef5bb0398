import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readProjectConfig } from "../bundle/projectConfig";
import type { ModuleGlob } from "./moduleGlob";

/**
 * What convex-test takes when a test gives no modules: the functions directory of the project in which the tests run, as
 * `import.meta.glob("./convex/**\/*.*s")` would give it.
 */
export function projectModules(projectDirectory = process.cwd()): ModuleGlob {
  const { functionsDirectory } = readProjectConfig(projectDirectory);
  if (!existsSync(functionsDirectory)) return {};
  const files = readdirSync(functionsDirectory, { recursive: true, encoding: "utf8" });
  return Object.fromEntries(
    files
      .filter((file) => /\.[^/\\]*s$/.test(file))
      .map((file) => [`./${file.replaceAll("\\", "/")}`, () => importFile(join(functionsDirectory, file))]),
  );
}

/** Through the test runner, so that mocks and coverage reach it. */
async function importFile(file: string): Promise<unknown> {
  return await import(/* @vite-ignore */ file);
}
