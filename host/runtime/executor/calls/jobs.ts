import { scheduledFunctionsTableName } from "../../../store/catalog";
import type { StoredTable } from "../../../store/catalog";
import { afterPrefix, IndexKeyWriter } from "../../../values/indexKey";
import { isJsonObject, parseJsonObject, textField } from "../../../json";
import type { ConvexJson, ConvexJsonObject } from "../../../values/convexJson";
import { parseAddress, relativeAddressText, resolveAddress } from "../../functions/address";
import type { FunctionAddress } from "../../functions/address";
import { holdsCommitTs } from "../transaction/commitTimestamp";
import { requireString } from "./databaseSyscalls";
import type { RegisteredFunction } from "../../functions/registry";
import type { ExecutionHost, Transaction } from "../transaction/transaction";

const fiveYearsMs = 5 * 365 * 86_400_000;

/** The state of a job as `ctx.db.system` shows it. */
export type JobState =
  | { readonly kind: "pending" | "inProgress" | "success" | "canceled" }
  | { readonly kind: "failed"; readonly error: string };

/** A stored job, ready to run. */
export interface DueJob {
  readonly id: string;
  readonly address: FunctionAddress;
  readonly argsText: string;
  /** Milliseconds since the epoch. */
  readonly scheduledTimeMs: number;
}

/** A function with the component that it runs in. */
export interface FunctionTarget {
  readonly host: ExecutionHost;
  readonly function: RegisteredFunction;
}

/** The function at an address, or null when it does not exist (any more). */
export function findTarget(host: ExecutionHost, address: FunctionAddress): FunctionTarget | null {
  const component = host.components.get(address.componentPath);
  const target = component?.functions.get(address.functionPath);
  return component === undefined || target === undefined ? null : { host: component, function: target };
}

/** `1.0/schedule`: stores the job in the caller's transaction and answers with its id. */
export function scheduleJob(transaction: Transaction, args: ConvexJsonObject): string {
  const { host } = transaction;
  const address = resolveAddress(args, host);
  const path = address.functionPath;
  // Seconds as a double lose their last digits; rounding restores the exact milliseconds.
  const scheduledTime = Math.round(Number(args["ts"]) * 1e6) / 1e3;
  const target = findTarget(host, address)?.function;
  if (target === undefined) throw new Error(`Attempted to schedule function at nonexistent path: ${path}`);
  if (target.type === "query") throw new Error(`Unsupported function type: cannot schedule the query ${path}.`);
  if (!(Math.abs(scheduledTime - transaction.call.nowMs) <= fiveYearsMs))
    throw new Error("A function can only be scheduled within five years from now.");
  const functionArgs = args["args"] ?? {};
  if (holdsCommitTs(JSON.stringify(functionArgs)))
    throw new Error(
      `Invalid arguments for "${path}": a scheduled function cannot take an unresolved commit timestamp.`,
    );
  transaction.usage.countScheduled([functionArgs]);
  const [modulePath, exportName] = splitPath(relativeAddressText(address, host.componentPath));
  const { nowMs } = transaction.call;
  const isCanceled = isParentCanceled(transaction);
  const id = transaction.insert(jobsTable(host), {
    args: [functionArgs],
    name: `${modulePath}.js:${exportName}`,
    scheduledTime: isCanceled ? nowMs : scheduledTime,
    state: { kind: isCanceled ? "canceled" : "pending" },
    ...(isCanceled ? { completedTime: nowMs } : {}),
  });
  return JSON.stringify(id);
}

/** A canceled action keeps running, but nothing that it schedules starts, in any component. */
function isParentCanceled({ host, call: { scheduledFunctionId } }: Transaction): boolean {
  if (scheduledFunctionId === null) return false;
  const owner = host.components.get(host.catalog.anyTableOfId(scheduledFunctionId)?.componentPath ?? "");
  const parent = owner === undefined ? null : readJob(owner, scheduledFunctionId);
  return parent !== null && jobStateKind(parent) === "canceled";
}

