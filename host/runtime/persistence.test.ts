import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { openConnection } from "../store/sqlite";
import {
  copyFixture,
  errorOf,
  openFixture,
  outcomeOf,
  scratchDirectory,
  valueOf,
} from "../testing/testDeployment.testing";

let scratch: ReturnType<typeof scratchDirectory>;
let file: string;

beforeEach(() => {
  scratch = scratchDirectory();
  file = join(scratch.path, "store.sqlite3");
});

afterEach(() => {
  scratch.remove();
});

/** Runs the victim on the file, kills it once it has printed `enough`, and returns the largest number it printed. */
async function killVictim(task: "write" | "action", enough: number): Promise<number> {
  const program = join(dirname(fileURLToPath(import.meta.url)), "..", "testing", "processes", "victim.testing.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program, file, task], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    printed = Math.max(printed, Number(line));
    if (printed >= enough) break;
  }
  child.kill("SIGKILL");
  await once(child, "exit");
  return printed;
}

describe("a store", () => {
  it("keeps documents and variables, and its clock never goes back", async () => {
    const first = await openFixture({ file });
    await valueOf(first, "mutation", "behaviour:add", { name: "kept" });
    await first.updateEnvironmentVariables(new Map([["GREETING", "kept"]]));
    const timestamp = first.latestTimestamp();
    await first.close();
    const second = await openFixture({ file });
    expect(second.latestTimestamp()).toBeGreaterThan(timestamp);
    expect(await valueOf(second, "mutation", "behaviour:add", { name: "kept" })).toBe(2);
    expect(second.environmentVariables()).toEqual({ GREETING: "kept" });
    await second.close();
  });

  it("belongs to one host at a time", async () => {
    const first = await openFixture({ file });
    await expect(openFixture({ file })).rejects.toThrow(`${file} is in use by another process.`);
    await first.close();
    await (await openFixture({ file })).close();
  });

  it("is refused when a newer version wrote it", async () => {
    await (await openFixture({ file })).close();
    const connection = openConnection(file);
    connection.exec("UPDATE meta SET value = '2' WHERE key = 'formatVersion'");
    connection.close();
    await expect(openFixture({ file })).rejects.toThrow(`${file} has format version 2, but this host reads version 1.`);
  });

  it("is refused when it is damaged", async () => {
    writeFileSync(file, "this is no database, only some text that is long enough".repeat(50));
    await expect(openFixture({ file })).rejects.toThrow(`${file} is damaged or not a store of this host.`);
  });

  it("loses nothing that it acknowledged when the process is killed", async () => {
    const acknowledged = await killVictim("write", 300);
    const reopened = await openFixture({ file });
    const value = Number(await valueOf(reopened, "query", "behaviour:read", { name: "outer" }));
    expect(value).toBeGreaterThanOrEqual(acknowledged);
    // Each call writes both counters; a torn batch would leave them apart.
    expect(await valueOf(reopened, "query", "behaviour:read", { name: "inner" })).toBe(value * 2);
    await reopened.close();
  });
});

describe("the scheduler", () => {
  it("runs jobs of a committed mutation once, and none of a failed one", async () => {
    const deployment = await openFixture({ file });
    const schedule = { name: "scheduled", delayMs: 0, fail: false };
    await valueOf(deployment, "mutation", "behaviour:scheduleAdds", schedule);
    await errorOf(deployment, "mutation", "behaviour:scheduleAdds", { ...schedule, fail: true });
    await expect.poll(() => valueOf(deployment, "query", "behaviour:read", { name: "scheduled" })).toBe(1);
    expect(await valueOf(deployment, "query", "behaviour:jobs")).toMatchObject([
      { name: "behaviour.js:scheduledAdd", args: [{ name: "scheduled" }], state: { kind: "success" } },
    ]);
    await deployment.close();
  });

  it("runs after a restart what was due meanwhile, but not what was cancelled", async () => {
    const first = await openFixture({ file });
    const schedule = { name: "late", delayMs: 150, fail: false };
    const id = await valueOf(first, "mutation", "behaviour:scheduleAdds", { ...schedule, delayMs: 60_000 });
    await valueOf(first, "mutation", "behaviour:cancel", { id: String(id) });
    await valueOf(first, "mutation", "behaviour:scheduleAdds", schedule);
    await first.close();
    const second = await openFixture({ file });
    await expect.poll(() => valueOf(second, "query", "behaviour:read", { name: "late" })).toBe(1);
    expect(await valueOf(second, "query", "behaviour:jobs")).toMatchObject([
      { state: { kind: "canceled" } },
      { state: { kind: "success" } },
    ]);
    await second.close();
  });

  it("never runs an action twice, even when the process is killed while it runs", async () => {
    await killVictim("action", 1);
    const reopened = await openFixture({ file });
    expect(await valueOf(reopened, "query", "behaviour:jobs")).toMatchObject([
      { state: { kind: "failed", error: "Transient error while executing action" } },
    ]);
    expect(await valueOf(reopened, "query", "behaviour:read", { name: "slowActionStarted" })).toBe(1);
    await reopened.close();
  });

  it("runs an interval cron when it is first deployed and not again before its time", async () => {
    const first = await openFixture({ file });
    await expect.poll(() => valueOf(first, "query", "behaviour:read", { name: "ticks" })).toBe(1);
    await first.close();
    const second = await openFixture({ file });
    expect(await valueOf(second, "query", "behaviour:read", { name: "ticks" })).toBe(1);
    await second.close();
  });
});

