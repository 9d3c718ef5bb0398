import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { register as registerRateLimiter } from "@convex-dev/rate-limiter/test";
import { convexTest } from "convex-test";
import {
  actionGeneric,
  componentsGeneric,
  defineSchema,
  defineTable,
  httpActionGeneric,
  httpRouter,
  internalMutationGeneric,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import type { AnyComponents, FunctionHandle, FunctionReference } from "convex/server";
import { v } from "convex/values";
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createTestHost } from "./createTestHost";
import { defineTestApp } from "./defineTestApp";
import { projectModules } from "./projectModules";
import { scratchDirectory } from "../testing/testDeployment.testing";

type Reference<Type extends "query" | "mutation" | "action"> = FunctionReference<Type>;
interface CounterApi {
  readonly add: Reference<"mutation">;
  readonly addTwice: Reference<"action">;
  readonly total: Reference<"query">;
  readonly caller: Reference<"query">;
}

interface TestComponents {
  readonly counter: { readonly lib: CounterApi };
  readonly rateLimiter: { readonly lib: { readonly rateLimit: Reference<"mutation"> } };
}

const schema = defineSchema({
  notes: defineTable({ text: v.string() }),
  users: defineTable(v.union(v.object({ _id: v.string(), name: v.string() }), v.object({ alias: v.string() }))),
});
const counterSchema = defineSchema({ counts: defineTable({ by: v.number() }) });
const repeat = makeFunctionReference<"mutation">("told:repeat");

const told = {
  default: queryGeneric({ args: {}, handler: async (ctx) => await ctx.meta.getFunctionMetadata() }),
  named: queryGeneric({ args: {}, handler: async (ctx) => await ctx.meta.getFunctionMetadata() }),
  deployment: queryGeneric({ args: {}, handler: async (ctx) => await ctx.meta.getDeploymentMetadata() }),
  add: mutationGeneric({
    args: { text: v.string() },
    handler: async (ctx, note) => await ctx.db.insert("notes", note),
  }),
  repeat: internalMutationGeneric({
    args: {},
    handler: async (ctx) => {
      await ctx.scheduler.runAfter(0, repeat, {});
    },
  }),
  ofComponent: queryGeneric({
    args: {},
    handler: async (ctx): Promise<unknown> => await ctx.runQuery(components.counter.lib.caller, {}),
  }),
};
const counter = {
  add: mutationGeneric({
    args: { by: v.number() },
    handler: async (ctx, count) => await ctx.db.insert("counts", count),
  }),
  total: queryGeneric({
    args: {},
    handler: async (ctx) => (await ctx.db.query("counts").collect()).reduce((sum, { by }) => sum + Number(by), 0),
  }),
  caller: queryGeneric({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.name ?? null }),
  addTwice: actionGeneric({
    args: { by: v.number() },
    handler: async (ctx, count) => {
      for (let i = 0; i < 2; i++) await ctx.runMutation(makeFunctionReference<"mutation">("lib:add"), count);
      return (await ctx.meta.getFunctionMetadata()).componentPath;
    },
  }),
};
const http = httpRouter();
http.route({
  path: "/told",
  method: "GET",
  handler: httpActionGeneric(async (ctx) => Response.json(await ctx.meta.getFunctionMetadata())),
});

const generated = { "./_generated/api.js": async () => ({}) };
const modules = { ...generated, "./told.ts": async () => told, "./http.ts": async () => ({ default: http }) };
const counterModules = { ...generated, "./lib.ts": async () => counter };

// convex-test installs the syscall object once per process, createTestHost with every accessor.
convexTest(schema, modules);
const convexTestBoundary: unknown = Reflect.get(globalThis, "Convex");
const components = componentsOf(componentsGeneric());

const accessors = {
  "convex-test": (of: typeof schema = schema) => {
    Reflect.set(globalThis, "Convex", convexTestBoundary);
    const t = convexTest(of, modules);
    t.registerComponent("counter", counterSchema, counterModules);
    return t;
  },
  createTestHost: (of: typeof schema = schema) => {
    const t = createTestHost(of, modules);
    t.registerComponent("counter", counterSchema, counterModules);
    return t;
  },
};

