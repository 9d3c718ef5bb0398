import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { percentileOf } from "../orders";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { scheduleBody } from "../setup";
import { Receivers } from "../webhooks/receivers";
import { request, serverProgram } from "../webhooks/requests";
import type { Row, Section } from "../report";
import type { Server } from "../webhooks/requests";
import type { WebhookSetup } from "../webhooks/webhookServer";

/** The last is as many as an organization may have. */
const endpointCounts = [0, 1, 18, 20] as const;
const singleChanges = 100;
const warmUpChanges = 20;
const burstChanges = 100;
const burstWriters = 8;
const patienceMs = 120_000;

/** An organization whose changes are timed, and the numbers of its endpoints. */
interface Measured {
  readonly id: string;
  readonly endpoints: readonly number[];
}

/** What webhooks cost the change that they tell of, and how soon they are told, by the number of endpoints of its organization. */
export async function webhookCostSection(): Promise<Section> {
  const rows = await inScratchDirectory((scratch) => withProgress("changes", () => measure(scratch)));
  return {
    title: "Changes of organizations with so many endpoints that are told of them",
    rows,
    notes: [
      `${singleChanges} changes over REST, each organization in turn, each once the one before was told of; \`first\` and \`last\`: milliseconds from the commit to the arrival at the first and at the last endpoint. Then ${burstChanges} changes of ${burstWriters} writers: seconds until all were answered, and from there until the last endpoint was told of the last.`,
    ],
  };
}

async function measure(scratch: string): Promise<Row[]> {
  const directory = path.join(scratch, "data");
  await mkdir(directory);
  const total = endpointCounts.reduce<number>((sum, count) => sum + count, 0);
  const receivers = await Receivers.open(Array.from({ length: total }, () => "living" as const));
  const environment = { ...process.env, TMPDIR: scratch, ENCRYPTION_MASTER_KEY: randomBytes(32).toString("hex") };
  const order = { directory, loopbackOrigins: receivers.origins };
  const server = await ServerProcess.start<WebhookSetup>(serverProgram, order, [], environment);
  try {
    const organizations = await prepare(server, receivers);
    const timesMs = await changeInTurn(server, receivers, organizations);
    const lagsMs = organizations.map((each) => lagsOf(receivers, each));
    const rows: Row[] = [];
    for (const [at, organization] of organizations.entries()) {
      const { first = [], last = [] } = lagsMs[at] ?? {};
      const burst = await changeAtOnce(server, receivers, organization);
      rows.push({
        endpoints: organization.endpoints.length,
        ...percentiles("change", timesMs[at] ?? []),
        ...percentiles("first", first),
        ...percentiles("last", last),
        ...burst,
      });
    }
    return rows;
  } finally {
    await server.kill();
    await receivers.close();
  }
}

async function prepare(server: Server, receivers: Receivers): Promise<readonly Measured[]> {
  await request(server, "/v1/me/sync", {});
  const organizations: Measured[] = [];
  let made = 0;
  for (const count of endpointCounts) {
    const { id } = await request(server, "/v1/organizations", { name: `Organization of ${count}` });
    const endpoints = Array.from({ length: count }, () => made++);
    for (const endpoint of endpoints) {
      const values = { url: receivers.urlOf(endpoint), eventTypes: ["schedule.created"] };
      await request(server, "/v1/webhook-endpoints", values, { organization: String(id) });
    }
    organizations.push({ id: String(id), endpoints });
  }
  return organizations;
}

/** The milliseconds that each organization's changes took, without the first ones. A change is made once the one before was told of. */
async function changeInTurn(
  server: Server,
  receivers: Receivers,
  organizations: readonly Measured[],
): Promise<readonly number[][]> {
  const timesMs = organizations.map((): number[] => []);
  for (let change = 0; change < warmUpChanges + singleChanges; change++) {
    for (const [at, organization] of organizations.entries()) {
      const startedAtMs = performance.now();
      await request(server, "/v1/schedules", scheduleBody(0, change), { organization: organization.id });
      if (change >= warmUpChanges) timesMs[at]?.push(performance.now() - startedAtMs);
      await untilTold(receivers, [organization], change + 1);
    }
  }
  return timesMs;
}

async function changeAtOnce(server: Server, receivers: Receivers, organization: Measured): Promise<Row> {
  let next = 0;
  const startedAtMs = performance.now();
  const write = async () => {
    while (next++ < burstChanges)
      await request(server, "/v1/schedules", scheduleBody(1, next), { organization: organization.id });
  };
  await Promise.all(Array.from({ length: burstWriters }, write));
  const answeredAtMs = performance.now();
  await untilTold(receivers, [organization], warmUpChanges + singleChanges + burstChanges);
  return {
    "100 changes s": rounded((answeredAtMs - startedAtMs) / 1000),
    "told after s": rounded((performance.now() - answeredAtMs) / 1000),
  };
}

/** @throws {Error} when an endpoint was not told of so many events in time */
async function untilTold({ arrivals }: Receivers, organizations: readonly Measured[], events: number): Promise<void> {
  const endMs = Date.now() + patienceMs;
  const isTold = (endpoint: number) => new Set(arrivals.get(endpoint)?.map(({ eventId }) => eventId)).size >= events;
  while (!organizations.every(({ endpoints }) => endpoints.every(isTold))) {
    if (Date.now() > endMs) throw new Error(`Not every endpoint was told of ${events} events.`);
    await sleep(2);
  }
}

/** Milliseconds from each event to its arrival at the first and at the last endpoint of an organization. */
function lagsOf(
  { arrivals }: Receivers,
  { endpoints }: Measured,
): { readonly first: number[]; readonly last: number[] } {
  const lags = new Map<string, number[]>();
  for (const { eventId, createdAt, arrivedAt } of endpoints.flatMap((endpoint) => arrivals.get(endpoint) ?? []))
    lags.set(eventId, [...(lags.get(eventId) ?? []), arrivedAt - createdAt]);
  const each = [...lags.values()];
  return { first: each.map((one) => Math.min(...one)), last: each.map((one) => Math.max(...one)) };
}

function percentiles(name: string, timesMs: readonly number[]): Row {
  const sorted = timesMs.toSorted((left, right) => left - right);
  const shown = (share: number) => (sorted.length > 0 ? rounded(percentileOf(sorted, share)) : "");
  return { [`${name} p50 ms`]: shown(0.5), [`${name} p99 ms`]: shown(0.99) };
}
