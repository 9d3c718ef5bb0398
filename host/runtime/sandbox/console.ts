import { inspect } from "node:util";
import { currentFrame } from "../functions/frames";
import { addressText } from "../functions/address";

const maxLogLines = 256;
const maxLineBytes = 4096;
const truncatedSuffix = " (truncated due to length)";

const lineBuffer = new Uint8Array(maxLineBytes);
const encoder = new TextEncoder();

/** Cuts the text of a log line to 4 KiB of UTF-8. */
function truncate(text: string): string {
  if (text.length * 3 <= maxLineBytes) return text;
  const { read } = encoder.encodeInto(text, lineBuffer);
  return read < text.length ? text.slice(0, read) + truncatedSuffix : text;
}

/** Adds a line to what the call answers with; the last of 256 says that more were left out. */
export function addLogLine(logLines: string[], line: string): void {
  if (logLines.length < maxLogLines - 1) logLines.push(line);
  else if (logLines.length === maxLogLines - 1)
    logLines.push(`[ERROR] Log overflow (maximum ${maxLogLines}). Remaining log lines omitted.`);
}

/** `console` of functions: lines go to the call that is running and to the deployment's log. */
export function functionConsole(onLog: (path: string, line: string) => void): unknown {
  const timers = new Map<string, number>();
  const log = (level: string, args: readonly unknown[]): void => {
    const frame = currentFrame();
    const text = args.map((arg) => (typeof arg === "string" ? `'${arg}'` : inspect(arg))).join(" ");
    const line = `[${level}] ${truncate(text)}`;
    if (frame !== undefined) addLogLine(frame.call.logLines, line);
    onLog(
      frame === undefined ? "" : addressText({ componentPath: frame.componentPath, functionPath: frame.path }),
      line,
    );
  };
  return {
    log: (...args: unknown[]) => log("LOG", args),
    debug: (...args: unknown[]) => log("DEBUG", args),
    info: (...args: unknown[]) => log("INFO", args),
    warn: (...args: unknown[]) => log("WARN", args),
    error: (...args: unknown[]) => log("ERROR", args),
    trace: (...args: unknown[]) => log("LOG", ["Trace:", ...args]),
    time: (label = "default") => void timers.set(label, performance.now()),
    timeLog: (label = "default") => log("INFO", [`${label}: ${elapsedMs(timers.get(label))}ms`]),
    timeEnd(label = "default") {
      log("INFO", [`${label}: ${elapsedMs(timers.get(label))}ms`]);
      timers.delete(label);
    },
  };
}

function elapsedMs(startMs: number | undefined): number {
  return startMs === undefined ? 0 : Math.round(performance.now() - startMs);
}
