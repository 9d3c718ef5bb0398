import { createHash } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { developmentIssuerUrl, userOfAddress } from "../../host/development/issuer";
import type { DevelopmentIssuer, DevelopmentUser } from "../../host/development/issuer";
import type { CallAsOperator } from "./operatorCall";

const roles = ["owner", "admin", "moderator", "member", "viewer"] as const;
export type DemoRole = (typeof roles)[number];

const tokenLifetimeSeconds = 24 * 60 * 60;
const fileName = "demo.json";

const organizationSchema = z.object({
  id: z.string(),
  slug: z.string(),
  apiKey: z.string(),
  enrollmentToken: z.string(),
  siteId: z.string(),
  agents: z.array(z.object({ id: z.string(), guid: z.string(), key: z.string() })),
});
const seededSchema = z.object({
  organizations: z.array(
    organizationSchema.extend({ users: z.record(z.enum(roles), z.object({ id: z.string(), subject: z.string() })) }),
  ),
});
const demoSchema = z.object({
  restUrl: z.string(),
  convexUrl: z.string(),
  docsUrl: z.string(),
  organizations: z.array(
    organizationSchema.extend({ users: z.record(z.enum(roles), z.object({ id: z.string(), token: z.string() })) }),
  ),
});

/** What `demo.json` holds: everything a person needs to try every door, for two organizations. */
export type DemoData = z.infer<typeof demoSchema>;

interface DemoContext {
  readonly call: CallAsOperator;
  readonly issuer: DevelopmentIssuer;
  readonly dataDirectory: string;
  readonly cloudUrl: string;
  readonly siteUrl: string;
}

/** What a start has of the demo: its data, and in one line what is wrong with the file that holds it. */
export interface DemoState {
  readonly demo?: DemoData;
  readonly trouble?: string;
}

/**
 * On an empty deployment creates the demo organizations and writes `demo.json` (mode 0600); later starts renew its URLs
 * and its 24-hour user tokens, and give its keys the permissions that are new. Whatever has become of the file is told and no
 * reason to fail; a deployment with other data has no demo.
 */
export async function writeDemoData(context: DemoContext): Promise<DemoState> {
  const { call, dataDirectory } = context;
  const args = { issuer: developmentIssuerUrl };
  const seeded = seededSchema.nullable().parse(await call("action", "demo/seed:seed", args));
  if (seeded) return await written(context, seeded.organizations);

  const file = path.join(dataDirectory, fileName);
  const isSeeded = await call("query", "demo/renewal:isSeeded", args);
  const read = await readDemoData(dataDirectory).then(
    (demo) => ({ demo, fault: "is missing" }),
    (error: unknown) => ({
      demo: undefined,
      fault: error instanceof DamagedDemoData ? "is damaged" : `cannot be read (${faultOf(error)})`,
    }),
  );
  const organizations = seededEarlier(read.demo);
  if (isSeeded !== true) return organizations ? { trouble: `${file} is of another installation; delete it.` } : {};
  const freshKeys = "npm run demo-keys makes fresh keys.";
  if (!organizations) return { trouble: `${file} ${read.fault}; ${freshKeys}` };
  const hashes = organizations.map(({ apiKey }) => createHash("sha256").update(apiKey).digest("hex"));
  const known = await call("mutation", "demo/renewal:renewScopes", { hashes });
  if (known === 0) return { trouble: `The keys in ${file} open nothing here; ${freshKeys}` };
  return await written(context, organizations);
}

/**
 * Makes the demo's keys anew and writes `demo.json`. @returns its path
 * @throws {Error} when there is no demo in the installation, or the file cannot be written
 */
export async function renewDemoKeys(context: DemoContext): Promise<string> {
  const answer = await context.call("action", "demo/renewal:renewKeys", { issuer: developmentIssuerUrl });
  const { organizations } = seededSchema.parse(answer);
  if (organizations.length === 0)
    throw new Error("There is no demo in this installation; npm start makes it where there is no organization.");
  const { trouble } = await written(context, organizations);
  if (trouble !== undefined) throw new Error(trouble);
  return path.join(context.dataDirectory, fileName);
}

