import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Caller } from "../deployment";
import {
  componentsFixtureDirectory,
  errorOf,
  openFixture,
  outcomeOf,
  scratchDirectory,
  valueOf,
} from "../testing/testDeployment.testing";
import type { ReloadableDeployment } from "./openDeployment";

async function openComponentsFixture(options: Parameters<typeof openFixture>[0] = {}): Promise<ReloadableDeployment> {
  return await openFixture({
    functionsDirectory: componentsFixtureDirectory,
    environmentVariables: { ISSUER: "app only", LEDGER_CURRENCY: "EUR" },
    ...options,
  });
}

describe("components of the app", () => {
  let deployment: ReloadableDeployment;

  beforeAll(async () => {
    deployment = await openComponentsFixture({ functionTimeLimitMs: 2000 });
  });

  afterAll(async () => {
    await deployment.close();
  });

  it("have tables of their own for each place where they are installed", async () => {
    const id = await valueOf(deployment, "mutation", "ledgers:add", { which: "ledger", amount: 3 });
    await valueOf(deployment, "mutation", "ledgers:add", { which: "secondLedger", amount: 4 });
    expect(await valueOf(deployment, "query", "ledgers:report", { which: "ledger" })).toMatchObject({
      amounts: [3],
      archived: { count: 1, path: "ledger/archive" },
    });
    expect(await valueOf(deployment, "query", "ledgers:report", { which: "secondLedger" })).toMatchObject({
      amounts: [4],
      archived: { count: 1, path: "secondLedger/archive" },
    });
    // The app has a table of the same name, to which the component's id means nothing.
    expect(await valueOf(deployment, "query", "ledgers:readForeignId", { id: String(id) })).toEqual({
      document: null,
      normalized: null,
      own: [],
    });
  });

  it("read their declared environment, bound to a text or to a variable of the parent", async () => {
    expect(await valueOf(deployment, "query", "ledgers:report", { which: "ledger" })).toMatchObject({
      environment: {
        currency: "EUR",
        rounding: "cents",
        roundingAtLoad: "cents",
        undeclared: null,
        siteUrl: "http://127.0.0.1:3211/ledger",
      },
      archived: { rounding: "cents" },
    });
    expect(await valueOf(deployment, "query", "ledgers:report", { which: "secondLedger" })).toMatchObject({
      environment: { currency: null, roundingAtLoad: "none", siteUrl: "http://127.0.0.1:3211" },
      archived: { rounding: "none" },
    });
    await deployment.updateEnvironmentVariables(new Map([["ISSUER", "changed"]]));
    expect(await valueOf(deployment, "query", "ledgers:report", { which: "ledger" })).toMatchObject({
      environment: { currency: "EUR", undeclared: null },
    });
  });

  it("know their own name and path, and nothing of the caller", async () => {
    expect(await valueOf(deployment, "query", "ledgers:report", { which: "ledger" })).toMatchObject({
      metadata: { name: "entries:report", componentPath: "ledger", type: "query", visibility: "public" },
    });
    const identity = { tokenIdentifier: "i|ada", issuer: "i", subject: "ada" };
    const caller: Caller = { kind: "user", identity };
    expect(await valueOf(deployment, "query", "ledgers:whoAmI", {}, { caller })).toEqual({
      app: "ada",
      component: null,
    });
    expect(await valueOf(deployment, "mutation", "ledgers:authTokens", {}, { authToken: "ada's" })).toEqual({
      app: "ada's",
      component: null,
    });
  });

  it("export their public functions to the parent only", async () => {
    expect(await errorOf(deployment, "mutation", "ledgers:addSecretly")).toContain(
      'Child component "ledger" does not export ["entries","addSecretly"]',
    );
    expect(await errorOf(deployment, "mutation", "ledgers:callGrandchild")).toContain(
      'Child component "ledger" does not export ["archive","boxes","store"]',
    );
    expect(await errorOf(deployment, "query", "ledgers:callMissingChild")).toContain(
      'Child component "nobody" not found',
    );
    for (const path of ["ledger;entries:report", "entries:report", "ledger/entries:report"]) {
      const message = `Could not find public function for '${path}'`;
      expect(await errorOf(deployment, "query", path)).toContain(message);
      expect(await errorOf(deployment, "any", path)).toContain(message);
    }
    expect(await errorOf(deployment, "action", "ledger;entries:addByAction", { amount: 1 })).toContain(
      "Could not find public function",
    );
    // The admin key reaches everything.
    expect(await valueOf(deployment, "query", "ledger;entries:whoAmI", {}, { allowInternal: true })).toBeNull();
  });

  it("share the transaction of the call, and fail on their own", async () => {
    const before = await amountsOf("ledger");
    const message = await valueOf(deployment, "mutation", "ledgers:outerCatches");
    expect(message).toContain('ConvexError: {"amount":1000}');
    expect(await amountsOf("ledger")).toEqual([...before, 5]);
    expect(await valueOf(deployment, "query", "ledgers:notes")).toEqual(["kept"]);
  });

  it("paginate", async () => {
    expect(await valueOf(deployment, "query", "ledgers:paginate")).toMatchObject({
      isDone: false,
      page: [{ amount: expect.any(Number) }],
    });
  });

  it("call back by function handles, at once and from their own schedule", async () => {
    const handle = String(await valueOf(deployment, "mutation", "ledgers:callBack", { delayMs: 0 }));
    expect(handle).toMatch(/^function:\/\//);
    await expect
      .poll(() => valueOf(deployment, "query", "ledgers:notes"))
      .toEqual(["kept", "called now", "called later"]);
    expect(await valueOf(deployment, "query", "ledgers:jobs")).toMatchObject({
      app: [],
      component: [{ args: [{ note: "called later" }], state: { kind: "success" } }],
    });
    expect(await valueOf(deployment, "mutation", "ledgers:callBack", { delayMs: 60_000 })).toBe(handle);
    const forged = handle.replace("ledgers:note", "ledgers:callBack");
    for (const text of [forged, "function://root#ledgers:note", "function://"])
      expect(await errorOf(deployment, "mutation", "ledgers:forgedHandle", { handle: text })).toContain(
        "Function handle not found",
      );
  });

  it("are called and scheduled by actions, and run actions themselves", async () => {
    const before = await amountsOf("secondLedger");
    const result = await valueOf(deployment, "action", "ledgers:fromAction", { amount: 7 });
    expect(result).toMatchObject({ doubled: 14, report: { amounts: expect.arrayContaining([3, 5, 7, 14]) } });
    expect(result).toMatchObject({ refused: expect.stringContaining("Could not find function for") });
    await expect.poll(() => amountsOf("ledger")).toEqual([3, 5, 7, 8, 14]);
    expect(await amountsOf("secondLedger")).toEqual(before);
  });

  it("run their crons, each installation its own", async () => {
    for (const which of ["ledger", "secondLedger"])
      await expect
        .poll(() => valueOf(deployment, "query", "ledgers:report", { which }))
        .toMatchObject({ archived: { ticks: 1 } });
  });

  it("leave the writes of a mutation that abandons a query of its snapshot", async () => {
    await valueOf(deployment, "mutation", "ledgers:abandonSnapshot");
    expect(await valueOf(deployment, "query", "ledgers:notes")).toContain("written before the snapshot");
    // Works as long as the abandoned query, which therefore has ended then and must not have brought anything back twice.
    await valueOf(deployment, "query", "ledger;entries:slowReport", {}, { allowInternal: true });
    const notes = await valueOf(deployment, "query", "ledgers:notes");
    expect(Array.isArray(notes) && notes.filter((note) => note === "written before the snapshot")).toHaveLength(1);
  });

  it("are there again after one of them had to be stopped", async () => {
    const before = await amountsOf("ledger");
    expect(await errorOf(deployment, "mutation", "ledgers:getStuck")).toContain("timed out");
    expect(await amountsOf("ledger")).toEqual(before);
    expect(await valueOf(deployment, "query", "ledgers:report", { which: "ledger" })).toMatchObject({
      environment: { currency: "EUR", roundingAtLoad: "cents" },
    });
  });

  it("answer HTTP requests below the prefix at which they are mounted", async () => {
    const textOf = async (path: string): Promise<readonly [number, string]> => {
      const request = new Request(`http://127.0.0.1:3211${path}`);
      const metadata = { requestId: "1", ip: null, userAgent: null };
      const response = await deployment.fetchHttpAction(request, { kind: "anonymous" }, metadata);
      return [response.status, await response.text()];
    };
    expect(await textOf("/ledger/own")).toEqual([200, "the app's exact route"]);
    expect(await textOf("/other")).toEqual([200, "the app's prefix route"]);
    expect(await textOf("/ledger/entries")).toEqual([
      200,
      JSON.stringify({ amounts: [3, 5, 7, 8, 14], path: "/ledger/entries" }),
    ]);
    expect(await textOf("/ledger/nothing")).toEqual([404, "No matching routes found"]);
  });

  async function amountsOf(which: string): Promise<readonly unknown[]> {
    const report = await valueOf(deployment, "query", "ledgers:report", { which });
    const isReport = typeof report === "object" && report !== null && "amounts" in report;
    return isReport && Array.isArray(report.amounts) ? report.amounts : [];
  }
});

describe("published components", () => {
  let scratch: ReturnType<typeof scratchDirectory>;
  let file: string;
  let deployment: ReloadableDeployment;

  beforeAll(async () => {
    scratch = scratchDirectory();
    file = join(scratch.path, "data.sqlite3");
    deployment = await openComponentsFixture({ file });
  });

  afterAll(async () => {
    await deployment.close();
    scratch.remove();
  });

  async function restart(): Promise<void> {
    await deployment.close();
    deployment = await openComponentsFixture({ file });
  }

  it("rate-limiter: fixed windows and token buckets, kept across a restart", async () => {
    for (const ok of [true, true])
      expect(await valueOf(deployment, "mutation", "messages:signUp")).toMatchObject({ ok });
    await restart();
    expect(await valueOf(deployment, "mutation", "messages:signUp")).toMatchObject({
      ok: false,
      retryAfter: expect.any(Number),
    });

    const message = { user: "ada", text: "hello" };
    for (let i = 0; i < 3; i++) await valueOf(deployment, "mutation", "messages:send", message);
    const refused = await outcomeOf(deployment, "mutation", "messages:send", message);
    expect(refused).toMatchObject({ status: "error" });
    const dataText = refused.status === "error" ? refused.errorDataText : undefined;
    expect(JSON.parse(dataText ?? "null")).toEqual({
      kind: "RateLimited",
      name: "sendMessage",
      retryAfter: expect.any(Number),
    });
    // The refused call had written its message before it asked.
    expect(await valueOf(deployment, "query", "messages:list", { user: "ada" })).toHaveLength(3);
    expect(await valueOf(deployment, "query", "messages:check", { user: "ada" })).toMatchObject({ ok: false });
    expect(await valueOf(deployment, "query", "messages:check", { user: "bob" })).toMatchObject({ ok: true });
    await valueOf(deployment, "mutation", "messages:reset", { user: "ada" });
    expect(await valueOf(deployment, "query", "messages:check", { user: "ada" })).toMatchObject({ ok: true });
  });

  it("rate-limiter: a stale snapshot does not see what the mutation has consumed", async () => {
    const seen = await valueOf(deployment, "mutation", "messages:consumeThenCheck", { user: "eve" });
    expect(seen).toEqual({ stale: true, current: false });
    // What was set aside for the snapshot has been committed.
    expect(await valueOf(deployment, "query", "messages:check", { user: "eve" })).toMatchObject({ ok: false });
  });

  it("aggregate: counts, sums and ranks follow inserts, changes and removals", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 40; i++)
      ids.push(String(await valueOf(deployment, "mutation", "scores:add", { player: `p${i % 4}`, score: i * 10 })));
    const args = { player: "p1", score: 200 };
    const all = Array.from({ length: 40 }, (_, i) => i * 10);
    const sum = all.reduce((total, score) => total + score);
    const ofP1 = all.filter((_, i) => i % 4 === 1).reduce((total, score) => total + score);
    const first = { count: 40, sum, rank: 20, above: 19, largest: 390, third: 20, ofPlayer: ofP1 };
    expect(await valueOf(deployment, "query", "scores:summary", args)).toEqual(first);

    expect(await errorOf(deployment, "mutation", "scores:add", { player: "p1", score: 1, fail: true })).toContain(
      "rolled back",
    );
    await restart();
    expect(await valueOf(deployment, "query", "scores:summary", args)).toEqual(first);

    await valueOf(deployment, "mutation", "scores:change", { id: ids[1] ?? "", score: 1000 });
    await valueOf(deployment, "mutation", "scores:remove", { id: ids[0] ?? "" });
    expect(await valueOf(deployment, "query", "scores:summary", args)).toEqual({
      count: 39,
      sum: sum - 10 + 1000,
      rank: 18,
      above: 20,
      largest: 1000,
      third: 40,
      ofPlayer: ofP1 - 10 + 1000,
    });
  });

  it("migrations: run to the end in scheduled batches, report failures, and do not run twice", async () => {
    await valueOf(deployment, "mutation", "migrations:addPlayers", { count: 25 });
    expect(await valueOf(deployment, "mutation", "migrations:start")).toMatchObject({
      state: "inProgress",
      processed: 10,
    });
    await restart();
    await expect
      .poll(() => valueOf(deployment, "query", "migrations:status"))
      .toMatchObject([
        { name: "migrations:failing", state: "unknown" },
        { name: "migrations:setLevel", state: "success", isDone: true, processed: 25 },
      ]);
    expect(await valueOf(deployment, "query", "migrations:levels")).toEqual(
      Array.from({ length: 25 }, (_, i) => `level of player ${i}`),
    );

    await valueOf(deployment, "mutation", "migrations:startSeries");
    await expect
      .poll(() => valueOf(deployment, "query", "migrations:status"))
      .toMatchObject([
        { name: "migrations:failing", state: "failed", error: expect.stringContaining("cannot migrate") },
        { name: "migrations:setLevel", state: "success", processed: 25 },
      ]);
  });
});

