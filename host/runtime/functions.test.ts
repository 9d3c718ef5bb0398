import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { errorOf, openFixture, outcomeOf, valueOf } from "../testing/testDeployment.testing";
import type { JsonValue } from "../deployment";
import type { ReloadableDeployment } from "./openDeployment";

let deployment: ReloadableDeployment;
const logged: string[] = [];

beforeAll(async () => {
  deployment = await openFixture({ onLog: ({ line }) => logged.push(line) });
});

afterAll(async () => {
  await deployment.close();
});

const pageShape = z.object({
  page: z.array(z.object({ checkIns: z.number() })),
  isDone: z.boolean(),
  continueCursor: z.string(),
});

async function readPage(tenant: string, numItems: number, cursor: string | null) {
  const args = { tenant, paginationOpts: { numItems, cursor } };
  return pageShape.parse(await valueOf(deployment, "query", "agents:page", args));
}

describe("reads and writes", () => {
  it("run through an index, read their own writes and answer with Convex JSON", async () => {
    await valueOf(deployment, "mutation", "agents:create", { guid: "g", tenant: "rw" });
    expect(await valueOf(deployment, "mutation", "agents:checkIn", { guid: "g" })).toBe(1);
    expect(await valueOf(deployment, "mutation", "agents:checkIn", { guid: "g" })).toBe(2);
    const outcome = await outcomeOf(deployment, "query", "agents:byTenant", { tenant: "rw" });
    expect(outcome).toMatchObject({ status: "success", timestamp: deployment.latestTimestamp() });
    expect(await valueOf(deployment, "query", "agents:byTenant", { tenant: "rw" })).toEqual([
      {
        _id: expect.stringMatching(/^[0-9a-hjkmnp-tv-z]{32}$/),
        _creationTime: expect.any(Number),
        guid: "g",
        tenant: "rw",
        checkIns: 2,
      },
    ]);
  });

  it("keep documents of one millisecond in the order they were created", async () => {
    const guids = Array.from({ length: 200 }, (_, i) => `order-${i}`);
    await Promise.all(guids.map((guid) => valueOf(deployment, "mutation", "agents:create", { guid, tenant: "order" })));
    const found = z
      .array(z.object({ guid: z.string(), _creationTime: z.number() }))
      .parse(await valueOf(deployment, "query", "agents:byTenant", { tenant: "order" }));
    expect(found.map(({ guid }) => guid)).toEqual(guids);
    expect(new Set(found.map(({ _creationTime }) => _creationTime)).size).toBe(200);
  });

  it("apply range bounds, order, filters and limits in that order", async () => {
    await valueOf(deployment, "mutation", "agents:createMany", { tenant: "range", count: 10 });
    const range = (order: string) =>
      valueOf(deployment, "query", "agents:range", { tenant: "range", above: 2, through: 8, order });
    expect(await range("asc")).toEqual([3, 4, 6]);
    expect(await range("desc")).toEqual([8, 7, 6]);
  });

  it("find missing fields as undefined", async () => {
    await valueOf(deployment, "mutation", "agents:create", { guid: "labelled", tenant: "label", label: "x" });
    const found = z
      .array(z.object({ guid: z.string() }))
      .parse(await valueOf(deployment, "query", "agents:withoutLabel"));
    expect(found.length).toBeGreaterThan(0);
    expect(found.map(({ guid }) => guid)).not.toContain("labelled");
  });

  it("read on in order past what was read ahead, in both directions", async () => {
    await valueOf(deployment, "mutation", "agents:createMany", { tenant: "long", count: 200 });
    const all = Array.from({ length: 200 }, (_, i) => i);
    const collect = (order: string) => valueOf(deployment, "query", "agents:collect", { tenant: "long", order });
    expect(await collect("asc")).toEqual(all);
    expect(await collect("desc")).toEqual(all.toReversed());
  });

  it("see deletions while a scan is under way", async () => {
    await valueOf(deployment, "mutation", "agents:createMany", { tenant: "gone", count: 40 });
    expect(await valueOf(deployment, "mutation", "agents:removeAll", { tenant: "gone" })).toBe(40);
    expect(await valueOf(deployment, "query", "agents:byTenant", { tenant: "gone" })).toEqual([]);
  });

  it("are refused with Convex's messages when they do not match", async () => {
    expect(await errorOf(deployment, "query", "agents:byTenant", { tenant: 5 })).toBe(
      "ArgumentValidationError: Value does not match validator.\nPath: .tenant\nValue: 5.0\nValidator: v.string()",
    );
    const insert = (value: null | Record<string, string | number>) =>
      errorOf(deployment, "mutation", "agents:insertWrong", { value });
    expect(await insert({ guid: "x" })).toMatch(
      /^Uncaught Error: Failed to insert or update a document in table "agents" because it does not match the schema: Object is missing the required field `checkIns`[^]*at insertWrong|handler/,
    );
    expect(await insert({ guid: "x", tenant: "y", checkIns: 1, extra: 1 })).toContain("extra field `extra`");
    expect(await insert({ _id: "x" })).toContain("system field `_id`");
    expect(await insert(null)).toContain("Value must be an Object");
  });

  it("keep Convex's limits on documents", async () => {
    const insert = (label: JsonValue) =>
      errorOf(deployment, "mutation", "agents:insertWrong", { value: { guid: "x", tenant: "y", checkIns: 1, label } });
    let deep: JsonValue = [];
    for (let i = 0; i < 30; i++) deep = [deep];
    expect(await insert(deep)).toContain("nested 32 levels deep > maximum nesting 16");
    expect(await insert(Array.from({ length: 8193 }, () => 0))).toContain("Array length is too long");
    expect(await insert("x".repeat(1 << 20))).toContain("Value is too large");
    expect(await insert("\ud800")).toContain("valid Unicode");
    expect(await errorOf(deployment, "mutation", "agents:insertWrong", { value: { __proto__x: 1 } })).toContain(
      "must be an identifier",
    );
    const fine = { guid: "\\ud800 \u{1f600}", tenant: "unicode" };
    await valueOf(deployment, "mutation", "agents:create", fine);
    expect(await valueOf(deployment, "query", "agents:byTenant", { tenant: "unicode" })).toMatchObject([fine]);
  });

  it("name the source line of what a handler threw", async () => {
    expect(await errorOf(deployment, "mutation", "agents:checkIn", { guid: "missing" })).toMatch(
      /^Uncaught Error: unknown agent\n {4}at handler \(\.\.\/convex\/agents\.ts:\d+:\d+\)$/,
    );
  });

  it("answer unknown, internal and wrongly typed functions alike for the public", async () => {
    const unknown = await errorOf(deployment, "any", "behaviour:nope");
    const internal = await errorOf(deployment, "any", "behaviour:scheduledAdd", { name: "x" });
    expect(unknown).toMatch(/^Could not find public function for 'behaviour:nope'\./);
    expect(internal).toBe(unknown.replace("nope", "scheduledAdd"));
    expect(await errorOf(deployment, "action", "behaviour:slowAction")).toContain("Could not find public function");
    expect(await errorOf(deployment, "mutation", "behaviour:read", { name: "x" })).toBe(
      "Trying to execute behaviour:read as Mutation, but it is defined as Query.",
    );
  });
});

