import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  chmodSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { mountSmallDisk } from "../testing/crash/smallDisk.testing";
import { openFixture, scratchDirectory, valueOf } from "../testing/testDeployment.testing";
import { copyClosedStore } from "./copyStore";
import { DocumentStore } from "./documentStore";
import { checkIntegrity } from "./integrityCheck";
import { openConnection } from "./sqlite";
import { openStoreFile, StoreError } from "./storeFile";

const scratch = scratchDirectory();
const disk = mountSmallDisk(join(scratch.path, "disk"), 8 << 20);
if (disk === null) console.log("The test of a read-only directory is skipped: this process may not mount one.");

afterAll(() => {
  disk?.remove();
  scratch.remove();
});

const pageBytes = 4096;
let files = 0;

function newFile(): string {
  return join(scratch.path, `store${files++}.sqlite`);
}

/** A store with some pages of documents, closed. */
async function filledStore(): Promise<string> {
  const file = newFile();
  const deployment = await openFixture({ file, functionTimeLimitMs: 60_000 });
  await valueOf(deployment, "mutation", "agents:createMany", { tenant: "t", count: 2000 });
  await deployment.close();
  return file;
}

/** What opening the file throws: one line that names it. */
function refusalOf(file: string): string {
  const refusal = errorOfOpening(file);
  expect(refusal).toBeInstanceOf(StoreError);
  expect(refusal?.message).toContain(file);
  expect(refusal?.message).not.toContain("\n");
  return refusal?.message ?? "";
}

