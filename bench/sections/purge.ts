import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { checkIntegrity } from "../../host/store/integrityCheck";
import { openConnection } from "../../host/store/sqlite";
import { databaseName } from "../../scripts/portico/dataDirectory";
import { felt, feltPerSecond } from "../felt";
import { doomedSlug, seedDoomed } from "../purge/seedDoomed";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { seedProduct } from "../seed/seedProduct";
import { ServerProcess } from "../serverProcess";
import { newKeys } from "../setup";
import type { PurgeSetup } from "../purge/purgeServer";
import type { Options } from "../options";
import type { Row, Section } from "../report";
import type { SetupKeys } from "../setup";

const kills = 5;
const minimumSeconds = 10;
const schedules = 1000;
const serverProgram = path.join(import.meta.dirname, "../purge/purgeServer.ts");

type Server = ServerProcess<PurgeSetup>;

/** A store with an organization to purge, and a user of another one. */
interface Store {
  readonly directory: string;
  readonly file: string;
  readonly keys: SetupKeys;
  readonly organizationId: string;
}

/**
 * Purges an organization with rows in every table beside a user of another one, and once more under a process that is killed in between.
 * Exits with 1 when a row is left or the store is damaged.
 */
export async function purgeSection(options: Options): Promise<Section> {
  const seconds = Math.max(options.seconds, minimumSeconds);
  const rows = await inScratchDirectory(async (scratch) => {
    const undisturbed = await purgeBeside(await newStore(scratch, "whole", options.rows), seconds);
    return [undisturbed, await purgeUnderKills(await newStore(scratch, "killed", options.rows), undisturbed)];
  });
  if (rows.some((row) => row["rows left"] !== 0 || row["integrity problems"] !== 0)) process.exitCode = 1;
  return {
    title: `Purge of an organization with ${options.rows} rows in every table, beside ${feltPerSecond} requests a second of another one`,
    rows,
    notes: [
      "Half of the other organization's requests read a page, half create a schedule. Seconds of the second row include five restarts.",
    ],
  };
}

async function newStore(scratch: string, name: string, rows: number): Promise<Store> {
  const directory = path.join(scratch, name);
  await mkdir(directory);
  const file = path.join(directory, databaseName);
  const keys = newKeys();
  const organizationId = await withProgress(`filling a store with ${rows} rows`, async () => {
    await seedProduct(file, keys, schedules);
    return await seedDoomed(file, rows);
  });
  return { directory, file, keys, organizationId };
}

const start = ({ directory }: Store): Promise<Server> =>
  // A killed server cannot remove what it keeps in the temporary directory.
  ServerProcess.start<PurgeSetup>(serverProgram, { directory }, [], {
    ...process.env,
    TMPDIR: path.dirname(directory),
  });

async function purgeBeside(store: Store, seconds: number): Promise<Row> {
  const server = await start(store);
  await felt(server.setup.siteUrl, store.keys.apiKey, setTimeout(2000));
  const idle = await withProgress("idle", () =>
    felt(server.setup.siteUrl, store.keys.apiKey, setTimeout(seconds * 1000)),
  );
  const startedAtMs = performance.now();
  await server.ask({ ask: "purge" });
  const purged = untilGone(server);
  const beside = await withProgress("purging", () => felt(server.setup.siteUrl, store.keys.apiKey, purged));
  const purgeMs = (await purged) - startedAtMs;
  await server.stop();
  return {
    ...(await outcomeOf(store, purgeMs, 0)),
    "idle p99 ms": rounded(idle.p99Ms),
    "p99 ms": rounded(beside.p99Ms),
    "p99 ratio": rounded(beside.p99Ms / idle.p99Ms),
    requests: beside.requests,
    failures: beside.failures,
  };
}

/** The kills fall into the first part of the time that an undisturbed purge takes, so that each finds it under way. */
async function purgeUnderKills(store: Store, undisturbed: Row): Promise<Row> {
  const betweenMs = (Number(undisturbed["seconds"]) * 1000 * 0.8) / (kills + 1);
  let server = await start(store);
  let startedAtMs = performance.now();
  await server.ask({ ask: "purge" });
  for (let kill = 1; kill <= kills; kill++) {
    await setTimeout(betweenMs * (0.5 + Math.random()));
    await server.kill();
    const lookedAtMs = performance.now();
    process.stderr.write(`  kill ${kill} of ${kills}: ${rowsLeftIn(store)} rows left\n`);
    startedAtMs += performance.now() - lookedAtMs;
    server = await start(store);
  }
  const purgeMs = (await untilGone(server)) - startedAtMs;
  await server.stop();
  return {
    ...(await outcomeOf(store, purgeMs, kills)),
    "idle p99 ms": "",
    "p99 ms": "",
    "p99 ratio": "",
    requests: "",
    failures: "",
  };
}

async function outcomeOf(store: Store, purgeMs: number, killed: number): Promise<Row> {
  const { deleted, batches } = told(store);
  const { problems } = await checkIntegrity(store.file);
  return {
    kills: killed,
    seconds: rounded(purgeMs / 1000),
    "rows deleted": deleted,
    batches,
    "rows a second": rounded((deleted * 1000) / purgeMs),
    "rows left": rowsLeftIn(store),
    "integrity problems": problems.length,
  };
}

/** Waits until the organization's name is free. Answers when. */
async function untilGone({ setup: { siteUrl, founderToken } }: Server): Promise<number> {
  for (;;) {
    const response = await fetch(`${siteUrl}/v1/organizations`, {
      method: "POST",
      headers: { authorization: `Bearer ${founderToken}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "Next", slug: doomedSlug }),
    });
    await response.arrayBuffer();
    if (response.status === 201) return performance.now();
    if (response.status !== 409) throw new Error(`A slug was asked for, and the answer was ${response.status}.`);
    await setTimeout(200);
  }
}

/** What the file of a server that has ended holds. A copy is read: the driver may hold what it has opened for a while. */
function documentsIn<T>({ file }: Store, read: (documents: readonly Record<string, unknown>[]) => T): T {
  const copy = `${path.dirname(file)}-copy`;
  mkdirSync(copy);
  for (const suffix of ["", "-wal"])
    if (existsSync(file + suffix)) copyFileSync(file + suffix, path.join(copy, databaseName + suffix));
  const connection = openConnection(path.join(copy, databaseName));
  try {
    const rows = connection.prepare("SELECT value FROM documents").all([]);
    return read(rows.map(([value]) => Object(JSON.parse(String(value)))));
  } finally {
    connection.close();
    rmSync(copy, { recursive: true });
  }
}

const rowsLeftIn = (store: Store): number =>
  documentsIn(store, (rows) => rows.filter((row) => row["organizationId"] === store.organizationId).length);

/** What the audit trail of no organization says of the purge. */
function told(store: Store): { readonly deleted: number; readonly batches: number } {
  const metadata = documentsIn(
    store,
    (rows) =>
      rows.find(({ action, recordId }) => action === "organization.purge" && recordId === store.organizationId)?.[
        "metadata"
      ],
  );
  const { deleted, batches } = Object(metadata);
  return { deleted: Number(deleted), batches: Number(batches) };
}
