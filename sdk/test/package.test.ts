import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Consumer, installedConsumer, packageFolder, run, sdkFolder } from "./consumer.testing";
import { fakeServer } from "./fakeServer";

const tsc = join(packageFolder("typescript"), "bin/tsc");

let project: Consumer;
const installed = () => project.installed;
const consumerFile = (name: string, text: string) => project.write(name, text);

beforeAll(async () => {
  project = await installedConsumer();
});

afterAll(async () => {
  await project.remove();
});

test("the tarball holds the build, its texts and package.json, no sources or tests", async () => {
  const names = await readdir(installed(), { recursive: true });
  const texts = ["README.md", "METHODS.md", "CHANGELOG.md", "LICENSE", "package.json"];
  expect(names).toEqual(expect.arrayContaining([...texts, join("dist", "index.cjs"), join("dist", "rest.js")]));
  expect(names.filter((name) => /(?:^|\/)(?:src|test|fixtures|generator)\//.test(name))).toEqual([]);
});

const program = `
  const methods = [typeof portico.schedules.list, typeof portico.agents.checkIn, typeof portico.convex.query];
  console.log(JSON.stringify({ methods, named: new NotFoundError({ code: "x", title: "y" }).name, api: typeof api }));
`;
const make = 'const portico = new Portico({ baseUrl: "https://api.example.com", apiKey: "sk_test_pack" });';
const printed = { methods: ["function", "function", "function"], named: "NotFoundError", api: "object" };

test("it is imported as ESM", async () => {
  const path = await consumerFile(
    "esm.mjs",
    `import { NotFoundError, Portico } from "@portico/sdk";
     import { api } from "@portico/sdk/convex";
     ${make}${program}`,
  );
  const { stdout } = await run(process.execPath, [path]);
  expect(JSON.parse(stdout)).toEqual(printed);
});

test("it is required as CommonJS, and its Convex door loads there", async () => {
  const path = await consumerFile(
    "cjs.cjs",
    `const { NotFoundError, Portico } = require("@portico/sdk");
     const { api } = require("@portico/sdk/convex");
     ${make}${program}
     const offline = new Portico({ baseUrl: "https://api.example.com", convexUrl: "https://c.example.com", token: "t-o-k-e-n",
       fetch: async () => Response.json({ status: "success", value: 42 }) });
     offline.convex.query("tenancy/me:get", {}).then((value) => console.log(value));`,
  );
  const { stdout } = await run(process.execPath, [path]);
  const [first, second] = stdout.trim().split("\n");
  expect(JSON.parse(first ?? "")).toEqual(printed);
  expect(second).toBe("42");
});

/** Runs a program of the consumer, as ESM or as CommonJS by its name, and reads what it prints as JSON. */
async function outputOf(name: string, text: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, [await consumerFile(name, text)]);
  return JSON.parse(stdout);
}

describe("errors hold across module systems", () => {
  const own = `{ status: "error", errorMessage: "x", errorData: { kind: "own" } }`;
  const failing = `
    const answer = (json, status = 200) => async () => Response.json(json, { status });
    const options = { baseUrl: "https://api.example.com", convexUrl: "https://c.example.com", token: "opaque-token" };
    const failure = (promise) => promise.then(() => { throw new Error("it succeeded") }, (error) => error);
    const conflict = answer({ code: "in_use", title: "In use", status: 409 }, 409);
    const ownError = (Portico) => failure(new Portico({ ...options, fetch: answer(${own}) }).convex.query("tenancy/me:get", {}));
    const problem = (Portico) => failure(Promise.resolve(new Portico({ ...options, fetch: conflict }).schedules.get("a")));`;

  test("a CommonJS program gets the ConvexError of the copy that it requires", async () => {
    const text = `const { Portico } = require("@portico/sdk");
      const { ConvexError } = require("convex/values");
      ${failing}
      ownError(Portico).then((error) => console.log(JSON.stringify([error instanceof ConvexError, error.data])));`;
    expect(await outputOf("convexError.cjs", text)).toEqual([true, { kind: "own" }]);
  });

  test("an ESM program gets the ConvexError that it imports", async () => {
    const text = `import { Portico } from "@portico/sdk";
      import { ConvexError } from "convex/values";
      ${failing}
      const error = await ownError(Portico);
      console.log(JSON.stringify([error instanceof ConvexError, error.data]));`;
    expect(await outputOf("convexError.mjs", text)).toEqual([true, { kind: "own" }]);
  });

  test("isProblem knows the problems of every build of every entry", async () => {
    const text = `import { createRequire } from "node:module";
      import * as esm from "@portico/sdk";
      import * as rest from "@portico/sdk/rest";
      const require = createRequire(import.meta.url);
      const builds = [esm, rest, require("@portico/sdk"), require("@portico/sdk/rest")];
      ${failing}
      const known = [];
      for (const { Portico } of builds) {
        const error = await problem(Portico);
        known.push(builds.map(({ isProblem }) => isProblem(error, "in_use") && !isProblem(error, "not_found")));
      }
      console.log(JSON.stringify(known));`;
    expect(await outputOf("builds.mjs", text)).toEqual(Array(4).fill(Array(4).fill(true)));
  });
});

test("a process whose calls gave up waiting for a token ends at once", async () => {
  const server = await fakeServer(() => ({ hang: true }));
  const path = await consumerFile(
    "giveUp.mjs",
    `import { Portico } from "@portico/sdk";
     const url = ${JSON.stringify(server.url)};
     const options = { timeoutMs: 100 };
     const failures = [];
     for (const credential of [{ apiKey: "sk_test_giveup" }, { getToken: () => new Promise(() => {}) }]) {
       const { convex } = new Portico({ baseUrl: url, convexUrl: url, ...credential });
       await convex.query("tenancy/me:get", {}, options).catch((error) => failures.push(error.name));
     }
     console.log(failures.join());`,
  );
  // Killed long before the 30 seconds that a token request may take.
  const { stdout } = await run(process.execPath, [path], { timeout: 15_000, killSignal: "SIGKILL" });
  expect(stdout.trim()).toBe("TimeoutError,TimeoutError");
});

describe("a consumer's types", () => {
  const source = `
import { type Call, isProblem, type ListCall, Portico, type RequestOptions, type Schedule } from "@portico/sdk";
import { Portico as Rest } from "@portico/sdk/rest";
import { api } from "@portico/sdk/convex";
import { ConvexHttpClient } from "convex/browser";

const portico = new Portico({ baseUrl: "https://api.example.com", apiKey: "sk_test_types" });
export async function main(): Promise<void> {
  const created: Schedule = await portico.schedules.create({ title: "a", startDate: 1, endDate: 2 });
  const maybe: Schedule | undefined = await portico.schedules.get(created.id, { ifNoneMatch: "x" });
  // The README's conditional reads: a tag that may be missing, options whose content nobody knows, and a list.
  const { etag } = await portico.schedules.get(created.id).withResponse();
  const newer = await portico.schedules.get(created.id, { ifNoneMatch: etag });
  // @ts-expect-error it may be undefined
  newer.title;
  const options: RequestOptions = { requestId: "my-request" };
  // @ts-expect-error the options may hold an ifNoneMatch
  (await portico.schedules.get(created.id, options)).title;
  // @ts-expect-error a list may be undefined too
  (await portico.schedules.list({}, { ifNoneMatch: etag })).data;
  // @ts-expect-error and is not iterated then
  for await (const row of portico.schedules.list({}, { ifNoneMatch: etag })) console.log(row);
  const whole: Schedule = await portico.schedules.get(created.id, { requestId: "my-request", organization: "acme" });
  // @ts-expect-error an update of nothing
  await portico.schedules.update(created.id);
  const unknown: string | undefined = whole.description;
  await portico.schedules.update(created.id, { description: unknown });
  await portico.schedules.list({ status: undefined, limit: undefined }).toArray();
  await portico.convex.query("workspace/schedules:get", { organizationId: unknown, scheduleId: whole.id });
  // @ts-expect-error one credential
  new Portico({ baseUrl: "https://api.example.com", apiKey: "sk_test", token: "t" });
  // @ts-expect-error one credential
  new Portico({ baseUrl: "https://api.example.com", apiKey: "sk_test", getToken: () => "t" });
  new Rest({ baseUrl: "https://api.example.com", getToken: async () => null, fetchOptions: { credentials: "omit" } });
  // @ts-expect-error REST alone
  new Rest({ baseUrl: "https://api.example.com" }).convex;
  const named: Call<Schedule> = portico.schedules.get("s");
  const rows: ListCall<Schedule> = new Rest({ baseUrl: "https://api.example.com" }).schedules.list();
  console.log(named, rows);
  for await (const row of portico.schedules.list({ status: "active" })) console.log(row.title.length, maybe);
  const { page, isDone, continueCursor } = await portico.convex.query("workspace/schedules:list", {
    organizationId: "o", paginationOpts: { numItems: 5, cursor: null },
  });
  const title: string | undefined = page[0]?.title ?? (isDone ? undefined : continueCursor);
  const direct = await new ConvexHttpClient("https://c.example.com").query(api.workspace.schedules.get, {
    organizationId: "o", scheduleId: created.id,
  });
  console.log(title, direct.status satisfies Schedule["status"]);
  try {
    await portico.schedules.activate(created.id);
  } catch (error) {
    if (isProblem(error, "invalid_state_transition")) console.log(error.status satisfies 409);
    if (isProblem(error, "schedules.activate") && error.code === "not_found") console.log(error.status satisfies 404);
    // @ts-expect-error no code of this method
    if (isProblem(error, "schedules.activate") && error.code === "bill_not_draft") console.log(error);
  }
  // @ts-expect-error a required field is missing
  await portico.schedules.create({ title: "a" });
  // @ts-expect-error no such status
  await portico.schedules.list({ status: "lost" });
  // @ts-expect-error no such field in a document
  console.log(created.secret);
  // @ts-expect-error functions page by paginationOpts; limit and cursor are REST's
  await portico.convex.query("workspace/schedules:list", { limit: 5 });
  // @ts-expect-error a mutation is not a query
  await portico.convex.query("workspace/schedules:activate", { organizationId: "o", scheduleId: "s" });
  await portico.convex.mutation("workspace/schedules:activate", { scheduleId: "s" });
  // @ts-expect-error an argument of the path is missing
  await portico.convex.mutation("workspace/schedules:activate", { organizationId: "o" });
  // @ts-expect-error a function outside organizations takes no organizationId
  await portico.convex.query("tenancy/me:get", { organizationId: "o" });
  // @ts-expect-error no such problem code
  isProblem(new Error(), "no_such_code");
}
`;

  test.each([
    ["NodeNext", "NodeNext", ["consumer.mts", "consumer.cts"]],
    ["ESNext", "Bundler", ["consumer.ts"]],
  ])("module %s, resolution %s", async (module, moduleResolution, names) => {
    await Promise.all(names.map((name) => consumerFile(name, source)));
    const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "ES2022"];
    const types = ["--lib", "ES2022,DOM,DOM.Iterable", "--skipLibCheck", "false"];
    const modules = ["--module", module, "--moduleResolution", moduleResolution];
    const args = [tsc, ...options, ...types, ...modules, ...names];
    const check = run(process.execPath, args, { cwd: project.folder });
    // A failed check tells why on its standard output.
    const { stdout } = await check.catch((error: { stdout?: string; message: string }) => ({
      stdout: error.stdout ?? error.message,
    }));
    expect(stdout).toBe("");
  });
});

