import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { TokenVerifier } from "../auth/tokenVerifier";
import type { ReloadableDeployment } from "../runtime/openDeployment";
import { copyFixture, openFixture, scratchDirectory, valueOf } from "../testing/testDeployment";
import { startServer, type RunningServer } from "./startServer";

const adminKey = "an-admin-key-of-tests";
const project = scratchDirectory();
let functionsDirectory: string;
let deployment: ReloadableDeployment;
let server: RunningServer;

beforeAll(async () => {
  functionsDirectory = copyFixture(project.path);
  writeFileSync(join(project.path, "package.json"), '{"name":"project","dependencies":{"convex":"1.48.0"}}');
  deployment = await openFixture({ functionsDirectory });
  server = await startServer({
    deployment,
    cloudPort: 0,
    sitePort: 0,
    redactErrors: false,
    trustProxy: false,
    adminKey,
    authentication: new TokenVerifier({ providers: () => [] }),
  });
});

afterAll(async () => {
  await server.close();
  await deployment.close();
  project.remove();
});

/** Runs the official CLI in the project as a person would, without a home directory or a terminal. */
async function convex(key: string, ...args: string[]): Promise<{ exitCode: number; output: string; errors: string }> {
  const program = join(project.path, "node_modules", "convex", "bin", "main.js");
  const child = spawn(process.execPath, [program, ...args, "--url", server.cloudUrl, "--admin-key", key], {
    cwd: project.path,
    env: { PATH: process.env["PATH"], HOME: project.path, CI: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill());
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await once(child, "close");
  return { exitCode: child.exitCode ?? 1, output, errors };
}

describe("the official CLI", () => {
  it("runs public and internal functions", async () => {
    const created = await convex(adminKey, "run", "agents:create", '{"guid":"cli","tenant":"cli"}');
    expect(created).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^"\w{32}"\s*$/) });
    const agents = await convex(adminKey, "run", "agents:byTenant", '{"tenant":"cli"}');
    expect(JSON.parse(agents.output)).toMatchObject([{ guid: "cli", checkIns: 0 }]);
    const failing = await convex(adminKey, "run", "agents:create", '{"guid":1}');
    expect(failing.exitCode).toBe(1);
    expect(failing.errors).toContain("ArgumentValidationError");
  }, 60_000);

  it("sets and unsets environment variables", async () => {
    expect((await convex(adminKey, "env", "set", "GREETING", "hello there")).exitCode).toBe(0);
    expect(deployment.environmentVariables()).toEqual({ GREETING: "hello there" });
    expect((await convex(adminKey, "env", "unset", "GREETING")).exitCode).toBe(0);
    expect(deployment.environmentVariables()).toEqual({});
  }, 60_000);

  it("is refused with another key", async () => {
    const refused = await convex("not-the-key", "env", "set", "GREETING", "hello");
    expect(refused.exitCode).toBe(1);
    expect(deployment.environmentVariables()).toEqual({});
  }, 60_000);

  it("generates typed functions, components and environment", async () => {
    writeFileSync(
      join(functionsDirectory, "convex.config.ts"),
      `import { defineApp } from "convex/server";
       import { v } from "convex/values";
       import rateLimiter from "@convex-dev/rate-limiter/convex.config";
       const app = defineApp({ env: { GREETING: v.string() } });
       app.use(rateLimiter);
       app.use(rateLimiter, { name: "second" });
       export default app;`,
    );
    const generated = await convex(adminKey, "codegen", "--typecheck", "disable");
    expect(generated).toMatchObject({ exitCode: 0 });
    const read = (name: string) => readFileSync(join(functionsDirectory, "_generated", name), "utf8");
    expect(read("api.d.ts")).toContain("typeof agents");
    expect(read("api.d.ts")).toContain(
      'rateLimiter: import("@convex-dev/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">',
    );
    expect(read("api.d.ts")).toContain('ComponentApi<"second">');
    expect(read("server.d.ts")).toContain("GREETING");
    expect(read("dataModel.d.ts")).toContain("DataModelFromSchemaDefinition");
  }, 60_000);
});

describe("admin routes", () => {
  const post = (path: string, body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string> = {}) =>
    fetch(server.cloudUrl + path, {
      method: "POST",
      body,
      headers: { authorization: `Convex ${adminKey}`, "content-type": "application/json", ...headers },
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
    expect((await post("/api/deploy2/start_push", "{}", { "content-encoding": "gzip" })).status).toBe(415);
    const source = "throw new Error('no definition')";
    const throwing = await post(
      "/api/deploy2/start_push",
      JSON.stringify({ appDefinition: { definition: { source } } }),
    );
    expect([throwing.status, await throwing.json()]).toMatchObject([
      400,
      { code: "InvalidPush", message: expect.stringContaining("no definition") },
    ]);
    expect(await valueOf(deployment, "query", "agents:byTenant", { tenant: "none" })).toEqual([]);
  }, 60_000);
});