/** Any table's documents, in the order in which they were created, as far as the time tells. */
const textsUntil = async (t: ReturnType<(typeof accessors)["convex-test"]>, timeMs: number): Promise<string[]> =>
  await t.run(async (ctx) => {
    const until = ctx.db.query("notes").withIndex("by_creation_time", (q) => q.lte("_creationTime", timeMs));
    return (await until.collect()).map(({ text }) => text);
  });

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe.each(Object.entries(accessors))("%s", (_name, open) => {
  it("calls functions of components by reference", async () => {
    const t = open();
    await t.mutation(components.counter.lib.add, { by: 3 });
    expect(await t.action(components.counter.lib.addTwice, { by: 4 })).toBe("counter");
    expect(await t.query(components.counter.lib.total, {})).toBe(11);
  });

  it("tells a component who calls it by reference, and not who calls the app", async () => {
    const t = open().withIdentity({ name: "Sarah" });
    expect(await t.query(components.counter.lib.caller, {})).toBe("Sarah");
    expect(await t.query(makeFunctionReference<"query">("told:ofComponent"), {})).toBeNull();
  });

  it("names functions as Convex does", async () => {
    const t = open();
    const nameOf = async (path: string): Promise<unknown> => await t.query(makeFunctionReference<"query">(path), {});
    expect(await nameOf("told")).toMatchObject({ name: "told", componentPath: "" });
    expect(await nameOf("told:named")).toMatchObject({ name: "told:named" });
    expect(await (await t.fetch("/told")).json()).toMatchObject({ name: "http", type: "action" });
    expect(await t.query(async (ctx) => (await ctx.meta.getFunctionMetadata()).name)).toBe("inline");
    expect(await t.mutation(async (ctx) => (await ctx.meta.getFunctionMetadata()).name)).toBe("inline");
    expect(await t.action(async (ctx) => (await ctx.meta.getFunctionMetadata()).name)).toBe("inline");
    expect(await t.query(makeFunctionReference<"query">("told:deployment"), {})).toMatchObject({ class: "s16" });
  });

  it("dates documents by the test's clock, which may go back", async () => {
    const t = open();
    const insert = async (text: string) => await t.run(async (ctx) => await ctx.db.insert("notes", { text }));
    for (const [day, texts] of [
      ["2024-05-31", ["first", "second"]],
      ["2024-06-02", ["third"]],
      ["2024-05-01", ["earlier"]],
    ] as const) {
      vi.setSystemTime(new Date(day));
      for (const text of texts) await insert(text);
    }
    const documents = await t.run(async (ctx) => await ctx.db.query("notes").collect());
    expect(documents).toHaveLength(4);
    expect(await textsUntil(t, Date.parse("2024-06-01"))).toEqual(expect.arrayContaining(["first", "second"]));
    expect(await textsUntil(t, Date.parse("2024-06-01"))).not.toContain("third");
  });

  it("dates the first document of a millisecond by that millisecond, and the others in their order", async () => {
    vi.setSystemTime(new Date("2024-05-31"));
    const t = open();
    const times = await t.run(async (ctx) => {
      for (const text of ["a", "b", "c"]) await ctx.db.insert("notes", { text });
      return (await ctx.db.query("notes").collect()).map(({ _creationTime }) => _creationTime);
    });
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    expect([times[0], Math.floor(times.at(-1) ?? 0)]).toEqual([Date.now(), Date.now()]);
  });

  it.each([
    ["table", defineSchema({ "a-b": defineTable({}) })],
    ["reserved table", defineSchema({ _a: defineTable({}) })],
    ["field", defineSchema({ a: defineTable({ _a: v.string() }) })],
    ["field of a union", defineSchema({ a: defineTable(v.union(v.object({ "a-b": v.null() }), v.object({}))) })],
    ["index", defineSchema({ a: defineTable({ a: v.string() }).index("a-b", ["a"]) })],
  ])("refuses the name of a %s when it is opened", (_title, invalid) => {
    // @ts-expect-error -- another schema than the tests'
    expect(() => open(invalid)).toThrow(/identifier|Identifier|reserved/);
  });

  it("takes handles as convex-test writes them", async () => {
    const t = open();
    const handle = asHandle("function://;told:add");
    await t.action(async (ctx) => await ctx.runMutation(handle, { text: "by handle" }));
    expect(await t.run(async (ctx) => await ctx.db.query("notes").collect())).toMatchObject([{ text: "by handle" }]);
  });

  it("runs the spy that a test sets on a handler", async () => {
    const t = open();
    await t.mutation(makeFunctionReference<"mutation">("told:add"), { text: "real" });
    const spy = vi.fn<() => string>(() => "spied");
    const original: unknown = Reflect.get(told.add, "_handler");
    onTestFinished(() => void Reflect.set(told.add, "_handler", original));
    Reflect.set(told.add, "_handler", spy);
    expect(await t.mutation(makeFunctionReference<"mutation">("told:add"), { text: "x" })).toBe("spied");
    expect(spy).toHaveBeenCalledTimes(1);
  });

  it("gives up on functions that schedule themselves for ever", async () => {
    const t = open();
    await t.mutation(repeat, {});
    await expect(t.finishAllScheduledFunctions(vi.runAllTimers, 5)).rejects.toThrow(
      "finishAllScheduledFunctions: too many iterations. Check for infinitely recursive scheduled functions, or increase maxIterations.",
    );
  });
});

