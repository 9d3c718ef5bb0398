import { compareTurns, priorities, queueOf } from "./rules";
import type { Runner } from "./rules";
import type { TenantReader } from "../core/records/reader";
import type { Doc } from "../_generated/dataModel";

/** UTF-8 bytes of rows that are taken at once, so that their answer can be kept for a repeated request; one is taken however large it is. */
const mostBytes = 512 * 1024;
const utf8 = new TextEncoder();

/** How rows of several lines become one order, and how many of them are taken. */
interface Merging<Row> {
  readonly count: number;
  readonly compare: (one: Row, other: Row) => number;
  /** What of a row counts as its size. */
  readonly sized: (row: Row) => unknown;
}

/** The first rows of several lines, each of which is in order by itself: a row of each line is read, and those that are taken. */
async function mergedRows<Row>(
  lines: readonly AsyncIterable<Row>[],
  { count, compare, sized }: Merging<Row>,
): Promise<Row[]> {
  const next = async (rest: AsyncIterator<Row>) => {
    const { done, value } = await rest.next();
    return done ? [] : [{ row: value, rest }];
  };
  let heads: { readonly row: Row; readonly rest: AsyncIterator<Row> }[] = [];
  for (const line of lines) heads.push(...(await next(line[Symbol.asyncIterator]())));
  const taken: Row[] = [];
  let bytes = 0;
  while (heads.length > 0) {
    const first = heads.reduce((found, other) => (compare(other.row, found.row) < 0 ? other : found));
    bytes += utf8.encode(JSON.stringify(sized(first.row))).length;
    if (taken.length > 0 && bytes > mostBytes) break;
    taken.push(first.row);
    if (taken.length === count) break;
    heads = [...heads.filter((head) => head !== first), ...(await next(first.rest))];
  }
  return taken;
}

/**
 * The jobs of an organization that are due, those first whose turn it is; of `actions` only, where given. Each queue is in order by time, so
 * that a merge of them is in order by turn, however many jobs wait, whether due or not. Reads no row of another organization.
 */
export function jobsInTurn(
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
  return mergedRows(lines, {
    count,
    compare: (one, other) => compareTurns(one, other, now),
    sized: ({ payload, progress, cursor }) => [payload, progress, cursor],
  });
}

/** The oldest pending events of an organization; of `eventTypes` only, where given. */
export function oldestEvents(
  db: TenantReader,
  eventTypes: readonly string[] | undefined,
  count: number,
): Promise<Doc<"eventLogs">[]> {
  const lines = eventTypes
    ? [...new Set(eventTypes)].map((eventType) =>
        db.index("eventLogs", "by_organizationId_and_status_and_eventType_and_createdAt", (q) =>
          q.eq("status", "pending").eq("eventType", eventType),
        ),
      )
    : [db.index("eventLogs", "by_organizationId_and_status_and_createdAt", (q) => q.eq("status", "pending"))];
  return mergedRows(lines, {
    count,
    compare: (one, other) => one.createdAt - other.createdAt,
    sized: ({ payload }) => payload,
  });
}
