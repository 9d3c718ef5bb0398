// convex-test or the test accessor with the measured functions, in a process of its own and without HTTP. Run by
// bench/sections/convexTest.ts.
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { convexTest } from "convex-test";
import type { TestConvex } from "convex-test";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { createTestHost } from "../host/testHost/createTestHost";
import { measuredCalls } from "./functionRequests";
import schema from "./functions/schema";
import { spreadSample } from "./seed/spreadSample";
import { serve } from "./serverProcess";
import type { FunctionCall } from "./functionRequests";

export interface AccessorOrder {
  readonly accessor: "convex-test" | "host in memory" | "host on a file";
  readonly directory: string;
  readonly tasks: number;
}

/** Calls to measure: `concurrency` at once, until the first of both limits is reached. */
export interface CallsQuestion {
  readonly name: string;
  readonly concurrency: number;
  readonly maximumCalls: number;
  readonly maximumMs: number;
}

export interface CallsAnswer {
  readonly calls: number;
  readonly seconds: number;
  /** User and system time of all threads, scheduled functions included. */
  readonly cpuUs: number;
}

type Accessor = TestConvex<typeof schema>;

const tasksPerCall = 500;
const schedulePauseMs = 5;
const modules = {
  "./functions/_generated/api.js": () => Promise.resolve({}),
  "./functions/tasks.ts": () => import("./functions/tasks"),
};

serve<AccessorOrder, CallsQuestion>(async ({ accessor, directory, tasks }) => {
  const { t, close } = open(accessor, directory);
  const taskIds = await seed(t, tasks);
  return {
    setup: {},
    close,
    answer: async (question) => {
      const measured = measuredCalls[question.name];
      if (measured === undefined) throw new Error(`There are no calls "${question.name}".`);
      const answer = await run(t, question, measured.of({ taskIds, count: tasks }), measured.schedules);
      if (measured.inserts) await removeNew(t);
      return answer;
    },
  };
});

function open(
  accessor: AccessorOrder["accessor"],
  directory: string,
): { readonly t: Accessor; readonly close: () => Promise<void> } {
  if (accessor === "convex-test") return { t: convexTest(schema, modules), close: () => Promise.resolve() };
  const isOnFile = accessor === "host on a file";
  const t = createTestHost({ schema, modules, ...(isOnFile ? { file: path.join(directory, "test.sqlite") } : {}) });
  return { t, close: () => t.close() };
}

async function run(
  t: Accessor,
  { concurrency, maximumCalls, maximumMs }: CallsQuestion,
  calls: readonly FunctionCall[],
  schedules: boolean,
): Promise<CallsAnswer> {
  const [startedAtMs, startCpu] = [performance.now(), process.cpuUsage()];
  let done = 0;
  while (done < maximumCalls && performance.now() - startedAtMs < maximumMs) {
    const batch = Array.from({ length: concurrency }, (_, at) => callAt(calls, done + at));
    await Promise.all(batch.map((call) => callOn(t, call)));
    done += concurrency;
  }
  if (schedules) await finishScheduled(t);
  const { user, system } = process.cpuUsage(startCpu);
  return { calls: done, seconds: (performance.now() - startedAtMs) / 1000, cpuUs: user + system };
}

/** Calls come in turn, and again from the first. */
function callAt(calls: readonly FunctionCall[], at: number): FunctionCall {
  const call = calls[at % calls.length];
  if (call === undefined) throw new Error("There is nothing to call.");
  return call;
}

async function callOn(t: Accessor, { type, path: name, args }: FunctionCall): Promise<unknown> {
  return type === "query"
    ? await t.query(makeFunctionReference<"query", FunctionCall["args"], unknown>(name), args)
    : await t.mutation(makeFunctionReference<"mutation", FunctionCall["args"], unknown>(name), args);
}

/** Both accessors start scheduled functions from timers. */
async function finishScheduled(t: Accessor): Promise<void> {
  const isDone = makeFunctionReference<"query", Record<string, never>, boolean>("tasks:isScheduleDone");
  do {
    await setTimeout(schedulePauseMs);
    await t.finishInProgressScheduledFunctions();
  } while (!(await t.query(isDone, {})));
}

async function seed(t: Accessor, count: number): Promise<readonly string[]> {
  const reference = makeFunctionReference<"mutation", Record<string, Value>, string[]>("tasks:seed");
  const sampleOf = spreadSample(count);
  const sample: string[] = [];
  for (let from = 0; from < count; from += tasksPerCall)
    sample.push(...sampleOf(await t.mutation(reference, { from, count: Math.min(tasksPerCall, count - from) }), from));
  return sample;
}

async function removeNew(t: Accessor): Promise<void> {
  const reference = makeFunctionReference<"mutation", Record<string, Value>, number>("tasks:removeNew");
  while ((await t.mutation(reference, { limit: tasksPerCall })) === tasksPerCall);
}
