import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convexTest } from "convex-test";
import { makeFunctionReference, queryGeneric } from "convex/server";
import { ConvexError, v } from "convex/values";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createTestHost } from "./createTestHost";
import { api, internal } from "../testing/fixtures/documentedExamples/convex/references";
import schema from "../testing/fixtures/documentedExamples/convex/schema";
import { functionModules } from "./moduleGlob";
import { projectModules } from "./projectModules";
import { scratchDirectory } from "../testing/testDeployment.testing";

// The types of `glob` are vite's and come with the test modules of the published components.
const modules = {
  ...import.meta.glob("../testing/fixtures/documentedExamples/convex/**/*.*s"),
  // convex-test finds the functions directory by this folder.
  "../testing/fixtures/documentedExamples/convex/_generated/api.js": () =>
    import("../testing/fixtures/documentedExamples/convex/references"),
};

// convex-test installs the syscall object once per process, createTestHost with every accessor.
convexTest(schema, modules);
const convexTestBoundary: unknown = Reflect.get(globalThis, "Convex");

const accessors = {
  "convex-test": () => {
    Reflect.set(globalThis, "Convex", convexTestBoundary);
    return convexTest(schema, modules);
  },
  createTestHost: () => createTestHost(schema, modules),
};

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

// The examples of Convex's documentation on convex-test, and what suites built on it rely on.
describe.each(Object.entries(accessors))("%s", (_name, open) => {
  it("calls queries and mutations by reference", async () => {
    const t = open();
    await t.mutation(api.messages.send, { body: "Hi!", author: "Sarah" });
    await t.mutation(api.messages.send, { body: "Hey!", author: "Tom" });
    const messages = await t.query(api.messages.list);
    expect(messages).toMatchObject([
      { body: "Hi!", author: "Sarah" },
      { body: "Hey!", author: "Tom" },
    ]);
    expect(await t.query(internal.messages.count)).toBe(2);
  });

  it("keeps stores of different accessors apart", async () => {
    const [first, second] = [open(), open()];
    await first.mutation(api.messages.send, { body: "Hi!", author: "Sarah" });
    expect(await second.query(api.messages.list)).toEqual([]);
    expect(await first.query(api.messages.list)).toHaveLength(1);
  });

  it("sets up and inspects data with run", async () => {
    const t = open();
    const bytes = new Uint8Array([1, 2, 3]).buffer;
    const id = await t.run(async (ctx) => await ctx.db.insert("tasks", { text: "Eat Eggs", bytes }));
    const task = await t.run(async (ctx) => await ctx.db.get(id));
    expect(task).toMatchObject({ _id: id, text: "Eat Eggs", bytes });
    const texts = await t.query(async (ctx) => (await ctx.db.query("tasks").collect()).map(({ text }) => text));
    expect(texts).toEqual(["Eat Eggs"]);
  });

  it("undoes a run that throws", async () => {
    const t = open();
    const failed = t.run(async (ctx) => {
      await ctx.db.insert("tasks", { text: "undone" });
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await t.run(async (ctx) => await ctx.db.query("tasks").collect())).toEqual([]);
  });

  it("runs inline mutations and actions", async () => {
    const t = open();
    const id = await t.mutation(async (ctx) => await ctx.db.insert("tasks", { text: "inline" }));
    const count = await t.action(async (ctx) => {
      await ctx.runMutation(api.messages.send, { body: id, author: "inline" });
      return await ctx.runQuery(internal.messages.count, {});
    });
    expect(count).toBe(1);
  });

  it("throws the error of a function with its message", async () => {
    const t = open();
    await expect(t.mutation(api.messages.send, { body: "", author: "James" })).rejects.toThrow(
      /^Empty message body is not allowed$/,
    );
  });

  it("throws ConvexError with its data", async () => {
    const t = open();
    const error: unknown = await t.mutation(api.messages.send, { body: "x", author: "" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConvexError);
    expect(error).toMatchObject({ data: { code: "NO_AUTHOR", size: 3n } });
  });

  it("refuses arguments and documents that do not match", async () => {
    const t = open();
    const misspelt = makeFunctionReference<"mutation">("messages:send");
    await expect(t.mutation(misspelt, { body: 1, author: "x" })).rejects.toThrow(/[Vv]alidat/);
    await expect(t.mutation(makeFunctionReference<"mutation">("messages:nowhere"), {})).rejects.toThrow("messages");
  });

  it("rolls back a nested mutation alone", async () => {
    const t = open();
    expect(await t.mutation(makeFunctionReference<"mutation">("messages:sendBoth"), {})).toEqual({
      failure: expect.stringContaining("nested failure"),
      tasks: 0,
    });
    expect(await t.query(api.messages.list)).toMatchObject([{ body: "kept" }]);
  });

  it("acts for identities", async () => {
    const t = open();
    const asSarah = t.withIdentity({ name: "Sarah" });
    await asSarah.mutation(api.tasks.create, { text: "Add tests" });
    expect(await asSarah.query(api.tasks.list)).toMatchObject([{ text: "Add tests" }]);
    const asLee = t.withIdentity({ name: "Lee" });
    expect(await asLee.query(api.tasks.list)).toEqual([]);
    await expect(t.mutation(api.tasks.create, { text: "nobody's" })).rejects.toThrow("Not signed in");
    const identity = await t
      .withIdentity({ subject: "s", issuer: "https://i.test" })
      .query(async (ctx) => await ctx.auth.getUserIdentity());
    expect(identity).toMatchObject({ subject: "s", issuer: "https://i.test", tokenIdentifier: "https://i.test|s" });
  });

  it("tells functions about the request", async () => {
    const t = open().withRequestMetadata({ ip: "192.0.2.1" });
    const metadata = await t.mutation(async (ctx) => await ctx.meta.getRequestMetadata());
    expect(metadata).toMatchObject({ ip: "192.0.2.1", userAgent: null, scheduledFunctionId: null });
  });

  it("tells functions a token that says what the identity says", async () => {
    const t = open();
    const readToken = async (as: Pick<typeof t, "mutation">) =>
      await as.mutation(async (ctx) => (await ctx.meta.getRequestMetadata()).authToken);
    const token = await readToken(
      t.withIdentity({
        issuer: "https://i.test",
        subject: "s",
        givenName: "Sarah",
        emailVerified: true,
        role: "admin",
      }),
    );
    expect(decodeJwt(token ?? "")).toEqual({
      iss: "https://i.test",
      sub: "s",
      given_name: "Sarah",
      email_verified: true,
      role: "admin",
    });
    expect(await readToken(t)).toBeNull();
  });

  it("calls HTTP actions", async () => {
    const t = open();
    const response = await t
      .withIdentity({ subject: "sarah" })
      .fetch("/postMessage?x=1", { method: "POST", body: "hi" });
    expect([response.status, await response.text()]).toEqual([201, "sarah"]);
    expect(response.headers.get("x-path")).toContain("/postMessage?x=1");
    expect(await t.query(api.messages.list)).toMatchObject([{ body: "hi", author: "HTTP" }]);
    expect((await t.fetch("/nowhere")).status).toBe(404);
  });

  it("lets actions meet a stubbed fetch", async () => {
    vi.stubGlobal(
      "fetch",
      vi.fn(async () => new Response("I am the overlord")),
    );
    const t = open();
    expect(await t.action(api.messages.sendAiMessage, { prompt: "hello" })).toBe(1);
    expect(await t.query(api.messages.list)).toMatchObject([{ author: "AI", body: "I am the overlord" }]);
  });

  it("runs scheduled functions when fake time reaches them", async () => {
    const t = open();
    const id = await t.mutation(api.scheduler.mutationSchedulingAction, { delayMs: 10_000 });
    const stateOf = async () =>
      (await t.run(async (ctx) => await ctx.db.system.get("_scheduled_functions", id)))?.state;
    vi.advanceTimersByTime(9_999);
    await t.finishInProgressScheduledFunctions();
    expect(await stateOf()).toEqual({ kind: "pending" });
    vi.advanceTimersByTime(1);
    await t.finishInProgressScheduledFunctions();
    expect(await stateOf()).toEqual({ kind: "success" });
    expect(await t.run(async (ctx) => await ctx.db.query("tasks").collect())).toMatchObject([{ text: "scheduled" }]);
  });

  it("finishes functions that schedule one another and wait for timers", async () => {
    const t = open();
    await t.mutation(api.scheduler.startChain, { links: 3 });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    const tasks = await t.run(async (ctx) => await ctx.db.query("tasks").collect());
    expect(tasks.map(({ text }) => text)).toEqual(["link 3", "link 2", "link 1"]);
  });

  it("never runs what was canceled", async () => {
    const t = open();
    const id = await t.mutation(api.scheduler.mutationSchedulingAction, { delayMs: 1000 });
    await t.mutation(api.scheduler.cancel, { id });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    const job = await t.run(async (ctx) => await ctx.db.system.get("_scheduled_functions", id));
    expect(job?.state).toEqual({ kind: "canceled" });
    expect(await t.run(async (ctx) => await ctx.db.query("tasks").collect())).toEqual([]);
  });

  it("records how a scheduled function failed, and keeps none of its writes", async () => {
    const t = open();
    const id = await t.action(api.scheduler.scheduleFailing, {});
    vi.runAllTimers();
    // convex-test also rejects here when the function does.
    await t.finishInProgressScheduledFunctions().catch(() => undefined);
    const job = await t.run(async (ctx) => await ctx.db.system.get("_scheduled_functions", id));
    expect(job?.state).toMatchObject({ kind: "failed" });
    expect(await t.run(async (ctx) => await ctx.db.query("tasks").collect())).toEqual([]);
  });

  it("finishes what was scheduled under real timers", async () => {
    vi.useRealTimers();
    const t = open();
    await t.mutation(api.scheduler.mutationSchedulingAction, { delayMs: 0 });
    vi.useFakeTimers();
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await t.run(async (ctx) => await ctx.db.query("tasks").collect())).toHaveLength(1);
  });

  it("stores files", async () => {
    const t = open();
    const id = await t.run(async (ctx) => await ctx.storage.store(new Blob(["text"])));
    const text = await t.run(async (ctx) => (await (await ctx.storage.get(id))?.text()) ?? null);
    expect(text).toBe("text");
    const stored = await t.run(async (ctx) => await ctx.db.system.get("_storage", id));
    expect(stored).toMatchObject({ size: 4, sha256: createHash("sha256").update("text").digest("base64") });
    expect(await t.run(async (ctx) => await ctx.storage.getUrl(id))).toContain("/api/storage/");
    await t.run(async (ctx) => await ctx.storage.delete(id));
    expect(await t.run(async (ctx) => await ctx.storage.getUrl(id))).toBeNull();
    expect(await t.mutation(api.files.uploadUrl, {})).toContain("/api/storage/upload?token=");
    const fromAction = await t.action(api.files.store, { text: "in an action" });
    expect(await t.run(async (ctx) => await ctx.db.system.query("_storage").collect())).toMatchObject([
      { _id: fromAction, size: 12 },
    ]);
  });
});

describe("createTestHost alone", () => {
  it("keeps a store on a file, jobs included", async () => {
    const scratch = scratchDirectory();
    const file = join(scratch.path, "store.sqlite");
    const first = createTestHost({ schema, modules, file });
    await first.mutation(api.messages.send, { body: "kept", author: "x" });
    await first.mutation(api.scheduler.mutationSchedulingAction, { delayMs: 1000 });
    await first.close();
    const second = createTestHost({ schema, modules, file });
    expect(await second.query(api.messages.list)).toMatchObject([{ body: "kept" }]);
    await second.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await second.run(async (ctx) => await ctx.db.query("tasks").collect())).toHaveLength(1);
    await second.close();
    scratch.remove();
  });

  it("records the error of a scheduled function", async () => {
    const t = createTestHost(schema, modules);
    const id = await t.action(api.scheduler.scheduleFailing, {});
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    const job = await t.run(async (ctx) => await ctx.db.system.get("_scheduled_functions", id));
    expect(job?.state).toMatchObject({ error: expect.stringContaining("scheduled failure") });
  });

  it("refuses to wait for the transaction that it is called in", async () => {
    const t = createTestHost(schema, modules);
    const waiting = t.run(async () => await t.query(api.messages.list));
    await expect(waiting).rejects.toThrow("Use ctx.runQuery");
  });

  it("calls functions that the test file exports", async () => {
    const doubled = queryGeneric({ args: { n: v.number() }, handler: async (_ctx, { n }) => n * 2 });
    // As a glob of another file has it, which is where suites keep it.
    const own = { "./createTestHost.test.ts": async () => ({ doubled }) };
    const t = createTestHost({ modules: own });
    expect(await t.query(makeFunctionReference<"query">("createTestHost.test:doubled"), { n: 21 })).toBe(42);
  });

  it("keeps Convex's limits, or those that it is given", async () => {
    const insertTwice = async (t: ReturnType<typeof createTestHost<typeof schema.tables>>) =>
      await t.run(async (ctx) => {
        for (const text of ["first", "second"]) await ctx.db.insert("tasks", { text });
        return (await ctx.meta.getTransactionMetrics()).documentsWritten;
      });
    expect(await insertTwice(createTestHost({ schema, modules, transactionLimits: true }))).toEqual({
      used: 2,
      remaining: 15_998,
    });
    const limited = createTestHost({ schema, modules, transactionLimits: { documentsWritten: 1 } });
    await expect(insertTwice(limited)).rejects.toThrow("Too many writes in a single function execution (limit: 1)");
  });

  it("works without functions or schema", async () => {
    const t = createTestHost({ modules: {} });
    const id = await t.run(async (ctx) => await ctx.db.insert("anything", { value: 1n }));
    expect(id).toHaveLength(32);
  });
});

