import { randomInt } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { percentileOf } from "../orders";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { JobClient } from "../jobs/jobClient";
import { JobWorker } from "../jobs/jobWorker";
import type { ClaimedJob } from "../jobs/jobClient";
import type { JobSetup } from "../jobs/jobServer";
import type { Options } from "../options";
import type { Row, Section } from "../report";

/** Unless `--rows` says fewer. */
const mostJobs = 10_000;
const tenants = 8;
/** Of the jobs, what the first tenant has; the others share the rest. */
const largestShare = 0.3;
const killedWorkersShare = 0.05;
const hostKills = 5;
const writers = 8;
/** Longer than the lease of a dead worker, what the reaper takes, and a retry. */
const patienceMs = 900_000;
const serverProgram = path.join(import.meta.dirname, "../jobs/jobServer.ts");

type Server = ServerProcess<JobSetup>;

interface Tenant {
  readonly name: string;
  readonly client: JobClient;
  readonly jobs: number;
  /** How long each job waited for its first worker, by its id. */
  readonly waitsMs: Map<string, number>;
  /** How often its completion was answered with success. */
  readonly completions: Map<string, number>;
}

/**
 * Has workers over REST do the jobs of several organizations, while some of them die in the middle of their work and the host is killed
 * again and again. Exits with 1 when a job was lost, or was completed twice.
 */
export async function jobsSection({ rows: asked, workers }: Options): Promise<Section> {
  const count = Math.min(asked, mostJobs);
  const { rows, facts } = await inScratchDirectory((scratch) =>
    withProgress("jobs", () => runTrial(scratch, count, workers)),
  );
  if (rows.some((row) => row["lost"] !== 0 || row["completed twice"] !== 0)) process.exitCode = 1;
  return {
    title: `${count} jobs of ${tenants} organizations, ${workers} workers over REST`,
    rows,
    notes: [
      `${facts.deadWorkers} workers died with jobs in their hands, and the host was killed ${facts.kills} times and down for ${facts.downSeconds} s. ${facts.jobsASecond} jobs a second while it was up, until the last was completed, which the leases of the dead delay; a claim took ${facts.claimP50Ms} ms (p50) and ${facts.claimP99Ms} ms (p99). Wait: from the time when a job was due and the workers were there to its first claim.`,
    ],
  };
}

async function runTrial(scratch: string, count: number, workerCount: number) {
  const directory = path.join(scratch, "data");
  await mkdir(directory);
  const environment = { ...process.env, TMPDIR: scratch };
  const start = () => ServerProcess.start<JobSetup>(serverProgram, { directory }, [], environment);
  const target: { server: Server } = { server: await start() };
  try {
    const all = await prepare(target, count);
    await enqueueAll(all);
    const beganAt = Date.now();
    const workers = Array.from({ length: workerCount }, (_, at) => workerOf(all, at, beganAt));
    const working = workers.map((worker) => worker.run());
    const dead = workers.filter((_, at) => at < Math.ceil(workerCount * killedWorkersShare));
    const killing = killAtRandom(dead, count);
    let kills = 0;
    let downMs = 0;
    for (; kills < hostKills && !isDone(all); kills++) {
      await untilCompleted(all, Math.floor((count * (kills + 1)) / (hostKills + 2)), beganAt);
      const killedAt = Date.now();
      await target.server.kill();
      target.server = await start();
      downMs += Date.now() - killedAt;
    }
    await killing;
    await untilCompleted(all, count, beganAt);
    const upSeconds = (Date.now() - beganAt - downMs) / 1000;
    for (const worker of workers) worker.stop();
    await Promise.all(working);
    const claimsMs = workers.flatMap(({ claimsMs: taken }) => taken).sort((a, b) => a - b);
    const facts = {
      kills,
      deadWorkers: dead.length,
      downSeconds: rounded(downMs / 1000),
      jobsASecond: rounded(count / upSeconds),
      claimP50Ms: rounded(percentileOf(claimsMs, 0.5)),
      claimP99Ms: rounded(percentileOf(claimsMs, 0.99)),
    };
    return { rows: await Promise.all(all.map((tenant) => rowOf(tenant))), facts };
  } finally {
    await target.server.kill();
  }
}

