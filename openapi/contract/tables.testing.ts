import { expect } from "vitest";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

const systemTables = ["_scheduled_functions", "_storage"];

/** When a principal was last seen is noted of any request, and belongs to none. */
const notesOfUse: ReadonlySet<string> = new Set(["lastUsedAt", "lastUsedIp", "lastActivityAt"]);

/** Written behind requests: what tells of them, and the seals of what earlier ones have left. */
const tablesBehind: ReadonlySet<string> = new Set(["apiLogs", "auditChains", "auditSeals", "auditSealers"]);

type Row = Readonly<Record<string, unknown>>;
/** The rows of every table, each as JSON text: thousands of them are compared again and again. */
export type Tables = Readonly<Record<string, readonly string[]>>;

/** What was read of a deployment last, and as of which commit. */
const lastRead = new WeakMap<TestPortico, { readonly timestamp: bigint; readonly tables: Tables }>();

/**
 * Everything that the deployment holds, jobs and stored files included, but for when its principals were last seen. Nothing is read
 * again where nothing was committed since.
 */
export async function tablesOf(portico: TestPortico): Promise<Tables> {
  const timestamp = portico.deployment.latestTimestamp();
  const last = lastRead.get(portico);
  if (last?.timestamp === timestamp) return last.tables;
  const tables = await readTables(portico);
  lastRead.set(portico, { timestamp, tables });
  return tables;
}

async function readTables(portico: TestPortico): Promise<Tables> {
  const tables = await systemQuery(portico, "tables", { paginationOpts: { numItems: 1000, cursor: null } });
  const { page }: Page = JSON.parse(tables);
  const names = [...page.map(({ name }) => String(name)).filter((name) => !tablesBehind.has(name)), ...systemTables];
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [
        name,
        (await pagesOf(portico, name)).flatMap((read) => (read.texts ??= read.page.map(textOf))),
      ]),
    ),
  );
}

/** Waits until no job that earlier requests have scheduled is due or running. */
export async function settled(portico: TestPortico): Promise<void> {
  const due = async () =>
    (await rowsOf(portico, "_scheduled_functions")).filter(
      ({ state, scheduledTime }) =>
        ["pending", "inProgress"].includes(Object(state).kind) && Number(scheduledTime) <= Date.now() + 1000,
    );
  await expect.poll(due, { timeout: 60_000 }).toEqual([]);
}

async function rowsOf(portico: TestPortico, table: string): Promise<Row[]> {
  return (await pagesOf(portico, table)).flatMap(({ page }) => page);
}

interface ReadPage extends Page {
  readonly answer: string;
  /** Its rows as texts, once they were asked for. */
  texts?: readonly string[];
}

/** What was read of each table last: most of it is the same whatever is tried, and need not be taken apart again. */
const lastPages = new WeakMap<TestPortico, Map<string, ReadPage>>();

async function pagesOf(portico: TestPortico, table: string): Promise<ReadPage[]> {
  const known = lastPages.get(portico) ?? new Map<string, ReadPage>();
  lastPages.set(portico, known);
  const pages: ReadPage[] = [];
  let cursor: string | null = null;
  do {
    const paginationOpts = { numItems: 5000, cursor };
    const answer = await systemQuery(portico, "tableData", { table, order: "asc", paginationOpts });
    const name = `${table} ${pages.length}`;
    const last = known.get(name);
    const read: ReadPage = last?.answer === answer ? last : { answer, ...JSON.parse(answer) };
    known.set(name, read);
    pages.push(read);
    cursor = read.isDone ? null : read.continueCursor;
  } while (cursor !== null);
  return pages;
}

function textOf(row: Row): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).filter(([name]) => !notesOfUse.has(name))));
}

interface Page {
  readonly page: readonly Row[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}

/** A query by which Convex's own tools look into a deployment, and its answer as text. */
async function systemQuery({ deployment }: TestPortico, name: string, args: object): Promise<string> {
  const outcome = await deployment.call({
    type: "query",
    path: `_system/cli/${name}:default`,
    argsText: JSON.stringify(args),
    caller: { kind: "admin" },
    metadata: { requestId: "tables", ip: null, userAgent: null },
    allowInternal: true,
  });
  if (outcome.status === "error") throw new Error(outcome.errorMessage);
  return outcome.valueText;
}
