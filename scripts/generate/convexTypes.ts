import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repositoryFiles, repositoryRoot } from "../lib/repositoryFiles";
import { runScript } from "../lib/runCommand";

/**
 * Writes convex/_generated with the official CLI. `--system-udfs` is the mode in which it reads the folder only and asks
 * no deployment, so it needs neither a login nor a network.
 *
 * @throws {Error} When the CLI fails or writes no `api.d.ts`.
 */
async function generateConvexTypes(): Promise<void> {
  const { exitCode, output } = await runScript(
    "node_modules/convex/bin/main.js",
    ["codegen", "--system-udfs", "--typecheck", "disable"],
    { environment: { CI: "1" } },
  );
  if (exitCode !== 0 || !existsSync(path.join(repositoryRoot, "convex/_generated/api.d.ts"))) {
    throw new Error(`convex codegen failed with exit code ${exitCode}\n${output}`);
  }
  addComponents();
}

/** What that mode leaves out: references to the components that `convex.config.ts` installs. */
function addComponents(): void {
  const config = path.join(repositoryRoot, "convex/convex.config.ts");
  if (!existsSync(config)) return;
  const installed = [
    ...readFileSync(config, "utf8").matchAll(/^import (\w+) from "(.+)\/convex\.config(?:\.js)?";$/gm),
  ];
  const types = installed.map(
    ([, name, from]) => `  ${name}: import("${from}/_generated/component.js").ComponentApi<"${name}">;\n`,
  );
  const [declarations, module] = ["d.ts", "js"].map((extension) =>
    path.join(repositoryRoot, `convex/_generated/api.${extension}`),
  );
  if (declarations === undefined || module === undefined) return;
  appendFileSync(declarations, `\nexport declare const components: {\n${types.join("")}};\n`);
  const text = readFileSync(module, "utf8").replace("{ anyApi }", "{ anyApi, componentsGeneric }");
  writeFileSync(module, `${text}export const components = componentsGeneric();\n`);
}

if (repositoryFiles("convex").some((file) => /^convex\/(?!_generated\/).+\.ts$/.test(file)))
  await generateConvexTypes();
else console.log("convex/ has no module yet");
