import { defineConfig } from "tsup";

/**
 * Properties that only this package reads: no option, no answer and no error has one of these names. The build shortens them, which
 * the minifier of a program that bundles it may not.
 */
const internalNames = [
  "abandoned",
  "acceptsText",
  "accepts",
  "addIssued",
  "answersBytes",
  "budget",
  "bytes",
  "capacity",
  "clean",
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
  "refresh",
  "renewAtMs",
  "repeatable",
  "reply",
  "rest",
  "retold",
  "send",
  "sends",
  "take",
  "takesBytes",
  "takesInput",
  "verb",
  "waiting",
];

export default defineConfig({
  entry: ["src/index.ts", "src/rest.ts", "src/convex.ts", "src/webhooks.ts", "src/worker.ts"],
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  external: ["convex"],
  dts: true,
  sourcemap: true,
  clean: true,
  // Without a chunk shared by the entries there is nothing to resolve at run time but the files themselves.
  splitting: false,
  esbuildOptions(options, { format }) {
    options.mangleProps = new RegExp(`^(?:${internalNames.join("|")})$`);
    // A CommonJS program has required Convex's CommonJS copy; `import()` would load the other one, whose ConvexError is
    // another class.
    if (format === "cjs") options.supported = { ...options.supported, "dynamic-import": false };
  },
});
