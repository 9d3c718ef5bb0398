import { randomUUID } from "node:crypto";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { BuildCache } from "./buildCache";
import type { BuildSources } from "./buildCache";
import { bundleFunctions } from "./bundleFunctions";
import type { BundledModule, FunctionBundle } from "./bundleFunctions";
import { projectOf } from "./projectConfig";

/** A bundle and where it lies. */
interface KeptBundle {
  readonly bundle: FunctionBundle;
  readonly directory: string;
  readonly globalsKey: string;
  readonly files: readonly KeptFile[];
}

interface KeptFile {
  /** Below the bundle's directory. */
  readonly path: string;
  /** A link leads to the project's packages; what holds the key is written anew for each deployment. */
  readonly kind: "link" | "keyless" | "withKey";
}

/**
 * Bundles as {@link bundleFunctions} does, and keeps what comes of it: as long as nothing of the sources changes, further
 * deployments of any process get a copy with their own key in the place of the builder's.
 *
 * @param cacheDirectory for as many functions folders as there are; see {@link BuildCache} for who may write to it
 */
export function cachedBundles(cacheDirectory: string): typeof bundleFunctions {
  const cache = new BuildCache(cacheDirectory);
  return async (functionsDirectory, outputDirectory, globalsKey) => {
    // Source maps name sources relative to themselves, so a copy must lie as deep below the same folder.
    const name = JSON.stringify([functionsDirectory, dirname(dirname(outputDirectory))]);
    const copy = copyOf(asKeptBundle(cache.read(name)), outputDirectory, globalsKey);
    if (copy !== undefined) return copy;
    const startedAtMs = Date.now();
    const bundle = await bundleFunctions(functionsDirectory, outputDirectory, globalsKey);
    const directory = join(cacheDirectory, randomUUID());
    try {
      const replaced = asKeptBundle(cache.peek(name))?.directory;
      const kept = keptIn(directory, bundle, outputDirectory, globalsKey);
      const isKept = cache.write(name, kept, sourcesOf(functionsDirectory, bundle), startedAtMs);
      removeDirectory(isKept ? replaced : directory);
    } catch {
      // Whoever has built it has it either way.
      removeDirectory(directory);
    }
    return bundle;
  };
}

/** What {@link keptIn} has written: the digest that it is kept with includes that of this file. */
function asKeptBundle(kept: unknown): KeptBundle | undefined {
  return kept as KeptBundle | undefined;
}

function copyOf(kept: KeptBundle | undefined, outputDirectory: string, globalsKey: string): FunctionBundle | undefined {
  // As long as the key it is replaced by, so that positions in source maps stay true.
  if (kept?.globalsKey.length !== globalsKey.length) return undefined;
  try {
    copyFiles(kept.files, kept.directory, outputDirectory, (text) => text.replaceAll(kept.globalsKey, globalsKey));
  } catch {
    // Another process has replaced the bundle meanwhile, or somebody has removed a part of it.
    removeDirectory(outputDirectory);
    return undefined;
  }
  const copy = moved(kept.bundle, kept.directory, outputDirectory);
  const components = copy.components.map((component) => ({
    ...component,
    globalsKey: component.globalsKey.replace(kept.globalsKey, globalsKey),
  }));
  return { ...copy, components };
}

/** Copies a bundle to where it is kept. */
function keptIn(directory: string, bundle: FunctionBundle, from: string, globalsKey: string): KeptBundle {
  const files = readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry): KeptFile => {
      const file = join(entry.parentPath, entry.name);
      const hasKey = file.endsWith(".mjs") && readFileSync(file, "utf8").includes(globalsKey);
      const kind = entry.isSymbolicLink() ? "link" : hasKey ? "withKey" : "keyless";
      return { path: relative(from, file), kind };
    });
  copyFiles(files, from, directory, (text) => text);
  return { bundle: moved(bundle, from, directory), directory, globalsKey, files };
}

/** Files are linked where that can be, since nobody writes to them. */
function copyFiles(files: readonly KeptFile[], from: string, to: string, withKey: (text: string) => string): void {
  for (const directory of new Set(files.map(({ path }) => dirname(join(to, path)))))
    mkdirSync(directory, { recursive: true });
  for (const { path, kind } of files) {
    const [source, target] = [join(from, path), join(to, path)];
    if (kind === "link") symlinkSync(readlinkSync(source), target, "junction");
    else if (kind === "withKey") writeFileSync(target, withKey(readFileSync(source, "utf8")));
    else linkOrCopy(source, target);
  }
}

/** A link needs both to be on one file system. */
function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

/** The bundle with the addresses that its modules have in another directory. */
function moved(bundle: FunctionBundle, from: string, to: string): FunctionBundle {
  const [fromUrl, toUrl] = [pathToFileURL(from).href, pathToFileURL(to).href];
  const modulesOf = (modules: readonly BundledModule[]): readonly BundledModule[] =>
    modules.map((module) => ({ ...module, url: toUrl + module.url.slice(fromUrl.length) }));
  return {
    ...bundle,
    modules: modulesOf(bundle.modules),
    components: bundle.components.map((component) => ({ ...component, modules: modulesOf(component.modules) })),
  };
}

/** Removes what may be removed: where that cannot be, nothing was kept either. */
function removeDirectory(directory: string | undefined): void {
  if (directory === undefined) return;
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // Such as below a file.
  }
}

/** What decides how the names of packages and files are resolved, beside those files: also where it is not there yet. */
const settingsNames = [
  "convex.json",
  "package.json",
  "tsconfig.json",
  "jsconfig.json",
  "node_modules/.package-lock.json",
];
const furtherSettingsPattern = /^tsconfig\.[\w.]+\.json$/;

function sourcesOf(functionsDirectory: string, { inputs, components }: FunctionBundle): BuildSources {
  const project = projectOf(functionsDirectory).directory;
  const further = readdirSync(project).filter((file) => furtherSettingsPattern.test(file));
  return {
    files: [
      ...[...settingsNames, ...further].map((file) => join(project, file)),
      ...[{ inputs }, ...components].flatMap((module) => module.inputs),
    ],
    folders: [functionsDirectory, ...components.map(({ instance }) => instance.directory)],
  };
}
