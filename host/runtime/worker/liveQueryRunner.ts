import { parseCaller } from "../callTexts";
import type { ExecutionState } from "../executionState";
import { toFunctionError } from "../functionErrors";
import { resolveFunction } from "../functionTable";
import { NO_METADATA } from "../protocol";
import type { LiveItemHead, RefreshRequest, ResultStatus } from "../protocol";
import type { Clock } from "./clock";
import { runFunction } from "./executionFrame";
import type { LiveQueries, LiveQueryResult, RunLiveQuery } from "./liveQueries";
import { ReadRecorder } from "./readRecorder";
import { functionsFor } from "./systemFunctions";
import { Transaction } from "./transaction";
import type { ExecutionHost } from "./transaction";

/** What running live queries takes. */
export interface LiveQueryHost {
  readonly host: ExecutionHost;
  readonly clock: Clock;
  readonly state: ExecutionState;
  readonly liveQueries: LiveQueries;
}

/**
 * Runs `refreshQuerySet`: adds one item per changed result to `results`.
 *
 * @returns `true`, or `false` when the thread does not know the set and has to be given all of it
 */
export async function refreshQuerySet(
  live: LiveQueryHost,
  argsText: string,
  slots: { readonly sequence: string; readonly results: string[]; readonly callerText: string },
): Promise<string> {
  const { sequence, results, callerText } = slots;
  const onResult = (queryId: number, { status, text, dataText, logText, journal }: LiveQueryResult): void => {
    const head: LiveItemHead = { queryId, status, journal };
    results.push(sequence, "item" satisfies ResultStatus, text, dataText, logText, JSON.stringify(head));
  };
  return String(await live.liveQueries.refresh(readRequest(argsText), callerText, runnerOf(live), onResult));
}

function runnerOf({ host, clock, state }: LiveQueryHost): RunLiveQuery {
  const nowMs = Date.now();
  return async ({ path, argsText, callerText, allowInternal }, queryId, journal) => {
    state.beginQuery(queryId);
    const reads = new ReadRecorder(journal);
    const logLines: string[] = [];
    const call = { caller: parseCaller(callerText), metadata: NO_METADATA, scheduledFunctionId: null, nowMs, logLines };
    const end = (status: LiveQueryResult["status"], text: string, dataText: string): LiveQueryResult => ({
      status,
      text,
      dataText,
      logText: logLines.length === 0 ? "" : JSON.stringify(logLines),
      journal: reads.nextJournal,
    });
    try {
      const target = resolveFunction(functionsFor(host, call.caller, path), path, "query", allowInternal);
      const text = await runFunction(new Transaction(host, call, clock.latest, reads), target, argsText);
      return { result: end("success", text, ""), reads };
    } catch (error) {
      const { message, dataText } = toFunctionError(error, (stack) => host.describeStack(stack));
      return { result: end("error", message, dataText ?? ""), reads };
    }
  };
}

/** The main thread wrote a RefreshRequest. */
function readRequest(argsText: string): RefreshRequest {
  return JSON.parse(argsText) as RefreshRequest;
}
