import { styleText } from "node:util";
import type { LogEntry } from "../../host/runtime/openDeployment";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];
type Style = "dim" | "red" | "yellow";

/** Something that happened to the installation: it started, answered, stopped. No field may hold a secret. */
export interface LogEvent {
  readonly level: LogLevel;
  readonly event: "start" | "ready" | "request" | "stop" | "stopped";
  readonly fields: Readonly<Record<string, string | number | null>>;
  /** The same for people; absent where they need not be told. */
  readonly text?: string;
}

/** How a {@link Log} is written. */
export interface LogOptions {
  readonly format: "text" | "json";
  /** What is less is left out. */
  readonly level: LogLevel;
  readonly write: (text: string) => void;
  readonly isStyled?: boolean;
}

/** The log of one process. */
export interface Log {
  /** What a function or the host logged. */
  entry(entry: LogEntry): void;
  event(event: LogEvent): void;
}

const levelsOfTags: Readonly<Record<string, LogLevel>> = {
  LOG: "info",
  INFO: "info",
  DEBUG: "debug",
  WARN: "warn",
  ERROR: "error",
};
const styles: Readonly<Record<LogLevel, Style>> = { debug: "dim", info: "dim", warn: "yellow", error: "red" };

/**
 * Writes a log for people, or as one JSON object a line: `time`, `level` and `event`; of a `log` also `message` and, when a
 * function logged, `function`.
 */
export function logWriter({ format, level: lowest, write, isStyled = false }: LogOptions): Log {
  const isWanted = (level: LogLevel) => logLevels.indexOf(level) >= logLevels.indexOf(lowest);
  const styled = (style: Style, text: string) => (isStyled ? styleText(style, text) : text);
  const writeJson = (level: LogLevel, event: string, fields: LogEvent["fields"]) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
  return {
    entry: ({ path, line }) => {
      const [, tag = "LOG", message = line] = /^\[([A-Z]+)\] ([^]*)$/.exec(line) ?? [];
      const level = levelsOfTags[tag] ?? "info";
      if (!isWanted(level)) return;
      if (format === "json") writeJson(level, "log", path === "" ? { message } : { function: path, message });
      else write(path === "" ? `${line}\n` : `${styled("dim", path)} ${line}\n`);
    },
    event: ({ level, event, fields, text }) => {
      if (!isWanted(level)) return;
      if (format === "json") writeJson(level, event, fields);
      else if (text !== undefined) write(`${styled(styles[level], text)}\n`);
    },
  };
}
