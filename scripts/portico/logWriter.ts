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
  /** The same for people, made where they read it; absent where they need not be told. */
  readonly text?: (fields: LogEvent["fields"]) => string;
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
  /** Writes what waits; the last thing that a process does. */
  flush(): void;
}

const levelsOfTags: Readonly<Record<string, LogLevel>> = {
  LOG: "info",
  INFO: "info",
  DEBUG: "debug",
  WARN: "warn",
  ERROR: "error",
};
const styles: Readonly<Record<LogLevel, Style>> = { debug: "dim", info: "dim", warn: "yellow", error: "red" };

/** A write to the system costs more than the line: those of requests wait for each other, so long and so many at most. */
const requestDelayMs = 100;
const maxWaitingCharacters = 32 * 1024;

/**
 * Writes a log for people, or as one JSON object a line: `time`, `level` and `event`; of a `log` also `message` and, when a
 * function logged, `function`. Lines of requests are written together; whatever else happens is written at once, after them.
 */
export function logWriter({ format, level: lowest, write, isStyled = false }: LogOptions): Log {
  const isWanted = (level: LogLevel) => logLevels.indexOf(level) >= logLevels.indexOf(lowest);
  const styled = (style: Style, text: string) => (isStyled ? styleText(style, text) : text);
  const lines = new BatchedLines(write);
  const jsonLine = (level: LogLevel, event: string, fields: LogEvent["fields"]) =>
    `{"time":"${timeText(Date.now())}","level":"${level}","event":"${event}"${fieldsText(fields)}}\n`;
  return {
    entry: ({ path, line }) => {
      const [, tag = "LOG", message = line] = /^\[([A-Z]+)\] ([^]*)$/.exec(line) ?? [];
      const level = levelsOfTags[tag] ?? "info";
      if (!isWanted(level)) return;
      if (format === "json") lines.add(jsonLine(level, "log", path === "" ? { message } : { function: path, message }));
      else lines.add(path === "" ? `${line}\n` : `${styled("dim", path)} ${line}\n`);
    },
    event: ({ level, event, fields, text }) => {
      if (!isWanted(level)) return;
      const mayWait = event === "request" && level !== "error";
      if (format === "json") lines.add(jsonLine(level, event, fields), mayWait);
      // Whoever watches a terminal sees each request as it is answered.
      else if (text !== undefined) lines.add(`${styled(styles[level], text(fields))}\n`);
    },
    flush: () => lines.flush(),
  };
}

let lastMs = 0;
let lastText = new Date(lastMs).toISOString();

/** A time as ISO 8601 has it; many lines are of one millisecond. */
function timeText(nowMs: number): string {
  if (nowMs !== lastMs) {
    lastMs = nowMs;
    lastText = new Date(nowMs).toISOString();
  }
  return lastText;
}

/** Text that is its own JSON between quotes. */
const plainText = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** The fields of a JSON line, behind those that all have. */
function fieldsText(fields: LogEvent["fields"]): string {
  let text = "";
  for (const name in fields) text += `,"${name}":${valueText(fields[name] ?? null)}`;
  return text;
}

/** JSON of a value: most need no escape, which is told in a tenth of the time that `JSON.stringify` takes. */
function valueText(value: string | number | null): string {
  if (typeof value === "string" && plainText.test(value)) return `"${value}"`;
  return typeof value === "number" && Number.isFinite(value) ? String(value) : JSON.stringify(value);
}

/** Lines that are written together, in their order. */
class BatchedLines {
  #waiting = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(readonly write: (text: string) => void) {}

  add(line: string, mayWait = false): void {
    this.#waiting += line;
    if (!mayWait || this.#waiting.length > maxWaitingCharacters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), requestDelayMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#waiting;
    this.#waiting = "";
    if (text !== "") this.write(text);
  }
}
