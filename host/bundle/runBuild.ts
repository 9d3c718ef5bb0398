import { relative, resolve, sep } from "node:path";
import { build } from "esbuild";
import type { BuildFailure, BuildOptions, Metafile } from "esbuild";
import { BundleError } from "./entryPoints";
import { withRemedy } from "./pushRules";

/** Modules run in production mode, wherever the host itself runs. */
export const productionDefine = { "process.env.NODE_ENV": '"production"' };

/** What a build answers with: the texts when nothing is written, and what it was made of. */
interface BuildOutcome {
  readonly outputFiles?: readonly { readonly text: string }[];
  readonly metafile: Metafile;
}

/** The files that a build was made of, without what plugins made up. */
export function inputsOf({ inputs }: Metafile): readonly string[] {
  // What a plugin loads bears its namespace before the path.
  return Object.keys(inputs).flatMap((input) => (/^[\w-]{2,}:/.test(input) ? [] : [resolve(input)]));
}

/**
 * Runs esbuild with the options that the official CLI uses for every kind of file.
 *
 * @throws {BundleError} with esbuild's messages, one per line
 */
export async function runBuild(options: BuildOptions): Promise<BuildOutcome> {
  try {
    const result = await build({
      bundle: true,
      format: "esm",
      target: "esnext",
      jsx: "automatic",
      conditions: ["convex", "module"],
      define: productionDefine,
      logLevel: "silent",
      ...options,
      metafile: true,
    });
    const { outputFiles, metafile } = result;
    return outputFiles === undefined ? { metafile } : { outputFiles, metafile };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new BundleError(error.errors.map(describeMessage).join("\n"));
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

function describeMessage(message: BuildFailure["errors"][number]): string {
  const { location } = message;
  // What a plugin of the host refuses has been worded for the reader already.
  const detail: unknown = message.detail;
  if (detail instanceof BundleError) return detail.message;
  const where =
    location === null
      ? ""
      : `${relative(".", location.file).split(sep).join("/")}:${location.line}:${location.column}: `;
  const text = `${where}${message.text}`;
  const isForNode = message.notes.some((note) => note.text.includes("Are you trying to bundle for node?"));
  return isForNode ? withRemedy("nodeBuiltin", text) : text;
}
