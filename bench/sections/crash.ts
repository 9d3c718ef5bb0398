import path from "node:path";
import { runCrashRounds } from "../../host/testing/crashRounds";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { checkInBody, newKeys, scheduleBody } from "../world";
import type { CrashSubject } from "../../host/testing/crashRounds";
import type { Section } from "../report";
import type { World, WorldKeys } from "../world";

const rounds = 20;
const pageSize = 100;

/** Kills the product under writers that create schedules and check in, and counts what it acknowledged and lost. */
export async function crashSection(): Promise<Section> {
  const result = await inScratchDirectory((directory) =>
    runCrashRounds(productIn(directory), rounds, ({ rounds: round, acknowledged, lost }) => {
      process.stderr.write(`  kill ${round} of ${rounds}: ${acknowledged} acknowledged, ${lost} lost\n`);
    }),
  );
  const { acknowledged, lost, duplicated } = result;
  if (lost + duplicated > 0) process.exitCode = 1;
  return {
    title: "kill -9 under 16 writers over REST",
    rows: [{ kills: result.rounds, "writes acknowledged": acknowledged, lost, "stored twice": duplicated }],
    notes: ["The operating system goes on running, so this shows what a dying process loses, not a dying machine."],
  };
}

function productIn(directory: string): CrashSubject {
  const keys = newKeys();
  const order = { directory, keys, scheduleCount: 0 };
  return {
    start: async () => {
      const server = await ServerProcess.start<World>(path.join(import.meta.dirname, "../productServer.ts"), order);
      return { url: server.world.url, kill: () => server.kill() };
    },
    write: async (url, marker) => {
      // Every other write is a check-in. The same body every time: a key belongs to one request, byte for byte.
      if (isCheckIn(marker)) await checkIn(url, keys, marker);
      else await create(url, keys, marker);
    },
    markers: async (url) => [
      ...(await valuesOf(url, keys, "/v1/schedules", "title")),
      ...(await valuesOf(url, keys, "/v1/agent-api-logs", "errorMessage")),
    ],
  };
}

function isCheckIn(marker: string): boolean {
  return marker.charCodeAt(0) % 2 === 0;
}

function create(url: string, { apiKey }: WorldKeys, marker: string): Promise<void> {
  return post(`${url}/v1/schedules`, apiKey, marker, { ...scheduleBody(0, 0), title: marker });
}

/** The agent reports the marker as an error, which its log keeps. */
function checkIn(url: string, { agentKeys }: WorldKeys, marker: string): Promise<void> {
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
  { apiKey }: WorldKeys,
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
