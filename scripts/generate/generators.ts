/** One step of `npm run generate`: a script that writes committed files. */
export interface Generator {
  readonly name: string;
  /** The TypeScript file to run, from the repository's root and with it as working directory. */
  readonly script: string;
  /** What it writes: files, or folders (with a final slash) in which nothing else may lie. */
  readonly outputs: readonly string[];
}

/**
 * Every generator, in the order of their dependencies: Convex's types list all modules of convex/, so what is generated
 * into that folder comes first; the SDK reads the document.
 */
export const generators: readonly Generator[] = [
  {
    name: "Swagger UI's files",
    script: "scripts/generate/swaggerAssets.ts",
    outputs: ["convex/documentation/swaggerAssets.ts"],
  },
  {
    name: "route table",
    script: "openapi/emitRouteTable.ts",
    outputs: ["convex/gateway/routeTable.ts"],
  },
  {
    name: "OpenAPI document",
    script: "openapi/emit.ts",
    outputs: ["openapi/openapi.json"],
  },
  {
    name: "Convex's types",
    script: "scripts/generate/convexTypes.ts",
    outputs: ["convex/_generated/"],
  },
  {
    name: "SDK",
    script: "sdk/generate.ts",
    outputs: ["sdk/src/generated/"],
  },
];
