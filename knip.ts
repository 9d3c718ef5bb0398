import type { KnipConfig } from "knip";
import { hasSources, worlds } from "./scripts/worlds";

// A package or file may be used by a world that has not landed, so those two are judged once all are there.
const missing = worlds.filter((world) => !hasSources(world)).map(({ name }) => name);
if (missing.length > 0)
  console.log(`${missing.join(", ")}: no sources yet, nothing said about unused packages and files`);

const config: KnipConfig = {
  // The plugin calls every file of convex/ an entry, which would hide dead code in the engine; the entries are below.
  convex: false,
  exclude: missing.length > 0 ? ["dependencies", "files"] : [],
  // Run by the path of their command, which Knip cannot see; the rule set is named in .spectral.yaml.
  ignoreDependencies: [
    "@redocly/cli",
    "@stoplight/spectral-cli",
    "@stoplight/spectral-owasp-ruleset",
    "@typescript/native",
    "swagger-ui-dist",
  ],
  workspaces: {
    ".": {
      entry: [
        "convex/{schema,http,crons,auth.config,convex.config}.ts",
        // Each export of a domain's file is a function of the deployment or a declaration that the registry reads.
        "convex/!(core|gateway|_generated)/*.ts",
        // The engine's own functions are called by reference.
        "convex/core/{builtInRoles,cascades,followUps,retention}.ts",
        "openapi/*.ts",
        "scripts/*.ts",
        "scripts/generate/*.ts",
        "bench/*.ts",
        // Started as processes and deployments of their own.
        "bench/baseline/server.ts",
        "bench/seed/functions/*.ts",
        "examples/*/*.ts",
        // The host bundles these at start; the fixtures are deployments, and the victim is a process to be killed.
        "host/runtime/worker/entry.ts",
        "host/runtime/nativeImport.ts",
        "host/bundle/{functionGlobals,nodeGlobals}.ts",
        "host/testing/{victim,serveFixture,syncVictim}.ts",
        "host/testing/*/convex/**/*.ts",
        "{convex,openapi,host,scripts,bench,examples}/**/*.{test,testing}.ts",
      ],
      project: ["{convex,openapi,host,scripts,bench,examples}/**/*.{ts,js}"],
    },
    sdk: {
      entry: ["src/*.ts", "*.ts", "**/*.{test,testing}.ts"],
      project: ["**/*.ts"],
    },
  },
  // A type that its own module's exports mention is exported so that its readers can name it.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignore: ["**/_generated/**", "sdk/src/generated/**"],
};

export default config;
