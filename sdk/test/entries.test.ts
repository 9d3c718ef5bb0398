import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Consumer, installedConsumer, packageFolder, run } from "./consumer.testing";

const compilers = {
  "TypeScript 5.9": join(packageFolder("typescript"), "bin/tsc"),
  "native TypeScript 7": join(packageFolder("@typescript/native"), "bin/tsc"),
};

let project: Consumer;

beforeAll(async () => {
  project = await installedConsumer();
});

afterAll(async () => {
  await project.remove();
});

/** What a check printed, passed or not. */
async function outputOf(script: string, args: readonly string[]): Promise<{ passed: boolean; output: string }> {
  try {
    const { stdout } = await run(process.execPath, [script, ...args], { cwd: project.folder });
    return { passed: true, output: stdout };
  } catch (error) {
    if (error instanceof Error && "stdout" in error) return { passed: false, output: String(error.stdout) };
    throw error;
  }
}

test("publint has nothing to say of the package", async () => {
  const { messages } = await publint({ pkgDir: project.installed, pack: false, strict: true });
  expect(messages).toEqual([]);
});

test("are-the-types-wrong finds no entry whose types are wrong, in any kind of resolution", async () => {
  const attw = join(packageFolder("@arethetypeswrong/cli"), "dist/index.js");
  const { passed, output } = await outputOf(attw, ["--format", "json", project.tarball]);
  expect(passed, output).toBe(true);
  const { analysis, problems } = JSON.parse(output);
  expect(problems ?? {}).toEqual({});
  const manifest = JSON.parse(await readFile(join(project.installed, "package.json"), "utf8"));
  expect(Object.keys(analysis.entrypoints)).toEqual(Object.keys(manifest.exports));
});

test.each(["mjs", "cjs"])(
  "each entry is loaded from a program that is %s, and errors of the agent are those of /rest",
  async (kind) => {
    const entries = ["agent", "rest", "webhooks", "worker"];
    const load = entries
      .map((name) =>
        kind === "mjs"
          ? `import * as ${name} from "@portico/sdk/${name}";`
          : `const ${name} = require("@portico/sdk/${name}");`,
      )
      .join("\n");
    const path = await project.write(
      `entries.${kind}`,
      `${load}
     const device = { hostname: "h", platform: "linux", version: "1" };
     const state = JSON.stringify({ url: "https://a.example", guid: "g", key: "agt_a-key-of-it" });
     const fetch = async () => Response.json({ code: "agent_revoked", title: "Revoked", status: 401 }, { status: 401 });
     const anAgent = agent.createAgent({ baseUrl: "https://a.example", storage: agent.memoryStorage(state), device, fetch });
     const portico = new rest.Portico({ baseUrl: "https://a.example", apiKey: "sk_test_entries", fetch });
     const aWorker = worker.createWorker(portico, { handlers: { "x.a": async () => undefined } });
     const failed = (promise) => promise.then(() => "no error", (error) => error instanceof rest.AuthenticationError);
     const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLVSw";
     const event = { id: "evt_1", type: "ping", createdAt: 1, organizationId: "o", data: {} };
     Promise.all([
       failed(anAgent.run(new AbortController().signal)),
       failed(aWorker.run(new AbortController().signal)),
       webhooks.signMessage(event, { secret }).then((message) => new webhooks.Webhooks({ secret }).verify(message)),
     ]).then(([ofAgent, ofWorker, { type }]) => console.log(JSON.stringify({ ofAgent, ofWorker, type })));`,
    );
    const { stdout } = await run(process.execPath, [path], { timeout: 60_000 });
    expect(JSON.parse(stdout)).toEqual({ ofAgent: true, ofWorker: true, type: "ping" });
  },
);

