import type { CallContext } from "../../functions/frames";
import { FunctionError, toFunctionError } from "../../functions/errors";
import type { ClaimedJob, ClaimedJobs, SchedulingCall } from "../../rpc/calls";
import { parseJsonObject } from "../../../json";
import { addressText } from "../../functions/address";
import type { Clock } from "../transaction/clock";
import { runFunction } from "../calls/executionFrame";
import { dueCrons, endAllCrons, endCron, isCronId, nextCronTimeMs, readCron, rescheduleCron } from "./crons";
import {
  cancelJob,
  findTarget,
  jobsInState,
  jobStateKind,
  nextJobTimeMs,
  readJob,
  scheduleJob,
  setJobState,
  toDueJob,
} from "../calls/jobs";
import type { DueJob } from "../calls/jobs";
import { removeFinishedJobs } from "./retention";
import { Transaction } from "../transaction/transaction";
import type { ExecutionHost } from "../transaction/transaction";

const maxClaimedJobs = 64;

/** When the scheduler has to wake up next, milliseconds since the epoch, or null. */
export function nextDueTimeMs(app: ExecutionHost): number | null {
  return earliest(app, [nextJobTimeMs, nextCronTimeMs]);
}

type NextTimeMs = (host: ExecutionHost) => number | null;

/** The earliest of some times over the app and every component. */
function earliest(app: ExecutionHost, nextTimes: readonly NextTimeMs[]): number | null {
  const times = [...app.components.values()].flatMap((host) =>
    nextTimes.map((nextTimeMs) => nextTimeMs(host) ?? Infinity),
  );
  const earliestMs = Math.min(...times);
  return earliestMs === Infinity ? null : earliestMs;
}

/** Runs what the scheduler or an action asks, in the current batch, and answers with its result as JSON text. */
export async function runSchedulingCall(
  call: SchedulingCall,
  app: ExecutionHost,
  clock: Clock,
  context: CallContext,
): Promise<string> {
  const { nowMs } = context;
  switch (call.operation) {
    case "schedule":
    case "cancelJob": {
      const host = app.components.get(call.componentPath);
      if (host === undefined)
        throw new FunctionError(`Component "${call.componentPath}" is not installed any more.`, undefined);
      try {
        const args = parseJsonObject(call.argsText);
        const transaction = new Transaction(host, context, clock.next());
        return call.operation === "schedule" ? scheduleJob(transaction, args) : cancelJob(transaction, args, false);
      } catch (error) {
        throw toFunctionError(error, () => "");
      }
    }
    case "claimJobs":
      return JSON.stringify(claimDue(app, nowMs, call.freeSlots));
    case "runJob": {
      const host = hostOfJob(app, call.jobId);
      if (host === undefined) return "null";
      const isCron = isCronId(host, call.jobId);
      const scheduledFunctionId = isCron ? null : call.jobId;
      const transaction = new Transaction(host, { ...context, scheduledFunctionId }, clock.next());
      return isCron
        ? await runMutationCron(host, transaction, call.jobId, nowMs)
        : await runMutationJob(host, transaction, call.jobId, nowMs);
    }
    case "finishJob": {
      const host = hostOfJob(app, call.jobId);
      if (host !== undefined) finishJob(host, clock, call.jobId, call.errorText, nowMs);
      return "null";
    }
    case "failRunningJobs":
      for (const component of app.components.values()) failRunningJobs(component, clock, nowMs);
      return "null";
    case "removeFinishedJobs": {
      let removed = 0;
      for (const component of app.components.values()) removed += removeFinishedJobs(component, nowMs);
      return String(removed);
    }
  }
}

/** Jobs of a component that is not installed any more wait in its tables until it is installed again. */
function hostOfJob(app: ExecutionHost, jobId: string): ExecutionHost | undefined {
  return app.components.get(app.catalog.anyTableOfId(jobId)?.componentPath ?? "");
}

