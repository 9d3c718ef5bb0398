import { Worker } from "node:worker_threads";
import { executorSource } from "./executorSource";
import type { WorkerOptions, WorkerReply, WorkerRequest } from "./protocol";

/** For all of a deployment's code and one running function; Convex gives 64 MB to each function. */
const maxHeapMb = 512;

/** Whatever runs the executor, as its client sees it: a thread, or what stands in for one. */
export interface ExecutorWorker {
  postMessage(request: WorkerRequest): void;
  on(event: "message", listener: (reply: WorkerReply) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  once(event: "message", listener: (reply: WorkerReply) => void): unknown;
  once(event: "error", listener: (error: Error) => void): unknown;
  once(event: "exit", listener: () => void): unknown;
  removeAllListeners(event: "error"): unknown;
  terminate(): Promise<unknown>;
}

/** Starts an executor, which tells that it has opened its store, or that it could not. */
export type SpawnExecutor = (options: WorkerOptions) => Promise<ExecutorWorker>;

/** Starts an executor on a thread of its own. */
export const spawnExecutorThread: SpawnExecutor = async (options) =>
  new Worker(await executorSource(), {
    eval: true,
    workerData: options,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
