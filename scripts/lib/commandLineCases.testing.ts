import path from "node:path";
import { pathToFileURL } from "node:url";
import { repositoryRoot } from "./repositoryFiles";

/**
 * Evaluates scripts one after the other in this process, each as if its command line were the given one, and prints as JSON what
 * each wrote and its exit code up to the moment when it ended the process; null where it did not.
 *
 * Usage: tsx commandLineCases.testing.ts '[["scripts/start.ts", "--help"]]'
 */

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

const cases: readonly (readonly [file: string, ...args: string[]])[] = JSON.parse(process.argv[2] ?? "[]");
const node = process.argv[0] ?? "";
const exit = process.exit.bind(process);
const print = process.stdout.write.bind(process.stdout);
const ends: Ended[] = [];
let running: Ended = { status: null, stdout: "", stderr: "" };

process.stdout.write = (text) => note("stdout", text);
process.stderr.write = (text) => note("stderr", text);
process.exit = (code) => {
  running.status ??= Number(code ?? 0);
  throw new Error("The script ended.");
};
// What follows on an end that is none is nothing that the script would do.
process.on("unhandledRejection", () => undefined);

for (const [at, [file, ...args]] of cases.entries()) {
  running = { status: null, stdout: "", stderr: "" };
  ends.push(running);
  const script = path.join(repositoryRoot, file);
  process.argv = [node, script, ...args];
  // An address of its own: a module is evaluated once for each.
  await import(`${pathToFileURL(script).href}?case=${at}`).catch(() => undefined);
  await new Promise(setImmediate);
}
print(JSON.stringify(ends), () => exit(0));

function note(stream: "stdout" | "stderr", text: string | Uint8Array): boolean {
  if (running.status === null) running[stream] += String(text);
  return true;
}
