import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { operationOf } from "../../convex/core/operations/convexFunctions";
import { convexDirectory, domainFiles } from "./domains";
import { banner } from "./banner";

/**
 * Writes `convex/<domain>/rest.ts` for every domain with operations, the file of its contract tests, and `openapi/domains.ts`, which
 * lists those doors: a new resource is found by its file, and forgotten nowhere.
 */
const dataFiles = new Set(["tables", "grants", "problems", "rest"]);
const resources = new Map<string, string[]>();
for (const file of domainFiles()) {
  const [domain = "", name = ""] = file.replace(/\.ts$/, "").split("/");
  if (dataFiles.has(name) || !(await hasOperations(file))) continue;
  resources.set(domain, [...(resources.get(domain) ?? []), name]);
}
const contracts = path.join(convexDirectory, "../openapi/contract/domains");
mkdirSync(contracts, { recursive: true });
for (const [domain, names] of resources) {
  writeFileSync(path.join(convexDirectory, domain, "rest.ts"), restFunctionsSource(names));
  writeFileSync(path.join(contracts, `${domain}.integration.test.ts`), contractSource(domain));
}
writeFileSync(path.join(convexDirectory, "../openapi/domains.ts"), domainsSource([...resources.keys()]));

async function hasOperations(file: string): Promise<boolean> {
  const exports: object = await import(pathToFileURL(path.join(convexDirectory, file)).href);
  return Object.values(exports).some((exported) => operationOf(exported) !== undefined);
}

function restFunctionsSource(names: readonly string[]): string {
  return `${banner}import { restFunctions } from "../core/operations/restFunctions";
${names.map((name) => `import * as ${name} from "./${name}";`).join("\n")}

export const { operations, query, mutation, action, issue, dryRun, organization } = restFunctions({ ${names.join(", ")} });
`;
}

/** A file for each domain, so that their tests run beside each other and fail by domain. */
function contractSource(domain: string): string {
  return `${banner}import { describeContract } from "../contract.testing";

describeContract("${domain}");
`;
}

function domainsSource(domains: readonly string[]): string {
  return `${banner}${domains.map((domain) => `import { operations as ${domain} } from "../convex/${domain}/rest";`).join("\n")}

/** The operations of every domain, by domain. */
export const domains = { ${domains.join(", ")} };
`;
}
