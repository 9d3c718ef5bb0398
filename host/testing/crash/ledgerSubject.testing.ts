import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Audit, CrashSubject, Victim } from "./crashRounds.testing";
import { scratchDirectory } from "../testDeployment.testing";

type Table = "transfers" | "postings" | "auditLines" | "runs" | "ghosts";
interface Row {
  readonly key: string;
  readonly amount?: number;
  readonly kind?: "settle" | "confirm" | "notify";
}
interface Page<T> {
  readonly rows: readonly T[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}
interface Job {
  readonly name: string;
  readonly state: "pending" | "inProgress" | "success" | "failed" | "canceled";
}
interface Totals {
  readonly counters: Readonly<Record<string, number>>;
  readonly balances: Readonly<Record<string, number>>;
}
interface PageArguments {
  readonly [name: string]: unknown;
  readonly paginationOpts: { readonly numItems: number; readonly cursor: string | null };
}

/** The counters and balances that have to agree with the rows. */
export const totalsReference = makeFunctionReference<"query", Record<string, never>, Totals>("ledger:totals");
const rowsReference = makeFunctionReference<"query", PageArguments, Page<Row>>("ledger:rows");
const jobStatesReference = makeFunctionReference<"query", PageArguments, Page<Job>>("ledger:jobStates");

const pageSize = 4000;
const stalledAfterMs = 10_000;
const pollIntervalMs = 20;
/** One transfer in so many schedules an action. */
const transfersPerNotification = 4;

/** The ledger of `fixtures/ledger/` on a file, as what crashes are tried on: see its mutation `transfer`. */
export function ledgerOn(file: string): CrashSubject {
  return {
    file,
    start: () => startLedger(file),
    write: async (url, key) => {
      const { status, text } = await transfer(url, key);
      if (status !== 200) throw new Error(`A transfer was answered with ${status}: ${text}`);
    },
    audit: async (url) => await audit(new ConvexHttpClient(url)),
  };
}

/** One transfer over HTTP. @throws {Error} when the function failed, which it never does by itself */
export async function transfer(url: string, key: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${url}/api/mutation`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path: "ledger:transfer", args: { key, isNotified: isNotified(key) } }),
  });
  const text = await response.text();
  if (response.status === 200 && !text.startsWith('{"status":"success"'))
    throw new Error(`A transfer was answered with ${text}`);
  return { status: response.status, text };
}

/** Whether the transfer with this key schedules an action. */
export function isNotified(key: string): boolean {
  return key.charCodeAt(3) % transfersPerNotification === 0;
}

/** Serves the ledger on a file in a process of its own. */
export async function startLedger(file: string): Promise<Victim & { readonly pid: number }> {
  const program = join(import.meta.dirname, "../processes/serveFixture.testing.ts");
  // A killed host cannot remove what it keeps in the temporary directory.
  const temporary = scratchDirectory();
  const child = spawn(process.execPath, ["--import", "tsx", program, file, "0", "ledger"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: temporary.path },
  });
  const exited = once(child, "exit");
  for await (const url of createInterface({ input: child.stdout })) {
    return {
      url,
      pid: child.pid ?? 0,
      kill: async () => {
        child.kill("SIGKILL");
        await exited;
        temporary.remove();
      },
    };
  }
  throw new Error("The host ended before it served.");
}

async function audit(client: ConvexHttpClient): Promise<Audit> {
  const jobs = await jobsAtRest(client);
  const { counters, balances } = await client.query(totalsReference, {});
  const table = (name: Table) => pages(client, rowsReference, { table: name });
  const transfers = await table("transfers");
  const postings = groupByKey(await table("postings"));
  const auditLines = groupByKey(await table("auditLines"));
  const runs = groupByKey(await table("runs"));
  const ghosts = await table("ghosts");

  const keys = transfers.map(({ key }) => key);
  const known = new Set(keys);
  const strangers = [postings, auditLines, runs].flatMap((rows) => [...rows.keys()].filter((key) => !known.has(key)));
  const isWhole = (key: string): boolean =>
    postings.get(key)?.length === 2 && sumOf(postings.get(key) ?? []) === 0 && auditLines.get(key)?.length === 2;
  const runsOf = (key: string, kind: Row["kind"]): number =>
    runs.get(key)?.filter((run) => run.kind === kind).length ?? 0;
  const mutationRuns = keys.flatMap((key) => [runsOf(key, "settle"), runsOf(key, "confirm")]);
  const actionRuns = keys.filter(isNotified).map((key) => runsOf(key, "notify"));
  const isUnbalanced = Object.values(balances).reduce((sum, balance) => sum + balance, 0) !== 0;
  const wrongCounters = ["transfers", "settled", "confirmed"].filter((name) => (counters[name] ?? 0) !== keys.length);
  const count = <T>(values: readonly T[], isCounted: (value: T) => boolean): number => values.filter(isCounted).length;
  const actions = jobs.filter(({ name }) => name.endsWith(":notify"));
  const actionsDone = count(actions, ({ state }) => state === "success");
  const actionsRun = count(actionRuns, (times) => times > 0);
  return {
    markers: keys,
    faults: {
      torn: count(keys, (key) => !isWhole(key)) + strangers.length + (isUnbalanced ? 1 : 0) + wrongCounters.length,
      "jobs that never end": count(jobs, isUnfinished),
      "failed nested writes seen": ghosts.length + ("ghost" in balances ? 1 : 0),
      "scheduled mutations never run": count(mutationRuns, (times) => times === 0),
      "scheduled mutations run twice": count(mutationRuns, (times) => times > 1),
      "scheduled actions run twice": count(actionRuns, (times) => times > 1),
      // A job may have been running when its host was killed, but none may claim a success that was not.
      "scheduled actions lost or misreported":
        actionRuns.length - actions.length + Math.max(0, actionsDone - actionsRun),
    },
    facts: {
      "scheduled mutations run once": count(mutationRuns, (times) => times === 1),
      "scheduled actions run once": count(actionRuns, (times) => times === 1),
      "cut off by a kill": actionRuns.length - actionsDone,
    },
  };
}

function isUnfinished({ state }: Job): boolean {
  return state === "pending" || state === "inProgress";
}

/** Waits until nothing is scheduled or running any more, as long as it goes on. */
async function jobsAtRest(client: ConvexHttpClient): Promise<readonly Job[]> {
  // The counters are cheap to ask for, again and again; the jobs of all rounds are not.
  await untilNoneIsLeft(async () => {
    const { transfers = 0, settled = 0, confirmed = 0 } = (await client.query(totalsReference, {})).counters;
    return 2 * transfers - settled - confirmed;
  });
  let jobs: readonly Job[] = [];
  await untilNoneIsLeft(async () => {
    jobs = await pages(client, jobStatesReference, {});
    return jobs.filter(isUnfinished).length;
  });
  return jobs;
}

/** Returns also when nothing happens any more; then the audit finds what is left. */
async function untilNoneIsLeft(countLeft: () => Promise<number>): Promise<void> {
  let fewest = Infinity;
  let progressAtMs = performance.now();
  for (;;) {
    const left = await countLeft();
    if (left <= 0 || performance.now() - progressAtMs > stalledAfterMs) return;
    if (left < fewest) progressAtMs = performance.now();
    fewest = Math.min(fewest, left);
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
  }
}

async function pages<T>(
  client: ConvexHttpClient,
  reference: ReturnType<typeof makeFunctionReference<"query", PageArguments, Page<T>>>,
  args: { readonly table?: Table },
): Promise<readonly T[]> {
  const rows: T[] = [];
  for (let cursor: string | null = null; ;) {
    const page: Page<T> = await client.query(reference, { ...args, paginationOpts: { numItems: pageSize, cursor } });
    rows.push(...page.rows);
    if (page.isDone) return rows;
    cursor = page.continueCursor;
  }
}

function groupByKey(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.key, [...(groups.get(row.key) ?? []), row]);
  return groups;
}

function sumOf(postings: readonly Row[]): number {
  return postings.reduce((sum, { amount = 0 }) => sum + amount, 0);
}
