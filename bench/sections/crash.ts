import path from "node:path";
import { runCrashRounds } from "../../host/testing/crashRounds";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { newKeys, scheduleBody } from "../world";
import type { CrashSubject } from "../../host/testing/crashRounds";
import type { Section } from "../report";
import type { World, WorldKeys } from "../world";

const rounds = 20;
const pageSize = 100;

/** Kills the product under writers that create schedules, and counts what it acknowledged and lost. */
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
      // The same body every time: a key belongs to one request, byte for byte.
      await create(url, keys, marker, { ...scheduleBody(0, 0), title: marker });
    },
    markers: (url) => titlesOf(url, keys),
  };
}

async function create(url: string, { apiKey }: WorldKeys, idempotencyKey: string, body: object): Promise<void> {
  const response = await fetch(`${url}/v1/schedules`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`A create was answered with ${response.status}: ${text}`);
}

/** The title of every stored schedule. */
async function titlesOf(url: string, { apiKey }: WorldKeys): Promise<readonly string[]> {
  const titles: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const response: Response = await fetch(
      `${url}/v1/schedules?limit=${pageSize}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      {
        headers: { authorization: `Bearer ${apiKey}` },
      },
    );
    const page: { data: readonly { title: string }[]; page: { nextCursor: string | null } } = JSON.parse(
      await response.text(),
    );
    titles.push(...page.data.map(({ title }) => title));
    cursor = page.page.nextCursor;
  }
  return titles;
}
