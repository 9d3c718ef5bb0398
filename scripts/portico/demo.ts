import { createHash } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { developmentIssuerUrl } from "../../host/development/issuer";
import type { Deployment } from "../../host/deployment";
import type { DevelopmentIssuer } from "../../host/development/issuer";

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
  readonly deployment: Deployment;
  readonly issuer: DevelopmentIssuer;
  readonly dataDirectory: string;
  readonly cloudUrl: string;
  readonly siteUrl: string;
}

/**
 * On an empty deployment creates the demo organizations and writes `demo.json` (mode 0600); later starts renew its URLs
 * and its 24-hour user tokens, and give its keys the permissions that are new. Undefined when this deployment has other data.
 */
export async function writeDemoData(context: DemoContext): Promise<DemoData | undefined> {
  const file = path.join(context.dataDirectory, fileName);
  const seeded = await seed(context.deployment);
  const organizations = seeded ?? (await seededEarlier(file));
  if (!organizations) return undefined;
  if (!seeded) await renewScopes(context.deployment, organizations);
  const demo: DemoData = {
    restUrl: context.siteUrl,
    convexUrl: context.cloudUrl,
    docsUrl: `${context.siteUrl}/v1/docs`,
    organizations: await Promise.all(
      organizations.map(async ({ users, ...organization }) => ({
        ...organization,
        users: await tokensOf(context.issuer, organization, users),
      })),
    ),
  };
  // Whole or not at all: the keys stand nowhere else.
  const unfinished = `${file}.new`;
  await rm(unfinished, { force: true });
  await writeFile(unfinished, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, file);
  return demo;
}

/** A `demo.json` that this product has not written, or not whole. */
export class DamagedDemoData extends Error {
  constructor(file: string, options: ErrorOptions) {
    super(`${file} is damaged. The demo's keys stood there alone: issue others as an administrator.`, options);
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

/** A fresh token of a demo user, bound to the organization. */
export function mintDemoToken(
  issuer: DevelopmentIssuer,
  organization: { id: string; slug: string },
  role: DemoRole,
): Promise<string> {
  const user = {
    sub: demoSubject(organization.slug, role),
    email: `${role}@${organization.slug}.example`,
    email_verified: true,
    name: `${organization.slug} ${role}`,
    org_id: organization.id,
  };
  return issuer.mintUserToken(user, tokenLifetimeSeconds);
}

type Seeded = z.infer<typeof seededSchema>["organizations"];

async function seed(deployment: Deployment): Promise<Seeded | undefined> {
  const outcome = await deployment.call({
    type: "action",
    path: "demo/seed:seed",
    argsText: JSON.stringify({ issuer: developmentIssuerUrl }),
    caller: { kind: "admin" },
    metadata: { requestId: "demo-seed", ip: null, userAgent: null },
    allowInternal: true,
  });
  if (outcome.status === "error") throw new Error(`The demo data could not be created: ${outcome.errorMessage}`);
  const result: unknown = JSON.parse(outcome.valueText);
  return result === null ? undefined : seededSchema.parse(result).organizations;
}

async function renewScopes(deployment: Deployment, organizations: Seeded): Promise<void> {
  const hashes = organizations.map(({ apiKey }) => createHash("sha256").update(apiKey).digest("hex"));
  const outcome = await deployment.call({
    type: "mutation",
    path: "demo/seed:renewScopes",
    argsText: JSON.stringify({ hashes }),
    caller: { kind: "admin" },
    metadata: { requestId: "demo-scopes", ip: null, userAgent: null },
    allowInternal: true,
  });
  if (outcome.status === "error") throw new Error(`The demo keys could not be renewed: ${outcome.errorMessage}`);
}

async function seededEarlier(file: string): Promise<Seeded | undefined> {
  const demo = await readDemoData(path.dirname(file));
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

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}
