import type { ScheduledJobsResource } from "../generated/resources";
import type { Job } from "./job";

/**
 * Does a job of one action. What it answers becomes the job's `result`; what it throws has the job tried again later, unless it is a
 * `JobFailure` that says otherwise. It ends when the signal fires: the job was cancelled, its lease is about to end, or the worker stops.
 */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<Record<string, unknown> | void>;

/** What a worker tells of its work, for logs and metrics. */
export type WorkerEvent =
  | { readonly type: "started"; readonly job: Job }
  | { readonly type: "completed"; readonly job: Job; readonly result: Record<string, unknown> | undefined }
  /** The job has failed, and the deployment knows. */
  | { readonly type: "failed"; readonly job: Job; readonly reason: string; readonly error: unknown }
  /** The job is somebody else's, or its end could not be told: its lease ends, and another attempt begins. */
  | { readonly type: "lost"; readonly job: Job; readonly reason: string; readonly error: unknown }
  /** No jobs could be claimed; the worker tries again after `retryInMs`. */
  | { readonly type: "claimFailed"; readonly error: unknown; readonly retryInMs: number };

/** Options of a worker. */
export interface WorkerOptions {
  /** What it does, by action: 1 to 10 of them. */
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** Jobs at a time. Default 1. */
  readonly concurrency?: number | undefined;
  /** Seconds after which a job is another's when nothing is heard of this worker, 60 to 900. Default 60. */
  readonly leaseSeconds?: number | undefined;
  /** About how long it waits when there is nothing to do, in milliseconds. Default 2 000. */
  readonly idleMs?: number | undefined;
  /** Seconds that jobs in hand have to end once the worker is to stop; then their signals fire. Default 8. */
  readonly drainSeconds?: number | undefined;
  /** Who works, for those who look at the jobs. Made up unless given. */
  readonly workerId?: string | undefined;
  /** What it throws ends the worker. */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
}

/** What a worker needs of a client. */
export interface WorkerClient {
  readonly scheduledJobs: Pick<ScheduledJobsResource, "claim" | "heartbeat" | "complete" | "fail">;
}

/** Options of a worker with what is usual filled in. */
export type WorkerSettings = { readonly [Name in keyof WorkerOptions]-?: Exclude<WorkerOptions[Name], undefined> };
