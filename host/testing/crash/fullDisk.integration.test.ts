import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, afterEach, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { DeploymentRefusal } from "../../deployment";
import type { ReloadableDeployment } from "../../runtime/openDeployment";
import { FileStore } from "../../store/fileStore";
import { checkIntegrity } from "../../store/integrityCheck";
import { openClient } from "../../sync/syncHost.testing";
import { isNotified, ledgerOn, startLedger, totalsReference, transfer } from "./ledgerSubject.testing";
import { mountSmallDisk } from "./smallDisk.testing";
import { errorOf, openFixture, scratchDirectory, valueOf } from "../testDeployment.testing";

const writers = 16;
const readers = 4;
const transfersBefore = 200;
const refusalsPerWriter = 5;
const uploadBytes = 300_000;

const scratch = scratchDirectory();
const disk = mountSmallDisk(join(scratch.path, "disk"), 48 << 20);
const canLimit = spawnSync("prlimit", ["--version"]).status === 0;
if (!canLimit) console.log("The test of a size limit is skipped: there is no prlimit.");
if (disk === null) console.log("The tests of a full tmpfs are skipped: this process may not mount one.");

afterAll(() => {
  disk?.remove();
  scratch.remove();
});

interface Trouble {
  readonly directory: string;
  /** From now on the host with this process id finds no space in the directory. */
  begin(pid: number): void;
  end(pid: number): void;
  readonly code: string;
}

const uploadUrl = makeFunctionReference<"mutation", Record<string, never>, string>("ledger:uploadUrl");

const transferReference = makeFunctionReference<
  "mutation",
  { readonly key: string; readonly isNotified: boolean },
  null
>("ledger:transfer");

const metadata = { requestId: "0123456789abcdef", ip: null, userAgent: null };

const refusalSchema = z.strictObject({ code: z.string(), message: z.string() });