describe("pagination", () => {
  it("visits every document once, also when a page ends exactly at the end", async () => {
    await valueOf(deployment, "mutation", "agents:createMany", { tenant: "pages", count: 9 });
    const first = await readPage("pages", 4, null);
    const second = await readPage("pages", 4, first.continueCursor);
    const third = await readPage("pages", 4, second.continueCursor);
    expect([first, second, third].map(({ isDone }) => isDone)).toEqual([false, false, true]);
    expect([first, second, third].flatMap(({ page }) => page.map(({ checkIns }) => checkIns))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    const exact = await readPage("pages", 9, null);
    expect(exact.isDone).toBe(false);
    expect(await readPage("pages", 9, exact.continueCursor)).toMatchObject({ page: [], isDone: true });
  });

  it("takes a cursor in the one spelling that it was given in, and pages of whole numbers of items", async () => {
    const { continueCursor } = await readPage("pages", 4, null);
    await readPage("pages", 4, continueCursor);
    for (const cursor of [` ${continueCursor}`, `${continueCursor}\n`, `${continueCursor}=`, `${continueCursor}!!!!`]) {
      const args = { tenant: "pages", paginationOpts: { numItems: 4, cursor } };
      expect(await errorOf(deployment, "query", "agents:page", args)).toContain("InvalidCursor");
    }
    for (const paginationOpts of [
      { numItems: 1.5, cursor: null },
      { numItems: 2, cursor: null, maximumRowsRead: 0.5 },
    ])
      expect(await errorOf(deployment, "query", "agents:page", { tenant: "pages", paginationOpts })).toContain(
        "integer",
      );
    expect(await readPage("pages", 4, null)).toMatchObject({ isDone: false });
  });

  it("refuses cursors of another query and forged ones, catchably", async () => {
    const { continueCursor } = await readPage("pages", 4, null);
    const invalid = { isConvexSystemError: true, paginationError: "InvalidCursor" };
    for (const cursor of [continueCursor, "", "AAAA", `${continueCursor.slice(0, -3)}AAA`]) {
      const args = { paginationOpts: { numItems: 1, cursor } };
      expect(await valueOf(deployment, "query", "agents:pageOrMessage", args)).toEqual(invalid);
    }
    const foreign = await outcomeOf(deployment, "query", "agents:page", {
      tenant: "another",
      paginationOpts: { numItems: 4, cursor: continueCursor },
    });
    expect(foreign).toMatchObject({ status: "error", errorMessage: expect.stringContaining("InvalidCursor") });
    expect(foreign.status === "error" && JSON.parse(foreign.errorDataText ?? "null")).toEqual(invalid);
  });
});

describe("nested calls", () => {
  it("undo only their own writes when they fail and keep the order of issue", async () => {
    expect(await valueOf(deployment, "mutation", "behaviour:nested")).toEqual({
      values: [1, 2, 2],
      data: "1",
      outer: 1,
    });
  });

  it("stop at the depth limit", async () => {
    expect(await valueOf(deployment, "query", "behaviour:depth", { depth: 8 })).toBe(8);
    expect(await errorOf(deployment, "query", "behaviour:depth", { depth: 9 })).toContain("call depth limit exceeded");
  });

  it("undo everything when the outermost mutation fails, and carry ConvexError data", async () => {
    const outcome = await outcomeOf(deployment, "mutation", "behaviour:add", { name: "undone", fail: true });
    expect(outcome.status === "error" && JSON.parse(outcome.errorDataText ?? "")).toEqual({
      reason: "asked to fail",
      value: { $integer: "AQAAAAAAAAA=" },
    });
    expect(await valueOf(deployment, "query", "behaviour:read", { name: "undone" })).toBe(0);
  });
});

describe("isolation", () => {
  it("stops a handler that never ends, answers the calls behind it, and keeps nothing of it", async () => {
    const limited = await openFixture({ functionTimeLimitMs: 400 });
    try {
      await valueOf(limited, "mutation", "behaviour:add", { name: "before" });
      const [stuck, ...others] = await Promise.all([
        outcomeOf(limited, "mutation", "behaviour:loopForever", { name: "loop" }),
        valueOf(limited, "mutation", "behaviour:add", { name: "behind" }),
        valueOf(limited, "mutation", "behaviour:add", { name: "behind" }),
      ]);
      expect(stuck).toMatchObject({ status: "error", errorMessage: expect.stringContaining("timed out") });
      expect(others).toEqual([1, 2]);
      expect(await valueOf(limited, "query", "behaviour:read", { name: "loop" })).toBe(0);
      expect(await valueOf(limited, "query", "behaviour:read", { name: "before" })).toBe(1);
    } finally {
      await limited.close();
    }
  });

  it("rejects the writes of a promise that outlived its handler", async () => {
    await valueOf(deployment, "mutation", "behaviour:leaveZombie");
    // Later transactions are what a zombie would write into.
    for (let i = 0; i < 5; i++) await valueOf(deployment, "mutation", "behaviour:add", { name: "later" });
    await expect.poll(() => logged.some((line) => line.includes("had returned"))).toBe(true);
    expect(await valueOf(deployment, "query", "behaviour:read", { name: "zombie" })).toBe(0);
  });

  it("undoes a nested call that its caller did not wait for, without touching later calls", async () => {
    await valueOf(deployment, "mutation", "behaviour:abandonNested");
    for (let i = 1; i <= 5; i++)
      expect(await valueOf(deployment, "mutation", "behaviour:add", { name: "afterAbandoned" })).toBe(i);
    expect(await valueOf(deployment, "query", "behaviour:read", { name: "abandoning" })).toBe(1);
    expect(await valueOf(deployment, "query", "behaviour:read", { name: "abandoned" })).toBe(0);
    expect(await valueOf(deployment, "query", "behaviour:read", { name: "afterAbandoned" })).toBe(5);
  });

  it("refuses in queries what Convex refuses", async () => {
    expect(await valueOf(deployment, "query", "behaviour:forbidden")).toEqual({
      fetch: expect.stringMatching(/^Can't use fetch\(\) in queries and mutations\. Please consider using an action\./),
      setTimeout: expect.stringMatching(/^Can't use setTimeout in queries and mutations\./),
      generateKey: expect.stringMatching(/^Can't use cryptographic randomness in queries and mutations\./),
      shortIv: expect.stringContaining("96-bit"),
      random: true,
      buffer: "undefined",
      clockMoved: false,
    });
  });
});

describe("actions, variables and identity", () => {
  it("run on the main thread with nested mutations and log lines", async () => {
    const outcome = await outcomeOf(deployment, "action", "behaviour:addByAction", { name: "byAction" });
    expect(outcome).toEqual({
      status: "success",
      valueText: "1",
      timestamp: 0n,
      logLines: ["[LOG] 'adding' { name: 'byAction' }"],
    });
    const failed = await outcomeOf(deployment, "any", "behaviour:addByAction", { name: "byAction", fail: true });
    expect(failed).toMatchObject({ status: "error", errorDataText: expect.stringContaining("asked to fail") });
    expect(await errorOf(deployment, "action", "behaviour:addByAction", {})).toContain("ArgumentValidationError");
  });

  it("see the deployment's variables only, and changes at once", async () => {
    expect(await valueOf(deployment, "query", "behaviour:environment")).toEqual([null, "http://127.0.0.1:3211", null]);
    await deployment.updateEnvironmentVariables(new Map([["GREETING", "hello"]]));
    expect(await valueOf(deployment, "query", "behaviour:environment")).toEqual([
      "hello",
      "http://127.0.0.1:3211",
      null,
    ]);
    expect(await valueOf(deployment, "action", "nodeActions:sha256", { text: "" })).toMatch(/^e3b0c442.*hello$/);
    expect(deployment.environmentVariables()).toEqual({ GREETING: "hello" });
  });

  it("evaluate auth.config.ts with them", async () => {
    expect(deployment.authProviders()).toMatchObject([{ type: "customJwt", issuer: "https://issuer.test" }]);
    await expect(openFixture({ environmentVariables: {} })).rejects.toThrow(
      "Environment variable ISSUER is used in auth config file but its value was not set",
    );
  });

  it("give the caller's identity", async () => {
    const identity = { tokenIdentifier: "i|s", issuer: "i", subject: "s", nested: { claim: 1 } };
    const as = (caller: Parameters<typeof valueOf>[4]) =>
      valueOf(deployment, "query", "behaviour:identity", {}, caller);
    expect(await as({ caller: { kind: "user", identity } })).toEqual(identity);
    expect(await as({ caller: { kind: "anonymous" } })).toBeNull();
  });
});

describe("HTTP actions", () => {
  const metadata = { requestId: "0123456789abcdef", ip: null, userAgent: null };
  const send = (
    path: string,
    init?: RequestInit,
    caller: { kind: "anonymous" } | { kind: "refused"; code: string; message: string } = { kind: "anonymous" },
  ) => deployment.fetchHttpAction(new Request(`http://127.0.0.1${path}`, init), caller, metadata);

  it("are found by exact path, then by the longest prefix, HEAD as GET", async () => {
    expect(await (await send("/exact")).text()).toBe("exact");
    expect((await send("/exact", { method: "HEAD" })).status).toBe(200);
    expect(await (await send("/deep/er/x", { method: "POST" })).text()).toBe("deeper");
    expect(await (await send("/deep/x", { method: "POST", body: "http" })).json()).toEqual({ value: 1 });
  });

  it("answer 404 for no route and for the wrong method", async () => {
    for (const [path, method] of [
      ["/nowhere", "GET"],
      ["/exact", "POST"],
      ["/exact/", "GET"],
    ] as const) {
      const response = await send(path, { method });
      expect([response.status, await response.text()]).toEqual([404, "No matching routes found"]);
    }
  });

  it("answer 500 with code, trace and data when they throw", async () => {
    const response = await send("/throws");
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      code: expect.stringMatching(/^\[Request ID: 0123456789abcdef\] Server Error: /),
      trace: expect.stringContaining("Uncaught ConvexError"),
      data: { code: 7 },
    });
  });

  it("throw for a refused caller only when the identity is asked for", async () => {
    const refused = { kind: "refused", code: "InvalidAuthHeader", message: "Expired" } as const;
    expect((await send("/exact", {}, refused)).status).toBe(200);
    expect((await send("/whoami", {}, refused)).status).toBe(500);
    expect(await (await send("/whoami")).json()).toBeNull();
  });
});