/**
 * `1.0/cancel_job`: a pending job becomes canceled; one that has finished stays as it is.
 *
 * @param isMutation false for a running action, which may cancel its own job
 */
export function cancelJob(transaction: Transaction, args: ConvexJsonObject, isMutation = true): string {
  const id = requireString(args, "id");
  if (isMutation && id === transaction.call.scheduledFunctionId) throw new Error("A mutation cannot cancel itself");
  const job = readJob(transaction.host, id);
  if (job === null) throw new Error(`Could not find the scheduled function ${id}.`);
  if (jobStateKind(job) === "pending" || jobStateKind(job) === "inProgress")
    setJobState(transaction.host, id, { kind: "canceled" }, transaction.call.nowMs);
  return "null";
}

/** The job's document, or null when there is none. */
export function readJob(host: ExecutionHost, id: string): ConvexJsonObject | null {
  const text = host.catalog.tableOfId(id)?.name === scheduledFunctionsTableName ? host.store.get(id) : null;
  return text === null ? null : parseJsonObject(text);
}

/** `pending`, `inProgress`, `success`, `failed` or `canceled`, as `_scheduled_functions` shows it. */
export function jobStateKind(job: ConvexJsonObject): ConvexJson | undefined {
  return isJsonObject(job["state"]) ? job["state"]["kind"] : undefined;
}

/** Moves a job to a state inside the current transaction. A job that no longer exists is left alone. */
export function setJobState(host: ExecutionHost, id: string, state: JobState, nowMs: number): void {
  const text = host.store.get(id);
  if (text === null) return;
  const document = parseJsonObject(text);
  const isFinished = state.kind !== "pending" && state.kind !== "inProgress";
  const after: ConvexJsonObject = { ...document, state, ...(isFinished ? { completedTime: nowMs } : {}) };
  host.store.replace(jobsTable(host), id, { text, document }, { text: JSON.stringify(after), document: after });
}

/** Jobs in `kind` whose time has come, earliest first. */
export function jobsInState(
  host: ExecutionHost,
  kind: "pending" | "inProgress",
  dueAtMs: number,
  limit: number,
): readonly DueJob[] {
  const table = jobsTable(host);
  const index = table.indexes.get("_by_state_and_time");
  if (index === undefined) throw new Error("The scheduler's index is missing");
  const writer = new IndexKeyWriter();
  const prefix = writer.reset(index.number).write(kind).take();
  const upper = afterPrefix(writer.resetTo(prefix).writeFloat64(dueAtMs).take());
  return host.store
    .scan({ index, lower: prefix, upper }, "asc", limit)
    .map((row) => toDueJob(host, parseJsonObject(row.text)));
}

/** When the earliest pending job is due, milliseconds since the epoch, or null when there is none. */
export function nextJobTimeMs(host: ExecutionHost): number | null {
  return jobsInState(host, "pending", Infinity, 1)[0]?.scheduledTimeMs ?? null;
}

/** Reads a job of the given component's own table, in which its own functions have no component in their names. */
export function toDueJob({ componentPath }: ExecutionHost, job: ConvexJsonObject): DueJob {
  const args = Array.isArray(job["args"]) ? job["args"] : [];
  return {
    id: textField(job, "_id"),
    address: parseAddress(textField(job, "name").replace(".js:", ":"), componentPath),
    argsText: JSON.stringify(args[0] ?? {}),
    scheduledTimeMs: Number(job["scheduledTime"]),
  };
}

function jobsTable(host: ExecutionHost): StoredTable {
  return host.catalog.ensureTable(scheduledFunctionsTableName);
}

function splitPath(path: string): readonly [modulePath: string, exportName: string] {
  const colon = path.lastIndexOf(":");
  return [path.slice(0, colon), path.slice(colon + 1)];
}
