import { domainFiles } from "./domains";

/** One step of `npm run generate`: a module that writes committed files. */
export interface Generator {
  readonly name: string;
  /** The TypeScript file to run, from the repository's root and with it as working directory. */
  readonly script: string;
  /** What it writes: files, or folders (with a final slash) in which nothing else may lie. */
  readonly outputs: readonly string[];
  /** For a script that writes nothing itself: its export that returns the text of the one output. */
  readonly sourceExport?: string;
  /** Needs modules as those before have written them, which the process that ran these has loaded already. */
  readonly inNewProcess?: boolean;
  /** Waits for a process of its own meanwhile: those after it do not wait for it, and need nothing of it. */
  readonly isAside?: boolean;
}

/** Written for every domain that has operations. */
const restFunctions = domainFiles()
  .filter((file) => file.endsWith("/rest.ts"))
  .map((file) => `convex/${file}`);

/**
 * Every generator, in dependency order. Operations read the vocabulary, the registry the tables' metadata. Convex's types
 * list all modules of convex/, so they come after everything generated into that folder. The document's module and the SDK
 * read the document. Each is loaded when those before it have written; `generators.test.ts` finds one that needs a new
 * process to see it.
 */
export const generators: readonly Generator[] = [
  {
    name: "Swagger UI's files",
    script: "scripts/generate/swaggerAssets.ts",
    outputs: ["convex/documentation/swaggerAssets.ts"],
  },
  {
    name: "conventions as a module",
    script: "scripts/generate/conventionsModule.ts",
    outputs: ["convex/documentation/conventions.ts"],
    sourceExport: "conventionsModuleSource",
  },
  {
    name: "conventions as a page",
    script: "scripts/generate/conventionsModule.ts",
    outputs: ["convex/platform/conventionsHtml.ts"],
    sourceExport: "conventionsHtmlSource",
  },
  {
    name: "permissions",
    script: "scripts/generate/permissions.ts",
    outputs: ["convex/core/access/permissions.ts"],
    sourceExport: "permissionsSource",
  },
  {
    name: "problems",
    script: "scripts/generate/problems.ts",
    outputs: ["convex/core/wire/problems.ts"],
    sourceExport: "problemsSource",
  },
  {
    name: "schema",
    script: "scripts/generate/schema.ts",
    outputs: ["convex/schema.ts"],
    sourceExport: "schemaSource",
  },
  {
    name: "table metadata",
    script: "scripts/generate/tableMetadata.ts",
    outputs: ["convex/core/schema/tableMetadata.ts"],
    sourceExport: "tableMetadataSource",
  },
  {
    name: "REST functions and their contract tests",
    script: "scripts/generate/restFunctions.ts",
    inNewProcess: true,
    outputs: ["openapi/domains.ts", "openapi/contract/domains/", ...restFunctions],
  },
  {
    name: "permission matrix",
    script: "scripts/generate/permissionMatrix.ts",
    outputs: ["docs/permissions.md"],
    sourceExport: "permissionMatrixText",
  },
  {
    name: "route table",
    script: "scripts/generate/routeTable.ts",
    outputs: ["convex/gateway/routeTable.ts"],
    sourceExport: "routeTableSource",
  },
  {
    name: "domains of the document",
    script: "scripts/generate/documentDomains.ts",
    outputs: ["convex/documentation/documentDomains.ts"],
    sourceExport: "documentDomainsSource",
  },
  {
    name: "OpenAPI document",
    script: "openapi/emit.ts",
    outputs: ["openapi/openapi.json"],
    sourceExport: "openApiText",
  },
  {
    name: "OpenAPI document as a module",
    script: "scripts/generate/openApiModule.ts",
    outputs: ["convex/documentation/openApiDocument.ts"],
    sourceExport: "openApiModuleSource",
  },
  {
    name: "Convex's types",
    script: "scripts/generate/convexTypes.ts",
    isAside: true,
    outputs: ["convex/_generated/"],
  },
  {
    name: "SDK",
    script: "sdk/generate.ts",
    outputs: ["sdk/src/generated/", "sdk/METHODS.md"],
  },
  {
    name: "README's figures",
    script: "bench/readmeFigures.ts",
    outputs: ["README.md"],
    sourceExport: "readmeText",
  },
];
