import { sha256OfBytes } from "./s3/signing";
import { inventoryTables } from "./operationType";
import type { InventoryTable, RunFacts, RunTools } from "./operationType";
import type { S3Storage } from "./s3/storage";

/** Bytes from which on a part is written: a request, and what an action holds, stay small however large the inventory is. */
const partBytes = 4 * 1024 * 1024;

/** A part as the manifest names it. */
interface Part {
  readonly [field: string]: string | number;
  /** Its key behind the folder of the backup. */
  readonly name: string;
  readonly table: InventoryTable;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes the inventory of an organization as lines of JSON, a table after the other, in parts, and behind them the manifest, which names
 * them with their hashes: without it there is no backup. Another attempt writes the same objects anew.
 */
export async function exportInventory(storage: S3Storage, folder: string, tools: RunTools): Promise<RunFacts> {
  const { organizationId, requestedAt, jobId, projectId } = tools;
  const stamp = new Date(requestedAt).toISOString().replaceAll(/[:-]|\.\d{3}/g, "");
  const backupId = `${stamp}-${jobId}`;
  const parts: Part[] = [];
  const rowsOf: Record<string, number> = {};
  for (const table of inventoryTables) {
    rowsOf[table] = 0;
    for await (const { bytes, rows } of partsOf(table, tools)) {
      const name = `${String(parts.length + 1).padStart(5, "0")}-${table}.jsonl`;
      await storage.put(`${folder}data/${backupId}/${name}`, bytes, "application/jsonl");
      parts.push({ name, table, rows, bytes: bytes.length, sha256: await sha256OfBytes(bytes) });
      rowsOf[table] += rows;
      await tools.report({ table, parts: parts.length, rows: sumOf(Object.values(rowsOf)) });
    }
  }
  const manifest = {
    format: "portico-inventory",
    version: 1,
    backupId,
    organizationId,
    requestedAt: new Date(requestedAt).toISOString(),
    ...(projectId === undefined ? {} : { projectId }),
    rows: rowsOf,
    parts,
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
  await storage.put(`${folder}backups/${backupId}.json`, bytes, "application/json");
  return {
    backupId,
    parts: parts.length,
    rows: sumOf(Object.values(rowsOf)),
    bytes: sumOf(parts.map((part) => part.bytes)),
    manifestSha256: await sha256OfBytes(bytes),
  };
}

/** The pages of a table, joined until they make a part. */
async function* partsOf(table: InventoryTable, tools: RunTools) {
  let lines: string[] = [];
  let characters = 0;
  let rows = 0;
  let cursor: string | null = null;
  do {
    const page = await tools.inventoryPage(table, cursor);
    lines.push(page.lines);
    characters += page.lines.length;
    rows += page.rows;
    ({ cursor } = page);
    if (rows > 0 && (characters >= partBytes || cursor === null)) {
      yield { bytes: new TextEncoder().encode(lines.join("")), rows };
      lines = [];
      characters = 0;
      rows = 0;
    }
  } while (cursor !== null);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
