import path from "node:path";
import { pathToFileURL } from "node:url";
import { repositoryRoot } from "./repositoryFiles";
import type { Command, Ended } from "./commands.testing";

/**
 * Runs the scripts that `Commands` asks for, one after the other, each as if this process were its own: with its command line, its
 * environment and its streams, until it ends the process or nothing is left to do. What scripts import is loaded once.
 */

const node = process.argv[0] ?? "";
let running: (Ended & { isOver: boolean }) | undefined;
let count = 0;

process.stdout.write = (text: unknown, ...rest: readonly unknown[]) => note("stdout", text, rest);
process.stderr.write = (text: unknown, ...rest: readonly unknown[]) => note("stderr", text, rest);
process.exit = (code) => {
  end(Number(code ?? process.exitCode ?? 0));
  throw new Error("The script ended.");
};
process.on("beforeExit", (code) => end(code));
for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, fail);

process.on("message", ({ file, args, environment }: Command) => {
  running = { exitCode: 0, stdout: "", stderr: "", output: "", isOver: false };
  const script = path.join(repositoryRoot, file);
  process.argv = [node, script, ...args];
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  process.exitCode = undefined;
  // What is left to do is the script's.
  process.channel?.unref();
  // An address of its own: a module is evaluated once for each.
  import(`${pathToFileURL(script).href}?command=${count++}`).catch(fail);
});

function note(stream: "stdout" | "stderr", text: unknown, rest: readonly unknown[]): boolean {
  if (running?.isOver === false) {
    running[stream] += String(text);
    running.output += String(text);
  }
  const written = rest.at(-1);
  if (typeof written === "function") process.nextTick(() => written());
  return true;
}

/** What follows on an end is nothing that the script would do. */
function fail(error: unknown): void {
  if (running === undefined || running.isOver) return;
  note("stderr", error instanceof Error ? error.stack : String(error), []);
  end(1);
}

function end(exitCode: number): void {
  if (running === undefined || running.isOver) return;
  running.isOver = true;
  const { isOver: _isOver, ...ended } = running;
  process.channel?.ref();
  process.send?.({ ...ended, exitCode });
}
