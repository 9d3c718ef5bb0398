import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { developmentIssuerUrl } from "../../host/development/issuer";
import { databaseName } from "../../scripts/portico/dataDirectory";
import { requester, writtenIn } from "../entities/entityClient";
import { felt, feltPerSecond } from "../felt";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { seedProduct } from "../seed/seedProduct";
import { ServerProcess } from "../serverProcess";
import { newKeys } from "../setup";
import type { Request } from "../entities/entityClient";
import type { EntitySetup } from "../entities/entityServer";
import type { Felt } from "../felt";
import type { Options } from "../options";
import type { Row, Section } from "../report";

/** Unless `--rows` says fewer. */
const mostEntities = 50_000;
const perBatch = 200;
/** Batches that a worker has under way at once. */
const inFlight = 2;
const idleSeconds = 10;
/** Of the other organization, which asks meanwhile. */
const schedules = 1000;
const serverProgram = path.join(import.meta.dirname, "../entities/entityServer.ts");

/**
 * Upserts fifty thousand entities of one data source, the same again, and once more with every hundredth changed, beside a user of another
 * organization. Exits with 1 when what has not changed was written.
 */
export async function entitiesSection({ rows: asked }: Options): Promise<Section> {
  const count = Math.min(asked, mostEntities);
  const rows = await inScratchDirectory((scratch) => measured(scratch, count));
  const again = rows.find(({ pass }) => pass === "the same again");
  if (again?.["entities written"] !== 0) process.exitCode = 1;
  return {
    title: `${count} entities in batches of ${perBatch}, beside ${feltPerSecond} requests a second of another organization`,
    rows,
    notes: [
      "Documents written are counted by the host (`convex_documents_written_total`). A transaction is one batch. The ratio compares p99 of the other organization with that of the idle server in the same run.",
    ],
  };
}

async function measured(scratch: string, count: number): Promise<Row[]> {
  const directory = path.join(scratch, "data");
  await mkdir(directory);
  const keys = newKeys();
  await withProgress("filling a store", () => seedProduct(path.join(directory, databaseName), keys, schedules));
  const environment = {
    ...process.env,
    TMPDIR: scratch,
    PLATFORM_ADMIN_SUBJECTS: `${developmentIssuerUrl}|founder`,
  };
  const server = await ServerProcess.start<EntitySetup>(serverProgram, { directory }, [], environment);
  try {
    const request = await requester(server);
    const dataSourceId = await dataSourceOf(request);
    const { siteUrl } = server.setup;
    await felt(siteUrl, keys.apiKey, setTimeout(2000));
    const idle = await withProgress("idle", () => felt(siteUrl, keys.apiKey, setTimeout(idleSeconds * 1000)));
    const rows: Row[] = [];
    const passes: readonly (readonly [pass: string, changed: (at: number) => boolean])[] = [
      ["new", () => false],
      ["the same again", () => false],
      ["every hundredth changed", (at) => at % 100 === 0],
    ];
    for (const [pass, isChanged] of passes) {
      const before = await writtenIn(server);
      const startedAtMs = performance.now();
      const upserting = upsertAll(request, dataSourceId, count, isChanged);
      const beside = await withProgress(pass, () => felt(siteUrl, keys.apiKey, upserting));
      const seconds = ((await upserting) - startedAtMs) / 1000;
      const after = await writtenIn(server);
      const written = (table: string) => (after.get(table) ?? 0) - (before.get(table) ?? 0);
      rows.push({
        pass,
        seconds: rounded(seconds),
        "rows a second": rounded(count / seconds),
        transactions: Math.ceil(count / perBatch),
        "entities written": written("entities"),
        "payloads written": written("entityPayloads"),
        "events written": written("eventLogs"),
        ...feltColumns(idle, beside),
      });
    }
    return rows;
  } finally {
    await server.stop();
  }
}

function feltColumns(idle: Felt, beside: Felt): Row {
  return {
    "idle p99 ms": rounded(idle.p99Ms),
    "p99 ms": rounded(beside.p99Ms),
    "p99 ratio": rounded(beside.p99Ms / idle.p99Ms),
    requests: beside.requests,
    failures: beside.failures,
  };
}

async function dataSourceOf(request: Request): Promise<string> {
  const integration = {
    slug: "measured",
    name: "Measured",
    description: "Devices of the bench.",
    category: "rmm",
    supportedTypes: ["devices"],
  };
  const { id: integrationId } = await request("POST", "/v1/integrations", integration);
  const { id } = await request("POST", "/v1/data-sources", { integrationId, name: "Measured" });
  return String(id);
}

/** Sends every entity in batches, a few at once. Answers when the last was taken. */
async function upsertAll(
  request: Request,
  dataSourceId: string,
  count: number,
  isChanged: (at: number) => boolean,
): Promise<number> {
  let next = 0;
  const send = async () => {
    for (let from = next; from < count; from = next) {
      next += perBatch;
      const length = Math.min(perBatch, count - from);
      const items = Array.from({ length }, (_, at) => device(from + at, isChanged(from + at)));
      const sent = { dataSourceId, entityType: "devices", items };
      const { counts } = await request("POST", "/v1/entities/bulk-upsert", sent);
      if (Object(counts).failed !== 0) throw new Error(`Items failed: ${JSON.stringify(counts)}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, send));
  return performance.now();
}

/** A device as remote monitoring tells of one: about a kilobyte. */
function device(at: number, isChanged: boolean) {
  const name = `PC-${String(at).padStart(6, "0")}`;
  const status = isChanged ? "offline" : "online";
  const raw = {
    id: at,
    name,
    status,
    $type: "Workstation",
    operatingSystem: { name: "Windows 11 Pro", version: "10.0.26100", architecture: "x64" },
    hardware: { cpu: "Intel Core i5-13500T", cores: 14, memoryBytes: 17_179_869_184, serial: `SN-${at * 7919}` },
    disks: [
      { name: "C:", sizeBytes: 512_110_190_592, freeBytes: 201_110_190_592 },
      { name: "D:", sizeBytes: 1_000_204_886_016, freeBytes: 700_204_886_016 },
    ],
    network: [{ name: "Ethernet", mac: `02:00:00:${(at & 0xffff).toString(16).padStart(4, "0")}`, ip: "192.0.2.17" }],
    software: ["Office 2024", "Edge", "Sophos Endpoint", "Acrobat Reader", "TeamViewer Host"],
    lastUser: `user${at % 500}`,
  };
  return {
    externalId: `device-${at}`,
    rawData: JSON.stringify(raw),
    normalizedData: { name, status, operatingSystem: "Windows 11 Pro", serial: `SN-${at * 7919}` },
  };
}