describe("reload", () => {
  it("swaps code, backfills a new index and keeps the old code when the new one is refused", async () => {
    const functionsDirectory = copyFixture(scratch.path);
    const edit = (name: string, from: string, to: string): void => {
      const path = join(functionsDirectory, name);
      const text = readFileSync(path, "utf8");
      if (!text.includes(from)) throw new Error(`${name} does not contain ${from}`);
      writeFileSync(path, text.replace(from, to));
    };
    const deployment = await openFixture({ file, functionsDirectory });
    await valueOf(deployment, "mutation", "agents:create", { guid: "old", tenant: "t" });

    edit("schema.ts", '.index("by_label", ["label"])', '.index("by_label", ["guid", "label"])');
    edit("agents.ts", 'q.eq("label", undefined)', 'q.eq("guid", "old")');
    await deployment.reload();
    expect(await valueOf(deployment, "query", "agents:withoutLabel")).toMatchObject([{ guid: "old" }]);

    edit("schema.ts", "checkIns: v.number()", "checkIns: v.string()");
    await expect(deployment.reload()).rejects.toThrow(
      /Document with ID "\w{32}" in table "agents" does not match the schema/,
    );
    edit("schema.ts", "checkIns: v.string()", "checkIns: v.number()");
    edit("agents.ts", "export const create =", "export const create = =");
    await expect(deployment.reload()).rejects.toThrow(/agents\.ts:\d+:\d+: Unexpected "="/);
    expect(await valueOf(deployment, "query", "agents:withoutLabel")).toMatchObject([{ guid: "old" }]);
    expect(await valueOf(deployment, "mutation", "agents:checkIn", { guid: "old" })).toBe(1);
    await deployment.close();
  });

  it("keeps no more on the disk than the running code and the one before, and says where new code failed to load", async () => {
    const functionsDirectory = copyFixture(scratch.path);
    const temporary = join(scratch.path, "temporary");
    mkdirSync(temporary);
    vi.stubEnv("TMPDIR", temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const deployment = await openFixture({ file, functionsDirectory });
    const versions = () =>
      readdirSync(temporary)
        .flatMap((folder) => readdirSync(join(temporary, folder)))
        .filter((name) => /^v\d+$/.test(name))
        .sort();
    expect(versions()).toEqual(["v1"]);
    for (let reloads = 0; reloads < 3; reloads++) await deployment.reload();
    expect(versions()).toEqual(["v3", "v4"]);

    const agents = join(functionsDirectory, "agents.ts");
    const text = readFileSync(agents, "utf8");
    writeFileSync(agents, `${text}\nthrow new Error("boom");\n`);
    const line = text.split("\n").length + 1;
    await expect(deployment.reload()).rejects.toThrow(
      new RegExp(
        `^Failed to load agents: Uncaught Error: boom\\n    at <anonymous> \\(\\S*agents\\.ts:${line}:\\d+\\)\\n[^/]*$`,
      ),
    );
    expect(versions()).toEqual(["v3", "v4"]);
    expect(await valueOf(deployment, "query", "agents:withoutLabel")).toEqual([]);
    await deployment.close();
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("ends the cursors of an index whose fields change, which would lead to rows of others", async () => {
    const functionsDirectory = copyFixture(scratch.path);
    const deployment = await openFixture({ file, functionsDirectory });
    for (const tenant of ["a", "m", "z"])
      await valueOf(deployment, "mutation", "agents:createMany", { tenant, count: 3 });
    const page = async (cursor: string | null, endCursor?: string) => {
      const paginationOpts = { numItems: 2, cursor, ...(endCursor === undefined ? {} : { endCursor }) };
      return await outcomeOf(deployment, "query", "agents:page", { tenant: "m", paginationOpts });
    };
    const first = await valueOf(deployment, "query", "agents:page", {
      tenant: "m",
      paginationOpts: { numItems: 2, cursor: null },
    });
    const { continueCursor } = z.object({ continueCursor: z.string() }).parse(first);
    expect(await page(continueCursor)).toMatchObject({ status: "success" });

    const schema = join(functionsDirectory, "schema.ts");
    const fields = '"by_tenant_checkIns", ["tenant", "checkIns"';
    writeFileSync(schema, readFileSync(schema, "utf8").replace(fields, `${fields}, "guid"`));
    await deployment.reload();
    for (const outcome of [await page(continueCursor), await page(null, continueCursor)])
      expect(outcome).toMatchObject({ status: "error", errorMessage: expect.stringContaining("InvalidCursor") });
    await deployment.close();
  });
});
