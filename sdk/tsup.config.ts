import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/rest.ts", "src/convex.ts"],
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
    // A CommonJS program has required Convex's CommonJS copy; `import()` would load the other one, whose ConvexError is
    // another class.
    if (format === "cjs") options.supported = { ...options.supported, "dynamic-import": false };
  },
});
