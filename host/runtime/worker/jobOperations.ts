import type { CallContext } from "../frames";
import { FunctionError, toFunctionError } from "../functionErrors";
import type { Operation } from "../protocol";
import { parseJsonObject, textField } from "../../values/convexJson";
import type { Clock } from "./clock";
import { runFunction } from "./executionFrame";
import { dueCrons, endAllCrons, endCron, isCronId, nextCronTimeMs, readCron, rescheduleCron } from "./crons";
import { cancelJob, jobsInState, jobStateKind, nextJobTimeMs, readJob, scheduleJob, setJobState } from "./jobs";
import { Transaction } from "./transaction";
import type { ExecutionHost } from "./transaction";

const MAX_CLAIMED_JOBS = 64;

/** A job that the main thread has to start: mutations run here, actions on the main thread. */
export interface ClaimedJob {
  readonly id: string;
  readonly type: "mutation" | "action";
  readonly path: string;
  readonly argsText: string;
}

/** When the scheduler has to wake up next, milliseconds since the epoch, or null. */
export function nextDueTimeMs(host: ExecutionHost): number | null {
  const job = nextJobTimeMs(host);
  const cron = nextCronTimeMs(host);
  return job === null || cron === null ? (job ?? cron) : Math.min(job, cron);
}

/** Runs one scheduler operation in the current batch and answers with its result as JSON text. */
export async function runJobOperation(
  operation: Exclude<Operation, "call" | "storage">,
  host: ExecutionHost,
  clock: Clock,
  id: string,
  argsText: string,
  context: Omit<CallContext, "scheduledFunctionId">,
): Promise<string> {
  const transaction = (scheduledFunctionId: string | null): Transaction =>
    new Transaction(host, { ...context, scheduledFunctionId }, clock.next());
  switch (operation) {
    case "schedule":
    case "cancelJob":
      try {
        const run = operation === "schedule" ? scheduleJob : cancelJob;
        return run(transaction(null), parseJsonObject(argsText));
      } catch (error) {
        throw toFunctionError(error, () => "");
      }
    case "claimJobs":
      return JSON.stringify(claimJobs(host, context.nowMs));
    case "runJob":
      return isCronId(host, id)
        ? await runMutationCron(host, transaction(null), id, context.nowMs)
        : await runMutationJob(host, transaction(id), id, context.nowMs);
    case "finishJob":
      finishJob(host, clock, id, argsText, context.nowMs);
      return "null";
    case "failRunningJobs":
      endAllCrons(host);
      for (const job of jobsInState(host, "inProgress", Infinity, Number.MAX_SAFE_INTEGER)) {
        clock.next();
        setJobState(host, job.id, { kind: "failed", error: "Transient error while executing action" }, context.nowMs);
      }
      return "null";
  }
}

/** Lists due jobs. Actions are marked as running in this batch, so that a crash cannot run them twice. */
function claimJobs(host: ExecutionHost, nowMs: number): readonly ClaimedJob[] {
  const claimed: ClaimedJob[] = [];
  for (const job of jobsInState(host, "pending", nowMs, MAX_CLAIMED_JOBS)) {
    const target = host.functions.get(job.path);
    if (target === undefined || target.type === "query")
      setJobState(host, job.id, { kind: "failed", error: `Could not find function for '${job.path}'.` }, nowMs);
    else {
      if (target.type === "action") setJobState(host, job.id, { kind: "inProgress" }, nowMs);
      claimed.push({ id: job.id, type: target.type, path: job.path, argsText: job.argsText });
    }
  }
  for (const cron of dueCrons(host, nowMs, MAX_CLAIMED_JOBS)) {
    const type = host.functions.get(cron.path)?.type;
    if (type === "action") rescheduleCron(host, cron.id, nowMs, true);
    if (type === "action" || type === "mutation")
      claimed.push({ id: cron.id, type, path: cron.path, argsText: cron.argsText });
    else rescheduleCron(host, cron.id, nowMs, false);
  }
  return claimed;
}

/** Runs a cron's mutation: its next time and the function's writes commit together. A failure only skips this run. */
async function runMutationCron(
  host: ExecutionHost,
  transaction: Transaction,
  id: string,
  nowMs: number,
): Promise<string> {
  const cron = readCron(host, id);
  const target = cron === null ? undefined : host.functions.get(cron.path);
  if (cron === null || target === undefined || cron.nextRunMs > nowMs) return "null";
  rescheduleCron(host, id, nowMs, false);
  try {
    await runFunction(transaction, target, cron.argsText);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    host.log(cron.path, `[ERROR] Cron "${cron.name}" failed: ${error.message}`);
  }
  return "null";
}

/** Runs a scheduled mutation: the state change and the function's writes commit together, so it runs exactly once. */
async function runMutationJob(
  host: ExecutionHost,
  transaction: Transaction,
  id: string,
  nowMs: number,
): Promise<string> {
  const job = readJob(host, id);
  if (job === null || jobStateKind(job) !== "pending") return "null";
  const path = textField(job, "name").replace(".js:", ":");
  const target = host.functions.get(path);
  const args = Array.isArray(job["args"]) ? job["args"][0] : {};
  setJobState(host, id, { kind: "inProgress" }, nowMs);
  try {
    if (target === undefined) throw new FunctionError(`Could not find function for '${path}'.`, undefined);
    await runFunction(transaction, target, JSON.stringify(args ?? {}));
    setJobState(host, id, { kind: "success" }, nowMs);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    setJobState(host, id, { kind: "failed", error: error.message }, nowMs);
  }
  return "null";
}

/** Records how an action ended, or that a mutation was stopped. A canceled job stays canceled. */
function finishJob(host: ExecutionHost, clock: Clock, id: string, errorText: string, nowMs: number): void {
  clock.next();
  if (isCronId(host, id)) {
    // A stopped mutation has lost its rescheduling together with its other writes.
    const cron = readCron(host, id);
    if (cron?.isRunning === true) endCron(host, id);
    else rescheduleCron(host, id, nowMs, false);
    if (errorText !== "") host.log(cron?.path ?? "", `[ERROR] Cron "${cron?.name ?? id}" failed: ${errorText}`);
    return;
  }
  const job = readJob(host, id);
  const kind = job === null ? undefined : jobStateKind(job);
  if (kind !== "inProgress" && kind !== "pending") return;
  setJobState(host, id, errorText === "" ? { kind: "success" } : { kind: "failed", error: errorText }, nowMs);
}
