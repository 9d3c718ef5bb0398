import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Runs a script of this repository as one file of JavaScript, which is kept while the sources stay as they are:
 * `node scripts/run.js scripts/start.ts --watch`. A loader that compiles module by module takes as much CPU time at every start as
 * all of the rest. JavaScript, since nothing has compiled it; what cannot be kept runs by that loader.
 */

const root = path.join(import.meta.dirname, "..");
const directory = path.join(root, "node_modules/.cache/portico/scripts");
const [script = ""] = process.argv.splice(2, 1);
const entry = path.resolve(script);
process.argv[1] = entry;
// As the loader does.
process.setSourceMapsEnabled(true);

const compiled = keptFile() ?? (await compile().catch(() => undefined));
if (compiled === undefined) (await import("tsx/esm/api")).register();
await import(pathToFileURL(compiled ?? entry).href);

/** The description of what was compiled last: its sources by path, their digest, and the file. */
function descriptionFile() {
  return path.join(directory, `${createHash("sha256").update(entry).digest("hex")}.json`);
}

/** The compiled file, unless one of its sources has changed. */
function keptFile() {
  try {
    /** @type {{ sources: string[], digest: string, file: string }} */
    const kept = JSON.parse(readFileSync(descriptionFile(), "utf8"));
    if (digestOf(kept.sources) !== kept.digest) return undefined;
    statSync(kept.file);
    return kept.file;
  } catch {
    return undefined;
  }
}

/** @param {readonly string[]} sources */
function digestOf(sources) {
  const digest = createHash("sha256").update(process.version);
  for (const source of sources) digest.update(`\n${source}\n`).update(readFileSync(source));
  return digest.digest("hex");
}

/** Compiles the script with all that it imports but packages. @returns the file, kept for the next start */
async function compile() {
  const { build, stop } = await import("esbuild");
  const startedAtMs = Date.now();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = path.basename(descriptionFile(), ".json");
  const file = path.join(directory, `${name}-${randomUUID()}.mjs`);
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
    absWorkingDir: root,
    logLevel: "silent",
    plugins: [{ name: "own-places", setup: keepPlaces }],
  });
  // Its process would live as long as this one.
  await stop();
  const packages = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.base.json", "scripts/run.js"];
  const sources = [...packages, ...Object.keys(metafile.inputs)].map((source) => path.join(root, source));
  // What was written meanwhile may not be what was compiled, and is compiled again next time.
  if (sources.some((source) => statSync(source).mtimeMs > startedAtMs - 50)) return file;
  const written = `${file}.json`;
  writeFileSync(written, JSON.stringify({ sources, digest: digestOf(sources), file }), { mode: 0o600 });
  renameSync(written, descriptionFile());
  for (const other of readdirSync(directory))
    if (other.startsWith(`${name}-`) && !other.startsWith(path.basename(file))) rmSync(path.join(directory, other));
  return file;
}

/**
 * Sources that ask where they are mean where they are, not where the compiled file is.
 * @param {import("esbuild").PluginBuild} build
 */
function keepPlaces(build) {
  build.onLoad({ filter: /\.[jt]s$/ }, ({ path: file }) => {
    const text = readFileSync(file, "utf8");
    if (!text.includes("import.meta.")) return null;
    const contents = text
      .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)))
      .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href));
    return { contents, loader: file.endsWith("ts") ? "ts" : "js" };
  });
}
