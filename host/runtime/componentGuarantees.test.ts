import { makeFunctionReference } from "convex/server";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openConnection } from "../store/sqlite";
import { startSyncHost, watch } from "../sync/syncHost.testing";
import { componentsFixtureDirectory, openFixture, scratchDirectory, valueOf } from "../testing/testDeployment.testing";
import type { ReloadableDeployment } from "./openDeployment";

// What holds within the app holds across components as well: one transaction, one scheduler, one set of rules.

const eightDaysMs = 8 * 86_400_000;

let deployment: ReloadableDeployment | null = null;

async function open(file = ":memory:"): Promise<ReloadableDeployment> {
  deployment = await openFixture({ functionsDirectory: componentsFixtureDirectory, file });
  return deployment;
}

afterEach(async () => {
  await deployment?.close();
  deployment = null;
});

const jobShape = z.object({ _id: z.string(), name: z.string(), state: z.object({ kind: z.string() }) });
const jobsShape = z.object({ app: z.array(jobShape), component: z.array(jobShape) });
const amountsShape = z.object({ amounts: z.array(z.number()) });

async function jobsOf(host: ReloadableDeployment) {
  return jobsShape.parse(await valueOf(host, "query", "ledgers:jobs"));
}

async function amountsOf(host: ReloadableDeployment): Promise<readonly number[]> {
  return amountsShape.parse(await valueOf(host, "query", "ledgers:report", { which: "ledger" })).amounts;
}

async function add(host: ReloadableDeployment, amount: number): Promise<void> {
  await valueOf(host, "mutation", "ledgers:add", { which: "ledger", amount });
}

function kindsOf(jobs: readonly z.infer<typeof jobShape>[]): readonly string[] {
  return jobs.map(({ state }) => state.kind);
}

describe("a transaction over several components", () => {
  it("counts what all of them write, and gives back what a failed one had written", async () => {
    const host = await open();
    // An entry of the app, an entry of the component and a box of the component's own child.
    expect(await valueOf(host, "mutation", "guarantees:measured", { documentsWritten: 2 })).toEqual({
      failure: null,
      used: 3,
    });
    expect(await valueOf(host, "mutation", "guarantees:measured", { documentsWritten: 1 })).toEqual({
      failure: expect.stringContaining("Too many writes in a single function execution"),
      used: 1,
    });
    expect(await amountsOf(host)).toEqual([1]);
  });

  it("has one commit timestamp", async () => {
    const host = await open();
    const first = await valueOf(host, "mutation", "guarantees:stamp");
    const second = await valueOf(host, "mutation", "guarantees:stamp");
    expect(first).toEqual({ $integer: expect.any(String) });
    expect(await valueOf(host, "query", "guarantees:stamps")).toEqual([first, second]);
  });
});

describe("functions of a component", () => {
  const runtimeShape = z.object({
    loadedAt: z.number(),
    loadedRandom: z.number(),
    earlier: z.string().nullable(),
    fetch: z.string(),
    lazily: z.string(),
    buffer: z.string(),
  });

  it("are held to the rules of their type, on globals of their own", async () => {
    const host = await open();
    const runtime = async (type: "query" | "action", which: string) =>
      runtimeShape.parse(await valueOf(host, type, `guarantees:in${type === "query" ? "Query" : "Action"}`, { which }));
    const inQuery = await runtime("query", "ledger");
    expect(inQuery.fetch).toContain("Can't use fetch() in queries and mutations");
    expect(inQuery.lazily).toBe('Can\'t dynamically import "lazy.js" in a query or mutation');
    expect(inQuery.buffer).toBe("undefined");
    expect(await runtime("action", "ledger")).toMatchObject({ fetch: "allowed", lazily: "allowed" });
    const again = await runtime("query", "ledger");
    expect(again.earlier).toContain("/ledger");
    expect(await runtime("query", "secondLedger")).toMatchObject({ earlier: null });
  });

  it("share the time and randomness of their module scope with one another, not with another installation", async () => {
    const host = await open();
    const scope = async (type: "query" | "action", which: string) => {
      const { loadedAt, loadedRandom } = runtimeShape.parse(
        await valueOf(host, type, `guarantees:in${type === "query" ? "Query" : "Action"}`, { which }),
      );
      return { loadedAt, loadedRandom };
    };
    const inQuery = await scope("query", "ledger");
    expect(await scope("action", "ledger")).toEqual(inQuery);
    const elsewhere = await scope("query", "secondLedger");
    expect(elsewhere.loadedAt).toBe(inQuery.loadedAt);
    expect(elsewhere.loadedRandom).not.toBe(inQuery.loadedRandom);
  });
});

