import { mkdir } from "node:fs/promises";
import path from "node:path";
import { runCrashRounds } from "../../host/testing/crash/crashRounds.testing";
import { ledgerOn } from "../../host/testing/crash/ledgerSubject.testing";
import { databaseName } from "../../scripts/portico/dataDirectory";
import { rounded } from "../report";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { checkInBody, newKeys, scheduleBody } from "../setup";
import type { CrashResult, CrashSubject } from "../../host/testing/crash/crashRounds.testing";
import type { Options } from "../options";
import type { Section } from "../report";
import type { Setup, SetupKeys } from "../setup";

const pageSize = 100;

/** Kills the host under mutations that call and schedule others. Exits with 1 when anything is lost or wrong. */
export async function crashSection(options: Options): Promise<Section> {
  return await killRepeatedly("the host", options, (directory) => ledgerOn(path.join(directory, databaseName)));
}

/**
 * Kills the product under writers that create schedules and check in over REST. Exits with 1 when anything is lost or
 * wrong.
 */
export async function crashRestSection(options: Options): Promise<Section> {
  return await killRepeatedly("the product over REST", options, productIn);
}

async function killRepeatedly(
  name: string,
  { kills, writers }: Options,
  subjectIn: (directory: string) => CrashSubject,
): Promise<Section> {
  const startedAtMs = performance.now();
  const result = await inScratchDirectory(async (scratch) => {
    const directory = path.join(scratch, "data");
    await mkdir(directory);
    return await runCrashRounds(subjectIn(directory), { rounds: kills, writers }, (soFar) => {
      const found = `${soFar.acknowledged} acknowledged, ${problemsOf(soFar)} problems`;
      process.stderr.write(`  round ${soFar.rounds} of ${kills}, ${soFar.kills} kills, ${found}\n`);
    });
  });
  if (problemsOf(result) > 0) process.exitCode = 1;
  const counts = {
    kills: result.kills,
    "writes acknowledged": result.acknowledged,
    "of them sent again": result.resent,
    ...result.facts,
    lost: result.lost,
    "stored twice": result.duplicated,
    "integrity problems": result.integrityProblems,
    ...result.faults,
    seconds: rounded((performance.now() - startedAtMs) / 1000),
  };
  return {
    title: `${result.rounds} rounds of kill -9 under ${writers} writers, ${name}`,
    rows: Object.entries(counts).map(([what, count]) => ({ what, count })),
    notes: ["The operating system goes on running, so this shows what a dying process loses, not a dying machine."],
  };
}

function problemsOf({ lost, duplicated, integrityProblems, faults }: CrashResult): number {
  return Object.values(faults).reduce((sum, count) => sum + count, lost + duplicated + integrityProblems);
}

function productIn(directory: string): CrashSubject {
  const keys = newKeys();
  const order = { directory, keys, scheduleCount: 0 };
  const program = path.join(import.meta.dirname, "../productServer.ts");
  return {
    file: path.join(directory, databaseName),
    start: async () => {
      // A killed server cannot remove what it keeps in the temporary directory.
      const environment = { ...process.env, TMPDIR: path.dirname(directory) };
      const server = await ServerProcess.start<Setup>(program, order, [], environment);
      return { url: server.setup.url, kill: () => server.kill() };
    },
    write: async (url, marker) => {
      // Every other write is a check-in. The same body every time: a key belongs to one request, byte for byte.
      if (isCheckIn(marker)) await checkIn(url, keys, marker);
      else await create(url, keys, marker);
    },
    audit: async (url) => ({
      markers: [
        ...(await valuesOf(url, keys, "/v1/schedules", "title")),
        ...(await valuesOf(url, keys, "/v1/agent-api-logs", "errorMessage")),
      ],
      faults: {},
      facts: {},
    }),
  };
}

function isCheckIn(marker: string): boolean {
  return marker.charCodeAt(0) % 2 === 0;
}

function create(url: string, { apiKey }: SetupKeys, marker: string): Promise<void> {
  return post(`${url}/v1/schedules`, apiKey, marker, { ...scheduleBody(0, 0), title: marker });
}

/** The agent reports the marker as an error, which its log keeps. */
function checkIn(url: string, { agentKeys }: SetupKeys, marker: string): Promise<void> {
  const agentKey = agentKeys[marker.charCodeAt(1) % agentKeys.length] ?? "";
  return post(`${url}/v1/agents/check-in`, agentKey, marker, { ...checkInBody, errors: [marker] });
}

async function post(url: string, credential: string, idempotencyKey: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${credential}`,
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`A write was answered with ${response.status}: ${text}`);
}

/** One field of every stored row of a list. */
async function valuesOf(
  url: string,
  { apiKey }: SetupKeys,
  listPath: string,
  field: string,
): Promise<readonly string[]> {
  const values: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = `limit=${pageSize}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const response: Response = await fetch(`${url}${listPath}?${query}`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const page: { data: readonly Record<string, string>[]; page: { nextCursor: string | null } } = JSON.parse(
      await response.text(),
    );
    values.push(...page.data.flatMap((row) => row[field] ?? []));
    cursor = page.page.nextCursor;
  }
  return values;
}
