import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { JsonValue } from "../deployment";
import { errorOf, openConformance, outcomeOf, valueOf } from "../testing/testDeployment.testing";
import type { ReloadableDeployment } from "./openDeployment";

/** Other limits than that of time are met here, however slow the machine is. */
const unhurriedMs = 150_000;

let deployment: ReloadableDeployment;

beforeAll(async () => {
  deployment = await openConformance({ functionTimeLimitMs: unhurriedMs });
  await insert(5, "x".repeat(1000));
});

afterAll(async () => {
  await deployment.close();
});

async function insert(count: number, text: string): Promise<void> {
  await valueOf(deployment, "mutation", "limits:insert", { count, text });
}

const query = (name: string, args: JsonValue = {}) => valueOf(deployment, "query", `limits:${name}`, args);
const queryError = (name: string, args: JsonValue = {}) => errorOf(deployment, "query", `limits:${name}`, args);
const mutationError = (name: string, args: JsonValue = {}) => errorOf(deployment, "mutation", `limits:${name}`, args);

describe("a transaction's limits", () => {
  it("stop at 16,000 documents written", async () => {
    expect(await mutationError("insert", { count: 16_001, text: "" })).toContain(
      "Too many writes in a single function execution (limit: 16000)",
    );
    expect(await query("scan", { count: 10 })).toBe(5);
  });

  it("stop at 16 MiB written, by Convex's size formula", async () => {
    const text = "x".repeat(1_000_000);
    expect(await mutationError("insert", { count: 17, text })).toContain(
      "Too many bytes written in a single function execution (limit: 16 MiB)",
    );
  });

  it("stop at 32,000 documents read", async () => {
    expect(await query("scanAgain", { times: 2000 })).toBeNull();
    const manyRows = await openConformance({ functionTimeLimitMs: unhurriedMs });
    try {
      for (let i = 0; i < 3; i++) await valueOf(manyRows, "mutation", "limits:insert", { count: 11_000, text: "" });
      expect(await valueOf(manyRows, "query", "limits:scan", { count: 32_000 })).toBe(32_000);
      expect(await errorOf(manyRows, "query", "limits:scan", { count: 32_001 })).toContain(
        "Too many documents read in a single function execution (limit: 32000). Consider using smaller limits",
      );
      const page = await valueOf(manyRows, "query", "limits:page", { numItems: 1, onlyN: -1 });
      expect(page).toMatchObject({ isDone: false, pageStatus: "SplitRequired", ns: [] });
    } finally {
      await manyRows.close();
    }
  });

  it("stop at 16 MiB read", async () => {
    const large = await openConformance({ functionTimeLimitMs: unhurriedMs });
    try {
      for (let i = 0; i < 2; i++)
        await valueOf(large, "mutation", "limits:insert", { count: 9, text: "x".repeat(1_000_000) });
      expect(await valueOf(large, "query", "limits:scan", { count: 16 })).toBe(16);
      expect(await errorOf(large, "query", "limits:scan", { count: 17 })).toContain(
        "Too many bytes read in a single function execution (limit: 16777216 bytes).",
      );
    } finally {
      await large.close();
    }
  });

  it("stop at 4096 index ranges, where the same id again is the same range", async () => {
    expect(await query("readPoints", { distinct: 4000, same: 6000 })).toBeNull();
    expect(await queryError("readPoints", { distinct: 4096, same: 0 })).toContain(
      "Too many reads in a single function execution (limit: 4096).",
    );
  });

  it("stop at 1000 scheduled functions, 4 MiB for one and 16 MiB for all", async () => {
    expect(await mutationError("schedule", { count: 1001, fillerLength: 0 })).toContain(
      "Too many functions scheduled by this mutation (limit: 1000)",
    );
    expect(await mutationError("schedule", { count: 1, fillerLength: 4 << 20 })).toContain(
      "Too large arguments for a single scheduled function",
    );
    expect(await mutationError("schedule", { count: 5, fillerLength: 4_000_000 })).toContain(
      "Too large total size of the arguments of scheduled functions from this mutation (limit: 16777216 bytes)",
    );
  });

  it("are told by getTransactionMetrics in Convex's units", async () => {
    // {_creationTime: 9, _id: 2 + 32, n: 9, text: 2 + 2}: 2 + 23 + 38 + 11 + 9.
    const documentBytes = 2 + (13 + 1 + 9) + (3 + 1 + 34) + (1 + 1 + 9) + (4 + 1 + 4);
    const metrics = await valueOf(deployment, "mutation", "limits:metrics");
    expect(metrics).toEqual({
      bytesRead: { used: expect.any(Number), remaining: expect.any(Number) },
      bytesWritten: { used: documentBytes, remaining: (16 << 20) - documentBytes },
      databaseQueries: { used: 2, remaining: 4094 },
      documentsRead: { used: 4, remaining: 31_996 },
      documentsWritten: { used: 1, remaining: 15_999 },
      functionsScheduled: { used: 1, remaining: 999 },
      scheduledFunctionArgsBytes: { used: 2 + 2 + 7 + 5, remaining: (16 << 20) - 16 },
      filesWritten: { used: 0, remaining: 1000 },
      fileWriteBytes: { used: 0, remaining: 16 << 20 },
      filesRead: { used: 0, remaining: 1000 },
      fileReadBytes: { used: 0, remaining: 16 << 20 },
    });
  });

  it("count the files that mutations store and read, without those of a failed nested call", async () => {
    expect(await valueOf(deployment, "mutation", "fileLimits:metrics")).toMatchObject({
      filesWritten: { used: 2, remaining: 998 },
      fileWriteBytes: { used: 30, remaining: (16 << 20) - 30 },
      filesRead: { used: 2, remaining: 998 },
      fileReadBytes: { used: 20, remaining: (16 << 20) - 20 },
    });
  });

  it("stop at 16 MiB of files stored or read, and at a budget of files", async () => {
    const sizeBytes = 8 << 20;
    expect(await errorOf(deployment, "mutation", "fileLimits:store", { sizeBytes, count: 3 })).toContain(
      "Too many bytes of files written in a single function execution (limit: 16 MiB)",
    );
    const ids = await valueOf(deployment, "mutation", "fileLimits:store", { sizeBytes, count: 2 });
    const id = String(Array.isArray(ids) ? ids[0] : null);
    expect(await valueOf(deployment, "mutation", "fileLimits:read", { id, times: 2 })).toBeNull();
    expect(await errorOf(deployment, "mutation", "fileLimits:read", { id, times: 3 })).toContain(
      "Too many bytes of files read in a single function execution (limit: 16 MiB)",
    );
    expect(await valueOf(deployment, "mutation", "fileLimits:budgets", { id })).toEqual({
      stored: expect.stringContaining("Too many files written in a single function execution (limit: 1)"),
      read: expect.stringContaining("Too many files read in a single function execution (limit: 1)"),
      afterwards: { filesWritten: 0, filesRead: 2 },
    });
  });

  it("can be lowered for a nested call, which alone is undone", async () => {
    expect(await valueOf(deployment, "mutation", "limits:budgets")).toEqual({
      within: "allowed",
      writes: expect.stringContaining("Too many writes in a single function execution (limit: 5)"),
      reads: expect.stringContaining("Too many documents read in a single function execution (limit: 1)"),
      afterwards: "allowed",
    });
  });
});