describe("a changed convex.config.ts", () => {
  it("installs, keeps and removes components while the deployment runs", async () => {
    const scratch = scratchDirectory();
    const functionsDirectory = copyOfFixture(scratch.path);
    const edit = (name: string, from: string, to: string): void => {
      const path = join(functionsDirectory, name);
      const text = readFileSync(path, "utf8");
      if (!text.includes(from)) throw new Error(`${name} does not contain ${from}`);
      writeFileSync(path, text.replace(from, to));
    };
    const deployment = await openComponentsFixture({ file: join(scratch.path, "data.sqlite3"), functionsDirectory });
    const amounts = (which: string): Promise<unknown> => valueOf(deployment, "query", "ledgers:report", { which });
    await valueOf(deployment, "mutation", "ledgers:add", { which: "secondLedger", amount: 1 });

    edit("convex.config.ts", 'ROUNDING: "none"', 'ROUNDING: "euros"');
    await deployment.reload();
    expect(await amounts("secondLedger")).toMatchObject({ amounts: [1], environment: { roundingAtLoad: "euros" } });

    edit("ledger/schema.ts", "amount: v.number()", "amount: v.string()");
    await expect(deployment.reload()).rejects.toThrow(/Component secondLedger: .*does not match the schema/s);
    edit("ledger/schema.ts", "amount: v.string()", "amount: v.number()");

    const config = readFileSync(join(functionsDirectory, "convex.config.ts"), "utf8");
    const second = config.split("\n").find((line) => line.includes("secondLedger")) ?? "";
    edit("convex.config.ts", second, "");
    await deployment.reload();
    expect(await errorOf(deployment, "query", "ledgers:report", { which: "secondLedger" })).toContain(
      'Child component "secondLedger" not found',
    );
    edit("convex.config.ts", "export default app;", `${second}\nexport default app;`);
    await deployment.reload();
    expect(await amounts("secondLedger")).toMatchObject({ amounts: [1] });

    edit("convex.config.ts", ', ROUNDING: "cents"', "");
    await expect(deployment.reload()).rejects.toThrow('Component "ledger" requires the environment variable ROUNDING.');
    expect(await amounts("ledger")).toMatchObject({ environment: { rounding: "cents" } });
    await deployment.close();
    scratch.remove();
  });

  /** The fixture where a test may edit it, with the repository's packages beside it. */
  function copyOfFixture(into: string): string {
    const target = join(into, "convex");
    const [packages] = createRequire(import.meta.url)
      .resolve("convex/server")
      .split(/(?<=node_modules)/);
    symlinkSync(packages ?? "", join(into, "node_modules"));
    cpSync(componentsFixtureDirectory, target, { recursive: true });
    // Without the packages each of the reloads takes a fraction of the time.
    for (const name of ["messages.ts", "scores.ts", "migrations.ts"]) rmSync(join(target, name));
    const config = join(target, "convex.config.ts");
    const lines = readFileSync(config, "utf8").split("\n");
    const isAboutPackage = /@convex-dev|app\.use\((rateLimiter|aggregate|migrations)/;
    writeFileSync(config, lines.filter((line) => !isAboutPackage.test(line)).join("\n"));
    return target;
  }
});