describe("createTestHost", () => {
  it("shows the keys that verify what signJwt signs", async () => {
    vi.useRealTimers();
    const t = createTestHost(schema, modules);
    const token = await t.mutation(async (ctx) => await ctx.auth.signJwt({ expiresInSeconds: 60 }));
    const { payload } = await jwtVerify(token, createLocalJWKSet(await t.jwks()));
    expect(payload.iss).toMatch(/^https:/);
  });

  it("refuses what a push would refuse, in the test file no sooner than it is called", async () => {
    const args = v.union(v.object({ a: v.null() }), v.object({ b: v.null() }));
    const anyOf = mutationGeneric({ args, handler: () => 1 });
    const call = async (files: typeof modules | Record<string, () => Promise<object>>, path: string) =>
      await createTestHost(schema, { ...generated, ...files }).mutation(makeFunctionReference<"mutation">(path), {
        text: "x",
      });
    // As the stack of this test names it.
    const own = { "./accessorParity.test.ts": async () => ({ anyOf, fine: told.add }) };
    expect(await call(own, "accessorParity.test:fine")).toMatch(/^\w{32}$/);
    await expect(call(own, "accessorParity.test:anyOf")).rejects.toThrow("Args validator must be an object or any");
    const pushed = { ...modules, "./pushed.ts": async () => ({ anyOf }) };
    await expect(call(pushed, "told:add")).rejects.toThrow("Invalid validator for pushed:anyOf");
  });

  it("defines an app in place, with published components", async () => {
    const app = defineTestApp({ schema, components: { rateLimiter: { register: registerRateLimiter } } });
    const { api, internal, createTest } = app.defineModules({
      "deep/notes": {
        add: app.mutation({
          args: { text: v.string() },
          handler: async (ctx, note) => await ctx.db.insert("notes", note),
        }),
        count: app.internalQuery({ args: {}, handler: async (ctx) => (await ctx.db.query("notes").collect()).length }),
      },
    });
    const t = createTest();
    await t.mutation(api.deep.notes.add, { text: "in place" });
    expect(await t.query(internal.deep.notes.count, {})).toBe(1);
    expect(await createTest().query(internal.deep.notes.count, {})).toBe(0);
    const { rateLimiter } = componentsOf(app.components);
    const config = { kind: "fixed window", rate: 1, period: 1000 };
    const limit = async () => await t.mutation(rateLimiter.lib.rateLimit, { name: "a", config });
    expect([await limit(), await limit()]).toMatchObject([{ ok: true }, { ok: false }]);
  });

  it("takes the project's own functions when it is given none", async () => {
    const scratch = scratchDirectory();
    onTestFinished(() => scratch.remove());
    writeFileSync(join(scratch.path, "convex.json"), JSON.stringify({ functions: "src/functions/" }));
    mkdirSync(join(scratch.path, "src", "functions", "deep"), { recursive: true });
    writeFileSync(join(scratch.path, "src", "functions", "deep", "notes.js"), "export const answer = 42;");
    const found = projectModules(scratch.path);
    expect(Object.keys(found)).toEqual(["./deep/notes.js"]);
    expect(await found["./deep/notes.js"]?.()).toMatchObject({ answer: 42 });
    expect(projectModules(join(scratch.path, "src"))).toEqual({});
  });
});

/** What the tests' components have, which code generation would write down. */
function componentsOf(generic: AnyComponents): TestComponents {
  return generic as unknown as TestComponents;
}

/** A suite's fixtures spell handles out. */
function asHandle(text: string): FunctionHandle<"mutation", { text: string }> {
  return text as FunctionHandle<"mutation", { text: string }>;
}
