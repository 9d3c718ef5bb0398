import { styleText } from "node:util";
import type { LogEntry } from "../../host/runtime/openDeployment";
import type { Settings } from "./settings";

const levels: Readonly<Record<string, string>> = {
  LOG: "info",
  INFO: "info",
  DEBUG: "debug",
  WARN: "warn",
  ERROR: "error",
};

/** Writes log lines for people, or as one JSON object a line: `time`, `level`, `function` (when one logged), `message`. */
export function logWriter(format: Settings["logFormat"], write: (text: string) => void): (entry: LogEntry) => void {
  if (format === "json") return (entry) => write(`${JSON.stringify(structured(entry, new Date()))}\n`);
  return ({ path, line }) => write(path === "" ? `${line}\n` : `${dimmed(path)} ${line}\n`);
}

function structured({ path, line }: LogEntry, time: Date): Readonly<Record<string, string>> {
  const [, tag = "LOG", message = line] = /^\[([A-Z]+)\] ([^]*)$/.exec(line) ?? [];
  return {
    time: time.toISOString(),
    level: levels[tag] ?? "info",
    ...(path === "" ? {} : { function: path }),
    message,
  };
}

function dimmed(text: string): string {
  return process.stderr.isTTY ? styleText("dim", text) : text;
}
