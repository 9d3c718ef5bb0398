import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readComponentTree } from "./componentDefinitions";

describe("readComponentTree", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "convex-host-components-"));
    const [packages] = createRequire(import.meta.url)
      .resolve("convex/server")
      .split(/(?<=node_modules)/);
    symlinkSync(packages ?? "", join(root, "node_modules"));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(file: string, lines: readonly string[]): void {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(
      join(root, file),
      ['import * as c from "convex/server"; import { v } from "convex/values";', ...lines].join("\n"),
    );
  }

  const read = () => readComponentTree(join(root, "convex"));
  const leaf = [
    'export default c.defineComponent("leaf", { env: { KEY: v.string(), MORE: v.optional(v.literal("a")) } });',
  ];

  function writeApp(...uses: readonly string[]): void {
    write("convex/convex.config.ts", [
      'import leaf from "./leaf/convex.config";',
      "const app = c.defineApp({ env: { SECRET: v.string() } });",
      ...uses,
      "export default app;",
    ]);
  }

  it("finds nothing but the app without a convex.config.ts", async () => {
    mkdirSync(join(root, "convex"));
    expect(await read()).toMatchObject([{ componentPath: "", environment: [] }]);
  });

  it("lists parents before children, with bindings and mounts", async () => {
    write("convex/leaf/convex.config.ts", leaf);
    write("other/convex.config.js", [
      'import leaf from "../convex/leaf/convex.config.js";',
      'const component = c.defineComponent("other");',
      'component.use(leaf, { httpPrefix: "/deep", env: { KEY: "text" } });',
      "export default component;",
    ]);
    writeApp(
      'app.use(leaf, { name: "renamed", env: { KEY: app.env.SECRET } });',
      "const { default: other } = { default: otherDefinition };",
      'app.use(other, { httpPrefix: "/other/" });',
      'import otherDefinition from "../other/convex.config";',
    );
    expect(await read()).toEqual([
      {
        componentPath: "",
        directory: join(root, "convex"),
        environment: [],
        httpPrefix: null,
        httpMounts: new Map([["/other/", "other"]]),
      },
      {
        componentPath: "renamed",
        directory: join(root, "convex", "leaf"),
        environment: [{ name: "KEY", kind: "reference", parentName: "SECRET" }],
        httpPrefix: null,
        httpMounts: new Map(),
      },
      {
        componentPath: "other",
        directory: join(root, "other"),
        environment: [],
        httpPrefix: null,
        httpMounts: new Map([["/deep/", "other/leaf"]]),
      },
      {
        componentPath: "other/leaf",
        directory: join(root, "convex", "leaf"),
        environment: [{ name: "KEY", kind: "value", value: "text" }],
        httpPrefix: null,
        httpMounts: new Map(),
      },
    ]);
  });

  it.each([
    ["app.use(leaf);", 'Component "leaf" requires the environment variable KEY.'],
    [
      'app.use(leaf, { env: { KEY: "", NEW: "" } });',
      'Component "leaf" does not declare the environment variable NEW.',
    ],
    [
      'app.use(leaf, { env: { KEY: "", MORE: "b" } });',
      'Component "leaf" cannot take this environment variable MORE: ',
    ],
    [
      'const env = { KEY: "" }; app.use(leaf, { env }); app.use(leaf, { env });',
      'installs two components named "leaf"',
    ],
    ['app.use(leaf, { name: "not/a/name", env: { KEY: "" } });', '"not/a/name" is no component name'],
  ])("refuses %s", async (use, message) => {
    write("convex/leaf/convex.config.ts", leaf);
    writeApp(use);
    await expect(read()).rejects.toThrow(message);
  });

  it("refuses components that install one another, and files that are no definition", async () => {
    write("convex/leaf/convex.config.ts", [
      'import leaf from "./convex.config";',
      'const component = c.defineComponent("leaf");',
      "component.use(leaf);",
      "export default component;",
    ]);
    writeApp("app.use(leaf);");
    await expect(read()).rejects.toThrow("installs itself");
    write("convex/leaf/convex.config.ts", ["export default c.defineApp();"]);
    await expect(read()).rejects.toThrow("must have a default export made by defineComponent");
    write("convex/convex.config.ts", ["export default leaf"]);
    await expect(read()).rejects.toThrow("leaf is not defined");
    write("convex/convex.config.ts", ["export default {"]);
    await expect(read()).rejects.toThrow(/convex\.config\.ts:\d+:\d+: /);
  });
});
