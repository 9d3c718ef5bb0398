import { spawn } from "node:child_process";
import path from "node:path";
import * as z from "zod";
import type { Generator } from "../generate/generators";
import { colorSetting } from "./runCommand";
import { repositoryRoot } from "./repositoryFiles";

export interface GeneratorResult {
  readonly name: string;
  readonly exitCode: number;
  /** Of one that failed: why. */
  readonly output: string;
  readonly seconds: number;
}

export interface GeneratorsOptions {
  /** Empty the folders that a generator writes before it runs: in a copy, where what is not written again must not survive. */
  readonly emptiesFolders?: boolean;
  /** Told of each as it ends. */
  readonly onEnd?: (result: GeneratorResult) => void;
}

const ended = z.object({ name: z.string(), exitCode: z.number(), output: z.string(), seconds: z.number() });

/**
 * Runs generators in order, with a root as working directory, until one fails. Most of what a generator costs is to load the
 * declarations, so that those share a process between which no `inNewProcess` stands.
 *
 * @returns What became of each that ran.
 * @throws {Error} When a process cannot be started.
 */
export async function runGenerators(
  generators: readonly Generator[],
  root: string,
  { emptiesFolders = false, onEnd }: GeneratorsOptions = {},
): Promise<readonly GeneratorResult[]> {
  const results: GeneratorResult[] = [];
  for (const group of groupsOf(generators)) {
    const end = (result: GeneratorResult): void => {
      results.push(result);
      onEnd?.(result);
    };
    await runGroup(group, root, emptiesFolders, end);
    if (results.some(({ exitCode }) => exitCode !== 0)) break;
  }
  return results;
}

function groupsOf(generators: readonly Generator[]): Generator[][] {
  const groups: Generator[][] = [];
  for (const generator of generators) {
    const last = groups.at(-1);
    if (last === undefined || generator.inNewProcess === true) groups.push([generator]);
    else last.push(generator);
  }
  return groups;
}

function runGroup(
  group: readonly Generator[],
  root: string,
  emptiesFolders: boolean,
  end: (result: GeneratorResult) => void,
): Promise<void> {
  const entry = path.join(repositoryRoot, "scripts/generate/generatorProcess.ts");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), entry], {
      cwd: root,
      env: { ...process.env, ...colorSetting() },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    let printed = "";
    let hasFailed = false;
    const waiting = new Set(group.map(({ name }) => name));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    child.on("message", (message) => {
      const result = ended.parse(message);
      hasFailed ||= result.exitCode !== 0;
      waiting.delete(result.name);
      end(result);
    });
    child.on("error", reject);
    child.on("close", () => {
      const [name] = waiting;
      // A process that ends in the middle of one has told of nothing.
      if (name !== undefined && !hasFailed) end({ name, exitCode: 1, output: printed, seconds: 0 });
      resolve();
    });
    child.send({ generators: group, emptiesFolders });
  });
}
