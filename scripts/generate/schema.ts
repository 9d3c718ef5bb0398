import path from "node:path";
import { domainFiles, tablesOf } from "./domains";
import { banner } from "./banner";

/** The source of `convex/schema.ts`: every table that a domain's `tables.ts` exports, and nothing else. */
export async function schemaSource(): Promise<string> {
  const files = domainFiles().filter((file) => path.basename(file) === "tables.ts");
  const domains = await Promise.all(files.map(async (file) => ({ file, tables: await tablesOf(file) })));
  const imports = domains.map(
    ({ file, tables }) => `import { ${tables.join(", ")} } from "./${file.replace(/\.ts$/, "")}";`,
  );
  const names = domains.flatMap(({ tables }) => tables).sort();
  return `${banner}import { defineSchema } from "convex/server";
${imports.join("\n")}

export default defineSchema({
${names.map((name) => `  ${name},`).join("\n")}
});
`;
}
