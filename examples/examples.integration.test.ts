import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { repositoryRoot } from "../scripts/lib/repositoryFiles";
import { buildSdk, isSdkBuildStale } from "../scripts/lib/sdkBuild";
import { freePorts } from "../scripts/lib/freePorts";
import { platformAdminSubject, startTestPortico, type TestPortico } from "../scripts/portico/testPortico.testing";
import { Portico } from "../sdk/src/client";
import { fakeServer, problem } from "../sdk/test/fakeServer";

const tsx = path.join(repositoryRoot, "node_modules/tsx/dist/cli.mjs");

let product: TestPortico;
let portico: Portico;
/** Where providers of examples listen, which the operator allows. */
let providerPorts: readonly number[];

beforeAll(async () => {
  // `npm test` has built it; examples import the package as its users do.
  if (isSdkBuildStale()) {
    const { exitCode, output } = await buildSdk();
    if (exitCode !== 0) throw new Error(output);
  }
  providerPorts = await freePorts();
  const origins = providerPorts.map((port) => `http://127.0.0.1:${port}`);
  product = await startTestPortico({ PORTICO_ALLOW_LOOPBACK_ORIGINS: origins.join(",") });
  portico = new Portico({ baseUrl: product.siteUrl, apiKey: String(product.demo.organizations[0]?.apiKey) });
});

afterAll(async () => {
  await product.close();
});

