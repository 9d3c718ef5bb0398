import path from "node:path";
import { openDevelopmentIssuer } from "../host/development/issuer";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { installedDatabase } from "./portico/dataDirectory";
import { mintDemoToken, mintTokenOf, readDemoData } from "./portico/demo";
import { readSettings } from "./portico/settings";
import type { DemoRole } from "./portico/demo";

const usage = `Usage: npm run token -- --email <e-mail address>
       npm run token -- --organization acme --role owner|admin|moderator|member|viewer
Prints a fresh 24-hour token: of whoever has the address in an installation of your own, or of a user of the demo. An address
that was added to no organization is a newcomer's, who is in none.`;

/** Prints a token that is signed by the issuer that exists on this host only. */
async function main(): Promise<void> {
  const { texts } = commandLine({ usage, texts: ["organization", "role", "email"] });
  const { dataDirectory } = readSettings(process.env);
  const [email, slug, role] = [texts.get("email"), texts.get("organization"), texts.get("role")];
  if (email !== undefined && slug === undefined && role === undefined)
    return print(await tokenOfAddress(dataDirectory, email));
  if (email === undefined && slug !== undefined && role !== undefined)
    return print(await tokenOfDemo(dataDirectory, slug, role));
  throw new Error(usage);
}

async function tokenOfAddress(dataDirectory: string, email: string): Promise<string> {
  await installedDatabase(dataDirectory);
  return mintTokenOf(await openDevelopmentIssuer(dataDirectory), email);
}

async function tokenOfDemo(dataDirectory: string, wanted: string, role: string): Promise<string> {
  const demo = await readDemoData(dataDirectory);
  if (!demo)
    throw new Error(
      `There is no demo in ${path.relative(process.cwd(), dataDirectory)}: npm start makes one in a new directory. In an installation of your own name a person: npm run token -- --email <address>.`,
    );
  const organization = demo.organizations.find(({ slug, id }) => wanted === slug || wanted === id);
  if (!organization)
    throw new Error(
      `There is no organization ${wanted} in the demo; there are ${listed(demo.organizations.map(({ slug }) => slug))}. Of any other name a person: npm run token -- --email <address>.`,
    );
  if (!isRole(role, organization.users))
    throw new Error(
      `There is no ${role} in ${organization.slug}; there are ${listed(Object.keys(organization.users))}.`,
    );
  return mintDemoToken(await openDevelopmentIssuer(dataDirectory), organization, role);
}

function print(token: string): void {
  process.stdout.write(`${token}\n`);
}

function listed(names: readonly string[]): string {
  return names.join(", ");
}

function isRole(role: string, users: Record<DemoRole, unknown>): role is DemoRole {
  return Object.hasOwn(users, role);
}

runMain(main);