describe("values", () => {
  const nested = (levels: number): JsonValue => {
    let value: JsonValue = [];
    for (let i = 1; i < levels; i++) value = [value];
    return value;
  };

  it("keep 16 levels in a document and 64 in arguments", async () => {
    expect(await mutationError("store", { value: { deep: nested(16) } })).toContain(
      "Document is too nested (nested 17 levels deep > maximum nesting 16)",
    );
    expect(
      await errorOf(deployment, "mutation", "limits:storeAnywhere", {
        table: "effects",
        value: { name: "", deep: nested(15) },
      }),
    ).toContain("extra field `deep`");
    expect(await queryError("echo", { value: nested(64) })).toContain("maximum nesting 64");
    expect(await query("echo", { value: nested(63) })).toBeNull();
  });

  it("keep 8192 elements and 1024 fields", async () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 0]));
    expect(await queryError("echo", { value: Array.from({ length: 8193 }, () => 0) })).toContain(
      "Array length is too long (8193 > maximum length 8192)",
    );
    expect(await queryError("echo", { value: fields(1025) })).toContain(
      "Object has too many fields (1025 > maximum number 1024)",
    );
    expect(await query("echo", { value: [Array.from({ length: 8192 }, () => 0), fields(1024)] })).toBeNull();
  });

  it("keep 1 MiB in a document", async () => {
    expect(await mutationError("insert", { count: 1, text: "x".repeat(1 << 20) })).toMatch(
      /Value is too large \(1(\.\d+)? MiB > maximum size 1 MiB\)/,
    );
    await insert(1, "x".repeat((1 << 20) - 200));
  });

  it("keep 16 MiB in arguments and in results", async () => {
    expect(await queryError("echo", { value: "x".repeat(16 << 20) })).toMatch(
      /^Arguments for limits:echo are too large \(actual: 16 MiB, limit: 16 MiB\)$/,
    );
    expect(await errorOf(deployment, "action", "nodeActions:length", { text: "x".repeat(5 << 20) })).toMatch(
      /^Arguments for nodeActions:length are too large \(actual: 5 MiB, limit: 5 MiB\)$/,
    );
    expect(await valueOf(deployment, "action", "nodeActions:length", { text: "x".repeat(4 << 20) })).toBe(4 << 20);
    expect(await queryError("large", { bytes: 16 << 20 })).toBe(
      "Function limits:large return value is too large (actual: 16 MiB, limit: 16 MiB)",
    );
    expect(await query("large", { bytes: 15 << 20 })).toHaveLength(15 << 20);
  });

  it("have names that are identifiers", async () => {
    const store = (table: string, value: JsonValue) =>
      errorOf(deployment, "mutation", "limits:storeAnywhere", { table, value });
    for (const table of ["", "_x", "1x", "a-b", "a".repeat(65)])
      expect(await store(table, {})).toMatch(/not a valid table name|read-only/);
    for (const name of ["_x", "a b", "a".repeat(65)])
      expect(await store("anywhere", { [name]: 1 })).toContain(`Field name '${name}' must be an identifier`);
  });
});

