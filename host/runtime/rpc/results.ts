import type { FunctionOutcome, LiveQueryResult } from "../../deployment";

// Results come back as calls go: one flat array of strings per batch. What each kind of result puts into the slots is
// known to this file only. A refresh answers with one item per changed query before its own result.

type ResultStatus = "success" | "error" | "hostError" | "item";

/** `[sequence, status, text, dataText, logLinesText, timestamp]`; empty where there is none. */
export const resultSlots = 6;

/** The result of one live query, as texts. */
export interface LiveItem {
  readonly status: "success" | "error";
  readonly text: string;
  readonly dataText: string;
  /** As {@link logTextOf} writes it. */
  readonly logText: string;
  /** Keeps the bounds of a paginated query's page when it runs again. */
  readonly journal: string | null;
}

/** What an item's last slot holds, as JSON. */
interface LiveItemHead {
  readonly queryId: number;
  readonly status: "success" | "error";
  readonly journal: string | null;
}

/** Why a call is refused whose writes the store could not take. */
export interface StoreRefusal {
  /** What the doors answer as `code`; empty for an error of the host's own, which clients are not told. */
  readonly code: "DiskFull" | "StoreFailed" | "";
  readonly message: string;
}

/** Log lines as they cross; none are the empty text. */
export function logTextOf(logLines: readonly string[]): string {
  return logLines.length === 0 ? "" : JSON.stringify(logLines);
}

/** Adds the result of a call that returned, at the timestamp of the state it read or made. */
export function pushSuccess(results: string[], sequence: string, text: string, logText: string, at: bigint): void {
  results.push(sequence, "success" satisfies ResultStatus, text, "", logText, String(at));
}

/** Adds the result of a call that threw. */
export function pushError(results: string[], sequence: string, message: string, data: string, logText: string): void {
  results.push(sequence, "error" satisfies ResultStatus, message, data, logText, "0");
}

/** Adds the answer to a call that the host could not run; the code is that of a refusal, or empty. */
export function pushHostError(results: string[], sequence: string, message: string, code: string): void {
  results.push(sequence, "hostError" satisfies ResultStatus, message, code, "", "0");
}

/** Adds a changed result of one live query. */
export function pushItem(results: string[], sequence: string, queryId: number, item: LiveItem): void {
  const { status, text, dataText, logText, journal } = item;
  const head: LiveItemHead = { queryId, status, journal };
  results.push(sequence, "item" satisfies ResultStatus, text, dataText, logText, JSON.stringify(head));
}

/** Whether the result at `at` is one of several, and the call goes on. */
export function isItemAt(results: readonly string[], at: number): boolean {
  return results[at + 1] === ("item" satisfies ResultStatus);
}

/** Why the host could not run the call whose result begins at `at`; null when it ran. */
export function hostErrorAt(
  results: readonly string[],
  at: number,
): { readonly message: string; readonly code: string } | null {
  if (results[at + 1] !== ("hostError" satisfies ResultStatus)) return null;
  return { message: results[at + 2] ?? "", code: results[at + 3] ?? "" };
}

/** The outcome of the call whose result begins at `at`. */
export function outcomeAt(results: readonly string[], at: number): FunctionOutcome {
  const isSuccess = results[at + 1] === ("success" satisfies ResultStatus);
  return outcomeOf(results, at, isSuccess, isSuccess ? BigInt(results[at + 5] ?? "0") : 0n);
}

/** The live query's result whose item begins at `at`. Its timestamp is that of the refresh. */
export function liveResultAt(results: readonly string[], at: number): LiveQueryResult {
  const { queryId, status, journal } = readHead(results[at + 5] ?? "");
  return { queryId, outcome: outcomeOf(results, at, status === "success", 0n), journal };
}

function outcomeOf(results: readonly string[], at: number, isSuccess: boolean, timestamp: bigint): FunctionOutcome {
  const text = results[at + 2] ?? "";
  const dataText = results[at + 3] ?? "";
  const logText = results[at + 4] ?? "";
  const logLines = logText === "" ? noLogLines : readLogLines(logText);
  if (isSuccess) return { status: "success", valueText: text, logLines, timestamp };
  return {
    status: "error",
    errorMessage: text,
    ...(dataText === "" ? {} : { errorDataText: dataText }),
    logLines,
  };
}

const noLogLines: readonly string[] = [];

/** {@link logTextOf} wrote an array of strings. */
function readLogLines(text: string): readonly string[] {
  return JSON.parse(text) as readonly string[];
}

/** {@link pushItem} wrote a LiveItemHead. */
function readHead(text: string): LiveItemHead {
  return JSON.parse(text) as LiveItemHead;
}