describe("the scheduler over several components", () => {
  it("runs eight functions at a time in all of them, and starts nothing for a canceled one", async () => {
    const host = await open();
    const amount = 999;
    const ids = z
      .array(z.string())
      .parse(await valueOf(host, "mutation", "guarantees:startWaiting", { count: 6, amount }));
    const running = async () => {
      const { app, component } = await jobsOf(host);
      return kindsOf([...app, ...component]).filter((kind) => kind === "inProgress").length;
    };
    await expect.poll(running).toBe(8);
    // A ninth would have started by the time that these have gone through.
    for (let i = 0; i < 20; i++) expect(await running()).toBe(8);
    const canceled = (await jobsOf(host)).app.findIndex(({ state }) => state.kind === "inProgress");
    await valueOf(host, "mutation", "guarantees:cancel", { id: ids[canceled] ?? "" });
    await add(host, amount);
    const expected = [0, 1, 2, 3, 4, 5].filter((i) => i !== canceled).map((i) => 100 + i);
    await expect.poll(() => amountsOf(host)).toEqual([...expected, amount]);
    const finished = async () => {
      const { app, component } = await jobsOf(host);
      const later = component.filter(({ name }) => name === "guarantees.js:addNow");
      return { app: kindsOf(app).toSorted(), later: kindsOf(later).toSorted() };
    };
    const kinds = ["canceled", ...Array<string>(5).fill("success")];
    await expect.poll(finished).toEqual({ app: kinds, later: kinds });
    expect(await amountsOf(host)).not.toContain(100 + canceled);
  });

  it("forgets finished jobs of a component after seven days, in a store of an earlier version too", async () => {
    const scratch = scratchDirectory();
    try {
      const file = join(scratch.path, "store.sqlite3");
      const host = await open(file);
      await valueOf(host, "mutation", "ledger;guarantees:addLater", { amount: 5 }, { allowInternal: true });
      await expect.poll(async () => kindsOf((await jobsOf(host)).component)).toEqual(["success"]);
      const [job] = (await jobsOf(host)).component;
      await host.close();
      ageJob(file, job?._id ?? "");
      expect(await jobsOf(await open(file))).toEqual({ app: [], component: [] });
    } finally {
      await deployment?.close();
      deployment = null;
      scratch.remove();
    }
  });
});

describe("a live query", () => {
  it("follows what it reads in a component", async () => {
    const { deployment: host, client } = await startSyncHost({
      deployment: { functionsDirectory: componentsFixtureDirectory },
    });
    const report = makeFunctionReference<"query", { which: string }, { amounts: number[] }>("ledgers:report");
    // A new interval cron runs at once, and the report counts its runs.
    const reported = async () => await valueOf(host, "query", "ledgers:report", { which: "ledger" });
    await expect.poll(reported).toMatchObject({ archived: { ticks: 1 } });
    const watched = watch(client(), report, { which: "ledger" });
    const amounts = () => watched.values.map((value) => value.amounts);
    await expect.poll(amounts).toEqual([[]]);
    await valueOf(host, "mutation", "ledgers:add", { which: "secondLedger", amount: 1 });
    await add(host, 2);
    await expect.poll(amounts).toEqual([[], [2]]);
    expect(watched.errors).toEqual([]);
  });
});

/** Rewrites a closed store as if a job had finished long ago, without the indexes that an earlier version lacks. */
function ageJob(file: string, id: string): void {
  const connection = openConnection(file);
  connection.exec(
    `UPDATE documents SET value = json_set(value, '$.completedTime', json_extract(value, '$.completedTime') - ${eightDaysMs})
     WHERE id = '${id}'`,
  );
  const indexes = "FROM meta WHERE key LIKE 'index:%' AND value LIKE '%_by_completed_time%'";
  connection.exec(
    `DELETE FROM index_entries WHERE substr(key, 1, 4) IN (SELECT unhex(printf('%08x', substr(key, 7))) ${indexes})`,
  );
  connection.exec(`DELETE ${indexes}`);
  connection.close();
}
