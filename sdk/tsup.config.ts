import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/convex.ts"],
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  external: ["convex"],
  dts: true,
  sourcemap: true,
  clean: true,
  // Without a chunk shared by both entries there is nothing to resolve at run time but the two files.
  splitting: false,
});
