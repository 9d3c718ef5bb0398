import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { databaseName } from "../../scripts/portico/dataDirectory";
import { percentileOf } from "../orders";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { seedProduct } from "../seed/seedProduct";
import { ServerProcess } from "../serverProcess";
import { newKeys, scheduleBody } from "../setup";
import type { TrailSetup } from "../trail/trailServer";
import type { Options } from "../options";
import type { Row, Section } from "../report";

const minimumSeconds = 5;
const minimumRounds = 4;
/** Writers, each of which sends its next request when it has the answer to the last. */
const writers = 16;
const sealIntervalMs = 1000;
const serverProgram = path.join(import.meta.dirname, "../trail/trailServer.ts");

const newFelt = (): { latenciesMs: number[]; sealed: number } => ({ latenciesMs: [], sealed: 0 });

type Server = ServerProcess<TrailSetup>;

/** What happens beside the writers of one window. */
interface Beside {
  readonly name: string;
  readonly isSealing: boolean;
  readonly logPercent: number;
}

const alone: Beside = { name: "writers alone", isSealing: false, logPercent: 0 };
const others: readonly Beside[] = [
  { name: "sealed every second", isSealing: true, logPercent: 0 },
  { name: "1 % of successes logged", isSealing: false, logPercent: 1 },
  { name: "all successes logged", isSealing: false, logPercent: 100 },
];

/** What writers of one organization feel of the sealing of its audit trail, and of its request log, in turns in one process. */
export async function trailSection(options: Options): Promise<Section> {
  const seconds = Math.max(options.seconds, minimumSeconds);
  const rounds = Math.max(options.rounds, minimumRounds);
  const kinds = [alone, ...others];
  const felt = new Map(kinds.map(({ name }) => [name, newFelt()]));
  await inScratchDirectory(async (directory) => {
    const keys = newKeys();
    await seedProduct(path.join(directory, databaseName), keys, 1000);
    const server = await ServerProcess.start<TrailSetup>(serverProgram, { directory });
    const { siteUrl } = server.setup;
    await writeFor(siteUrl, keys.apiKey, 3);
    for (let round = 0; round < rounds; round++) {
      // Forth and back, so that what grows meets each as early as late.
      for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
        await setLogging(siteUrl, keys.apiKey, kind.logPercent);
        const stop = new AbortController();
        const sealing = kind.isSealing ? seal(server, stop.signal) : Promise.resolve(0);
        const latenciesMs = await withProgress(kind.name, () => writeFor(siteUrl, keys.apiKey, seconds));
        stop.abort();
        const known = felt.get(kind.name);
        known?.latenciesMs.push(...latenciesMs);
        if (known) known.sealed += await sealing;
      }
    }
    await server.stop();
  });
  const base = felt.get(alone.name)?.latenciesMs.toSorted((left, right) => left - right) ?? [];
  const rows = [...felt].map(([name, { latenciesMs, sealed }]): Row => {
    const sorted = latenciesMs.toSorted((left, right) => left - right);
    const ratio = (share: number) => rounded(percentileOf(sorted, share) / percentileOf(base, share));
    return {
      beside: name,
      writes: sorted.length,
      "p50 ms": rounded(percentileOf(sorted, 0.5)),
      "p99 ms": rounded(percentileOf(sorted, 0.99)),
      "p50 ratio": ratio(0.5),
      "p99 ratio": ratio(0.99),
      "rows sealed": sealed,
    };
  });
  return {
    title: `${writers} writers of one organization beside the sealing of its audit trail and its request log`,
    rows,
    notes: ["Every write leaves an audit row. The product seals once a minute; here it is done once a second."],
  };
}

/** Answers how many rows were sealed until then; what a run leaves goes on by itself and is not counted. */
async function seal(server: Server, until: AbortSignal): Promise<number> {
  let rows = 0;
  while (!until.aborted) {
    rows += (await server.ask<{ readonly rows: number }>({ ask: "seal" })).rows;
    await setTimeout(sealIntervalMs);
  }
  return rows;
}

async function setLogging(siteUrl: string, apiKey: string, apiLogSuccessPercent: number): Promise<void> {
  const response = await fetch(`${siteUrl}/v1/organizations/by-slug/bench`, { headers: headersOf(apiKey) });
  const { id }: { id?: unknown } = Object(await response.json());
  const changed = await fetch(`${siteUrl}/v1/organizations/${String(id)}`, {
    method: "PATCH",
    headers: headersOf(apiKey),
    body: JSON.stringify({ settings: { apiLogSuccessPercent } }),
  });
  if (!changed.ok) throw new Error(`The log was not set: ${await changed.text()}`);
}

const headersOf = (apiKey: string) => ({ authorization: `Bearer ${apiKey}`, "content-type": "application/json" });

async function writeFor(siteUrl: string, apiKey: string, seconds: number): Promise<readonly number[]> {
  const endsAtMs = performance.now() + seconds * 1000;
  const latenciesMs: number[] = [];
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      while (performance.now() < endsAtMs) {
        const startedAtMs = performance.now();
        const body = JSON.stringify(scheduleBody(Date.now(), writer));
        const response = await fetch(`${siteUrl}/v1/schedules`, { method: "POST", headers: headersOf(apiKey), body });
        if (response.status !== 201) throw new Error(`A schedule was not created: ${await response.text()}`);
        await response.arrayBuffer();
        latenciesMs.push(performance.now() - startedAtMs);
      }
    }),
  );
  return latenciesMs;
}
