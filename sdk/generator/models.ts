import type { OpenApiDocument } from "./document";

/** One exported type per component schema, so that callers write `Schedule` instead of an index into `components`. */
export function modelTypes(document: OpenApiDocument): string {
  const lines = document
    .schemaNames()
    .filter((name) => /^[A-Z]\w*$/.test(name))
    .map((name) => `export type ${name} = components["schemas"]["${name}"];`);
  return `import type { components } from "./schema";\n\n${lines.join("\n")}\n`;
}
