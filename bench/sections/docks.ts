import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { requester, writtenIn } from "../entities/entityClient";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import type { Request } from "../entities/entityClient";
import type { EntitySetup } from "../entities/entityServer";
import type { Options } from "../options";
import type { Row, Section } from "../report";

/** Unless `--rows` says fewer. */
const mostServers = 10_000;
const serverProgram = path.join(import.meta.dirname, "../entities/entityServer.ts");

type Server = ServerProcess<EntitySetup>;

/**
 * Syncs a dock whose provider lists ten thousand servers, a hundred a page, and syncs it again. Exits with 1 when what has not changed was
 * written.
 */
export async function docksSection({ rows: asked }: Options): Promise<Section> {
  const count = Math.min(asked, mostServers);
  const rows = await inScratchDirectory((scratch) => measured(scratch, count));
  if (rows.at(-1)?.["resources written"] !== 0) process.exitCode = 1;
  return {
    title: `A dock of ${count} servers, in pages of 100`,
    rows,
    notes: [
      "Seconds from the request to the end of its run. Documents written and commits are counted by the host (`convex_documents_written_total`, `convex_commits_total`); a transaction of a sync is a commit.",
    ],
  };
}

async function measured(scratch: string, count: number): Promise<Row[]> {
  const directory = path.join(scratch, "data");
  await mkdir(directory);
  const environment = { ...process.env, TMPDIR: scratch, ENABLE_MOCK_PROVIDER: "true" };
  const server = await ServerProcess.start<EntitySetup>(serverProgram, { directory }, [], environment);
  try {
    const request = await requester(server);
    const { id: dockId } = await request("POST", "/v1/docks", {
      name: "Measured",
      provider: "mock",
      apiKey: `mock_fleet-${count}_correct-horse-battery`,
      syncConfig: { enabled: false },
    });
    const rows: Row[] = [];
    for (const pass of ["new", "the same again"]) {
      const [written, commits] = [await writtenIn(server), await commitsOf(server)];
      const run = await withProgress(pass, () => synced(request, String(dockId)));
      const after = await writtenIn(server);
      const more = (table: string) => (after.get(table) ?? 0) - (written.get(table) ?? 0);
      const seconds = Number(run["durationMs"]) / 1000;
      rows.push({
        pass,
        seconds: rounded(seconds),
        "rows a second": rounded(count / seconds),
        commits: (await commitsOf(server)) - commits,
        "resources written": more("servers"),
        "payloads written": more("resourcePayloads"),
        "sightings written": more("syncSightings"),
      });
    }
    return rows;
  } finally {
    await server.stop();
  }
}

/** Syncs a dock to its end; answers the run. */
async function synced(request: Request, dockId: string): Promise<Readonly<Record<string, unknown>>> {
  const { syncId } = await request("POST", `/v1/docks/${dockId}/sync`);
  for (;;) {
    const run = await request("GET", `/v1/sync-history/${String(syncId)}`);
    if (run["status"] === "success") return run;
    if (run["status"] !== "running") throw new Error(`The sync has ended otherwise: ${JSON.stringify(run)}`);
    await setTimeout(200);
  }
}

/** Commits since the process began, as the host counts them: those of crons and of whoever asks how far it is among them. */
async function commitsOf({ setup: { cloudUrl } }: Server): Promise<number> {
  const text = await (await fetch(`${cloudUrl}/metrics`)).text();
  return Number(/^convex_commits_total (\d+)$/m.exec(text)?.[1] ?? 0);
}
