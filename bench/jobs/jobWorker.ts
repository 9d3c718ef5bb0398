import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "./jobClient";
import type { ClaimedJob, JobClient } from "./jobClient";

const jobsPerClaim = 5;
const leaseSeconds = 60;
const idleMs = 250;
const longestWorkMs = 20;
/** Of the jobs, how many are prolonged in the middle. */
const heartbeatShare = 0.1;

interface Told {
  readonly onClaimed: (job: ClaimedJob, serverTime: number) => void;
  readonly onCompleted: (job: ClaimedJob) => void;
}

/** Claims jobs and does them, one after the other, until it is stopped or killed. */
export class JobWorker {
  /** How long each claim took. */
  readonly claimsMs: number[] = [];
  #isStopped = false;
  #isKilled = false;

  constructor(
    private readonly client: JobClient,
    private readonly workerId: string,
    private readonly told: Told,
  ) {}

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const startedAtMs = performance.now();
      const { jobs, serverTime } = await this.client.send("/v1/scheduled-jobs/claim", {
        workerId: this.workerId,
        limit: jobsPerClaim,
        leaseSeconds,
      });
      this.claimsMs.push(performance.now() - startedAtMs);
      const claimed = asJobs(jobs);
      for (const job of claimed) this.told.onClaimed(job, Number(serverTime));
      for (const job of claimed) {
        // A dead process ends nothing that it has begun.
        if (this.#isKilled) return;
        await this.#work(job);
      }
      if (claimed.length === 0) await sleep(idleMs);
    }
  }

  /** Lets it end what it has claimed. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Leaves what it has claimed to the reaper. */
  kill(): void {
    this.#isKilled = true;
    this.#isStopped = true;
  }

  async #work(job: ClaimedJob): Promise<void> {
    const { id, lockToken } = job;
    await sleep(randomInt(longestWorkMs));
    if (this.#isKilled) return;
    try {
      if (Math.random() < heartbeatShare)
        await this.client.send(`/v1/scheduled-jobs/${id}/heartbeat`, { lockToken, leaseSeconds });
      await this.client.send(`/v1/scheduled-jobs/${id}/complete`, { lockToken, result: { by: this.workerId } });
      this.told.onCompleted(job);
    } catch (error) {
      // What is not this worker's any more is done by another one.
      if (!(error instanceof Refusal) || error.code !== "lock_lost") throw error;
    }
  }
}

/** The answer of a claim, as the API describes it. */
function asJobs(jobs: unknown): readonly ClaimedJob[] {
  return Array.isArray(jobs) ? jobs : [];
}
