import { defineConfig } from "tsup";

/**
 * Properties that only this package reads: no option, no answer and no error has one of these names. The build shortens them, which
 * the minifier of a program that bundles it may not.
 */
const internalNames = [
  "abandoned",
  "accepts",
  "acceptsText",
  "addIssued",
  "addLasting",
  "answersBytes",
  "budget",
  "bytes",
  "capacity",
  "clean",
  "cleanError",
  "cleanText",
  "cleanValue",
  "credential",
  "during",
  "earn",
  "engine",
  "held",
  "keepIssued",
  "kind",
  "lifetimeMs",
  "limitMs",
  "obtain",
  "paginated",
  "redactor",
  "renewAtMs",
  "renewable",
  "repeatable",
  "reply",
  "rest",
  "retold",
  "send",
  "sends",
  "serverNowMs",
  "take",
  "takesBytes",
  "takesInput",
  "verb",
  "waiting",
];

export default defineConfig({
  entry: [
    "src/index.ts",
    "src/rest.ts",
    "src/convex.ts",
    "src/webhooks.ts",
    "src/worker.ts",
    "src/agent.ts",
    "src/testing.ts",
  ],
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  external: ["convex", /^node:/],
  // Deno knows them by no other name.
  removeNodeProtocol: false,
  // Of the agent's file alone; no type that is published mentions them.
  dts: { compilerOptions: { types: ["node"] } },
  sourcemap: true,
  clean: true,
  // Without a chunk shared by the entries there is nothing to resolve at run time but the files themselves.
  splitting: false,
  esbuildPlugins: [
    {
      name: "the agent's client is that of /rest, whose errors are then the same classes",
      setup(build) {
        const path = build.initialOptions.format === "cjs" ? "./rest.cjs" : "./rest.js";
        build.onResolve({ filter: /^\.\.\/rest$/ }, () => ({ path, external: true }));
      },
    },
  ],
  esbuildOptions(options, { format }) {
    options.mangleProps = new RegExp(`^(?:${internalNames.join("|")})$`);
    // A CommonJS program has required Convex's CommonJS copy; `import()` would load the other one, whose ConvexError is
    // another class.
    if (format === "cjs") options.supported = { ...options.supported, "dynamic-import": false };
  },
});
