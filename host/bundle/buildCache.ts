import { createHash, hash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { version } from "esbuild";

/** A change of a file's time may show this much later than the clock says. */
const timeGranularityMs = 50;

/** What a build is made of. */
export interface BuildSources {
  readonly files: readonly string[];
  /** Folders all of whose files count, those that join them as well. */
  readonly folders: readonly string[];
}

interface Kept {
  readonly sources: BuildSources;
  readonly digest: string;
  readonly outcome: Uint8Array;
}

/** Whatever makes a build of the host what it is beside its sources. */
const buildersDirectory = dirname(fileURLToPath(import.meta.url));

/** Where builds of this installation are kept: among its packages, which only those write to who install it. */
export const installationCache = join(buildersDirectory, "../../node_modules/.cache/portico/builds");

/**
 * Outcomes of builds, each with a digest of all that it was made of: one is as good as a build made anew while that is the
 * same. What cannot be written, read or believed counts as not kept. Its directory must be one that only those write to whose
 * code may run here.
 */
export class BuildCache {
  constructor(readonly directory: string) {}

  /** The outcome that is kept under a name, unless something of its sources has changed. */
  read(name: string): unknown {
    try {
      const kept = this.#kept(name);
      return digestOf(kept.sources) === kept.digest ? deserialize(kept.outcome) : undefined;
    } catch {
      return undefined;
    }
  }

  /** The outcome that is kept under a name, of whatever sources it was made. */
  peek(name: string): unknown {
    try {
      return deserialize(this.#kept(name).outcome);
    } catch {
      return undefined;
    }
  }

  /**
   * Keeps an outcome in place of the one before.
   *
   * @param startedAtMs when its build began; what has been written since may not be what the build has read
   * @returns whether it is kept
   */
  write(name: string, outcome: unknown, sources: BuildSources, startedAtMs: number): boolean {
    try {
      if (isYounger(sources, startedAtMs - timeGranularityMs)) return false;
      const kept: Kept = { sources, digest: digestOf(sources), outcome: serialize(outcome) };
      const file = this.#fileOf(name);
      const written = `${file}.${randomUUID()}`;
      mkdirSync(this.directory, { recursive: true, mode: 0o700 });
      writeFileSync(written, serialize(kept), { mode: 0o600 });
      // In one step, so that whoever reads it reads all of it.
      renameSync(written, file);
      return true;
    } catch {
      return false;
    }
  }

  #kept(name: string): Kept {
    const kept: Kept = deserialize(readFileSync(this.#fileOf(name)));
    return kept;
  }

  #fileOf(name: string): string {
    return join(this.directory, `${hash("sha256", name)}.kept`);
  }
}

function digestOf({ files, folders }: BuildSources): string {
  const digest = createHash("sha256").update(`${version} ${process.version}`);
  for (const file of new Set([...files, ...[buildersDirectory, ...folders].flatMap(filesIn)])) {
    const bytes = contentOf(file);
    digest.update(`\n${file} ${bytes?.length ?? "none"}\n`).update(bytes ?? "");
  }
  return digest.digest("hex");
}

function contentOf(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** The files below a folder in one order, packages aside, which a lock file stands for. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.slice(folder.length).split(sep).includes("node_modules"))
    .sort();
}

function isYounger({ files, folders }: BuildSources, timeMs: number): boolean {
  return [...files, ...folders.flatMap(filesIn)].some((file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found !== undefined && found.mtimeMs > timeMs;
  });
}
