import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { errorOf, openFixture, outcomeOf, scratchDirectory, valueOf } from "../testing/testDeployment.testing";
import { FileStore } from "./fileStore";
import { checkIntegrity } from "./integrityCheck";
import { openConnection } from "./sqlite";

let scratch: ReturnType<typeof scratchDirectory>;
let file: string;

beforeEach(() => {
  scratch = scratchDirectory();
  file = join(scratch.path, "store.sqlite");
});

afterEach(() => {
  scratch.remove();
});

const template = scratchDirectory();
let templateFileId: string;

/** A store with documents, indexes and one stored file; tests damage copies of it. */
beforeAll(async () => {
  const deployment = await openFixture({ file: join(template.path, "store.sqlite") });
  await valueOf(deployment, "mutation", "agents:createMany", { tenant: "t", count: 1500 });
  templateFileId = String(
    await valueOf(deployment, "action", "files:storeInAction", { text: "stored", type: "text/plain" }),
  );
  await deployment.close();
});

afterAll(() => {
  template.remove();
});

/** Copies the template to this test's file. @returns the id of its stored file */
function fillStore(): string {
  cpSync(template.path, scratch.path, { recursive: true });
  return templateFileId;
}

/** Runs SQL on the closed store, as damage would come from elsewhere. */
function damage(sql: string): void {
  const connection = openConnection(file);
  connection.exec(sql);
  connection.exec("PRAGMA journal_mode = DELETE");
  connection.close();
}

describe("the integrity check", () => {
  it("finds nothing wrong with a healthy store and counts what it holds", async () => {
    fillStore();
    const report = await checkIntegrity(file);
    expect(report).toMatchObject({ problems: [], problemCount: 0, storedFiles: 1, storedBytes: 6 });
    const agents = report.tables.find(({ name }) => name === "agents");
    expect(agents?.documents).toBe(1500);
    expect((agents?.indexEntries ?? 0) % 1500).toBe(0);
  });

  it.each([
    [
      "a lost document",
      "DELETE FROM documents WHERE id = (SELECT id FROM documents WHERE value LIKE '%\"t\"%' LIMIT 1)",
      /which is not there/,
    ],
    [
      "a lost index entry",
      "DELETE FROM index_entries WHERE key = (SELECT max(key) FROM index_entries)",
      /is missing from index/,
    ],
    [
      "a changed document",
      `UPDATE documents SET value = replace(value, '"tenant":"t"', '"tenant":"u"') WHERE id = (SELECT max(id) FROM documents WHERE value LIKE '%"tenant":"t"%')`,
      /in the wrong place/,
    ],
    [
      "an unreadable document",
      "UPDATE documents SET value = '{' WHERE id = (SELECT max(id) FROM documents)",
      /is not readable/,
    ],
    ["a document of no table", "INSERT INTO documents VALUES ('nonsense', '{}')", /belongs to no table/],
    ["an entry of no index", "INSERT INTO index_entries VALUES (x'ffffffff00', 'nonsense')", /belongs to no index/],
  ])("finds %s", async (_name, sql, expected) => {
    fillStore();
    damage(sql);
    const { problems, problemCount } = await checkIntegrity(file);
    expect(problems.some((problem) => expected.test(problem))).toBe(true);
    expect(problemCount).toBeGreaterThanOrEqual(problems.length);
    expect(problems.length).toBeLessThanOrEqual(100);
  });

  it("finds stored files that are changed, cut, lost or left over", async () => {
    const id = fillStore();
    const files = new FileStore(`${file}-files`);
    const problemsAfter = async (change: () => void) => {
      change();
      return (await checkIntegrity(file)).problems;
    };
    expect(await problemsAfter(() => writeFileSync(files.pathOf(id), "stoned"))).toEqual([
      expect.stringContaining("does not have the bytes"),
    ]);
    expect(await problemsAfter(() => writeFileSync(files.pathOf(id), "st"))).toEqual([
      expect.stringContaining("has 2 bytes instead of 6"),
    ]);
    expect(await problemsAfter(() => rmSync(files.pathOf(id)))).toEqual([expect.stringContaining("is missing")]);
    const stray = `${id.slice(0, -1)}${id.endsWith("a") ? "b" : "a"}`;
    expect(await problemsAfter(() => void files.writeBytes(stray, Buffer.from("x")))).toHaveLength(2);
  });

  it("refuses a store that is not there or in use", async () => {
    await expect(checkIntegrity(file)).rejects.toThrow("There is no store");
    const deployment = await openFixture({ file });
    await expect(checkIntegrity(file)).rejects.toThrow("in use by another process");
    await deployment.close();
  });
});