describe("queries", () => {
  it("have at most 256 operators", async () => {
    expect(await query("manyOperators", { count: 255 })).toBe(1);
    expect(await queryError("manyOperators", { count: 256 })).toContain("Query has too many operators: 257");
  });

  it("are paginated once in each function", async () => {
    expect(await query("paginateTwice")).toBe(
      "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
    );
  });

  it("refuse impossible page sizes", async () => {
    expect(await queryError("page", { numItems: 0 })).toContain("Must request at least 1 document while paginating");
    expect(await queryError("page", { numItems: 32_001 })).toContain("Requested too many items: 32001");
    for (const limit of [{ maximumRowsRead: 0 }, { maximumRowsRead: -1 }, { maximumBytesRead: -1 }])
      expect(await queryError("page", { numItems: 1, ...limit })).toContain("must be greater than 0");
  });
});

describe("pages", () => {
  let pages: ReloadableDeployment;

  beforeAll(async () => {
    pages = await openConformance();
    await valueOf(pages, "mutation", "limits:insert", { count: 20, text: "x".repeat(90) });
  });

  afterAll(async () => {
    await pages.close();
  });

  const page = async (args: JsonValue) => {
    const value = await valueOf(pages, "query", "limits:page", args);
    if (!isPage(value)) throw new Error("not a page");
    return value;
  };

  function isPage(value: unknown): value is {
    ns: number[];
    continueCursor: string;
    splitCursor: string | null;
    isDone: boolean;
    pageStatus: string | null;
  } {
    return typeof value === "object" && value !== null && "ns" in value && "continueCursor" in value;
  }

  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  it("end where they ended before when an end cursor is given, whatever their size", async () => {
    const first = await page({ numItems: 6 });
    expect(first).toMatchObject({ ns: numbers(0, 6), isDone: false, pageStatus: null });
    const again = await page({ numItems: 1, endCursor: first.continueCursor, maximumRowsRead: 1 });
    expect(again).toMatchObject({ ns: numbers(0, 6), continueCursor: expect.any(String) });
    const rest = await page({ numItems: 100, cursor: first.continueCursor });
    expect(rest).toMatchObject({ ns: numbers(6, 20), isDone: true });
    const restAgain = await page({ numItems: 1, cursor: first.continueCursor, endCursor: rest.continueCursor });
    expect(restAgain).toMatchObject({ ns: numbers(6, 20), isDone: true });
  });

  it("are refused with an end cursor that is none of the query's", async () => {
    const { continueCursor } = await page({ numItems: 2 });
    const another = await page({ numItems: 2, onlyN: 3 });
    const altered = continueCursor.replace(/^./, (first) => (first === "A" ? "B" : "A"));
    for (const endCursor of ["", "no cursor", altered, `${continueCursor}A`, another.continueCursor])
      expect(await errorOf(pages, "query", "limits:page", { numItems: 2, endCursor })).toContain("InvalidCursor");
    expect(await page({ numItems: 1, endCursor: continueCursor })).toMatchObject({ ns: [0, 1] });
  });

  it("can be split at the middle of what was read", async () => {
    const whole = await page({ numItems: 10 });
    const left = await page({ numItems: 10, endCursor: whole.splitCursor ?? "" });
    const right = await page({ numItems: 10, cursor: whole.splitCursor, endCursor: whole.continueCursor });
    expect([...left.ns, ...right.ns]).toEqual(whole.ns);
    expect(left.ns).toEqual(numbers(0, 6));
    expect((await page({ numItems: 2 })).splitCursor).toBeNull();
  });

  it("stop at the rows and bytes that they may read, and go on from there", async () => {
    const rows = await page({ numItems: 20, maximumRowsRead: 5 });
    expect(rows).toMatchObject({ ns: numbers(0, 5), isDone: false, pageStatus: "SplitRequired" });
    expect((await page({ numItems: 2, cursor: rows.continueCursor })).ns).toEqual([5, 6]);
    // Each row has 2 + 23 + 38 + 11 + 97 bytes; a page always reads one row past its budget's last.
    expect(await page({ numItems: 20, maximumBytesRead: 171 * 3 })).toMatchObject({
      ns: numbers(0, 3),
      pageStatus: "SplitRequired",
    });
    expect(await page({ numItems: 20, maximumBytesRead: 171 * 3 + 1 })).toMatchObject({ ns: numbers(0, 4) });
    expect(await page({ numItems: 5, maximumRowsRead: 6 })).toMatchObject({
      ns: numbers(0, 5),
      pageStatus: "SplitRecommended",
    });
  });

  it("are cut where a transaction of large documents may read no more, which does not take the thread's memory", async () => {
    const large = await openConformance({ functionTimeLimitMs: unhurriedMs });
    onTestFinished(() => large.close());
    // Three bytes of UTF-8 each, and two of memory.
    const text = "\u8a9e".repeat(340_000);
    for (let i = 0; i < 6; i++) await valueOf(large, "mutation", "limits:insert", { count: 12, text });
    const cut = await valueOf(large, "query", "limits:page", { numItems: 1000 });
    // Six rows of each n.
    const ns = Array.from({ length: 16 }, (_, at) => Math.floor(at / 6));
    expect(cut).toMatchObject({ ns, isDone: false, pageStatus: "SplitRequired" });
  });

  it("count rows that a filter drops", async () => {
    const filtered = await page({ numItems: 1, onlyN: 7, maximumRowsRead: 4 });
    expect(filtered).toMatchObject({ ns: [], isDone: false, pageStatus: "SplitRequired" });
    const next = await page({ numItems: 1, onlyN: 7, cursor: filtered.continueCursor, maximumRowsRead: 4 });
    expect(next).toMatchObject({ ns: [7], isDone: false });
  });
});

