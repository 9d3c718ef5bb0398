import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TokenVerifier } from "../auth/tokenVerifier";
import { startServer, type RunningServer } from "../server/startServer";
import { errorOf, openFixture, outcomeOf, scratchDirectory, valueOf } from "../testing/testDeployment.testing";
import type { ReloadableDeployment } from "./openDeployment";

describe("stopping", () => {
  it("waits for running actions, but no longer than it may", async () => {
    const patient = await openFixture();
    const short = outcomeOf(patient, "action", "floating:wait", { ms: 50 });
    await patient.close(60_000);
    expect((await short).status).toBe("success");

    const scratch = scratchDirectory();
    const file = join(scratch.path, "store.sqlite");
    const impatient = await openFixture({ file });
    void outcomeOf(impatient, "action", "floating:wait", { ms: 30_000 });
    await valueOf(impatient, "mutation", "agents:create", { guid: "kept", tenant: "t" });
    await impatient.close(50);
    const again = await openFixture({ file });
    expect(await valueOf(again, "query", "agents:byTenant", { tenant: "t" })).toMatchObject([{ guid: "kept" }]);
    await again.close();
    scratch.remove();
  });
});

describe("what an action leaves behind", () => {
  it.each([
    ["floating:leave", "Unhandled rejection: Error: nobody waits for this"],
    ["floating:leaveThrowing", "Uncaught exception: Error: nobody catches this"],
  ])("does not end the process: %s", (action, report) => {
    const program = join(
      dirname(fileURLToPath(import.meta.url)),
      "..",
      "testing",
      "processes",
      "strayFailureVictim.testing.ts",
    );
    const { status, stdout } = spawnSync(process.execPath, ["--import", "tsx", program, action]);
    expect(stdout.toString()).toBe(`[ERROR] ${report}\nalive []\n`);
    expect(status).toBe(0);
  });
});

describe("/metrics", () => {
  let deployment: ReloadableDeployment;
  let server: RunningServer;

  beforeAll(async () => {
    deployment = await openFixture();
    server = await startServer({
      deployment,
      cloudPort: 0,
      sitePort: 0,
      redactErrors: false,
      adminKey: "an-admin-key-of-tests",
      authentication: new TokenVerifier({ providers: () => [] }),
    });
  });

  afterAll(async () => {
    await server.close();
    await deployment.close();
  });

  const scrape = async (headers: Record<string, string> = {}) => await fetch(`${server.cloudUrl}/metrics`, { headers });

  /** The samples of a scrape by name and labels. */
  async function samples(): Promise<ReadonlyMap<string, number>> {
    const text = await (await scrape()).text();
    const lines = text.split("\n").filter((line) => line !== "");
    for (const line of lines)
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? (?:[\d.e+-]+|NaN))$/i);
    const parsed = lines.filter((line) => !line.startsWith("#"));
    return new Map(
      parsed.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
    );
  }

  it("counts calls by type and outcome, their duration, batches and commits", async () => {
    const before = await samples();
    await valueOf(deployment, "mutation", "agents:create", { guid: "a", tenant: "m" });
    await valueOf(deployment, "query", "agents:byTenant", { tenant: "m" });
    await errorOf(deployment, "mutation", "agents:checkIn", { guid: "missing" });
    await fetch(`${server.siteUrl}/exact`);
    await fetch(`${server.siteUrl}/throws`);
    const after = await samples();
    const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(grown('convex_calls_total{type="mutation",outcome="success"}')).toBe(1);
    expect(grown('convex_calls_total{type="mutation",outcome="error"}')).toBe(1);
    expect(grown('convex_calls_total{type="query",outcome="success"}')).toBe(1);
    expect(grown('convex_calls_total{type="httpAction",outcome="success"}')).toBe(1);
    expect(grown('convex_calls_total{type="httpAction",outcome="error"}')).toBe(1);
    for (const name of ["agents:create", "agents:checkIn"]) {
      const labels = `type="mutation",function="${name}"`;
      expect(grown(`convex_call_duration_seconds_count{${labels}}`)).toBe(1);
      expect(grown(`convex_call_duration_seconds_bucket{le="+Inf",${labels}}`)).toBe(1);
    }
    await errorOf(deployment, "query", "agents:madeUp");
    expect(Array.from((await samples()).keys()).join()).not.toContain("madeUp");
    expect(grown("convex_commits_total")).toBeGreaterThanOrEqual(1);
    expect(grown("convex_commit_duration_seconds_count")).toBe(grown("convex_commits_total"));
    expect(grown("convex_batch_calls_sum")).toBeGreaterThanOrEqual(3);
    // What failed has been rolled back, and counts for nothing.
    expect(grown('convex_documents_written_total{table="agents"}')).toBe(1);
    expect(after.get("convex_queue_length")).toBe(0);
    expect(after.get('convex_open_sockets{port="cloud"}')).toBeGreaterThan(0);
    expect(after.get('convex_store_bytes{part="database"}')).toBeGreaterThan(0);
    expect(after.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
    expect(after.get("process_cpu_seconds_total")).toBeGreaterThan(0);
    expect(after.get("nodejs_heap_size_used_bytes")).toBeGreaterThan(1e6);
    expect(after.has("nodejs_eventloop_lag_p99_seconds")).toBe(true);
  });

  it("is for this machine, and for others with the admin key", async () => {
    expect((await scrape()).headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect((await scrape({ "x-forwarded-for": "192.0.2.1" })).status).toBe(401);
    const key = { "x-forwarded-for": "192.0.2.1", authorization: "Convex an-admin-key-of-tests" };
    expect((await scrape(key)).status).toBe(200);
  });
});
