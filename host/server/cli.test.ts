import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcomeOf, valueOf } from "../testing/testDeployment.testing";
import { openCliProject } from "./cliProject.testing";
import type { CliProject } from "./cliProject.testing";

let project: CliProject;

beforeAll(async () => {
  project = await openCliProject();
});

afterAll(async () => {
  await project.close();
});

describe("the official CLI", () => {
  it("runs public and internal functions", async () => {
    const created = await project.convex("run", "agents:create", '{"guid":"cli","tenant":"cli"}');
    expect(created).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^"\w{32}"\s*$/) });
    const agents = await project.convex("run", "agents:byTenant", '{"tenant":"cli"}');
    expect(JSON.parse(agents.output)).toMatchObject([{ guid: "cli", checkIns: 0 }]);
    const failing = await project.convex("run", "agents:create", '{"guid":1}');
    expect(failing.exitCode).toBe(1);
    expect(failing.errors).toContain("ArgumentValidationError");
  });

  it("sets and unsets environment variables", async () => {
    expect((await project.convex("env", "set", "GREETING", "hello there")).exitCode).toBe(0);
    expect(project.deployment.environmentVariables()).toEqual({ GREETING: "hello there" });
    expect((await project.convex("env", "unset", "GREETING")).exitCode).toBe(0);
    expect(project.deployment.environmentVariables()).toEqual({});
  });

  it("is refused with another key", async () => {
    const refused = await project.convexAs("not-the-key", "env", "set", "GREETING", "hello");
    expect(refused.exitCode).toBe(1);
    expect(project.deployment.environmentVariables()).toEqual({});
  });

  it.each([
    ["export", ["export", "--path", "snapshot.zip"]],
    ["imports", ["import", "--table", "agents", "rows.jsonl", "--yes"]],
    ["inline queries", ["run", "--inline-query", "await ctx.db.query('agents').collect()"]],
  ])("is told at once that there are no %s", async (_title, command) => {
    writeFileSync(join(project.directory, "rows.jsonl"), '{"guid":"imported"}');
    const refused = await project.convex(...command);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output + refused.errors).toContain("This host has no import, export or inline queries");
  });

  it("follows the log: lines, failures and history", async () => {
    await valueOf(project.deployment, "query", "live:agentCount", {});
    const logs = project.follow("logs", "--history", "5");
    await expect.poll(logs).toContain("[CONVEX Q(live:agentCount)]");
    expect(await outcomeOf(project.deployment, "mutation", "agents:create", { guid: 1 })).toMatchObject({
      status: "error",
    });
    await expect.poll(logs).toMatch(/\[CONVEX M\(agents:create\)\] ArgumentValidationError/);
  }, 60_000);

  it("tests the network", async () => {
    const tested = await project.convex("network-test");
    expect(tested.output + tested.errors).toContain("Network test passed.");
    expect(tested.exitCode).toBe(0);
  }, 60_000);

  it("generates typed functions, components and environment", async () => {
    writeFileSync(
      join(project.functionsDirectory, "convex.config.ts"),
      `import { defineApp } from "convex/server";
       import { v } from "convex/values";
       import rateLimiter from "@convex-dev/rate-limiter/convex.config";
       const app = defineApp({ env: { GREETING: v.string() } });
       app.use(rateLimiter);
       app.use(rateLimiter, { name: "second" });
       export default app;`,
    );
    const generated = await project.convex("codegen", "--typecheck", "disable");
    expect(generated).toMatchObject({ exitCode: 0 });
    const read = (name: string) => readFileSync(join(project.functionsDirectory, "_generated", name), "utf8");
    expect(read("api.d.ts")).toContain("typeof agents");
    expect(read("api.d.ts")).toContain(
      'rateLimiter: import("@convex-dev/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">',
    );
    expect(read("api.d.ts")).toContain('ComponentApi<"second">');
    expect(read("server.d.ts")).toContain("GREETING");
    expect(read("dataModel.d.ts")).toContain("DataModelFromSchemaDefinition");
  });
});

describe("admin routes", () => {
  const post = (path: string, body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string> = {}) =>
    fetch(project.server.cloudUrl + path, {
      method: "POST",
      body,
      headers: { authorization: `Convex ${project.adminKey}`, "content-type": "application/json", ...headers },
    });

  it.each([
    "/api/get_config_hashes",
    "/api/deploy2/start_push",
    "/api/deploy2/finish_push",
    "/api/host/backup",
    "/api/update_environment_variables",
  ])("%s takes nothing but the key", async (path) => {
    for (const authorization of ["Convex wrong", "Convex ", "Bearer x"])
      expect((await post(path, "{}", { authorization })).status).toBeGreaterThanOrEqual(400);
    expect((await post(path, "{}", { authorization: "Convex wrong" })).status).toBe(401);
  });

  it("refuse pushes that would deploy", async () => {
    const response = await post("/api/deploy2/finish_push", "{}");
    expect([response.status, await response.json()]).toMatchObject([400, { code: "PushNotSupported" }]);
  });

  it("survive compressed bombs, broken compression and definitions that throw", async () => {
    const push = (body: Uint8Array<ArrayBuffer>) => post("/api/deploy2/start_push", body, { "content-encoding": "br" });
    const bomb = brotliCompressSync(Buffer.alloc(200 * 1024 * 1024, " "));
    expect((await push(new Uint8Array(bomb))).status).toBe(413);
    expect((await push(new Uint8Array([1, 2, 3]))).status).toBe(400);
    const gzipBomb = new Uint8Array(gzipSync(Buffer.alloc(200 * 1024 * 1024, " ")));
    for (const path of ["/api/deploy2/start_push", "/api/update_environment_variables", "/api/query"])
      expect((await post(path, gzipBomb, { "content-encoding": "gzip" })).status, path).toBe(415);
    const stranger = { "content-encoding": "br", authorization: "Convex wrong" };
    expect((await post("/api/deploy2/start_push", new Uint8Array(bomb), stranger)).status).toBe(401);
    for (const [source, message] of [
      ["throw new Error('no definition')", "no definition"],
      ["require('node:fs').writeFileSync('pushed', '')", "convex.config.ts cannot import node:fs"],
      ["require('../../secrets')", "convex.config.ts cannot import ../../secrets"],
      ["require('./_componentDeps/Li4vLi4vc2VjcmV0cw')", 'The definition of component "../../secrets" is missing'],
    ] as const) {
      const body = JSON.stringify({ appDefinition: { definition: { source } } });
      const refused = await post("/api/deploy2/start_push", body);
      expect([refused.status, await refused.json()]).toMatchObject([
        400,
        { code: "InvalidPush", message: expect.stringContaining(message) },
      ]);
    }
    expect(await valueOf(project.deployment, "query", "agents:byTenant", { tenant: "none" })).toEqual([]);
  });
});
