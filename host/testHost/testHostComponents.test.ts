import { HOUR, RateLimiter } from "@convex-dev/rate-limiter";
import { register as registerAggregate } from "@convex-dev/aggregate/test";
import { register as registerMigrations } from "@convex-dev/migrations/test";
import { register as registerRateLimiter } from "@convex-dev/rate-limiter/test";
import { defineSchema } from "convex/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, components } from "../testing/fixtures/components/convex/_generated/api";
import ledgerSchema from "../testing/fixtures/components/convex/ledger/schema";
import schema from "../testing/fixtures/components/convex/schema";
import { createTestHost } from "./createTestHost";

const modules = import.meta.glob("../testing/fixtures/components/convex/**/*.*s");
const ledgerModules = import.meta.glob("../testing/fixtures/components/convex/ledger/**/*.*s");
const archiveModules = import.meta.glob("../testing/fixtures/components/convex/ledger/archive/*.*s");

function openWithPublished() {
  const t = createTestHost(schema, modules);
  registerRateLimiter(t);
  registerAggregate(t);
  registerAggregate(t, "aggregateByPlayer");
  registerMigrations(t);
  return t;
}

function openWithLedgers() {
  const t = createTestHost(schema, modules);
  for (const name of ["ledger", "secondLedger"]) {
    t.registerComponent(name, ledgerSchema, ledgerModules);
    t.registerComponent(`${name}/archive`, defineSchema({}), archiveModules);
  }
  return t;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("published components, registered by their own test modules", () => {
  it("rate-limiter: limits, by fake time, and is rolled back with its caller", async () => {
    const t = openWithPublished();
    for (const ok of [true, true, false]) expect(await t.mutation(api.messages.signUp, {})).toMatchObject({ ok });
    vi.advanceTimersByTime(HOUR);
    expect(await t.mutation(api.messages.signUp, {})).toMatchObject({ ok: true });

    const message = { user: "ada", text: "hello" };
    for (let i = 0; i < 3; i++) await t.mutation(api.messages.send, message);
    await expect(t.mutation(api.messages.send, message)).rejects.toMatchObject({
      data: { kind: "RateLimited", name: "sendMessage" },
    });
    expect(await t.query(api.messages.list, { user: "ada" })).toHaveLength(3);
    expect(await t.mutation(api.messages.consumeThenCheck, { user: "eve" })).toEqual({ stale: true, current: false });
  });

  it("rate-limiter: its nested batch worker takes up what was enqueued", async () => {
    const t = openWithPublished();
    const limiter = new RateLimiter(components.rateLimiter, {
      // The window begins at a random time: a short one may end while the timers run.
      busy: { kind: "fixed window", rate: 2, period: 1000 * HOUR, applyUpdates: "asynchronously" },
    });
    for (let i = 0; i < 2; i++) await t.mutation(async (ctx) => await limiter.limit(ctx, "busy"));
    const isFree = async () => (await t.query(async (ctx) => await limiter.check(ctx, "busy"))).ok;
    expect(await isFree()).toBe(true);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await isFree()).toBe(false);
  });

  it("aggregate: two instances count and sum apart", async () => {
    const t = openWithPublished();
    const all = Array.from({ length: 20 }, (_, i) => i * 10);
    for (const [i, score] of all.entries()) await t.mutation(api.scores.add, { player: `p${i % 2}`, score });
    await expect(t.mutation(api.scores.add, { player: "p1", score: 1, fail: true })).rejects.toThrow("rolled back");
    expect(await t.query(api.scores.summary, { player: "p1", score: 100 })).toEqual({
      count: 20,
      sum: 1900,
      rank: 10,
      above: 9,
      largest: 190,
      third: 20,
      ofPlayer: 1000,
    });
  });

  it("migrations: run to the end in scheduled batches", async () => {
    const t = openWithPublished();
    await t.mutation(api.migrations.addPlayers, { count: 25 });
    await t.mutation(api.migrations.start, {});
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await t.query(api.migrations.status, {})).toMatchObject([
      { name: "migrations:failing", state: "unknown" },
      { name: "migrations:setLevel", state: "success", processed: 25 },
    ]);
    expect(await t.query(api.migrations.levels, {})).toContain("level of player 24");
  });
});

describe("registered components", () => {
  it("have tables of their own at every path, nested ones too", async () => {
    const t = openWithLedgers();
    await t.mutation(api.ledgers.add, { which: "ledger", amount: 3 });
    await t.mutation(api.ledgers.add, { which: "secondLedger", amount: 4 });
    expect(await t.query(api.ledgers.report, { which: "ledger" })).toMatchObject({
      amounts: [3],
      archived: { count: 1, path: "ledger/archive" },
    });
    expect(await t.query(api.ledgers.report, { which: "secondLedger" })).toMatchObject({
      amounts: [4],
      archived: { count: 1, path: "secondLedger/archive" },
    });
    expect(await t.run(async (ctx) => await ctx.db.query("entries").collect())).toEqual([]);
  });

  it("are unknown unless registered, and hide what is internal", async () => {
    const t = createTestHost(schema, modules);
    await expect(t.mutation(api.ledgers.add, { which: "ledger", amount: 3 })).rejects.toThrow(
      'Child component "ledger" not found',
    );
    await expect(openWithLedgers().mutation(api.ledgers.addSecretly, {})).rejects.toThrow(
      'Child component "ledger" does not export ["entries","addSecretly"]',
    );
  });

  it("run actions, scheduled functions and handles", async () => {
    const t = openWithLedgers();
    expect(await t.action(api.ledgers.fromAction, { amount: 3 })).toMatchObject({
      doubled: 6,
      report: { amounts: [3, 6] },
      refused: expect.stringContaining("ledger;entries:addSecretly"),
    });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await t.query(api.ledgers.report, { which: "ledger" })).toMatchObject({ amounts: [3, 4, 6] });
    await t.mutation(api.ledgers.callBack, { delayMs: 1000 });
    expect(await t.query(api.ledgers.notes, {})).toEqual(["called now"]);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await t.query(api.ledgers.notes, {})).toEqual(["called now", "called later"]);
  });

  it("know nothing of the caller", async () => {
    const t = openWithLedgers().withIdentity({ subject: "ada" });
    expect(await t.query(api.ledgers.whoAmI, {})).toEqual({ app: "ada", component: null });
  });

  it("are registered before the first call, under paths", async () => {
    const t = openWithLedgers();
    expect(() => t.registerComponent("ledger;entries", ledgerSchema, ledgerModules)).toThrow("no component path");
    await t.run(async () => null);
    expect(() => t.registerComponent("late", ledgerSchema, ledgerModules)).toThrow("before the first function");
  });
});
