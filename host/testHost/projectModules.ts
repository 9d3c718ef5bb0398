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
  let checked: Promise<void> | undefined;
  const importOf = async (file: string): Promise<unknown> => {
    await (checked ??= forgetReset());
    return await loadedOnce(file);
  };
  return Object.fromEntries(
    files
      .filter((file) => /\.[^/\\]*s$/.test(file))
      .map((file) => [`./${file.replaceAll("\\", "/")}`, () => importOf(join(functionsDirectory, file))]),
  );
}

/**
 * Modules that were loaded, by file: a test runner is asked for each import in another process, which takes most of what a host
 * costs.
 */
const loaded = new Map<string, Promise<unknown>>();

/** Forgets all of them when the test runner has: one of them is then another than before. */
async function forgetReset(): Promise<void> {
  const [known] = loaded;
  if (known === undefined) return;
  const [file, module] = known;
  if ((await importFile(file)) !== (await module)) loaded.clear();
}

function loadedOnce(file: string): Promise<unknown> {
  let loading = loaded.get(file);
  if (loading === undefined) {
    loaded.set(file, (loading = importFile(file)));
    // What does not load today may tomorrow.
    loading.catch(() => loaded.delete(file));
  }
  return loading;
}

/** Through the test runner, so that mocks and coverage reach it. */
async function importFile(file: string): Promise<unknown> {
  return await import(/* @vite-ignore */ file);
}