/** Transfers until the store has refused each writer several times. @returns what was acknowledged, and the refusals */
async function transferUntilRefused(url: string) {
  const acknowledged: string[] = [];
  const refused: { readonly key: string; readonly status: number; readonly text: string }[] = [];
  const writeOn = async (): Promise<void> => {
    for (let refusals = 0; refusals < refusalsPerWriter;) {
      const key = randomUUID();
      const { status, text } = await transfer(url, key);
      if (status === 200) acknowledged.push(key);
      else {
        refusals++;
        refused.push({ key, status, text });
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, writeOn));
  return { acknowledged, refused };
}

/** Reads until told to stop, and fails when a read does. */
function readOn(url: string): { stop(): Promise<number> } {
  const state = { isStopping: false, reads: 0 };
  const client = new ConvexHttpClient(url);
  const reading = Promise.all(
    Array.from({ length: readers }, async () => {
      while (!state.isStopping) {
        const { balances } = await client.query(totalsReference, {});
        expect(Object.values(balances).reduce((sum, balance) => sum + balance, 0)).toBe(0);
        state.reads++;
      }
    }),
  );
  // Looked at when it is stopped.
  reading.catch(() => undefined);
  return {
    stop: async () => {
      state.isStopping = true;
      await reading;
      return state.reads;
    },
  };
}

/**
 * Sends a mutation over a socket, which a refusal ends: the client comes back and sends it again.
 *
 * @returns once it has been refused, how to wait for its success
 */
async function beginOverSocket(url: string, key: string): Promise<() => Promise<void>> {
  const client = openClient(url, []);
  const state = { isDone: false };
  const done = client.mutation(transferReference, { key, isNotified: isNotified(key) }).then(() => {
    state.isDone = true;
  });
  await expect.poll(() => state.isDone || client.connectionState().connectionRetries > 0).toBe(true);
  return () => done;
}

/** Every number of transfers that a client has been told. */
function watchTransfers(url: string): { readonly watched: readonly number[] } {
  const watched: number[] = [];
  const client = openClient(url, []);
  client.onUpdate(totalsReference, {}, ({ counters }) => watched.push(counters["transfers"] ?? 0));
  return { watched };
}

async function expectServiceAround({ directory, begin, end, code }: Trouble): Promise<void> {
  const file = join(directory, "store.sqlite3");
  const ledger = ledgerOn(file);
  const host = await startLedger(file);
  onTestFinished(() => host.kill());
  const { url, pid } = host;
  const acknowledged: string[] = Array.from({ length: transfersBefore }, () => randomUUID());
  for (let at = 0; at < transfersBefore; at += writers)
    await Promise.all(acknowledged.slice(at, at + writers).map((key) => ledger.write(url, key)));
  const { watched } = watchTransfers(url);
  await expect.poll(() => watched.at(-1)).toBe(transfersBefore);
  expect((await upload(url)).status).toBe(200);

  begin(pid);
  // Their first results come from batches that fail.
  const late = Array.from({ length: writers }, () => watchTransfers(url));
  const reading = readOn(url);
  const during = await transferUntilRefused(url);
  acknowledged.push(...during.acknowledged);
  expect(await reading.stop()).toBeGreaterThan(readers);
  for (const { status, text } of during.refused) {
    expect([status, refusalSchema.parse(JSON.parse(text)).code]).toEqual([503, code]);
  }
  await expectUploadRefused(url, file, code);
  const overSocket = randomUUID();
  const transferred = await beginOverSocket(url, overSocket);

  end(pid);
  await transferred();
  acknowledged.push(overSocket);
  for (const { key } of during.refused.slice(0, writers)) {
    await ledger.write(url, key);
    acknowledged.push(key);
  }
  const { markers, faults } = await ledger.audit(url);
  expect([...markers].sort()).toEqual([...acknowledged].sort());
  expect(Object.entries(faults).filter(([, count]) => count > 0)).toEqual([]);
  for (const { watched: values } of [{ watched }, ...late]) {
    await expect.poll(() => values.at(-1)).toBe(acknowledged.length);
    // Nobody has seen what was taken back.
    expect(values).toEqual([...values].sort((a, b) => a - b));
  }
  await host.kill();
  expect((await checkIntegrity(file)).problems).toEqual([]);
}

async function upload(url: string): Promise<Response> {
  const target = await new ConvexHttpClient(url).mutation(uploadUrl, {});
  const address = target.replace(/^http:\/\/[^/]+/, url);
  return await fetch(address, { method: "POST", body: new Uint8Array(uploadBytes) });
}

/** The second upload; the first was stored. */
async function expectUploadRefused(url: string, file: string, code: string): Promise<void> {
  const response = await upload(url);
  expect([response.status, await response.json()]).toEqual([503, { code, message: expect.any(String) }]);
  const files = new FileStore(`${file}-files`);
  expect([...files.ids()]).toHaveLength(1);
  expect(readdirSync(join(files.directory, "incoming"))).toEqual([]);
}

describe.skipIf(disk === null)("on a full tmpfs", () => {
  function onDisk(name: string): string {
    const directory = join(disk?.path ?? "", name);
    mkdirSync(directory);
    return directory;
  }

  afterEach(() => disk?.free());

  it("writes are refused, reads and live queries go on, and service returns with the space", async () => {
    await expectServiceAround({
      directory: onDisk("served"),
      code: "DiskFull",
      begin: () => disk?.fill(),
      end: () => disk?.free(),
    });
  });

  it("variables, files and backups are refused, a host says so at its start, and each works afterwards", async () => {
    const directory = onDisk("operated");
    const file = join(directory, "store.sqlite3");
    const deployment = await openFixture({ file });
    await valueOf(deployment, "mutation", "behaviour:add", { name: "before" });
    disk?.fill();
    const refusal = await refusedWrite(deployment);
    expect(refusal).toBeInstanceOf(DeploymentRefusal);
    expect(refusal).toMatchObject({ status: 503, code: "DiskFull" });
    await expect(deployment.updateEnvironmentVariables(new Map([["NAME", "x".repeat(8000)]]))).rejects.toThrow(
      "The disk is full",
    );
    const text = "x".repeat(100_000);
    expect(await errorOf(deployment, "mutation", "files:storeInMutation", { text })).toContain("The disk is full");
    expect(await errorOf(deployment, "action", "files:storeInAction", { text, type: "a/b" })).toContain(
      "The disk is full",
    );
    const request = new Request("http://127.0.0.1/deep/", { method: "POST", body: text });
    const answer = await deployment.fetchHttpAction(request, { kind: "anonymous" }, metadata);
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining("The disk is full")]);
    await expect(deployment.backUp()).rejects.toMatchObject({ status: 503, code: "DiskFull" });
    expect(readdirSync(join(directory, "backups"))).toEqual([]);
    expect(await valueOf(deployment, "query", "behaviour:read", { name: "before" })).toBe(1);

    disk?.free();
    await deployment.updateEnvironmentVariables(new Map([["GREETING", "hello"]]));
    expect(await valueOf(deployment, "query", "behaviour:environment")).toContain("hello");
    await valueOf(deployment, "mutation", "files:storeInMutation", { text });
    await valueOf(deployment, "action", "files:storeInAction", { text, type: "a/b" });
    const backup = await deployment.backUp();
    expect((await checkIntegrity(join(backup, "store.sqlite3"))).problems).toEqual([]);
    await deployment.close();
    const report = await checkIntegrity(file);
    expect(report).toMatchObject({ problems: [], storedFiles: 2 });

    disk?.fill();
    await expect(openFixture({ file })).rejects.toThrow(`${file} cannot be written: the disk is full.`);
    disk?.free();
    await (await openFixture({ file })).close();
  });
});

/** Writes until the log that is there already is used up. */
async function refusedWrite(deployment: ReloadableDeployment): Promise<unknown> {
  for (;;) {
    try {
      await valueOf(deployment, "mutation", "agents:createMany", { tenant: "filler", count: 100 });
    } catch (error) {
      return error;
    }
  }
}

it.skipIf(!canLimit)(
  "above a size limit of its process, writes are refused and service returns with the limit's end",
  async () => {
    const directory = join(scratch.path, "limited");
    mkdirSync(directory);
    const limit = (pid: number, sizeBytes: number | "unlimited") =>
      execFileSync("prlimit", ["--pid", String(pid), `--fsize=${sizeBytes}:unlimited`]);
    await expectServiceAround({
      directory,
      // The system calls it a file that is too large, and SQLite an error of the disk.
      code: "StoreFailed",
      begin: (pid) => limit(pid, statSync(join(directory, "store.sqlite3-wal")).size + 4096),
      end: (pid) => limit(pid, "unlimited"),
    });
  },
);
