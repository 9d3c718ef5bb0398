import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const maxFrames = 10;
const framePattern = /^\s*at (?:(?:async )?(.*?) \()?(file:\/\/[^\s)]+?):(\d+):(\d+)\)?$/;

interface LoadedMap {
  readonly map: SourceMap;
  readonly directory: string;
}

/** Source maps by module URL. Each version of the code has URLs of its own; only modules that threw are read. */
const maps = new Map<string, LoadedMap | null>();

/**
 * Rewrites a stack as Convex prints it: `    at handler (../convex/users.ts:3:7)`, innermost first, with frames of
 * convex/server and of the host left out.
 */
export function sourceStack(stack: string): string {
  const lines: string[] = [];
  for (const line of stack.split("\n")) {
    const match = framePattern.exec(line);
    if (match === null) continue;
    const [, name, url = "", row = "1", column = "1"] = match;
    const loaded = sourceMapOf(url);
    if (loaded === null) continue;
    const entry = loaded.map.findEntry(Number(row) - 1, Number(column) - 1);
    if (!("originalSource" in entry)) continue;
    const source = resolve(loaded.directory, entry.originalSource);
    if (source.includes("/node_modules/")) continue;
    const functionsAt = source.lastIndexOf("/convex/");
    const shown = functionsAt === -1 ? source : `..${source.slice(functionsAt)}`;
    lines.push(`    at ${name ?? "<anonymous>"} (${shown}:${entry.originalLine + 1}:${entry.originalColumn + 1})`);
    if (lines.length === maxFrames) break;
  }
  return lines.join("\n");
}

function sourceMapOf(url: string): LoadedMap | null {
  const known = maps.get(url);
  if (known !== undefined) return known;
  const file = fileURLToPath(url);
  const mapFile = `${file}.map`;
  const loaded = existsSync(mapFile)
    ? { map: new SourceMap(JSON.parse(readFileSync(mapFile, "utf8"))), directory: dirname(file) }
    : null;
  maps.set(url, loaded);
  return loaded;
}
