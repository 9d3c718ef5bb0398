import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DeploymentRefusal } from "../../deployment";
import type { FunctionOutcome } from "../../deployment";
import type { ExecutorCall } from "../rpc/calls";

type Operation = ExecutorCall["operation"];
import { Scheduler } from "./scheduler";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A scheduler on an executor that refuses the given operations while `isRefusing`, with one action that is due. */
function schedulerOn(refused: readonly Operation[]) {
  const calls: Operation[] = [];
  const store = { isRefusing: true, isClaimed: false };
  const reported: Error[] = [];
  const call = async ({ operation }: ExecutorCall): Promise<FunctionOutcome> => {
    calls.push(operation);
    if (store.isRefusing && refused.includes(operation)) throw new DeploymentRefusal(503, "DiskFull", "full");
    const jobs = store.isClaimed ? [] : [{ id: "job", type: "action", path: "a:b", argsText: "{}", isCron: false }];
    if (operation === "claimJobs") store.isClaimed = true;
    const value = operation === "claimJobs" ? { jobs, nextJobAtMs: null, nextCronAtMs: null } : null;
    return { status: "success", valueText: JSON.stringify(value), logLines: [], timestamp: 0n };
  };
  let runs = 0;
  const scheduler = new Scheduler({
    executorOf: () => ({ call }),
    runScheduledAction: async () => {
      runs++;
      return { status: "success", valueText: "null", logLines: [], timestamp: 0n };
    },
    reportError: (error) => reported.push(error),
  });
  return { calls, store, reported, scheduler, runs: () => runs };
}

async function begin(scheduler: Scheduler): Promise<void> {
  scheduler.setNextJobTime(0);
  await scheduler.recover();
}

it("starts nothing before it has ended what an earlier host left, or it would end its own", async () => {
  const { calls, scheduler, runs } = schedulerOn([]);
  scheduler.setNextJobTime(0);
  await vi.advanceTimersByTimeAsync(1000);
  expect(calls).toEqual([]);
  await scheduler.recover();
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toEqual(["failRunningJobs", "claimJobs", "finishJob"]);
  expect(runs()).toBe(1);
  await scheduler.stop();
});

it("tries again once a second, and not as fast as it can, while the store does not take its claims", async () => {
  const { calls, store, reported, scheduler, runs } = schedulerOn(["claimJobs"]);
  await begin(scheduler);
  await vi.advanceTimersByTimeAsync(10_500);
  expect(calls).toEqual(["failRunningJobs", ...Array<Operation>(11).fill("claimJobs")]);
  store.isRefusing = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect([runs(), calls.at(-1)]).toEqual([1, "finishJob"]);
  expect(reported).toEqual([]);
  await scheduler.stop();
});

it("records the end of an action as soon as the store takes it, and runs it once", async () => {
  const { calls, store, scheduler, runs } = schedulerOn(["finishJob"]);
  await begin(scheduler);
  await vi.advanceTimersByTimeAsync(5500);
  expect(scheduler.isRunning).toBe(true);
  store.isRefusing = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(scheduler.isRunning).toBe(false);
  expect([runs(), calls.filter((operation) => operation === "finishJob").length]).toEqual([1, 7]);
  await scheduler.stop();
});

it("stops at once while it waits to try again", async () => {
  const { scheduler } = schedulerOn(["finishJob"]);
  await begin(scheduler);
  await vi.advanceTimersByTimeAsync(100);
  await scheduler.stop();
  expect(scheduler.isRunning).toBe(false);
});