describe("a browser bundle", () => {
  /** Platform "browser" makes esbuild refuse an import of a module of Node. */
  async function bundle(from: string, external: string[] = [], format: "esm" | "iife" = "esm"): Promise<string> {
    const entry = await consumerFile("entry.js", `export { Portico } from "${from}";`);
    const result = await build({
      entryPoints: [entry],
      absWorkingDir: project.folder,
      bundle: true,
      minify: true,
      format,
      globalName: "bundled",
      platform: "browser",
      target: "es2022",
      external,
      write: false,
      logLevel: "silent",
    });
    return result.outputFiles[0]?.text ?? "";
  }

  // What `size-limit` allows, in its units: a kB of 1,024 bytes. What a format wraps around a program is not the package's.
  test.each([
    ["@portico/sdk/rest", [], 10 * 1024],
    ["@portico/sdk", ["convex"], 12 * 1024],
    ["@portico/sdk", [], 32 * 1024],
  ])("of %s without %j stays within %i bytes gzip", async (from, external, mostBytes) => {
    const code = await bundle(from, external);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(mostBytes);
  });

  test("of REST alone holds nothing of Convex", async () => {
    expect(await bundle("@portico/sdk/rest")).not.toMatch(/ConvexHttpClient|convex\/browser/);
  });

  test("runs where there are Web APIs and nothing of Node, the Convex door included", async () => {
    const code = await bundle("@portico/sdk", [], "iife");
    const web = {
      AbortController,
      Headers,
      Request,
      Response,
      TextDecoder,
      URL,
      URLSearchParams,
      atob,
      clearTimeout,
      crypto,
      performance,
      setTimeout,
      console,
      fetch: async (url: string) =>
        url.includes("/api/query")
          ? Response.json({ status: "success", value: "from Convex" })
          : Response.json({ id: "from REST" }),
    };
    const answers = runInNewContext(
      `${code};
      const portico = new bundled.Portico({ baseUrl: "https://a.example", convexUrl: "https://c.example", token: "opaque-token" });
      Promise.all([portico.schedules.activate("s"), portico.convex.query("tenancy/me:get", {})])`,
      web,
    );
    expect(JSON.stringify(await answers)).toBe('[{"id":"from REST"},"from Convex"]');
  });
});

test("package.json offers types and code for both module systems", async () => {
  const manifest = JSON.parse(await readFile(join(installed(), "package.json"), "utf8"));
  for (const entry of [".", "./rest", "./convex"].map((name) => manifest.exports[name]))
    for (const condition of [entry.import, entry.require])
      for (const target of Object.values(condition))
        await expect(readFile(join(installed(), String(target)), "utf8")).resolves.toBeTruthy();
});

test("the licence is the repository's, and the changelog tells of this version", async () => {
  const text = (path: string) => readFile(path, "utf8");
  expect(await text(join(installed(), "LICENSE"))).toBe(await text(join(sdkFolder, "../LICENSE")));
  const { version } = JSON.parse(await text(join(installed(), "package.json")));
  expect(await text(join(installed(), "CHANGELOG.md"))).toContain(`## ${version}\n`);
});
