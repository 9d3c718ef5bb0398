import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../../_generated/api";
import { dockHost } from "../dockHost.testing";
import { resourceTables } from "../tables";
import { fakeKey, plantedIn } from "./fakeProvider.testing";
import { goodDays, listed, rowsPerPage } from "./goodDays.testing";
import { adapterOf } from "./registry";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** A dock of a provider, whose requests leave by the outbound door as those of any dock, and what was asked. */
async function worldOf(provider: string) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string, { headers }: { headers: Record<string, string> }) => {
    asked.push(url);
    if (headers["authorization"] !== `Bearer ${fakeKey}`) return Response.json({}, { status: 401 });
    return Response.json(goodDays[provider]?.answer(new URL(url)));
  });
  const made = await dockHost();
  const { ann, named, create, host, rows } = made;
  const { id: dockId } = await create({ provider, apiKey: fakeKey });
  const sync = async () => {
    vi.setSystemTime(Date.now() + 1000);
    await ann.mutation(api.infrastructure.docks.sync, { ...named, dockId });
    const latest = async () => (await rows("syncHistory")).at(-1);
    // Each step of a run schedules the one after it.
    for (let step = 0; step < 100 && (await latest())?.status === "running"; step++) {
      vi.advanceTimersByTime(1);
      await host.finishInProgressScheduledFunctions();
    }
    return latest();
  };
  return { ...made, dockId, sync, asked };
}

describe.each(Object.keys(goodDays))("a dock of %s", (provider) => {
  it("is tested and synced into the same tables as all, twice without a change, and nothing secret is stored", async () => {
    const { test, sync, rows, dockId, asked } = await worldOf(provider);
    expect(await test(dockId)).toMatchObject({ isValid: true });
    const tables = adapterOf(provider)?.resourceTables ?? [];
    const countOf = (table: string) => (table === "databases" ? rowsPerPage : listed);
    const counted = (count: (table: string) => object) =>
      Object.fromEntries(tables.map((table) => [table, count(table)]));

    const first = await sync();
    expect(first).toMatchObject({ status: "success", isComplete: true });
    expect(first?.counts).toMatchObject(counted((table) => ({ created: countOf(table) })));
    const second = await sync();
    expect(second?.counts).toMatchObject(counted((table) => ({ created: 0, updated: 0, unchanged: countOf(table) })));

    for (const table of resourceTables)
      expect([table, (await rows(table)).length]).toEqual([table, tables.includes(table) ? countOf(table) : 0]);
    const payloads = await rows("resourcePayloads");
    expect(payloads).toHaveLength(tables.reduce((sum, table) => sum + countOf(table), 0));
    expect((await rows("docks"))[0]).toMatchObject({
      lastSyncStatus: "success",
      providerAccountId: expect.any(String),
    });

    const stored = [...payloads, ...(await Promise.all(resourceTables.map((table) => rows(table)))).flat()];
    expect([plantedIn(stored), JSON.stringify(stored).match(/planted-[a-z-]+|correct-horse/g)]).toEqual([[], null]);
    expect(new Set(asked.map((url) => new URL(url).origin)).size).toBe(1);
  });
});
