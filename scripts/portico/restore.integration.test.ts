import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mountSmallDisk } from "../../host/testing/crash/smallDisk.testing";
import { openConnection } from "../../host/store/sqlite";
import { Commands } from "../lib/commands.testing";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";

const databaseName = "portico.sqlite";

let scratch: string;
let data: string;
let backup: string;
let ports: NodeJS.ProcessEnv;
let commands: Commands;

/** Runs a command of the repository; its output is what it said, on either stream. */
async function run(
  script: string,
  args: readonly string[],
  dataDirectory: string,
  environment: NodeJS.ProcessEnv = {},
) {
  const env = { ...process.env, ...ports, PORTICO_DATA_DIR: dataDirectory, ...environment };
  const { exitCode, output } = await commands.run(`scripts/${script}`, args, env);
  return { exitCode, output: output.trim() };
}

/** Every file below a directory with its bytes; undefined where there is none. */
async function contents(directory: string): Promise<Map<string, string> | undefined> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (names === undefined) return undefined;
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  return new Map(
    await Promise.all(
      files.map(async (file) => [path.relative(directory, file), (await readFile(file)).toString("base64")] as const),
    ),
  );
}

beforeAll(async () => {
  commands = new Commands();
  scratch = await mkdtemp(path.join(tmpdir(), "portico-restore-"));
  data = path.join(scratch, "data");
  const settings = await freeSettings(data);
  ports = { PORTICO_PORT: String(settings.cloudPort), PORTICO_SITE_PORT: String(settings.sitePort) };
  await (await startPortico(settings, () => {})).close();
  backup = path.join(scratch, "backup");
  await run("backup.ts", [backup], data);
});

afterAll(async () => {
  await commands.close();
  await rm(scratch, { recursive: true });
});

/** A copy of the backup that `spoil` has done something to. */
async function spoiled(name: string, spoil: (directory: string) => Promise<void>): Promise<string> {
  const directory = path.join(scratch, "spoiled", name);
  await cp(backup, directory, { recursive: true });
  await spoil(directory);
  return directory;
}

async function withDatabase(directory: string, sql: string): Promise<void> {
  const connection = openConnection(path.join(directory, databaseName));
  connection.exec(sql);
  connection.close();
}

it("a backup is made whole, and nothing beside it", async () => {
  const copy = path.join(scratch, "copies", "second");
  expect(await run("backup.ts", [copy], data)).toEqual({ exitCode: 0, output: `Backed up to ${copy}` });
  expect(await readdir(path.dirname(copy))).toEqual(["second"]);
  expect((await readdir(copy)).toSorted()).toEqual((await readdir(backup)).toSorted());
  expect(await readdir(copy)).toEqual(expect.arrayContaining([databaseName, "demo.json", "signing-key.json"]));
});

