import { cronsTableName } from "../../../store/catalog";
import type { StoredTable } from "../../../store/catalog";
import { wholeIndex } from "../../../store/documentStore";
import { BundleError } from "../../../bundle/entryPoints";
import { pushRules, withRemedy } from "../../../bundle/pushRules";
import type { PushRuleName } from "../../../bundle/pushRules";
import { isJsonObject, parseJson, parseJsonObject, textField } from "../../../json";
import type { ConvexJson, ConvexJsonObject } from "../../../values/convexJson";
import { displaySize, sizeOverLimit } from "../../../values/convexSize";
import { afterPrefix, IndexKeyWriter } from "../../../values/indexKey";
import { canonicalFunctionPath } from "../../functions/registry";
import { parseCronSchedule } from "./cronSchedule";
import type { ExecutionHost, Transaction } from "../transaction/transaction";

/** One cron as `crons.ts` declares it. */
export interface CronDefinition {
  readonly name: string;
  readonly path: string;
  readonly args: ConvexJson;
  readonly schedule: ConvexJson;
}

/** A cron as stored: its declaration, when it runs next, and whether an action of it is running. */
export interface StoredCron {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly argsText: string;
  readonly isRunning: boolean;
  readonly nextRunMs: number;
}

/** Reads the default export of `crons.ts`. @throws {BundleError} when it is not `cronJobs()` or a schedule is wrong */
export function readCrons(namespace: Readonly<Record<string, unknown>> | undefined): readonly CronDefinition[] {
  if (namespace === undefined) return [];
  const crons: unknown = namespace["default"];
  const isMade = typeof crons === "object" && crons !== null && "isCrons" in crons && "crons" in crons;
  const declared = isMade ? parseJson(JSON.stringify(crons.crons)) : null;
  if (!isJsonObject(declared)) throw refusal("cronExport", "crons.ts must have a default export made by cronJobs().");
  return Object.entries(declared).map(([name, cron]) => {
    const { name: path, args, schedule } = isJsonObject(cron) ? cron : {};
    if (!/^[ -~]*$/.test(name))
      throw refusal(
        "cronName",
        `crons.ts: Invalid cron identifier ${name}: use ASCII letters that are not control characters.`,
      );
    if (typeof path !== "string") throw refusal("cronFunction", `crons.ts: "${name}" names no function.`);
    checkSchedule(name, schedule);
    checkArguments(name, args);
    return {
      name,
      path: canonicalFunctionPath(path),
      args: Array.isArray(args) ? (args[0] ?? {}) : {},
      schedule: schedule ?? null,
    };
  });
}

function refusal(rule: PushRuleName, text: string): BundleError {
  return new BundleError(withRemedy(rule, text));
}

function checkSchedule(name: string, schedule: ConvexJson | undefined): void {
  try {
    parseCronSchedule(name, schedule).nextRunMs(Date.now());
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    throw refusal("cronSchedule", error.message);
  }
}

/** A cron is stored as one document. */
function checkArguments(name: string, args: ConvexJson | undefined): void {
  const { limit } = pushRules.cronArguments;
  if (sizeOverLimit(JSON.stringify(args ?? []), limit) !== null)
    throw refusal(
      "cronArguments",
      `crons.ts: The arguments of "${name}" are too large (maximum size ${displaySize(limit)}).`,
    );
}

/** Registers the declared crons by name: new ones start, changed ones are rescheduled, missing ones disappear. */
export function applyCrons(transaction: Transaction, definitions: readonly CronDefinition[]): void {
  const { host, call } = transaction;
  const table = cronsTable(host);
  for (const { path } of definitions) {
    const type = host.functions.get(path)?.type;
    if (type !== "mutation" && type !== "action")
      throw refusal("cronFunction", `crons.ts refers to ${path}, which is no mutation or action of this deployment.`);
  }
  const declared = new Map(definitions.map((definition) => [definition.name, definition]));
  for (const { id, document } of host.store.documentsOf(table)) {
    const definition = declared.get(textField(document, "name"));
    declared.delete(textField(document, "name"));
    if (definition === undefined) {
      host.store.remove(table, id, JSON.stringify(document), document);
      continue;
    }
    const { path, args, schedule } = definition;
    const isUnchanged =
      JSON.stringify([document["path"], document["args"], document["schedule"]]) ===
      JSON.stringify([path, args, schedule]);
    if (!isUnchanged) updateCron(host, id, { path, args, schedule, nextRunMs: firstRunMs(definition, call.nowMs) });
  }
  for (const definition of declared.values())
    transaction.insert(table, {
      ...definition,
      isRunning: false,
      nextRunMs: firstRunMs(definition, call.nowMs),
    });
}