describe("the modules of a glob", () => {
  const load = async (): Promise<unknown> => ({});

  it("are found by the rules of a push", () => {
    const keys = [
      "../convex/_generated/api.js",
      "../convex/a.ts",
      "../convex/deep/b.tsx",
      "../convex/a.test.ts",
      "../convex/auth.config.ts",
      "../convex/schema.ts",
      "../convex/.hidden.ts",
      "../convex/types.d.ts",
      "../convex/component/convex.config.ts",
      "../convex/component/inner.ts",
    ];
    const glob = Object.fromEntries(keys.map((key) => [key, load]));
    expect(functionModules(glob).map(({ modulePath }) => modulePath)).toEqual(["a", "deep/b"]);
  });

  it("have the running test file among them", () => {
    const keys = ["./lib.test.ts", "./deep/lib.test.ts", "./deep/lib.ts"];
    const glob = Object.fromEntries(keys.map((key) => [key, load]));
    const stack =
      "Error: opened here\n    at setUp (/app/convex/setup.ts:3:9)\n    at /app/convex/deep/lib.test.ts:9:20";
    expect(functionModules(glob, stack).map(({ modulePath }) => modulePath)).toEqual(["deep/lib.test", "deep/lib"]);
  });

  it("share a root where nothing was generated", () => {
    const glob = Object.fromEntries(["./x/y/a.ts", "./x/y/z/b.ts", "./x/y/c.ts"].map((key) => [key, load]));
    expect(functionModules(glob).map(({ modulePath }) => modulePath)).toEqual(["a", "z/b", "c"]);
  });
});

it("loads the project's modules once, and again when the test runner has forgotten them", async () => {
  const { path, remove } = scratchDirectory();
  onTestFinished(remove);
  mkdirSync(join(path, "convex"));
  writeFileSync(join(path, "convex", "state.ts"), "export const state = {};");
  const load = async () => Object(await projectModules(path)["./state.ts"]?.()).state;
  const first: unknown = await load();
  expect(first).toEqual({});
  expect(await load()).toBe(first);
  vi.resetModules();
  expect(await load()).not.toBe(first);
});
