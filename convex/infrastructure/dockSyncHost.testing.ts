import { makeFunctionReference } from "convex/server";
import { vi } from "vitest";
import { api } from "../_generated/api";
import { ProviderError } from "../core/wire/providerError";
import { runDue } from "../jobs/jobsHost.testing";
import { mock } from "./adapters/mock";
import { dockHost } from "./dockHost.testing";
import type { TransactionLimits } from "../../host/runtime/executor/transaction/transactionUsage";
import type { RateLimit } from "./adapters/adapter";
import type { ResourceTable } from "./tables";

/** What the mock provider lists, from now on. */
export interface Listed {
  readonly servers: number;
  /** The other tables are empty unless it is said. */
  readonly domains?: number;
  readonly pageSize?: number;
  readonly failsAtPage?: number | undefined;
  readonly complete?: boolean;
  /** Pages say where a reading goes on behind them. */
  readonly goesOn?: boolean;
  readonly rateLimit?: RateLimit;
  /** Is waited for before a page of servers is answered; what it throws is what the provider answers. */
  readonly before?: (page: number, apiKey: string) => Promise<void> | void;
}

/** A request for a page, as the provider got it. */
export interface AskedPage {
  readonly apiKey: string;
  readonly table: ResourceTable;
  readonly page: number;
  readonly at: number;
}

/** Has the mock provider list servers, and answers what it is asked from now on. */
export function lists(listed: Listed): AskedPage[] {
  const { pageSize = 5, failsAtPage, complete = true, goesOn = false, rateLimit, before } = listed;
  const asked: AskedPage[] = [];
  vi.spyOn(mock, "fetch").mockImplementation(async function* ({ apiKey }, table, from) {
    const count = table === "servers" ? listed.servers : table === "domains" ? (listed.domains ?? 0) : 0;
    for (let page = Number(from ?? 0); page * pageSize < count; page++) {
      asked.push({ apiKey, table, page, at: Date.now() });
      await before?.(page, apiKey);
      if (page === failsAtPage) throw new ProviderError("The provider answered 502.", true);
      const rows = Array.from({ length: Math.min(pageSize, count - page * pageSize) }, (_, at) => {
        const number = page * pageSize + at;
        return { providerResourceId: `${table}-${number}`, name: `web-${number}.example.com`, status: "running" };
      });
      yield { rows, ...(goesOn ? { next: String(page + 1) } : {}), ...(rateLimit ? { rateLimit } : {}) };
    }
    return { complete, ...(complete ? { count } : {}) };
  });
  return asked;
}

/** The product in this process with a dock of the mock provider that is not synced by itself. */
export async function syncWorld(transactionLimits: TransactionLimits = {}, file?: string) {
  const made = await dockHost(transactionLimits, file);
  const { ann, named, create, rows, host } = made;
  // Administrators are found by the roles that are no organization's.
  await host.run(async ({ db }) => {
    const role = await db.query("roles").first();
    if (role) await db.patch("roles", role._id, { organizationId: undefined, isSystem: true });
  });
  const { id: dockId } = await create();
  /** Asks for a sync, as a person does; answers the run. */
  const start = async (more: { confirmLoss?: boolean; resourceTables?: "servers"[] } = {}, id = dockId) => {
    vi.setSystemTime(Date.now() + 1000);
    return (await ann.mutation(api.infrastructure.docks.sync, { ...named, dockId: id, ...more })).syncId;
  };
  const runOf = async (syncId: string) => (await rows("syncHistory")).find(({ _id }) => _id === syncId);
  const sync = async (...asked: Parameters<typeof start>) => {
    const syncId = await start(...asked);
    await runDue(host);
    return runOf(syncId);
  };
  const live = async () => (await rows("servers")).filter(({ deletedAt }) => deletedAt === undefined);
  const dock = async (id = dockId) => (await rows("docks")).find(({ _id }) => _id === id);
  return { ...made, dockId, start, runOf, sync, live, dock, due: () => runDue(host) };
}

/** Runs a cron of docks. */
export function dockCron(host: Awaited<ReturnType<typeof dockHost>>["host"], name: "syncDue" | "releaseBroken") {
  return host.mutation(makeFunctionReference<"mutation">(`infrastructure/dockUpkeep:${name}`));
}

/** The code of what a call is refused with; undefined where it is not. */
export function refusal(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => Object(error).data?.code,
  );
}
