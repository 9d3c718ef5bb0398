import type { ExecutionState } from "../../rpc/executionState";
import { toFunctionError } from "../../functions/errors";
import { resolveFunction } from "../../functions/registry";
import { noMetadata, parseCaller } from "../../rpc/calls";
import { logTextOf } from "../../rpc/results";
import { runFunction } from "../calls/executionFrame";
import type { LiveQueryResult, RunLiveQuery } from "./queries";
import { ReadRecorder } from "../transaction/readRecorder";
import { functionsFor } from "../calls/systemFunctions";
import { Transaction } from "../transaction/transaction";
import type { ExecutionHost } from "../transaction/transaction";

/** What running live queries takes. */
interface LiveQueryHost {
  readonly host: ExecutionHost;
  readonly state: ExecutionState;
}

/** How live queries are executed: each under a time limit of its own, on the state of its refresh. */
export function liveQueryRunner({ host, state }: LiveQueryHost): RunLiveQuery {
  return async ({ path, argsText, callerText, allowInternal }, queryId, journal, { past, timestamp }) => {
    state.beginQuery(queryId);
    const nowMs = Date.now();
    const reads = new ReadRecorder(journal);
    const logLines: string[] = [];
    const call = { caller: parseCaller(callerText), metadata: noMetadata, scheduledFunctionId: null, nowMs, logLines };
    const end = (status: LiveQueryResult["status"], text: string, dataText: string): LiveQueryResult => ({
      status,
      text,
      dataText,
      logText: logTextOf(logLines),
      journal: reads.nextJournal,
    });
    try {
      const target = resolveFunction(functionsFor(host, call.caller, path), path, "query", allowInternal);
      const transaction = new Transaction(host, call, timestamp, reads);
      const text = await host.store.readPast(past, () => runFunction(transaction, target, argsText));
      return { result: end("success", text, ""), reads, hasStoreFailed: endFailure(host.store) };
    } catch (error) {
      const { message, dataText } = toFunctionError(error, (stack) => host.describeStack(stack));
      return { result: end("error", message, dataText ?? ""), reads, hasStoreFailed: endFailure(host.store) };
    }
  };
}

/** One query's failure to read is not the next one's. @returns whether there was one */
function endFailure(store: ExecutionHost["store"]): boolean {
  const hasFailed = store.failure !== null;
  if (hasFailed) store.rollback();
  return hasFailed;
}