function errorOfOpening(file: string): Error | null {
  try {
    openStoreFile(file, { durable: true }).release();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

describe.skipIf(process.platform === "win32")("the mode of a store's files", () => {
  const modeOf = (file: string): number => statSync(file).mode & 0o777;

  it("is the owner's alone for a new file and its log, whatever the umask", () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const file = newFile();
    const { connection, release } = openStoreFile(file, { durable: true });
    connection.exec("CREATE TABLE notes (text TEXT)");
    expect([modeOf(file), modeOf(`${file}-wal`)]).toEqual([0o600, 0o600]);
    release();
  });

  it("becomes the owner's alone where an earlier version left it open, in the copy as well", async () => {
    const file = await filledStore();
    chmodSync(file, 0o644);
    const directory = join(scratch.path, `copy${files++}`);
    await copyClosedStore(file, directory);
    expect([modeOf(file), modeOf(join(directory, basename(file)))]).toEqual([0o600, 0o600]);
  });
});

function overwrite(file: string, at: number, bytes: Buffer): void {
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}

describe("one clear line, and the file as it was", () => {
  it("for a missing directory", () => {
    expect(refusalOf(join(scratch.path, "nowhere", "store.sqlite"))).toContain("Check that the directory exists");
  });

  it("for a directory in the file's place", () => {
    const file = newFile();
    mkdirSync(file);
    expect(refusalOf(file)).toContain("cannot be opened for writing");
  });

  it("for a file below a file", () => {
    const file = newFile();
    writeFileSync(file, "");
    expect(refusalOf(join(file, "store.sqlite"))).toContain("cannot be opened for writing");
  });

  it.skipIf(disk === null)("for a directory that cannot be written", async () => {
    const existing = join(disk?.path ?? "", "store.sqlite");
    copyFileSync(await filledStore(), existing);
    disk?.makeReadOnly();
    expect(refusalOf(join(disk?.path ?? "", "new.sqlite"))).toContain("is writable");
    expect(refusalOf(existing)).toContain("is writable");
  });

  it("for a file that another process has open", async () => {
    const file = await filledStore();
    const holder = spawn(process.execPath, [
      "--eval",
      `const database = new (require("libsql"))(process.argv[1]);
       database.exec("BEGIN EXCLUSIVE"); console.log("held"); setInterval(() => {}, 1000);`,
      file,
    ]);
    onTestFinished(() => void holder.kill("SIGKILL"));
    await once(holder.stdout, "data");
    expect(refusalOf(file)).toContain("is in use by another process");
  });

  it("for a newer format", async () => {
    const file = await filledStore();
    const connection = openConnection(file);
    connection.exec("UPDATE meta SET value = '2' WHERE key = 'formatVersion'");
    connection.exec("PRAGMA journal_mode = DELETE");
    connection.close();
    expect(refusalOf(file)).toContain("has format version 2, but this host reads version 1");
  });

  it.each([
    ["a text", () => Buffer.from("this is no database, only some text. ".repeat(200))],
    ["a picture", () => Buffer.concat([Buffer.from("\x89PNG\r\n", "latin1"), Buffer.alloc(8000, 7)])],
    ["one byte", () => Buffer.of(0)],
  ])("for %s instead of a database", (_name, bytes) => {
    const file = newFile();
    writeFileSync(file, bytes());
    expect(refusalOf(file)).toContain("is damaged or not a store of this host");
    expect(readFileSync(file).equals(bytes())).toBe(true);
  });

  it.each(["CREATE TABLE songs (title TEXT)", "CREATE TABLE meta (key TEXT, worth TEXT)"])(
    "for a database of another program: %s",
    (sql) => {
      const file = newFile();
      const connection = openConnection(file);
      connection.exec(sql);
      connection.close();
      const before = readFileSync(file);
      expect(refusalOf(file)).toContain("is a database of another program");
      expect(readFileSync(file).equals(before)).toBe(true);
    },
  );

  it("for an overwritten header", async () => {
    const file = await filledStore();
    overwrite(file, 0, Buffer.alloc(100, 0xab));
    const before = readFileSync(file);
    expect(refusalOf(file)).toContain("is damaged or not a store of this host. Restore it from a backup.");
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("for a file that was cut", async () => {
    const file = await filledStore();
    writeFileSync(file, readFileSync(file).subarray(0, 2 * pageBytes));
    await expect(openFixture({ file })).rejects.toThrow(`${file} is damaged or not a store of this host.`);
  });
});

/** How SQLite marks a leaf of a table without row ids (file format, 1.6). */
const leafPage = 0x0a;

describe("an overwritten page in the middle", () => {
  it("refuses the calls that need it, and no others, and is found by the check", async () => {
    const file = await filledStore();
    const bytes = readFileSync(file);
    const starts = Array.from({ length: bytes.length / pageBytes }, (_, page) => page * pageBytes);
    const pages = starts.filter(
      (start) => bytes[start] === leafPage && bytes.subarray(start, start + pageBytes).includes('"tenant":"t"'),
    );
    // In the middle of the table; at its ends are documents that the start needs, and inner pages lead to all others.
    overwrite(file, pages[Math.floor(pages.length / 2)] ?? 0, Buffer.alloc(pageBytes, 0xab));
    const deployment = await openFixture({ file });
    const damaged = valueOf(deployment, "query", "agents:collect", { tenant: "t", order: "asc" });
    const sound = valueOf(deployment, "mutation", "behaviour:add", { name: "sound" });
    await expect(damaged).rejects.toMatchObject({ status: 503, code: "StoreFailed" });
    expect(await sound).toBe(1);
    await deployment.close();
    const { problems } = await checkIntegrity(file);
    expect(problems.some((problem) => problem.startsWith("SQLite: "))).toBe(true);
    expect(problems).toContain("SQLite: the documents cannot all be read.");
    expect(problems.every((problem) => !problem.includes("\n"))).toBe(true);
  });
});

describe("a connection that has failed", () => {
  it("takes no further write by itself when SQLite has rolled back on its own", () => {
    const { connection, meta, release } = openStoreFile(newFile(), { durable: false });
    const store = new DocumentStore(connection);
    store.ensureTransaction();
    meta.set("note", "uncommitted");
    const [pages] = connection.prepare("PRAGMA page_count").get([]) ?? [];
    connection.exec(`PRAGMA max_page_count = ${Number(pages) + 4}`);
    const large = "x".repeat(8 * pageBytes);
    expect(() => meta.set("large", large)).toThrow("full");
    expect(connection.inTransaction).toBe(false);
    expect(() => meta.set("small", "alone")).toThrow("full");
    expect(() => store.undoTo(0)).not.toThrow();
    store.rollback();
    expect([meta.get("note"), meta.get("large"), meta.get("small")]).toEqual([null, null, null]);
    connection.exec("PRAGMA max_page_count = 100000");
    store.ensureTransaction();
    meta.set("large", large);
    store.commit();
    expect(meta.get("large")).toBe(large);
    release();
  });
});