/** Interval crons run as soon as they are deployed, the others at their next time. */
function firstRunMs({ name, schedule }: CronDefinition, nowMs: number): number {
  const parsed = parseCronSchedule(name, schedule);
  return parsed.isInterval ? nowMs : parsed.nextRunMs(nowMs);
}

/** Crons whose time has come, earliest first; those that are still running have their missed run skipped. */
export function dueCrons(host: ExecutionHost, nowMs: number, limit: number): readonly StoredCron[] {
  const due: StoredCron[] = [];
  for (const cron of cronsBefore(host, nowMs, limit)) {
    if (cron.isRunning) {
      host.log(cron.path, `[WARN] Cron "${cron.name}" is still running, so this run is skipped.`);
      rescheduleCron(host, cron.id, nowMs, true);
    } else due.push(cron);
  }
  return due;
}

/** When the next cron is due, or null without crons. */
export function nextCronTimeMs(host: ExecutionHost): number | null {
  return cronsBefore(host, Infinity, 1)[0]?.nextRunMs ?? null;
}

/** Sets the next run strictly after now, counted from the planned time so that intervals do not drift. */
export function rescheduleCron(host: ExecutionHost, id: string, nowMs: number, isRunning: boolean): void {
  const text = host.store.get(id);
  if (text === null) return;
  const document = parseJsonObject(text);
  const schedule = parseCronSchedule(textField(document, "name"), document["schedule"]);
  const plannedMs = Number(document["nextRunMs"]);
  let nextRunMs = schedule.nextRunMs(plannedMs);
  if (nextRunMs <= nowMs && schedule.isInterval) {
    const intervalMs = nextRunMs - plannedMs;
    nextRunMs += Math.ceil((nowMs - nextRunMs + 1) / intervalMs) * intervalMs;
  } else if (nextRunMs <= nowMs) nextRunMs = schedule.nextRunMs(nowMs);
  updateCron(host, id, { nextRunMs, isRunning });
}

/** Records that a cron's action has ended. */
export function endCron(host: ExecutionHost, id: string): void {
  updateCron(host, id, { isRunning: false });
}

/** After a restart no cron is running any more. */
export function endAllCrons(host: ExecutionHost): void {
  for (const { id, document } of host.store.documentsOf(cronsTable(host)))
    if (document["isRunning"] === true) endCron(host, id);
}

/** The cron of that id, or null when the id is a job's or the cron is gone. */
export function readCron(host: ExecutionHost, id: string): StoredCron | null {
  const text = host.catalog.tableOfId(id)?.name === cronsTableName ? host.store.get(id) : null;
  return text === null ? null : toStoredCron(parseJsonObject(text));
}

/** Whether an id is one of the rows that `crons.ts` has made, in any component. */
export function isCronId(host: ExecutionHost, id: string): boolean {
  return host.catalog.tableOfId(id)?.name === cronsTableName;
}

function cronsBefore(host: ExecutionHost, dueAtMs: number, limit: number): readonly StoredCron[] {
  const index = cronsTable(host).indexes.get("_by_next_run");
  if (index === undefined) throw new Error("The crons' index is missing");
  const { lower } = wholeIndex(index);
  const upper = afterPrefix(new IndexKeyWriter().resetTo(lower).writeFloat64(dueAtMs).take());
  return host.store.scan({ index, lower, upper }, "asc", limit).map((row) => toStoredCron(parseJsonObject(row.text)));
}

function updateCron(host: ExecutionHost, id: string, change: ConvexJsonObject): void {
  const text = host.store.get(id);
  if (text === null) return;
  const document = parseJsonObject(text);
  const after = { ...document, ...change };
  host.store.replace(cronsTable(host), id, { text, document }, { text: JSON.stringify(after), document: after });
}

function toStoredCron(document: ConvexJsonObject): StoredCron {
  return {
    id: textField(document, "_id"),
    name: textField(document, "name"),
    path: textField(document, "path"),
    argsText: JSON.stringify(document["args"] ?? {}),
    isRunning: document["isRunning"] === true,
    nextRunMs: Number(document["nextRunMs"]),
  };
}

function cronsTable(host: ExecutionHost): StoredTable {
  return host.catalog.ensureTable(cronsTableName);
}
