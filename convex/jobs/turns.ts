import { compareTurns, priorities, queueOf } from "./rules";
import type { Runner } from "./rules";
import type { TenantReader } from "../core/records/reader";
import type { Doc } from "../_generated/dataModel";

/** Bytes of jobs that are taken at once; one is taken however large it is. */
const mostBytes = 512 * 1024;

interface Head {
  readonly job: Doc<"scheduledJobs">;
  readonly rest: AsyncIterator<Doc<"scheduledJobs">>;
}

/**
 * The jobs of an organization that are due, those first whose turn it is; of `actions` only, where given. Each queue is in order by time, so
 * that a merge of their heads is in order by turn, however many jobs wait, whether due or not. Reads no row of another organization.
 */
export async function jobsInTurn(
  db: TenantReader,
  {
    runner,
    actions,
    now,
    count,
  }: {
    readonly runner: Runner;
    readonly actions: readonly string[] | undefined;
    readonly now: number;
    readonly count: number;
  },
): Promise<Doc<"scheduledJobs">[]> {
  const queues = priorities.map((priority) => queueOf(runner, priority));
  const lines = actions
    ? queues.flatMap((queue) =>
        [...new Set(actions)].map((action) =>
          db.index("scheduledJobs", "by_organizationId_and_queue_and_action_and_scheduledAt", (q) =>
            q.eq("queue", queue).eq("action", action).lte("scheduledAt", now),
          ),
        ),
      )
    : queues.map((queue) =>
        db.index("scheduledJobs", "by_organizationId_and_queue_and_scheduledAt", (q) =>
          q.eq("queue", queue).lte("scheduledAt", now),
        ),
      );
  let heads: Head[] = [];
  for (const line of lines) heads.push(...(await headOf(line[Symbol.asyncIterator]())));
  const taken: Doc<"scheduledJobs">[] = [];
  let bytes = 0;
  while (taken.length < count && heads.length > 0) {
    const next = heads.reduce((first, other) => (compareTurns(other.job, first.job, now) < 0 ? other : first));
    bytes += JSON.stringify([next.job.payload, next.job.progress, next.job.cursor]).length;
    if (taken.length > 0 && bytes > mostBytes) break;
    taken.push(next.job);
    heads = [...heads.filter((head) => head !== next), ...(taken.length < count ? await headOf(next.rest) : [])];
  }
  return taken;
}

async function headOf(rest: AsyncIterator<Doc<"scheduledJobs">>): Promise<Head[]> {
  const next = await rest.next();
  return next.done ? [] : [{ job: next.value, rest }];
}
