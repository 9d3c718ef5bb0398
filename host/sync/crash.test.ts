import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { scratchDirectory } from "../testing/testDeployment.testing";
import { openRaw } from "./rawClient.testing";
import { api, openClient, watch } from "./syncHost.testing";

const program = join(dirname(fileURLToPath(import.meta.url)), "..", "testing", "processes", "serveFixture.testing.ts");

/** Starts a host in a process of its own. */
async function startVictim(
  file: string,
  port: number,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", program, file, String(port)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const url of createInterface({ input: child.stdout })) return { child, url };
  throw new Error("The host did not start");
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

it("a host that is killed comes back: clients recover, and mutations in flight have run exactly once", async () => {
  const scratch = scratchDirectory();
  onTestFinished(() => scratch.remove());
  const file = join(scratch.path, "store.sqlite3");
  let { child, url } = await startVictim(file, 0);
  const port = Number(new URL(url).port);
  const clients = Array.from({ length: 8 }, () => openClient(url, []));
  const watched = clients.map((client) => watch(client, api.read, { name: "crash" }));
  await expect.poll(() => watched.map(({ values }) => values)).toEqual(watched.map(() => [0]));

  let sent = 0;
  let answered = 0;
  const stop = new AbortController();
  const writing = clients.map(async (client) => {
    while (!stop.signal.aborted) {
      sent++;
      await client.mutation(api.add, { name: "crash" });
      answered++;
    }
  });
  await expect.poll(() => answered).toBeGreaterThan(40);
  await kill(child);
  const before = answered;
  ({ child, url } = await startVictim(file, port));
  await expect.poll(() => answered).toBeGreaterThan(before + 40);
  stop.abort();
  await Promise.all(writing);
  expect(answered).toBe(sent);
  await expect.poll(() => watched.map(({ values }) => values.at(-1))).toEqual(watched.map(() => sent));
  for (const { values } of watched) expect(values).toEqual([...values].sort((a, b) => a - b));
});

it("a mutation that committed before the host was killed is answered with its outcome after a restart", async () => {
  const scratch = scratchDirectory();
  onTestFinished(() => scratch.remove());
  const file = join(scratch.path, "store.sqlite3");
  const add = { type: "Mutation", requestId: 7, udfPath: "behaviour:add", args: [{ name: "recorded" }] };
  const first = await startVictim(file, 0);
  const client = await openRaw(first.url);
  client.send(add);
  const before = await client.next("MutationResponse");
  expect(before).toMatchObject({ success: true, result: 1 });
  await kill(first.child);
  const second = await startVictim(file, 0);
  const again = await openRaw(second.url);
  again.send(add);
  const after = await again.next("MutationResponse");
  expect(after).toMatchObject({ success: true, result: 1 });
  const time = (message: typeof after): bigint => Buffer.from(String(message["ts"]), "base64").readBigUInt64LE();
  expect(time(after)).toBeGreaterThan(time(before));
});