describe("a backup", () => {
  it("made under writers is consistent and leaves out nothing that was acknowledged before it", async () => {
    const deployment = await openFixture({ file });
    const stored = await valueOf(deployment, "action", "files:storeInAction", { text: "kept", type: "text/plain" });
    let written = 0;
    const stopping = { isRequested: false };
    const writer = async (): Promise<void> => {
      while (!stopping.isRequested) {
        await valueOf(deployment, "mutation", "behaviour:nested");
        const id = await valueOf(deployment, "action", "files:storeInAction", { text: String(written++), type: "a/b" });
        await outcomeOf(deployment, "mutation", "files:remove", { id: String(id) });
      }
    };
    const writers = Array.from({ length: 8 }, writer);
    const directories: string[] = [];
    onTestFinished(async () => {
      stopping.isRequested = true;
      await Promise.allSettled(writers);
    });
    for (let round = 0; round < 3; round++) {
      const before = written;
      await expect.poll(() => written).toBeGreaterThan(before + 20);
      const counted = Number(await valueOf(deployment, "query", "behaviour:read", { name: "outer" }));
      const directory = await deployment.backUp();
      directories.push(directory);
      await expect.poll(() => written).toBeGreaterThan(before + 40);
      // Deleted from the live store, not from the backup.
      if (round === 0) await valueOf(deployment, "mutation", "files:remove", { id: String(stored) });
      const copy = join(directory, "store.sqlite");
      expect((await checkIntegrity(copy)).problems).toEqual([]);
      const restored = await openFixture({ file: copy });
      expect(Number(await valueOf(restored, "query", "behaviour:read", { name: "outer" }))).toBeGreaterThanOrEqual(
        counted,
      );
      const kept = await valueOf(restored, "action", "files:readInAction", { id: String(stored) });
      expect(kept === null).toBe(round > 0);
      await restored.close();
    }
    stopping.isRequested = true;
    await Promise.all(writers);
    await deployment.close();
    expect(new Set(directories).size).toBe(3);
  });

  it("leaves the store locked against other processes", async () => {
    const deployment = await openFixture({ file });
    await deployment.backUp();
    const attempt = spawnSync(process.execPath, [
      "--eval",
      `const database = new (require("libsql"))(process.argv[1]);
       try { database.exec("BEGIN IMMEDIATE"); } catch (error) { console.log(error.code); }`,
      file,
    ]);
    expect(attempt.stdout.toString().trim()).toBe("SQLITE_BUSY");
    await deployment.close();
  });

  it("is made one at a time, and never of a store in memory", async () => {
    const deployment = await openFixture({ file });
    const [first, second] = await Promise.allSettled([deployment.backUp(), deployment.backUp()]);
    expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
    await deployment.close();
    const inMemory = await openFixture();
    await expect(inMemory.backUp()).rejects.toThrow("in memory only");
    await inMemory.close();
  });
});

describe("a crash while files are stored", () => {
  it("loses no acknowledged file and leaves only orphans that the check names", async () => {
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < 4; round++) {
      const program = join(
        dirname(fileURLToPath(import.meta.url)),
        "..",
        "testing",
        "processes",
        "fileVictim.testing.ts",
      );
      const child = spawn(process.execPath, ["--import", "tsx", program, file], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const enough = acknowledged.size + 10 + round * 17;
      for await (const line of createInterface({ input: child.stdout })) {
        const [id = "", text = ""] = line.split(" ");
        acknowledged.set(id, text);
        if (acknowledged.size >= enough) break;
      }
      child.kill("SIGKILL");
      await once(child, "exit");
      const { problems } = await checkIntegrity(file);
      expect(problems.filter((problem) => !problem.includes("belongs to no document"))).toEqual([]);
    }
    const deployment = await openFixture({ file });
    for (const [id, text] of acknowledged)
      expect(await valueOf(deployment, "action", "files:readInAction", { id })).toMatchObject({
        text: expect.stringMatching(new RegExp(`^${text}\\.x{5000}$`)),
      });
    expect(await errorOf(deployment, "mutation", "files:remove", { id: "x" })).toContain("ArgumentValidationError");
    await deployment.close();
  });
});