/** Makes organizations, each with a key for its workers. */
async function prepare(target: { readonly server: Server }, count: number): Promise<readonly Tenant[]> {
  const all: Tenant[] = [];
  const founder = new JobClient(() => target.server.setup.siteUrl, target.server.setup.founderToken);
  await founder.send("/v1/me/sync", {});
  for (let at = 0; at < tenants; at++) {
    const share = at === 0 ? largestShare : (1 - largestShare) / (tenants - 1);
    const name = `Tenant ${at + 1}`;
    const { id } = await founder.send("/v1/organizations", { name });
    const scopes = ["job:create", "job:claim", "job:read"];
    const headers = { "portico-organization": String(id) };
    const { key } = await founder.send("/v1/api-keys", { name: "worker", scopes }, headers);
    const client = new JobClient(() => target.server.setup.siteUrl, String(key));
    all.push({ name, client, jobs: Math.round(count * share), waitsMs: new Map(), completions: new Map() });
  }
  const rest = count - all.reduce((sum, { jobs }) => sum + jobs, 0);
  return all.map((tenant, at) => (at === 0 ? { ...tenant, jobs: tenant.jobs + rest } : tenant));
}

async function enqueueAll(all: readonly Tenant[]): Promise<void> {
  const waiting = all.flatMap(({ client, jobs }) => Array.from({ length: jobs }, (_, at) => ({ client, at })));
  const write = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop())
      await next.client.send("/v1/scheduled-jobs", {
        action: "x.bench",
        priority: 1 + (next.at % 10),
        payload: { at: next.at },
      });
  };
  await Promise.all(Array.from({ length: writers }, write));
}

function workerOf(all: readonly Tenant[], at: number, beganAt: number): JobWorker {
  const tenant = all[at % all.length];
  if (!tenant) throw new Error("There is a tenant for every worker.");
  const { client, waitsMs, completions } = tenant;
  return new JobWorker(client, `worker-${at}`, {
    onClaimed: ({ id, scheduledAt }: ClaimedJob, serverTime: number) => {
      if (!waitsMs.has(id)) waitsMs.set(id, serverTime - Math.max(scheduledAt, beganAt));
    },
    onCompleted: ({ id }: ClaimedJob) => void completions.set(id, (completions.get(id) ?? 0) + 1),
  });
}

async function killAtRandom(workers: readonly JobWorker[], count: number): Promise<void> {
  for (const worker of workers) {
    await sleep(randomInt(100, Math.max(200, count / 5)));
    worker.kill();
  }
}

const completed = (all: readonly Tenant[]) => all.reduce((sum, { completions }) => sum + completions.size, 0);
const isDone = (all: readonly Tenant[]) => completed(all) >= all.reduce((sum, { jobs }) => sum + jobs, 0);

async function untilCompleted(all: readonly Tenant[], count: number, beganAt: number): Promise<void> {
  while (completed(all) < count && Date.now() - beganAt < patienceMs) await sleep(20);
}

async function rowOf({ name, client, jobs, waitsMs, completions }: Tenant): Promise<Row> {
  const stored = await client.list("/v1/scheduled-jobs?limit=100");
  const states = stored.map(({ status }) => status);
  const waits = [...waitsMs.values()].sort((a, b) => a - b);
  return {
    organization: name,
    jobs,
    completed: states.filter((status) => status === "completed").length,
    lost: jobs - states.filter((status) => status === "completed").length,
    "completed twice": [...completions.values()].filter((times) => times > 1).length,
    "begun again": stored.filter(({ attempts }) => Number(attempts) > 1).length,
    "wait p50 s": rounded(percentileOf(waits, 0.5) / 1000),
    "longest wait s": rounded((waits.at(-1) ?? 0) / 1000),
  };
}
