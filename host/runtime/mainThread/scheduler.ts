import { DeploymentRefusal } from "../../deployment";
import type { FunctionOutcome } from "../../deployment";
import type { ExecutorClient } from "../rpc/executorClient";
import type { ClaimedJob, ClaimedJobs, SchedulingCall } from "../rpc/calls";

const maxTimerMs = 2 ** 31 - 1;
/** How many scheduled functions run at a time; crons have their own rule, one run of each. */
const maxRunningJobs = 8;
const retentionIntervalMs = 3_600_000;
/** How long to wait when the store refuses writes: due jobs stay due, and retrying at once would only spin. */
const storeRetryMs = 1000;

/** What the scheduler needs of the deployment. */
export interface SchedulerHost {
  executorOf(): Pick<ExecutorClient, "call">;
  runScheduledAction(path: string, argsText: string, jobId: string): Promise<FunctionOutcome>;
  reportError(error: Error): void;
}

/** Wakes up when the earliest job is due, claims what is due, and starts it. */
export class Scheduler {
  readonly #host: SchedulerHost;
  #timer: NodeJS.Timeout | null = null;
  #retentionTimer: NodeJS.Timeout | null = null;
  #nextJobAtMs: number | null = null;
  #nextCronAtMs: number | null = null;
  #runningJobs = 0;
  #claiming: Promise<void> | null = null;
  readonly #running = new Set<Promise<void>>();
  readonly #endRetryDelays = new Set<() => void>();
  /** Until then, a job in progress may belong to another host. */
  #isRecovered = false;
  #stopped = false;

  constructor(host: SchedulerHost) {
    this.#host = host;
  }

  /** Tells when the earliest job is due, milliseconds since the epoch, or null when none is pending. */
  setNextJobTime(nextJobAtMs: number | null): void {
    this.#nextJobAtMs = nextJobAtMs;
    if (this.#claiming === null) this.#arm();
  }

  /** After a start: actions that were running when the host went down have failed, and only then do due jobs begin. */
  async recover(): Promise<void> {
    await this.#operate({ operation: "failRunningJobs" });
    this.#isRecovered = true;
    this.#arm();
  }

  /** Removes jobs that ended longer ago than the retention time, now and every hour until the scheduler stops. */
  async keepRetention(): Promise<void> {
    await this.#removeFinishedJobs();
    this.#retentionTimer = setInterval(() => this.#track(this.#removeFinishedJobs()), retentionIntervalMs);
    this.#retentionTimer.unref();
  }

  /** Whether a job has been started and has not ended. */
  get isRunning(): boolean {
    return this.#claiming !== null || this.#running.size > 0;
  }

  /** Whether a job waits for its time. */
  get isWaiting(): boolean {
    return this.#nextJobAtMs !== null;
  }

  /** Waits for the jobs that have been started, and not for those whose time has not come. */
  async finishRunning(): Promise<void> {
    while (this.isRunning) await Promise.all([this.#claiming, ...this.#running]);
  }

  /** Stops starting jobs and waits for those that run. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const end of this.#endRetryDelays) end();
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#retentionTimer !== null) clearInterval(this.#retentionTimer);
    await this.#claiming;
    await Promise.all(this.#running);
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const dueAtMs = this.#runningJobs < maxRunningJobs ? this.#nextJobAtMs : this.#nextCronAtMs;
    if (dueAtMs === null || this.#stopped || !this.#isRecovered) return;
    const delayMs = Math.min(Math.max(0, dueAtMs - Date.now()), maxTimerMs);
    this.#timer = setTimeout(() => {
      this.#claiming = this.#claimAndStart()
        .catch(async (error: unknown) => {
          this.#report(error);
          await this.#retryDelay();
        })
        .finally(() => {
          this.#claiming = null;
          this.#arm();
        });
    }, delayMs);
  }

  async #claimAndStart(): Promise<void> {
    const freeSlots = Math.max(0, maxRunningJobs - this.#runningJobs);
    const claimed = readClaimedJobs(await this.#operate({ operation: "claimJobs", freeSlots }));
    const { jobs } = claimed;
    this.#nextJobAtMs = claimed.nextJobAtMs;
    this.#nextCronAtMs = claimed.nextCronAtMs;
    const mutations: Promise<unknown>[] = [];
    for (const job of jobs) {
      if (job.type === "mutation") mutations.push(this.#runMutation(job));
      else this.#track(job.isCron ? this.#runAction(job) : this.#runActionInSlot(job));
    }
    await Promise.all(mutations);
  }

  async #runMutation(job: ClaimedJob): Promise<void> {
    const outcome = await this.#host.executorOf().call({ operation: "runJob", jobId: job.id });
    // The executor answers with an error only when it had to stop the function, which undid the state change as well.
    if (outcome.status === "error") await this.#finishJob(job, outcome.errorMessage);
  }

  async #runActionInSlot(job: ClaimedJob): Promise<void> {
    this.#runningJobs++;
    try {
      await this.#runAction(job);
    } finally {
      this.#runningJobs--;
      if (this.#claiming === null) this.#arm();
    }
  }

  async #removeFinishedJobs(): Promise<void> {
    while (Number(await this.#operate({ operation: "removeFinishedJobs" })) > 0);
  }

  async #runAction(job: ClaimedJob): Promise<void> {
    const outcome = await this.#host.runScheduledAction(job.path, job.argsText, job.id);
    await this.#finishAction(job, outcome.status === "error" ? outcome.errorMessage : "");
  }

  /** Retries until the store accepts it: a job that never ends would block its slot, its cron and its readers forever. */
  async #finishAction(job: ClaimedJob, errorText: string): Promise<void> {
    for (;;) {
      try {
        await this.#finishJob(job, errorText);
        return;
      } catch (error) {
        // A start after this one records it as failed.
        if (this.#stopped || !(error instanceof DeploymentRefusal)) throw error;
        await this.#retryDelay();
      }
    }
  }

  /** Ends early when the scheduler stops. */
  async #retryDelay(): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#endRetryDelays.delete(end);
        resolve();
      };
      const timer = setTimeout(end, storeRetryMs);
      this.#endRetryDelays.add(end);
    });
  }

  #report(error: unknown): void {
    // The executor has already logged the failing store, once for all retries.
    if (!(error instanceof DeploymentRefusal))
      this.#host.reportError(error instanceof Error ? error : new Error(String(error)));
  }

  #track(run: Promise<void>): void {
    const tracked: Promise<void> = run
      .catch((error: unknown) => this.#report(error))
      .finally(() => void this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #finishJob({ id }: ClaimedJob, errorText: string): Promise<void> {
    await this.#operate({ operation: "finishJob", jobId: id, errorText });
  }

  async #operate(call: SchedulingCall): Promise<string> {
    const outcome = await this.#host.executorOf().call(call);
    if (outcome.status === "error") throw new Error(outcome.errorMessage);
    return outcome.valueText;
  }
}

/** The executor serialized a ClaimedJobs. */
function readClaimedJobs(text: string): ClaimedJobs {
  return JSON.parse(text) as ClaimedJobs;
}