interface Run {
  readonly child: ChildProcess;
  /** Resolves when the output has this text; rejects when the process ends before. */
  readonly shows: (text: string) => Promise<void>;
  readonly ended: Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

/** Runs a command as a README gives it, from the repository's folder, with the product's data directory. */
function start(command: string, args: readonly string[], environment: Record<string, string> = {}): Run {
  const child = spawn(command, args, {
    cwd: repositoryRoot,
    env: { PATH: process.env["PATH"], PORTICO_DATA_DIR: product.dataDirectory, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<{ exitCode: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  const shows = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => (stdout + stderr).includes(text) && resolve();
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      child.once("close", () => reject(new Error(`The process ended without "${text}":\n${stdout}${stderr}`)));
      look();
    });
  return { child, shows, ended };
}

function runExample(name: string, args: readonly string[] = [], environment: Record<string, string> = {}): Run {
  return start(process.execPath, [tsx, `examples/${name}/main.ts`, ...args], environment);
}

test("msp-sync connects a PSA, shows what it has by site, what changed at the second sync, and what that costs", async () => {
  const claims = {
    sub: platformAdminSubject,
    email: "platform@portico.example",
    email_verified: true,
    name: "Platform",
  };
  const token = await product.issuer.mintUserToken(claims, 3600);
  await new Portico({ baseUrl: product.siteUrl, token }).me.sync();
  const environment = { MSP_SYNC_PORT: String(providerPorts[0]), PORTICO_PLATFORM_TOKEN: token };
  const { exitCode, stdout, stderr } = await runExample("msp-sync", [], environment).ended;
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("registered msp-sync-psa");
  expect(stdout).toMatch(/Harbour Logistics'? +│ +60 +│ +0 +│ +2/);
  expect(stdout).toMatch(/Mill Lane Dental'? +│ +60 +│ +0 +│ +1/);
  expect(stdout).toContain("3 changes at the second sync");
  expect(stdout).toMatch(/entity\.created'? +│ +'tickets'? +│ +'504'/);
  expect(stdout).toMatch(/entity\.updated'? +│ +'devices'? +│ +'7'/);
  expect(stdout).toMatch(/entity\.updated'? +│ +'tickets'? +│ +'501'/);
  const { data } = await portico.dataSources.list({ integrationId: "msp-sync-psa" });
  expect(data).toEqual([]);

  expect(stdout.match(/^usage: created *$/gm)).toHaveLength(2);
  expect(stdout).toMatch(/msp-sync-device, [-\d]+ to [-\d]+'? +│ +120 +│ +'?\D+2\.50'? +│ +'?\D+300\.00/);
  expect(stdout).toMatch(/of that Harbour Logistics'? +│ +60 /);
  expect(stdout).toMatch(/Ten percent to begin with'? +│.*│.*│ +'?-\D+30\.00/);
  expect(stdout).toMatch(/Total'? +│.*│.*│ +'?\D+270\.00/);
  expect(stdout).toMatch(/^bill B-\d{4}-\d{5}: finalized$/m);
  const again = await runExample("msp-sync", [], environment).ended;
  expect([again.exitCode, again.stderr]).toEqual([0, ""]);
  expect(again.stdout).toMatch(/^[-\d]+ is billed already$/m);
  expect(await portico.bills.list().toArray({ limit: 10 })).toMatchObject([{ status: "finalized", total: 27_000 }]);
});

test("infrastructure connects two providers, makes a project for a client, and shows what the client sees", async () => {
  const email = "dana@harbour.example";
  const token = await product.issuer.mintUserToken({ sub: email, email, email_verified: true }, 3600);
  const environment = { INFRASTRUCTURE_PORTS: providerPorts.join(","), PORTICO_CLIENT_TOKEN: token };
  // Once more finds the client, the team and the person that the first run has made.
  for (const run of ["first", "second"]) {
    const { exitCode, stdout, stderr } = await runExample("infrastructure", [], environment).ended;
    expect([run, exitCode, stderr]).toEqual([run, 0, ""]);
    expect(stdout).toContain("connected North Cloud by the key that ends in orse");
    expect(stdout).toContain("connected South Hosting of Harbour by the key that ends in tery");
    expect(stdout).toMatch(/'servers'? +│ +'mill-web-1'? +│ +'stopped'/);
    expect(stdout).toMatch(/'domains'? +│ +'harbour\.example'? +│ +'active'/);
    expect(stdout).toContain("made the project shop-of-harbour-logistics of 8 resources");
    expect(stdout).toContain("Dana Okoye sees 5 of 9 resources");
    // Another customer's server, a server of theirs on the dock that all share, and a domain of their own.
    expect(stdout).toMatch(/'servers'? +│ +'mill-web-1'? +│ +'no'? +│ +'no'/);
    expect(stdout).toMatch(/'servers'? +│ +'harbour-web-1'? +│ +'no'? +│ +'running'/);
    expect(stdout).toMatch(/'domains'? +│ +'harbour-logistics\.example'? +│ +'yes'? +│ +'pending'/);
    expect(stdout).toContain("docks: 403 forbidden");
    expect(stdout).not.toMatch(/correct-horse|battery/);
  }
  const { data } = await portico.docks.list({ provider: "generic" });
  expect(data).toEqual([]);
});

test("node-service creates, pages, resolves a conflict and mends a typed problem", async () => {
  const { exitCode, stdout, stderr } = await runExample("node-service").ended;
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("created 5 schedules");
  expect(stdout).toMatch(/^page 3: /m);
  expect(stdout).toContain("conflict: written after 2 attempts");
  expect(stdout).toContain("problem 409 invalid_state_transition");
  const [patched] = (await portico.schedules.list().toArray({ limit: 100 })).filter(
    ({ title }) => title === "Patch the servers",
  );
  expect(patched).toMatchObject({ status: "completed", description: "Somebody else was faster. We added this." });
});

test("convex-client queries, mutates and reads a problem out of a ConvexError", async () => {
  const todosBefore = await portico.todos.list().toArray({ limit: 100 });
  const { exitCode, stdout, stderr } = await runExample("convex-client").ended;
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("Network upgrade");
  expect(stdout).toContain("toggled it: completed is true");
  expect(stdout).toContain("problem 404 not_found");
  expect(await portico.todos.list().toArray({ limit: 100 })).toEqual(todosBefore);
});

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) console.warn("No curl on this machine: examples/rest-curl was not run.");

describe.skipIf(!hasCurl)("rest-curl", () => {
  test("walks to its end and leaves nothing behind", async () => {
    const schedulesBefore = await portico.schedules.list().toArray({ limit: 100 });
    const { exitCode, stdout, stderr } = await start("examples/rest-curl/walk.sh", []).ended;
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Done\.\n$/);
    for (const status of [200, 201, 204, 304, 400, 401, 404, 405, 409, 412]) {
      expect(stdout).toMatch(new RegExp(`^[A-Z]+ +/\\S+ +${status}$`, "m"));
    }
    expect(stdout).toContain("Idempotent-Replayed: true");
    expect(await portico.schedules.list().toArray({ limit: 100 })).toEqual(schedulesBefore);
  });

  test("stops at an answer that is not the expected one", async () => {
    const environment = { PORTICO_URL: product.siteUrl, PORTICO_API_KEY: "sk_live_not-a-key" };
    const { exitCode, stdout, stderr } = await start("examples/rest-curl/walk.sh", [], environment).ended;
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain("Done.");
    expect(stderr).toContain("expected 200");
  });
});

test.each(["node-service", "convex-client", "check-in-agent", "job-worker", "msp-sync", "infrastructure"])(
  "%s says what it misses",
  async (name) => {
    const environment = { PORTICO_DATA_DIR: path.join(product.dataDirectory, "missing") };
    const { exitCode, stderr } = await runExample(name, [], environment).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/demo\.json cannot be read: start Portico with `npm start`, or set PORTICO_URL.*\.\n$/);
  },
);

describe("job-worker", () => {
  test("does what is queued, gives back what it cannot, and leaves a job in hand to the next worker", async () => {
    const running = runExample("job-worker");
    await running.shows("waits for x.report");
    const done = await portico.scheduledJobs.create({ action: "x.report", payload: { pages: 2 } });
    await running.shows(`${done.id}: completed`);
    expect(await portico.scheduledJobs.get(done.id)).toMatchObject({ status: "completed", result: { pages: 2 } });
    const wrong = await portico.scheduledJobs.create({ action: "x.report", payload: { pages: -1 } });
    await running.shows(`${wrong.id}: pages is a whole number.`);
    await expect
      .poll(async () => (await portico.scheduledJobs.get(wrong.id)).status, { timeout: 60_000 })
      .toBe("failed");
    expect(await portico.scheduledJobs.get(wrong.id)).toMatchObject({ willRetry: false });

    const long = await portico.scheduledJobs.create({ action: "x.report", payload: { pages: 100_000 } });
    const progress = async () => Number((await portico.scheduledJobs.get(long.id)).progress?.["pages"] ?? 0);
    await expect.poll(progress, { timeout: 60_000 }).toBeGreaterThan(1);
    running.child.kill("SIGTERM");
    const stopped = await running.ended;
    expect(stopped).toMatchObject({ exitCode: 0, stderr: "" });
    expect(stopped.stdout).toContain("stopped");
    expect(await portico.scheduledJobs.get(long.id)).toMatchObject({ status: "failed", willRetry: true });
    await portico.scheduledJobs.retry(long.id);
    const [job] = (await portico.scheduledJobs.claim({ workerId: "test", actions: ["x.report"] })).jobs;
    expect(job?.id).toBe(long.id);
    expect(Number(job?.cursor)).toBeGreaterThan(1);
  });

  test("stops a job that somebody cancels", async () => {
    const running = runExample("job-worker");
    const job = await portico.scheduledJobs.create({ action: "x.report", payload: { pages: 100_000 } });
    const status = async () => (await portico.scheduledJobs.get(job.id)).status;
    await expect.poll(status, { timeout: 60_000 }).toBe("running");
    await portico.scheduledJobs.delete(job.id);
    await running.shows(`${job.id}: it was cancelled`);
    await expect.poll(status, { timeout: 60_000 }).toBe("failed");
    running.child.kill("SIGTERM");
    expect((await running.ended).exitCode).toBe(0);
  });
});

test("webhook-receiver takes what the product sends, says so, and needs its secret", async () => {
  // The ports of providers, which are free again once their examples have ended, are those that the operator allows.
  const [port = 0] = providerPorts;
  const url = `http://127.0.0.1:${port}/portico`;
  const { id, secret } = await portico.webhookEndpoints.create({ url, eventTypes: ["schedule.created"] });
  const environment = { PORTICO_WEBHOOK_SECRET: String(secret), PORT: String(port) };
  const running = runExample("webhook-receiver", [], environment);
  await running.shows("listening at");
  const { status } = await fetch(url, { method: "POST", body: "{}" });
  expect(status).toBe(400);
  const ping = await portico.webhookEndpoints.test(id);
  await running.shows(`a test of ${url}`);
  await expect
    .poll(async () => (await portico.webhookDeliveries.get(ping.id)).status, { timeout: 60_000 })
    .toBe("delivered");
  await portico.schedules.create({ title: "Of the receiver", startDate: Date.now(), endDate: Date.now() + 3_600_000 });
  await running.shows('the schedule "Of the receiver" was created');
  running.child.kill("SIGTERM");
  expect(await running.ended).toMatchObject({ exitCode: 0, stderr: "" });
  await portico.webhookEndpoints.delete(id);
  const without = await runExample("webhook-receiver", [], { PORT: String(port) }).ended;
  expect(without.exitCode).toBe(1);
  expect(without.stderr).toContain("PORTICO_WEBHOOK_SECRET: The webhook secret is undefined");
});

describe("check-in-agent", () => {
  let directory = "";
  let stateFile = "";

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "portico-agent-"));
    stateFile = path.join(directory, "kept/agent.json");
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  function runAgent(args: readonly string[] = [], environment: Record<string, string> = {}): Run {
    return runExample("check-in-agent", args, { PORTICO_AGENT_STATE: stateFile, ...environment });
  }

  async function agentState(): Promise<{ url: string; guid: string; agentId: string; key: string }> {
    return JSON.parse(await readFile(stateFile, "utf8"));
  }

  test("enrols this machine once, keeps its key, reports real facts, stops when asked and when revoked", async () => {
    const first = await runAgent(["--once"]).ended;
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect(first.stdout).toContain("enrolled as agent");
    expect(first.stdout).toContain("checked in at");
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(stateFile))).mode & 0o777).toBe(0o700);
    const state = await agentState();
    expect(first.stdout + first.stderr).not.toContain(state.key);

    const agent = await portico.agents.get(state.agentId);
    expect(agent).toMatchObject({ guid: state.guid, hostname: os.hostname(), connectionStatus: "online" });
    expect(agent.metadata).toMatchObject({
      os: { release: os.release(), architecture: os.arch() },
      cpu: { cores: os.cpus().length },
      memory: { totalBytes: os.totalmem() },
      disk: { totalBytes: expect.any(Number), freeBytes: expect.any(Number) },
    });

    const second = await runAgent(["--once"]).ended;
    expect(second).toMatchObject({ exitCode: 0, stderr: "" });
    expect(second.stdout).not.toContain("enrolled");
    expect(await agentState()).toEqual(state);
    const logs = await portico.agentApiLogs.list({ agentId: state.agentId, sort: "created" }).toArray({ limit: 10 });
    // The second check-in said nothing new.
    expect(logs.map(({ endpoint, statusCode }) => `${endpoint} ${statusCode}`)).toEqual([
      "/v1/agents/enroll 201",
      "/v1/agents/check-in 200",
    ]);

    const running = runAgent();
    await running.shows("checked in; the next one follows in");
    running.child.kill("SIGTERM");
    const stopped = await running.ended;
    expect(stopped.exitCode).toBe(0);
    expect(stopped.stdout).toContain("stopped");

    await portico.agents.revoke(state.agentId);
    const revoked = await runAgent().ended;
    expect(revoked.exitCode).toBe(1);
    expect(revoked.stderr.match(/The agent's key was revoked/g)).toHaveLength(1);
    expect(revoked.stderr).toContain("Mend: Let an administrator rotate the agent's key.");
    expect(await agentState()).toEqual(state);

    // As its README says: the administrator's new key goes into the state file.
    const { key } = await portico.agents.rotateKey(state.agentId);
    await writeFile(stateFile, JSON.stringify({ ...state, key }));
    expect(await runAgent(["--once"]).ended).toMatchObject({ exitCode: 0 });
  });

  test("a refused enrolment token ends it, with nothing kept", async () => {
    const environment = { PORTICO_URL: product.siteUrl, PORTICO_ENROLLMENT_TOKEN: "enr_not-a-token" };
    const { exitCode, stderr } = await runAgent([], environment).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Mend: ");
    await expect(stat(stateFile)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("a device that lost its key takes over no agent that checks in", async () => {
    const lost = await runAgent(["--once"]).ended;
    expect(lost.exitCode).toBe(1);
    expect(lost.stderr).toContain("The agent that has this GUID checks in with a key of its own.");
    expect(lost.stderr).toContain("Mend: Rotate the agent's key");
    await expect(stat(stateFile)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("a file that is no state file is not overwritten, and a key is sent to no other server", async () => {
    await mkdir(path.dirname(stateFile), { recursive: true, mode: 0o700 });
    const state = { url: product.siteUrl, guid: "a-device-of-its-own", agentId: "a1", key: "agt_kept" };
    await writeFile(stateFile, JSON.stringify(state), { mode: 0o600 });
    const other = await fakeServer(() => ({ json: {} }));
    const strange = await runAgent(["--once"], { PORTICO_URL: other.url }).ended;
    expect(strange.exitCode).toBe(1);
    expect(other.requests).toEqual([]);
    expect(await agentState()).toEqual(state);
    await writeFile(stateFile, '{"key":');
    expect((await runAgent(["--once"]).ended).stderr).toContain("is not an agent's state");
    expect(await readFile(stateFile, "utf8")).toBe('{"key":');
  });

  test("a failed check-in is tried again by itself, one at a time, and reported with the next", async () => {
    let open = 0;
    let mostOpen = 0;
    const server = await fakeServer(async ({ path: requested }, index) => {
      mostOpen = Math.max(mostOpen, (open += 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      open -= 1;
      if (requested === "/v1/agents/enroll") return { status: 201, json: { id: "a1", key: "agt_fake-key" } };
      return index === 1
        ? problem(503, "unavailable", { "retry-after": "1" })
        : { json: { serverTime: 0, nextCheckinInSeconds: 300, settings: {} } };
    });
    const running = runAgent([], { PORTICO_URL: server.url, PORTICO_ENROLLMENT_TOKEN: "enr_fake-token" });
    await running.shows("checked in; the next one follows in");
    running.child.kill("SIGINT");
    expect((await running.ended).exitCode).toBe(0);
    const [enrolled, failed, arrived, ...more] = server.requests;
    expect(more).toEqual([]);
    expect(mostOpen).toBe(1);
    expect(enrolled?.headers["authorization"]).toBe("Bearer enr_fake-token");
    expect(Number(arrived?.atMs) - Number(failed?.atMs)).toBeGreaterThan(990);
    expect(JSON.parse(failed?.body ?? "")).not.toHaveProperty("errors");
    expect(JSON.parse(arrived?.body ?? "").errors).toEqual([expect.stringContaining("check-in failed")]);
  });
});