describe("logs and memory", () => {
  it("keep 256 lines of 4 KiB", async () => {
    const outcome = await outcomeOf(deployment, "query", "limits:log", { lines: 300, length: 5000 });
    expect(outcome.logLines).toHaveLength(256);
    expect(outcome.logLines[0]).toBe(`[LOG] '${"x".repeat(4095)} (truncated due to length)`);
    expect(outcome.logLines.at(-1)).toBe("[ERROR] Log overflow (maximum 256). Remaining log lines omitted.");
  });

  it("warn about operations that an action did not await", async () => {
    const outcome = await outcomeOf(deployment, "action", "limits:unawaited");
    expect(outcome.logLines).toEqual([
      expect.stringMatching(/^\[WARN\] 2 unawaited operations: \[mutation, query\]\. Async/),
    ]);
  });

  it("stop a function that eats its memory, and nothing else", async () => {
    const hungry = await openConformance({ functionTimeLimitMs: unhurriedMs });
    try {
      const [eater, other] = await Promise.all([
        outcomeOf(hungry, "mutation", "limits:eatMemory"),
        valueOf(hungry, "mutation", "limits:insert", { count: 1, text: "" }),
      ]);
      expect(eater).toMatchObject({ status: "error", errorMessage: expect.stringContaining("ran out of memory") });
      expect(other).toBeNull();
      expect(await valueOf(hungry, "query", "limits:scan", { count: 9 })).toBe(1);
    } finally {
      await hungry.close();
    }
  });
});