/** Writes the file whole or not at all: the keys stand nowhere else. */
async function written(
  { issuer, dataDirectory, siteUrl, cloudUrl }: DemoContext,
  organizations: Seeded,
): Promise<DemoState> {
  const demo: DemoData = {
    restUrl: siteUrl,
    convexUrl: cloudUrl,
    docsUrl: `${siteUrl}/v1/docs`,
    organizations: await Promise.all(
      organizations.map(async ({ users, ...organization }) => ({
        ...organization,
        users: await tokensOf(issuer, organization, users),
      })),
    ),
  };
  const file = path.join(dataDirectory, fileName);
  const unfinished = `${file}.new`;
  try {
    await rm(unfinished, { force: true });
    await writeFile(unfinished, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
    await rename(unfinished, file);
    return { demo };
  } catch (error) {
    await rm(unfinished, { force: true, recursive: true });
    return { demo, trouble: `${file} cannot be written (${faultOf(error)}); mend that and run npm run demo-keys.` };
  }
}

/** A `demo.json` that this product has not written, or not whole. */
class DamagedDemoData extends Error {
  constructor(file: string, options: ErrorOptions) {
    super(`${file} is damaged; npm run demo-keys makes fresh keys.`, options);
  }
}

/**
 * The demo data of a data directory, as the last start wrote it; undefined without one.
 * @throws {DamagedDemoData} when the file holds something else
 */
export async function readDemoData(dataDirectory: string): Promise<DemoData | undefined> {
  const file = path.join(dataDirectory, fileName);
  const text = await readFile(file, "utf8").catch(ignoreMissing);
  if (text === undefined) return undefined;
  try {
    return demoSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DamagedDemoData(file, { cause });
  }
}

/** The development issuer's subject of a demo user. */
function demoSubject(slug: string, role: DemoRole): string {
  return `${slug}-${role}`;
}

/** Everybody of the demo, as the local sign-in offers them. */
export function demoUsers(demo: DemoData | undefined): DevelopmentUser[] {
  return (demo?.organizations ?? []).flatMap((organization) => roles.map((role) => demoUser(organization, role)));
}

/** A demo user as the development issuer's tokens name them, bound to the organization. */
function demoUser(organization: { id: string; slug: string }, role: DemoRole): DevelopmentUser {
  return {
    sub: demoSubject(organization.slug, role),
    email: `${role}@${organization.slug}.example`,
    email_verified: true,
    name: `${organization.slug} ${role}`,
    org_id: organization.id,
  };
}

/** A fresh token of a demo user, bound to the organization. */
export function mintDemoToken(
  issuer: DevelopmentIssuer,
  organization: { id: string; slug: string },
  role: DemoRole,
): Promise<string> {
  return issuer.mintUserToken(demoUser(organization, role), tokenLifetimeSeconds);
}

/**
 * A fresh token of whoever has the address, as the local sign-in issues it; it acts in the organization that they have chosen.
 * @throws {Error} with one line when it is no address
 */
export async function mintTokenOf(issuer: DevelopmentIssuer, address: string): Promise<string> {
  const user = userOfAddress(address);
  if (user === undefined) throw new Error(`"${address}" is no e-mail address.`);
  return await issuer.mintUserToken(user, tokenLifetimeSeconds);
}

type Seeded = z.infer<typeof seededSchema>["organizations"];

function seededEarlier(demo: DemoData | undefined): Seeded | undefined {
  return demo?.organizations.map((organization) => ({
    ...organization,
    users: recordOf((role) => ({ id: organization.users[role].id, subject: demoSubject(organization.slug, role) })),
  }));
}

async function tokensOf(
  issuer: DevelopmentIssuer,
  organization: { id: string; slug: string },
  users: Seeded[number]["users"],
) {
  const tokens = await Promise.all(roles.map((role) => mintDemoToken(issuer, organization, role)));
  return recordOf((role) => ({ id: users[role].id, token: tokens[roles.indexOf(role)] ?? "" }));
}

function recordOf<Value>(valueOf: (role: DemoRole) => Value): Record<DemoRole, Value> {
  return {
    owner: valueOf("owner"),
    admin: valueOf("admin"),
    moderator: valueOf("moderator"),
    member: valueOf("member"),
    viewer: valueOf("viewer"),
  };
}

/** What is wrong with a file, in a word of the system's. */
function faultOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}
