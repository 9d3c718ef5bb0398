import path from "node:path";
import { openDevelopmentIssuer } from "../host/development/issuer";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { mintDemoToken, readDemoData } from "./portico/demo";
import { readSettings } from "./portico/settings";
import type { DemoRole } from "./portico/demo";

const usage = "Usage: npm run token -- --organization acme --role owner|admin|moderator|member|viewer";

/** Prints a fresh 24-hour token of a demo user, signed by the issuer that exists on this host only. */
async function main(): Promise<void> {
  const { texts } = commandLine({ usage, texts: ["organization", "role"] });
  const { dataDirectory } = readSettings(process.env);
  const demo = await readDemoData(dataDirectory);
  if (!demo)
    throw new Error(
      `There is no demo in ${path.relative(process.cwd(), dataDirectory)}: npm start makes one in a new directory. Elsewhere people sign in; docs/local-sign-in.md.`,
    );
  const wanted = texts.get("organization");
  const organization = demo.organizations.find(({ slug, id }) => wanted === slug || wanted === id);
  const role = texts.get("role");
  if (wanted === undefined || role === undefined) throw new Error(usage);
  if (!organization)
    throw new Error(
      `There is no organization ${wanted}; there are ${listed(demo.organizations.map(({ slug }) => slug))}.`,
    );
  if (!isRole(role, organization.users))
    throw new Error(
      `There is no ${role} in ${organization.slug}; there are ${listed(Object.keys(organization.users))}.`,
    );
  const token = await mintDemoToken(await openDevelopmentIssuer(dataDirectory), organization, role);
  process.stdout.write(`${token}\n`);
}

function listed(names: readonly string[]): string {
  return names.join(", ");
}

function isRole(role: string, users: Record<DemoRole, unknown>): role is DemoRole {
  return Object.hasOwn(users, role);
}

runMain(main);
