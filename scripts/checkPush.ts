import { readFileSync } from "node:fs";
import path from "node:path";
import { pushRules } from "../host/bundle/pushRules";
import { openDeployment } from "../host/runtime/openDeployment";
import { repositoryRoot } from "./lib/repositoryFiles";
import { runMain } from "./lib/runMain";

/**
 * Fails when a push of `convex/` would be refused by Convex: the host loads it into memory and refuses the same
 * (`host/bundle/pushRules.ts`). Another folder can be checked by its path.
 */

/** The variables to set before the first push, as the README says; `auth.config.ts` reads no others. */
const variables = {
  AUTH_PROVIDERS: JSON.stringify([
    { domain: "https://login.example.com", applicationID: "portico", tenantClaim: "org_id" },
    {
      type: "customJwt",
      issuer: "https://portico.convex.site",
      jwks: "data:application/json,{}",
      algorithm: "ES256",
      applicationID: "portico",
      tenantClaim: "org_id",
    },
  ]),
};

async function main(): Promise<void> {
  const folder = process.argv[2] ?? path.join(repositoryRoot, "convex");
  const readme = readFileSync(path.join(repositoryRoot, "README.md"), "utf8");
  const unnamed = Object.keys(variables).filter((name) => !readme.includes(`\`${name}\``));
  if (unnamed.length > 0)
    throw new Error(`README.md does not say that ${unnamed.join(", ")} must be set before a push.`);
  const deployment = await openDeployment({
    functionsDirectory: path.resolve(folder),
    file: ":memory:",
    cloudUrl: "https://portico.convex.cloud",
    siteUrl: "https://portico.convex.site",
    environmentVariables: variables,
  });
  await deployment.close();
  console.log(
    `${path.relative(process.cwd(), folder)}: none of ${Object.keys(pushRules).length} rules of a push is broken`,
  );
}

runMain(main);