/**
 * Lists due jobs and crons of the app and of every component. Actions are marked as running in this batch, so that a
 * crash cannot run them twice.
 *
 * @param freeSlots how many jobs may still start, whichever component they are in; crons do not count
 */
function claimDue(app: ExecutionHost, nowMs: number, freeSlots: number): ClaimedJobs {
  const jobs = claimJobs(app, nowMs, freeSlots);
  for (const host of app.components.values()) jobs.push(...claimCrons(host, nowMs));
  return { jobs, nextJobAtMs: nextDueTimeMs(app), nextCronAtMs: earliest(app, [nextCronTimeMs]) };
}

function claimJobs(app: ExecutionHost, nowMs: number, freeSlots: number): ClaimedJob[] {
  const claimed: ClaimedJob[] = [];
  let slots = freeSlots;
  for (const { host, job } of slots > 0 ? dueJobs(app, nowMs) : []) {
    const type = findTarget(host, job.address)?.function.type;
    const path = addressText(job.address);
    if (type === undefined || type === "query")
      setJobState(host, job.id, { kind: "failed", error: `Could not find function for '${path}'.` }, nowMs);
    else {
      if (type === "action") {
        if (slots === 0) continue;
        slots--;
        setJobState(host, job.id, { kind: "inProgress" }, nowMs);
      }
      claimed.push({ id: job.id, type, path, argsText: job.argsText, isCron: false });
    }
  }
  return claimed;
}

/** The earliest due jobs of all components together, so that no component starves another. */
function dueJobs(app: ExecutionHost, nowMs: number): readonly { readonly host: ExecutionHost; readonly job: DueJob }[] {
  return [...app.components.values()]
    .flatMap((host) => jobsInState(host, "pending", nowMs, maxClaimedJobs).map((job) => ({ host, job })))
    .sort((a, b) => a.job.scheduledTimeMs - b.job.scheduledTimeMs)
    .slice(0, maxClaimedJobs);
}

function claimCrons(host: ExecutionHost, nowMs: number): readonly ClaimedJob[] {
  const claimed: ClaimedJob[] = [];
  for (const cron of dueCrons(host, nowMs, maxClaimedJobs)) {
    const type = host.functions.get(cron.path)?.type;
    if (type === "action") rescheduleCron(host, cron.id, nowMs, true);
    const path = addressText({ componentPath: host.componentPath, functionPath: cron.path });
    if (type === "action" || type === "mutation")
      claimed.push({ id: cron.id, type, path, argsText: cron.argsText, isCron: true });
    else rescheduleCron(host, cron.id, nowMs, false);
  }
  return claimed;
}

function failRunningJobs(host: ExecutionHost, clock: Clock, nowMs: number): void {
  endAllCrons(host);
  for (const job of jobsInState(host, "inProgress", Infinity, Number.MAX_SAFE_INTEGER)) {
    clock.next();
    setJobState(host, job.id, { kind: "failed", error: "Transient error while executing action" }, nowMs);
  }
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
  const { address, argsText } = toDueJob(host, job);
  const target = findTarget(host, address);
  setJobState(host, id, { kind: "inProgress" }, nowMs);
  try {
    if (target === null) throw new FunctionError(`Could not find function for '${addressText(address)}'.`, undefined);
    await runFunction(transaction.within(target.host), target.function, argsText);
    setJobState(host, id, { kind: "success" }, nowMs);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    failJob(host, id, addressText(address), error.message, nowMs);
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
  if (job === null || errorText === "") setJobState(host, id, { kind: "success" }, nowMs);
  else failJob(host, id, addressText(toDueJob(host, job).address), errorText, nowMs);
}

/** No client waits for a scheduled function, so its failure is logged as well. */
function failJob(host: ExecutionHost, id: string, address: string, errorText: string, nowMs: number): void {
  setJobState(host, id, { kind: "failed", error: errorText }, nowMs);
  host.log(address, `[ERROR] The scheduled function failed: ${errorText}`);
}
