import { randomBytes, randomInt } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { loadavg } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { percentileOf } from "../orders";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { scheduleBody } from "../setup";
import { Receivers } from "../webhooks/receivers";
import { raisedLimits, Refusal, request, serverProgram } from "../webhooks/requests";
import type { Behaviour } from "../webhooks/receivers";
import type { Server } from "../webhooks/requests";
import type { WebhookSetup } from "../webhooks/webhookServer";
import type { Options } from "../options";
import type { Row, Section } from "../report";

/** Unless `--rows` says fewer. */
const mostEvents = 10_000;
const endpoints = 50;
const dead: readonly Behaviour[] = [
  "down",
  "down",
  "down",
  "slow",
  "slow",
  "slow",
  "redirecting",
  "redirecting",
  "gone",
  "gone",
];
const kills = 5;
const writers = 8;
/** After the last event, what is waited for the rest to arrive. */
const patienceMs = 600_000;

interface Trial {
  readonly name: string;
  readonly behaviours: readonly Behaviour[];
  readonly kills: number;
  readonly events: number;
}

/**
 * Tells fifty organizations' endpoints of ten thousand events: all of them living, ten of them dead, and once more with the process killed five
 * times in between. Exits with 1 when a living endpoint was not told of one.
 */
export async function webhooksSection({ rows: asked }: Options): Promise<Section> {
  const events = Math.min(asked, mostEvents);
  const living = (count: number) => Array.from({ length: count }, (): Behaviour => "living");
  const mixed = [...dead, ...living(endpoints - dead.length)];
  const trials: readonly Trial[] = [
    { name: "all living", behaviours: living(endpoints), kills: 0, events },
    { name: "ten dead", behaviours: mixed, kills: 0, events },
    { name: "ten dead, killed", behaviours: mixed, kills, events },
  ];
  const rows: Row[] = [];
  for (const trial of trials) {
    rows.push(await inScratchDirectory((scratch) => withProgress(trial.name, () => runTrial(scratch, trial))));
  }
  if (rows.some((row) => row["missing"] !== 0)) process.exitCode = 1;
  return {
    title: `${events} events to ${endpoints} endpoints of as many organizations`,
    rows,
    notes: [
      "Dead are three that are down, three that never answer, two that redirect and two that answer 410. Seconds of lag: from the commit to the arrival, at living endpoints. `in order`: arrivals that came after every earlier event of their endpoint. `tries`: what a dead endpoint got at most, of its share of the events. What the dead cost the others is what the second trial's lag has over the first's.",
    ],
  };
}

async function runTrial(scratch: string, { name, behaviours, kills: killed, events }: Trial): Promise<Row> {
  const directory = path.join(scratch, "data");
  await mkdir(directory);
  const receivers = await Receivers.open(behaviours);
  const environment = {
    ...process.env,
    ...raisedLimits,
    TMPDIR: scratch,
    ENCRYPTION_MASTER_KEY: randomBytes(32).toString("hex"),
  };
  const order = { directory, loopbackOrigins: receivers.origins };
  const start = () => ServerProcess.start<WebhookSetup>(serverProgram, order, [], environment);
  const target = { server: await start() };
  try {
    const organizations = await prepare(target.server, receivers, behaviours.length);
    const startedAtMs = Date.now();
    const writing = writeAll(target, organizations, events);
    for (let done = 0; done < killed; done++) {
      await sleep(1000 + randomInt(3000));
      await target.server.kill();
      target.server = await start();
    }
    await writing;
    const writtenAtMs = Date.now();
    const missing = await untilTold(receivers, behaviours, events / organizations.length);
    return {
      trial: name,
      kills: killed,
      "events a second": rounded(events / ((writtenAtMs - startedAtMs) / 1000)),
      "told after s": rounded((Date.now() - writtenAtMs) / 1000),
      missing,
      ...arrivalsOf(receivers, behaviours),
      load: rounded(loadavg()[0] ?? 0),
    };
  } finally {
    await target.server.kill();
    await receivers.close();
  }
}

/** Makes organizations, each with an endpoint; answers their ids. */
async function prepare(server: Server, receivers: Receivers, count: number): Promise<readonly string[]> {
  const organizations: string[] = [];
  await request(server, "/v1/me/sync", {});
  for (let at = 0; at < count; at++) {
    const { id } = await request(server, "/v1/organizations", { name: `Organization ${at}` });
    const endpoint = { url: receivers.urlOf(at), eventTypes: ["schedule.created"] };
    await request(server, "/v1/webhook-endpoints", endpoint, { organization: String(id) });
    organizations.push(String(id));
  }
  return organizations;
}

/** Creates schedules, one after the other of each organization in turn; what a kill took the answer of is sent again with its key. */
async function writeAll(
  target: { readonly server: Server },
  organizations: readonly string[],
  events: number,
): Promise<void> {
  let next = 0;
  const write = async () => {
    for (let at = next++; at < events; at = next++) {
      const organization = organizations[at % organizations.length] ?? "";
      const key = `event-${at}-of-the-trial`;
      for (;;) {
        try {
          await request(target.server, "/v1/schedules", scheduleBody(0, at), { organization, key });
          break;
        } catch (error) {
          if (error instanceof Refusal) throw error;
          await sleep(50);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
}

/** Waits until every living endpoint was told of all its events; answers how many are missing at last. */
async function untilTold(receivers: Receivers, behaviours: readonly Behaviour[], each: number): Promise<number> {
  const endMs = Date.now() + patienceMs;
  for (;;) {
    const missing = behaviours
      .map((behaviour, at) => (behaviour === "living" ? each - distinct(receivers, at) : 0))
      .reduce((sum, lacking) => sum + lacking, 0);
    if (missing === 0 || Date.now() > endMs) return missing;
    await sleep(100);
  }
}

function distinct({ arrivals }: Receivers, endpoint: number): number {
  return new Set(arrivals.get(endpoint)?.map(({ eventId }) => eventId)).size;
}

function arrivalsOf({ arrivals }: Receivers, behaviours: readonly Behaviour[]): Row {
  const isLiving = (at: number) => behaviours[at] === "living";
  const living = [...arrivals].filter(([at]) => isLiving(at)).map(([, arrived]) => arrived);
  const firsts = living.flatMap((arrived) => [
    ...new Map(arrived.toReversed().map((one) => [one.eventId, one])).values(),
  ]);
  const lags = firsts.map(({ createdAt, arrivedAt }) => (arrivedAt - createdAt) / 1000).sort((a, b) => a - b);
  const total = living.reduce((sum, arrived) => sum + arrived.length, 0);
  const inOrder = living.reduce((sum, arrived) => sum + countInOrder(arrived.map(({ createdAt }) => createdAt)), 0);
  const tries = [...arrivals].filter(([at]) => !isLiving(at)).map(([, arrived]) => arrived.length);
  return {
    told: firsts.length,
    "told twice": total - firsts.length,
    "lag p50 s": rounded(percentileOf(lags, 0.5)),
    "lag p99 s": rounded(percentileOf(lags, 0.99)),
    "lag max s": rounded(lags.at(-1) ?? 0),
    "in order %": rounded((100 * inOrder) / Math.max(total, 1)),
    tries: Math.max(0, ...tries),
  };
}

function countInOrder(times: readonly number[]): number {
  let latest = 0;
  let count = 0;
  for (const time of times) {
    if (time >= latest) count++;
    latest = Math.max(latest, time);
  }
  return count;
}
