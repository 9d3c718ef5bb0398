import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { errorOf, openFixture, scratchDirectory, valueOf } from "../testing/testDeployment.testing";
import { installedExternals } from "./externalPackages";
import { projectOf, readProjectConfig } from "./projectConfig";

/** A project with files as given, `convex` installed, and a package that only runs where it is installed. */
function project(files: Readonly<Record<string, string>>): string {
  const scratch = scratchDirectory();
  onTestFinished(() => scratch.remove());
  const installed = {
    "node_modules/wanderer/package.json": '{"name":"wanderer","version":"1.0.0","main":"index.js"}',
    // As tiktoken does: a bundle has neither this file nor this directory.
    "node_modules/wanderer/index.js":
      'exports.answer = () => require("node:fs").readFileSync(require("node:path").join(__dirname, "answer.txt"), "utf8");',
    "node_modules/wanderer/answer.txt": "42",
  };
  for (const [name, text] of Object.entries({ ...installed, ...files })) {
    mkdirSync(dirname(join(scratch.path, name)), { recursive: true });
    writeFileSync(join(scratch.path, name), text);
  }
  const convex = dirname(createRequire(import.meta.url).resolve("convex/package.json"));
  symlinkSync(convex, join(scratch.path, "node_modules", "convex"));
  return scratch.path;
}

const packageJson = JSON.stringify({ dependencies: { convex: "1.48.0", wanderer: "1.0.0", local: "file:../local" } });
const nodeAction = `"use node";
  import { answer } from "wanderer";
  import { action } from "./_generated/server";
  export const ask = action({ args: {}, handler: async () => answer() });`;

describe("a project's convex.json", () => {
  it.each([[["wanderer"]], [["*"]]])(
    "keeps %j out of the bundle, and names the functions' folder",
    async (external) => {
      const directory = project({
        "package.json": packageJson,
        "convex.json": JSON.stringify({ functions: "src/convex/", node: { externalPackages: external } }),
        "src/convex/asking.ts": nodeAction,
      });
      for (const functionsDirectory of [directory, join(directory, "src", "convex")]) {
        const deployment = await openFixture({ functionsDirectory });
        expect(await valueOf(deployment, "action", "asking:ask")).toBe("42");
        await deployment.close();
      }
    },
  );

  it("leaves what it does not list in the bundle, where such a package fails", async () => {
    const directory = project({ "package.json": packageJson, "convex/asking.ts": nodeAction });
    const deployment = await openFixture({ functionsDirectory: join(directory, "convex") });
    onTestFinished(() => deployment.close());
    expect(await errorOf(deployment, "action", "asking:ask")).toContain("Dynamic require");
  });

  it("lists packages by the official CLI's rules", () => {
    const directory = project({ "package.json": packageJson, "node_modules/local/package.json": "{}" });
    expect([...installedExternals(directory, ["*"])]).toEqual(["wanderer"]);
    expect([...installedExternals(directory, ["convex", "local", "wanderer", "absent"])]).toEqual(["wanderer"]);
    expect([...installedExternals(directory, [])]).toEqual([]);
    rmSync(join(directory, "node_modules", "wanderer"), { recursive: true });
    expect([...installedExternals(directory, ["*"])]).toEqual([]);
  });

  it("belongs to a folder that it names, and to no other", () => {
    const directory = project({ "convex.json": '{"functions":"src/convex","node":{"externalPackages":["a"]}}' });
    expect(projectOf(join(directory, "src", "convex"))).toMatchObject({ directory, externalPackages: ["a"] });
    expect(projectOf(join(directory, "convex"))).toMatchObject({ externalPackages: [] });
  });

  it.each([
    ["{", "is not valid JSON"],
    ["[]", "must hold a JSON object"],
    ['{"functions":1}', "`functions` must be a path"],
    ['{"node":{"externalPackages":"sharp"}}', "`node.externalPackages` must be a list of package names"],
  ])("%s is refused", (text, message) => {
    const directory = project({ "convex.json": text });
    expect(() => readProjectConfig(directory)).toThrow(message);
  });
});

describe("a folder without generated files", () => {
  it("runs, calls between its functions and environment included", async () => {
    const directory = project({
      "convex/notes.ts": `import { query, mutation, action, internalQuery, env } from "./_generated/server";
        import { api, internal } from "./_generated/api.js";
        export const count = internalQuery({ args: {}, handler: async (ctx) => (await ctx.db.query("notes").collect()).length });
        export const add = mutation({ args: {}, handler: async (ctx) => { await ctx.db.insert("notes", { of: env.ISSUER }); } });
        export const both = action({ args: {}, handler: async (ctx) => {
          await ctx.runMutation(api.notes.add, {});
          return await ctx.runQuery(internal.notes.count, {});
        } });
        export const list = query({ args: {}, handler: async (ctx) => (await ctx.db.query("notes").collect()).map(({ of }) => of) });`,
    });
    const deployment = await openFixture({ functionsDirectory: join(directory, "convex") });
    onTestFinished(() => deployment.close());
    expect(await valueOf(deployment, "action", "notes:both")).toBe(1);
    expect(await valueOf(deployment, "query", "notes:list")).toEqual(["https://issuer.test"]);
  });
});