describe("a restore changes nothing and says one line", () => {
  const cases: readonly (readonly [what: string, make: () => Promise<string>, said: RegExp])[] = [
    ["of nothing", () => Promise.resolve(path.join(scratch, "nowhere")), /^There is no backup at .*nowhere\.$/],
    [
      "of a directory that is none",
      async () => {
        const directory = path.join(scratch, "other");
        await mkdir(directory);
        await writeFile(path.join(directory, "notes.txt"), "notes");
        return directory;
      },
      /other is no backup: there is no portico\.sqlite in it\.$/,
    ],
    [
      "of a file",
      () => Promise.resolve(path.join(backup, databaseName)),
      /is no backup: there is no portico\.sqlite in it\.$/,
    ],
    [
      "of another program's database",
      () =>
        spoiled("foreign", async (directory) => {
          await rm(path.join(directory, databaseName));
          await withDatabase(directory, "CREATE TABLE notes (text TEXT)");
        }),
      /spoiled\/foreign\/portico\.sqlite is a database of another program/,
    ],
    [
      "of what is no database",
      () => spoiled("text", (directory) => writeFile(path.join(directory, databaseName), "no database ".repeat(100))),
      /spoiled\/text\/portico\.sqlite is damaged or not a store of this host/,
    ],
    [
      "of a database that was cut",
      () =>
        spoiled("cut", async (directory) => {
          const file = path.join(directory, databaseName);
          await truncate(file, Math.floor((await stat(file)).size / 8192) * 4096);
        }),
      /spoiled\/cut(\/portico\.sqlite)? is damaged/,
    ],
    [
      "of one whose rows and index entries disagree",
      () => spoiled("rows", (directory) => withDatabase(directory, "DELETE FROM index_entries")),
      /spoiled\/rows is damaged \(\d+ problems; the first: .*\)\. Nothing was restored; npm run check -- \S+ lists them\.$/,
    ],
    [
      "of a newer version",
      () =>
        spoiled("newer", (directory) =>
          withDatabase(directory, "UPDATE meta SET value = '99' WHERE key = 'formatVersion'"),
        ),
      /spoiled\/newer\/portico\.sqlite has format version 99, but this host reads version 1/,
    ],
  ];

  it.each(cases)("%s, into a new directory and into an empty one", async (_what, make, said) => {
    const source = await make();
    const before = await contents(source);
    const target = path.join(scratch, "target", "data");
    for (const prepare of [() => Promise.resolve(), () => mkdir(target)]) {
      await mkdir(path.dirname(target), { recursive: true });
      await prepare();
      const existed = await readdir(target).catch(() => undefined);
      const { exitCode, output } = await run("restore.ts", [source], target);
      expect(exitCode).toBe(1);
      expect(output.split("\n")).toEqual([expect.stringMatching(said)]);
      expect(await readdir(target).catch(() => undefined)).toEqual(existed);
      expect(await readdir(path.dirname(target))).toEqual(existed === undefined ? [] : ["data"]);
      await rm(path.dirname(target), { recursive: true });
    }
    expect(await contents(source)).toEqual(before);
  });

  it("into a directory that holds anything, or lies in the backup", async () => {
    const before = await contents(data);
    const refused = await run("restore.ts", [backup], data);
    expect(refused).toEqual({ exitCode: 1, output: `${data} is not empty. Choose a new directory.` });
    expect(await contents(data)).toEqual(before);
    const inside = path.join(backup, "data");
    const refusedInside = await run("restore.ts", [backup], inside);
    expect(refusedInside).toEqual({ exitCode: 1, output: `${inside} lies in the backup. Choose one outside.` });
    const file = path.join(scratch, "file");
    await copyFile(path.join(backup, databaseName), file);
    expect(await run("restore.ts", [backup], file)).toEqual({
      exitCode: 1,
      output: `${file} is no directory. Choose another.`,
    });
    await rm(file);
  });
});

it("a restore into a new directory and into an empty one is the backup", async () => {
  for (const target of [path.join(scratch, "deep", "new"), path.join(scratch, "empty")]) {
    if (target.endsWith("empty")) await mkdir(target);
    const { exitCode, output } = await run("restore.ts", [backup], target);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(new RegExp(`No problems[^]*Restored to ${target}$`));
    const [restored, saved] = [await contents(target), await contents(backup)];
    // Whoever opens the copy to check it writes a page of it.
    restored?.delete(databaseName);
    saved?.delete(databaseName);
    expect(restored).toEqual(saved);
    expect(await readdir(target)).toContain(databaseName);
    await rm(target, { recursive: true });
  }
});

const diskBytes = 6 << 20;

describe("a full disk", () => {
  it("leaves nothing of a backup, made of a stopped installation or of one that serves, nor of a restore", async ({
    skip,
  }) => {
    const disk = mountSmallDisk(path.join(scratch, "disk"), diskBytes);
    if (disk === null) return skip("This process may not mount a tmpfs.");
    const filler = (await readdir(disk.path)).length;
    try {
      disk.fill();
      const target = path.join(disk.path, "copy");
      const full = {
        exitCode: 1,
        output: `There is no space for ${target}: the disk is full. Free some and try again.`,
      };
      expect(await run("backup.ts", [target], data)).toEqual(full);
      expect(await run("restore.ts", [backup], target)).toEqual(full);

      const adminKey = "an-admin-key-of-tests";
      const settings = { ...(await freeSettings(data)), adminKey };
      const portico = await startPortico(settings, () => {});
      const environment = { PORTICO_ADMIN_KEY: adminKey, PORTICO_PORT: String(settings.cloudPort) };
      expect(await run("backup.ts", [target], data, environment)).toEqual(full);
      await portico.close();
      expect(await readdir(path.join(data, "backups"))).toEqual([]);
      expect(await readdir(disk.path)).toEqual(["filler"]);
      expect(filler).toBe(0);
      disk.free();
      expect((await run("restore.ts", [backup], target)).exitCode).toBe(0);
    } finally {
      disk.remove();
    }
  });
});
