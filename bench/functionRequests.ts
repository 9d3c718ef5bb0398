import { setTimeout } from "node:timers/promises";
import { newTaskDocument, projectName, taskKey, tasksPerProject } from "./taskDocument";
import type { LoadRequest } from "./load";
import type { ServerProcess } from "./serverProcess";
import type { Loaded } from "./sideBySide";

const pageSize = 50;
/** Of reads: more than a cache of what was read lately may hold. */
const mostDistinctReads = 10_000;
const distinctInserts = 1000;
const removedPerCall = 500;
/** Asking without a pause would be work for the measured server. */
const pollMs = 20;

/** One call of bench/functions. */
export interface FunctionCall {
  readonly type: "query" | "mutation";
  readonly path: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What is known of the store that the calls are for. */
interface StoredTasks {
  /** A sample of the stored tasks. */
  readonly taskIds: readonly string[];
  /** How many tasks are stored. */
  readonly count: number;
}

export interface MeasuredCalls {
  readonly of: (stored: StoredTasks) => readonly FunctionCall[];
  /** Whether calls leave new tasks behind, which are removed after each measurement. */
  readonly inserts: boolean;
  /** Whether calls schedule functions, which are waited for and count as part of the call. */
  readonly schedules: boolean;
}

/** The measured calls, each a list that is called in turn. */
export const measuredCalls: Readonly<Record<string, MeasuredCalls>> = {
  get: readingOrPatching(({ taskIds }) => taskIds.map((id) => queryOf("tasks:get", { id }))),
  lookup: readingOrPatching(({ count }) => spread(count).map((at) => queryOf("tasks:lookup", { key: taskKey(at) }))),
  page: readingOrPatching(({ count }) =>
    spread(count / tasksPerProject).map((at) =>
      queryOf("tasks:page", { project: projectName(at), paginationOpts: { numItems: pageSize, cursor: null } }),
    ),
  ),
  patch: readingOrPatching(({ taskIds }) =>
    taskIds.map((id, at) => ({ type: "mutation", path: "tasks:patch", args: { id, status: "late", updatedAt: at } })),
  ),
  insert: { of: ({ count }) => newTasks("tasks:insert", count), inserts: true, schedules: false },
  "nested + scheduled": {
    of: ({ count }) => newTasks("tasks:insertAndComplete", count),
    inserts: true,
    schedules: true,
  },
};

function readingOrPatching(of: MeasuredCalls["of"]): MeasuredCalls {
  return { of, inserts: false, schedules: false };
}

/** Numbers below `count`, as many as there are distinct reads, far from one another. */
function spread(count: number): readonly number[] {
  const length = Math.min(count, mostDistinctReads);
  return Array.from({ length }, (_, at) => Math.floor((at * count) / length));
}

function queryOf(path: string, args: FunctionCall["args"]): FunctionCall {
  return { type: "query", path, args };
}

function newTasks(path: string, from: number): readonly FunctionCall[] {
  return Array.from({ length: distinctInserts }, (_, at) => ({
    type: "mutation",
    path,
    args: { ...newTaskDocument(from + at) },
  }));
}

/** A server under one kind of calls. */
export function loadOf(
  calls: MeasuredCalls,
  server: ServerProcess<{ readonly url: string }>,
  stored: StoredTasks,
): Loaded {
  const { url } = server.setup;
  return {
    server,
    requests: calls.of(stored).map(requestOf),
    ...(calls.schedules ? { settle: () => scheduleDone(url) } : {}),
    ...(calls.inserts ? { cleanUp: () => removeNewTasks(url) } : {}),
  };
}

/** Convex's function API for one call. */
function requestOf({ type, path, args }: FunctionCall): LoadRequest {
  return {
    method: "POST",
    path: `/api/${type}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path, args, format: "json" }),
  };
}

/** Waits until the scheduled functions of earlier calls have run. */
async function scheduleDone(url: string): Promise<void> {
  while ((await valueOf(url, { type: "query", path: "tasks:isScheduleDone", args: {} })) !== true)
    await setTimeout(pollMs);
}

/** Removes what measurements inserted. */
async function removeNewTasks(url: string): Promise<void> {
  const call: FunctionCall = { type: "mutation", path: "tasks:removeNew", args: { limit: removedPerCall } };
  while ((await valueOf(url, call)) === removedPerCall);
}

async function valueOf(url: string, call: FunctionCall): Promise<unknown> {
  const { path, method, headers, body = "" } = requestOf(call);
  const response = await fetch(url + path, { method, headers, body });
  const answer: { status?: string; value?: unknown; errorMessage?: string } = JSON.parse(await response.text());
  if (answer.status !== "success") throw new Error(`${call.path} failed: ${answer.errorMessage ?? response.status}`);
  return answer.value;
}
