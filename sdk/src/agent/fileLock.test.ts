import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type AgentEvent, createAgent, fileStorage } from "../agent";
import { lockFile } from "./fileLock";

let folder = "";
let state = "";
let lock = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portico-agent-"));
  state = join(folder, "agent.json");
  lock = `${state}.lock`;
  onTestFinished(() => rm(folder, { recursive: true }));
});

/** An agent that is enrolled at its first check-in, at a server that takes everything. */
function agentOf() {
  const events: AgentEvent[] = [];
  const agent = createAgent({
    baseUrl: "https://portico.test",
    storage: fileStorage(state),
    enrollmentToken: "enr_of-the-site",
    device: { hostname: "rooftop-pi-07", platform: "linux", version: "1.0.0" },
    fetch: async (input) =>
      new Request(input).url.endsWith("/enroll")
        ? Response.json({ id: "a1", key: "agt_new-key" }, { status: 201 })
        : Response.json({ serverTime: Date.now(), nextCheckinInSeconds: 300, settings: {} }),
    onEvent: (event) => events.push(event),
  });
  return { agent, events };
}

test("while an agent runs, every other of its state is refused in words, and none after it has stopped", async () => {
  const stop = new AbortController();
  const { agent, events } = agentOf();
  const ended = agent.run(stop.signal);
  await expect.poll(() => events.map(({ type }) => type)).toEqual(["enrolled", "checkedIn"]);
  const { agent: other } = agentOf();
  const words = `${state} is in use by another agent: process ${process.pid}, as ${lock} says.`;
  await expect(other.run(new AbortController().signal)).rejects.toThrow(words);
  await expect(other.checkIn()).rejects.toThrow(words);
  await expect(other.note("the fan has stopped")).rejects.toThrow(words);
  // The one that runs takes notes and check-ins of its own.
  await Promise.all([agent.note("the door is open"), agent.checkIn()]);
  stop.abort();
  await ended;
  expect(await readdir(folder)).toEqual(["agent.json"]);
  await other.checkIn();
  expect(await readdir(folder)).toEqual(["agent.json"]);
});

test.each([
  ["of a process that has ended", () => `${spawnSync(process.execPath, ["-e", ""]).pid} 1`],
  ["that a crash has left empty", () => ""],
])("a lock %s is taken over", async (_name, text) => {
  await writeFile(lock, text());
  const taken = await lockFile(lock);
  expect(await readFile(lock, "utf8")).toMatch(new RegExp(`^${process.pid} `));
  await taken.release?.();
  expect(await readdir(folder)).toEqual([]);
});

test.runIf(process.platform === "linux")(
  "a lock whose process id is another process's by now is taken over",
  async () => {
    await writeFile(lock, `${process.ppid} 1`);
    expect(await lockFile(lock)).not.toHaveProperty("heldBy");
  },
);

test("where the system does not tell when a process began, a lock holds until the next boot", async () => {
  await writeFile(lock, `${process.ppid} `);
  expect(await lockFile(lock)).toEqual({ heldBy: `process ${process.ppid}, as ${lock} says` });
  await utimes(lock, 0, 0);
  expect(await lockFile(lock)).not.toHaveProperty("heldBy");
});

test("of two who find a stale lock at once, one gets it", async () => {
  for (let time = 0; time < 50; time++) {
    await writeFile(lock, "");
    const locks = await Promise.all([lockFile(lock), lockFile(lock)]);
    expect(locks.filter(({ heldBy }) => heldBy === undefined)).toHaveLength(1);
  }
  expect(await readdir(folder)).toEqual(["agent.json.lock"]);
});

test("a folder that takes no lock keeps no agent from its work", async () => {
  await writeFile(join(folder, "file"), "");
  state = join(folder, "file", "agent.json");
  const { agent, events } = agentOf();
  await expect(agent.note("the disk is full")).rejects.toThrow("ENOTDIR");
  expect(events).toMatchObject([{ type: "storageFailed" }]);
});
