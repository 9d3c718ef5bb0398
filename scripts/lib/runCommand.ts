import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { repositoryRoot } from "./repositoryFiles";

/** How a command ended and what it printed. */
export interface CommandResult {
  /** 1 when a signal ended the process. */
  readonly exitCode: number;
  /** Standard output and standard error in the order they arrived. */
  readonly output: string;
  readonly standardOutput: string;
  readonly seconds: number;
}

/** Where and with what a command runs; as this process does, when absent. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Show the output while the command runs as well. */
  readonly inheritOutput?: boolean;
  /** Another Node than the one that runs. */
  readonly node?: string;
}

/**
 * Runs a Node script, such as a package's command-line entry, and collects what it prints.
 *
 * @param script Path of a JavaScript file, or `tsx:` and the path of a TypeScript file, relative to the root.
 * @throws {Error} When the process cannot be started.
 */
export function runScript(
  script: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const entry = script.startsWith("tsx:") ? ["--import", "tsx", script.slice("tsx:".length)] : [script];
  const startedAtMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(options.node ?? process.execPath, [...entry, ...args], {
      cwd: options.cwd ?? repositoryRoot,
      env: { ...process.env, ...colorSetting(), ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let standardOutput = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      standardOutput += text;
      if (options.inheritOutput) process.stdout.write(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (options.inheritOutput) process.stderr.write(text);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ exitCode: code ?? 1, output, standardOutput, seconds: (performance.now() - startedAtMs) / 1000 });
    });
  });
}

/** A piped child cannot see the terminal, so these variables tell it; `undefined` removes one that would contradict. */
export function colorSetting(): Readonly<Record<string, string | undefined>> {
  const isColored = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  return isColored ? { FORCE_COLOR: "1", NO_COLOR: undefined } : { FORCE_COLOR: undefined, NO_COLOR: "1" };
}
