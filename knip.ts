import type { KnipConfig } from "knip";

const config: KnipConfig = {
  // The plugin calls every file of convex/ an entry, which would hide dead code in the engine; the entries are below.
  convex: false,
  // Run by the path of their command, which Knip cannot see; the rule set is named in .spectral.yaml.
  ignoreDependencies: [
    "@redocly/cli",
    "@stoplight/spectral-cli",
    "@stoplight/spectral-owasp-ruleset",
    "@typescript/native",
    "swagger-ui-dist",
  ],
  // Tools of the operating system that tests of full disks, proxies and units run.
  ignoreBinaries: ["ip", "mount", "openssl", "prlimit", "systemd-analyze", "umount"],
  workspaces: {
    ".": {
      entry: [
        "convex/{schema,http,crons,auth.config,convex.config}.ts",
        // Each export of a domain's file is a function of the deployment or a declaration that the registry reads.
        "convex/!(core|gateway|_generated)/*.ts",
        // Called by reference.
        "convex/infrastructure/{docks/keys,operationServices/judging}.ts",
        // The engine's own functions are called by reference.
        "convex/core/{access/{callers,rateLimits},records/{blobs,cascades,deferredWrites,recounting,reencryption,retention,roleRows,sealedSecrets}}.ts",
        // The paths that they had, for whoever still calls them by those.
        "convex/core/*.ts",
        "openapi/*.ts",
        "scripts/*.ts",
        "scripts/generate/*.ts",
        "bench/*.ts",
        // Started as processes and deployments of their own.
        "bench/baseline/{server,taskServer}.ts",
        "bench/floods/*.ts",
        "bench/{functions,seed/functions}/*.ts",
        "examples/*/*.ts",
        // The host bundles these at start; the fixtures are deployments.
        "host/runtime/executor/entry.ts",
        "host/runtime/mainThread/nativeImport.ts",
        "host/bundle/{functionGlobals,nodeGlobals,resultJson}.ts",
        "host/testing/fixtures/*/convex/**/*.ts",
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