describe("a consumer's types", () => {
  const source = `
import { type AgentEvent, createAgent, memoryStorage } from "@portico/sdk/agent";
import { Portico } from "@portico/sdk/rest";
import { Portico as Both } from "@portico/sdk";
import { type EventType, MemoryReplayStore, type PorticoEvent, Webhooks } from "@portico/sdk/webhooks";
import { createWorker, JobFailure } from "@portico/sdk/worker";

const webhooks = new Webhooks({ secret: ["whsec_a", "whsec_b"], replayStore: new MemoryReplayStore() });
export const answer = (request: Request): Promise<Response> =>
  webhooks.receive(request, (event) => {
    if (event.type === "schedule.created") console.log(event.data.title satisfies string);
    // @ts-expect-error no such event
    if (event.type === "schedule.lost") return;
  });
export const types: EventType[] = ["schedule.created", "ping"];
export const titleOf = (event: PorticoEvent<"schedule.created">): string => event.data.title;

const options = { baseUrl: "https://api.example.com", apiKey: "sk_test_types" };
for (const portico of [new Portico(options), new Both(options).withOrganization("acme")]) {
  const worker = createWorker(portico, {
    handlers: {
      "x.report": async ({ payload, report }, signal) => {
        if (signal.aborted) throw new JobFailure("later", { retryAfterSeconds: 60 });
        await report({ cursor: "a" });
        return { payload };
      },
      "x.quiet": async () => {},
    },
    onEvent: (event) => event.type === "failed" && console.log(event.reason satisfies string),
  });
  void worker.run(new AbortController().signal);
}
// @ts-expect-error a result is an object
createWorker(new Portico(options), { handlers: { "x.a": async () => 1 } });

const events: AgentEvent[] = [];
void createAgent({
  baseUrl: "https://api.example.com",
  storage: memoryStorage(),
  enrollmentToken: undefined,
  device: { hostname: "h", platform: "linux", version: "1.0" },
  report: () => ({ version: "1.0", facts: { disks: [] } }),
  onEvent: (event) => events.push(event),
}).run(new AbortController().signal);
// @ts-expect-error no such platform
createAgent({ baseUrl: "", storage: memoryStorage(), device: { hostname: "h", platform: "amiga", version: "1" } });
`;

  test.each(
    Object.entries(compilers).flatMap(([compiler, tsc]) => [
      [compiler, "NodeNext", "NodeNext", tsc, ["consumer.mts", "consumer.cts"]] as const,
      [compiler, "ESNext", "Bundler", tsc, ["consumer.ts"]] as const,
    ]),
  )(
    "%s, module %s, resolution %s, without those of Node.js",
    async (_compiler, module, moduleResolution, tsc, names) => {
      await Promise.all(names.map((name) => project.write(name, source)));
      const strict = [
        "--noEmit",
        "--strict",
        "--exactOptionalPropertyTypes",
        "--target",
        "ES2022",
        "--skipLibCheck",
        "false",
      ];
      const modules = ["--lib", "ES2022,DOM,DOM.Iterable", "--module", module, "--moduleResolution", moduleResolution];
      expect(await outputOf(tsc, [...strict, ...modules, ...names])).toEqual({ passed: true, output: "" });
    },
  );
});

describe("a bundle", () => {
  /** Platform "browser" makes esbuild refuse an import of a module of Node. */
  async function bundled(text: string, external: string[] = [], loader: "js" | "ts" = "js"): Promise<string> {
    const entry = await project.write(`entry.${loader}`, text);
    const result = await build({
      entryPoints: [entry],
      absWorkingDir: project.folder,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      external,
      write: false,
      logLevel: "silent",
    });
    return result.outputFiles[0]?.text ?? "";
  }

  // What `size-limit` allows, in bytes.
  test.each([
    ["webhooks", "MemoryReplayStore, signMessage, Webhooks", [], 3_000],
    ["worker", "createWorker, JobFailure", [], 3_000],
    ["agent", "createAgent, fileStorage", ["node:*"], 14_000],
  ])("of %s stays within its limit, and only the agent's needs Node.js", async (entry, names, external, mostBytes) => {
    const code = await bundled(`export { ${names} } from "@portico/sdk/${entry}";`, external);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(mostBytes);
    expect(code.length).toBeGreaterThan(1_000);
  });

  test("of types alone is empty", async () => {
    const imports = ["agent", "rest", "webhooks", "worker"].map(
      (entry) => `import type * as ${entry} from "@portico/sdk/${entry}";`,
    );
    expect(await bundled(imports.join("\n"), [], "ts")).toBe("");
  });
});
