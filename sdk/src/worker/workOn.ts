import { isProblem } from "../errors";
import type { ClaimScheduledJobsAnswer } from "../generated/models";
import type { RequestOptions } from "../runtime/engine";
import { isRefusal, reasonOf } from "../runtime/pace";
import { type Job, JobFailure } from "./job";
import { Lease } from "./lease";
import type { WorkerClient, WorkerSettings } from "./options";

type Claimed = ClaimScheduledJobsAnswer["jobs"][number];
type Saved = Parameters<Job["report"]>[0];
type Verdict = Partial<Pick<JobFailure, "retryable" | "retryAfterSeconds">>;

/** A lease is prolonged in each of its thirds, so that one lost request costs no job. */
const heartbeatShare = 1 / 3;
/** The end of a job is told as long as it takes: its work is done, and would be done again. */
const retriesOfEnds = 20;
const longestErrorCharacters = 2_000;

/** Does a job that was claimed by a request sent at `claimedAtMs`. `ended` rejects with what `onEvent` throws and nothing else. */
export function workOn(
  claimed: Claimed,
  claimedAtMs: number,
  { scheduledJobs }: WorkerClient,
  { handlers, leaseSeconds, onEvent }: WorkerSettings,
): { readonly lease: Lease; readonly ended: Promise<void> } {
  const { id, action, payload, attempts, cursor, lockToken } = claimed;
  const lease = new Lease(claimedAtMs, leaseSeconds * 1_000);

  const beat = async (saved: Saved, options: RequestOptions = {}) => {
    const sentAtMs = performance.now();
    try {
      const input = { lockToken, leaseSeconds, ...saved };
      const { cancelRequested } = await scheduledJobs.heartbeat(id, input, options);
      lease.prolong(sentAtMs);
      if (cancelRequested) lease.stop("it was cancelled");
    } catch (error) {
      if (isLost(error)) lease.lose("it is somebody else's by now");
      throw error;
    }
  };
  const job: Job = { id, action, payload, attempts, cursor, report: (saved) => beat(saved) };
  const everyMs = leaseSeconds * 1_000 * heartbeatShare;
  const beats = setInterval(() => {
    // Nothing prolongs the lease of work that was told to stop: if it never does, its time ends.
    if (lease.signal.aborted) return;
    // One that does not arrive is made up for by the next; the lease itself says when it is too late.
    beat({}, { timeoutMs: everyMs }).catch(() => undefined);
  }, everyMs);

  const settle = async (): Promise<void> => {
    onEvent({ type: "started", job });
    let result: Record<string, unknown> | undefined;
    try {
      const handler = handlers[action];
      if (!handler) throw new JobFailure(`This worker does nothing of ${action}.`, { retryable: false });
      result = (await Promise.race([handler(job, lease.signal), lease.over])) ?? undefined;
    } catch (error) {
      const reason = lease.signal.aborted ? String(lease.signal.reason) : reasonOf(error);
      return fail(reason, error, error instanceof JobFailure ? error : {});
    }
    if (lease.leftMs === 0) return lost(String(lease.signal.reason));
    try {
      await scheduledJobs.complete(id, { lockToken, ...(result ? { result } : {}) }, endOptions(lease));
    } catch (error) {
      // A result that is refused, such as one too large, would be again.
      if (isRefusal(error) && !isLost(error)) return fail(reasonOf(error), error, { retryable: false });
      return lost("its end could not be told", error);
    }
    onEvent({ type: "completed", job, result });
  };

  const fail = async (reason: string, error: unknown, verdict: Verdict): Promise<void> => {
    // Whoever has lost the lease says nothing: the job is another worker's, or will be.
    if (lease.leftMs === 0) return lost(reason, error);
    const { retryable = true, retryAfterSeconds } = verdict;
    const told = { lockToken, error: reason.slice(0, longestErrorCharacters), retryable };
    try {
      const input = retryAfterSeconds === undefined ? told : { ...told, retryAfterSeconds };
      await scheduledJobs.fail(id, input, endOptions(lease));
    } catch (failure) {
      return lost(reason, failure);
    }
    onEvent({ type: "failed", job, reason, error });
  };

  const lost = (reason: string, error?: unknown): void => onEvent({ type: "lost", job, reason, error });

  const ended = settle().finally(() => {
    clearInterval(beats);
    lease.close();
  });
  return { lease, ended };
}

/** A job that is gone, ended or another's is no longer this worker's. */
function isLost(error: unknown): boolean {
  return isProblem(error, "lock_lost") || isProblem(error, "not_found") || isProblem(error, "invalid_state_transition");
}

function endOptions(lease: Lease): { readonly timeoutMs: number; readonly maxRetries: number } {
  return { timeoutMs: Math.max(1, lease.leftMs), maxRetries: retriesOfEnds };
}
