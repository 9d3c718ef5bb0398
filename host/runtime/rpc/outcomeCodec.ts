import type { FunctionOutcome } from "../../deployment";

/** The outcome whose slots begin at `at` in a batch's results; see `RESULT_SLOTS`. */
export function outcomeAt(results: readonly string[], at: number): FunctionOutcome {
  const text = results[at + 2] ?? "";
  const dataText = results[at + 3] ?? "";
  const logText = results[at + 4] ?? "";
  const logLines = logText === "" ? NO_LOG_LINES : readLogLines(logText);
  if (results[at + 1] === "success")
    return { status: "success", valueText: text, logLines, timestamp: BigInt(results[at + 5] ?? "0") };
  return {
    status: "error",
    errorMessage: text,
    ...(dataText === "" ? {} : { errorDataText: dataText }),
    logLines,
  };
}

const NO_LOG_LINES: readonly string[] = [];

/** The executor wrote an array of strings. */
function readLogLines(text: string): readonly string[] {
  return JSON.parse(text) as readonly string[];
}
