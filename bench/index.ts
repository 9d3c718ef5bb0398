/**
 * Measures what the README quotes, prints tables and keeps the figures in `bench/results.json`.
 *
 *   npm run bench                        every section
 *   npm run bench -- rest startup        some of them
 *   npm run bench -- rest --requests get,page --connections 64 --profile /tmp/profiles
 */
import { readOptions } from "./options";
import { printSection, saveSection } from "./report";
import { restSection } from "./sections/rest";
import type { Options } from "./options";
import type { Section } from "./report";

const sections: Readonly<Record<string, (options: Options) => Promise<Section>>> = {
  rest: restSection,
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const names = options.sections.length > 0 ? options.sections : Object.keys(sections);
  for (const name of names) {
    const run = sections[name];
    if (!run) throw new Error(`There is no section "${name}"; there are ${Object.keys(sections).join(", ")}.`);
    const section = await run(options);
    printSection(section);
    saveSection(name, section);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
