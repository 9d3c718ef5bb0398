import { v } from "convex/values";
import { internal } from "../_generated/api";
import { internalAction, internalMutation } from "../_generated/server";
import { builtInRoleRow, ensureBuiltInRoles } from "../core/records/roleRows";
import { UnscopedWriter } from "../core/records/writer";
import { grantableScopes } from "../core/access/rights";
import { credentialKinds } from "../core/wire/credentialKinds";
import { dayMs, hourMs } from "../core/wire/durations";
import { newSecret } from "../core/wire/secrets";
import { defaultOrganizationSettings } from "../tenancy/tables";
import { agentsOf, demoIntegration, demoPrice, items, organizations, roles, schedules, sites, todos } from "./data";
import type { DemoOrganization, DemoRole } from "./data";
import type { TenantWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { Infer } from "convex/values";

const enrollmentLifetimeMs = 30 * dayMs;

const storedSecret = v.object({ hash: v.string(), prefix: v.string() });
/** The credentials of an organization as they are stored. */
export const storedSecrets = v.object({
  apiKey: storedSecret,
  enrollmentToken: storedSecret,
  agents: v.array(storedSecret),
});
const person = v.object({ id: v.id("users"), subject: v.string() });
const users = v.object({ owner: person, admin: person, moderator: person, member: person, viewer: person });
/** What was written of each organization. */
export const written = v.array(
  v.object({
    id: v.id("organizations"),
    slug: v.string(),
    siteId: v.id("sites"),
    agents: v.array(v.object({ id: v.id("agents"), guid: v.string() })),
    users,
  }),
);
/** The same with the credentials, which are shown once. */
export const seeded = v.object({
  organizations: v.array(
    v.object({
      id: v.id("organizations"),
      slug: v.string(),
      apiKey: v.string(),
      enrollmentToken: v.string(),
      siteId: v.id("sites"),
      agents: v.array(v.object({ id: v.id("agents"), guid: v.string(), key: v.string() })),
      users,
    }),
  ),
});

/**
 * Fills an empty deployment with two organizations to try things on, and answers the credentials it made for them, once.
 * `issuer` is the issuer of the users' tokens, whose subjects the answer names. Answers null when there is any organization.
 */
export const seed = internalAction({
  args: { issuer: v.string() },
  returns: v.union(v.null(), seeded),
  handler: async (ctx, { issuer }): Promise<Infer<typeof seeded> | null> => {
    const secrets = await newSecrets();
    const rows: Infer<typeof written> | null = await ctx.runMutation(internal.demo.seed.write, {
      issuer,
      secrets: storedOf(secrets),
    });
    return rows && { organizations: rows.map((row) => withPlaintext(row, secrets)) };
  },
});

/** Writes all of the demo data in one transaction; the plaintext of the secrets stays in the action. */
export const write = internalMutation({
  args: { issuer: v.string(), secrets: v.array(storedSecrets) },
  returns: v.union(v.null(), written),
  handler: async (ctx, { issuer, secrets }) => {
    const scope = {
      tenant: undefined,
      origin: {},
      now: Date.now(),
      noun: "demo",
      action: "demo.seed",
      isAudited: true,
    };
    const system = new UnscopedWriter(ctx, { ...scope, caller: { kind: "anonymous" } });
    if (await system.query("organizations").first()) return null;
    await ensureBuiltInRoles(system);
    const supportedTypes = [...demoIntegration.supportedTypes];
    const integration = await system.insert("integrations", { ...demoIntegration, supportedTypes });
    const rows: Infer<typeof written> = [];
    for (const [at, organization] of organizations.entries()) {
      rows.push(await writeOrganization(system, organization, issuer, elementAt(secrets, at), scope.now));
      await writePrice(system, rows.at(-1)?.id, integration._id);
    }
    return rows;
  },
});

/** What a managed device costs, so that usage of it can be billed at once. */
async function writePrice(
  system: UnscopedWriter,
  organizationId: Id<"organizations"> | undefined,
  integrationId: Id<"integrations">,
): Promise<void> {
  const organization = organizationId && (await system.get("organizations", organizationId));
  if (!organization) throw new Error("The organization was written before.");
  const { currency } = organization.settings;
  await system.within(organization).insert("integrationPricingTiers", { ...demoPrice, integrationId, currency });
}

async function writeOrganization(
  system: UnscopedWriter,
  { name, slug }: DemoOrganization,
  issuer: string,
  secrets: Infer<typeof storedSecrets>,
  now: number,
): Promise<Infer<typeof written>[number]> {
  const people: Record<DemoRole, Doc<"users">> = {
    owner: await writeUser(system, issuer, slug, name, "owner"),
    admin: await writeUser(system, issuer, slug, name, "admin"),
    moderator: await writeUser(system, issuer, slug, name, "moderator"),
    member: await writeUser(system, issuer, slug, name, "member"),
    viewer: await writeUser(system, issuer, slug, name, "viewer"),
  };
  // What follows is the owner's doing, as the audit trail and `createdBy` will say.
  const owner = system.as({ kind: "user", user: people.owner, claimedOrganization: undefined });
  const organization = await owner.insert("organizations", {
    name,
    slug,
    status: "active",
    ownerId: people.owner._id,
    settings: defaultOrganizationSettings,
  });
  const db = owner.within(organization);
  for (const role of roles) {
    const row = await builtInRoleRow(system, role);
    if (!row) throw new Error("The built-in roles were made sure of before.");
    await db.insert("memberships", {
      userId: people[role]._id,
      roleId: row._id,
      roleKey: role,
      status: "active",
      joinedAt: now,
    });
    await owner.patch("users", people[role], { defaultOrganizationId: organization._id });
  }
  const { siteId, agents } = await writeSites(db, slug, secrets, now);
  await writeWork(db, people, now);
  await writeKey(db, people.owner, secrets.apiKey);
  return { id: organization._id, slug, siteId, agents, users: shownUsers(slug, people) };
}

/** What the demo's credentials are called, to tell them from others. */
export const credentialNames = { apiKey: "Demo key with every scope", enrollmentToken: "Demo enrolment" } as const;

/** Stores the demo's API key. */
export async function writeKey(
  db: TenantWriter,
  owner: Doc<"users">,
  { hash, prefix }: Infer<typeof storedSecret>,
): Promise<void> {
  await db.insert("apiKeys", {
    name: credentialNames.apiKey,
    scopes: grantableScopes(),
    status: "active",
    ownerId: owner._id,
    keyHash: hash,
    keyPrefix: prefix,
  });
}

/** Stores the demo's enrolment token. */
export async function writeEnrollment(
  db: TenantWriter,
  siteId: Id<"sites">,
  { hash, prefix }: Infer<typeof storedSecret>,
  now: number,
): Promise<void> {
  await db.insert("agentEnrollmentTokens", {
    siteId,
    name: credentialNames.enrollmentToken,
    tokenHash: hash,
    tokenPrefix: prefix,
    useCount: 0,
    expiresAt: now + enrollmentLifetimeMs,
  });
}

/** The demo's people as its answer names them. */
export function shownUsers(slug: string, people: Record<DemoRole, Doc<"users">>): Infer<typeof users> {
  const shown = (role: DemoRole) => ({ id: people[role]._id, subject: subjectOf(slug, role) });
  return {
    owner: shown("owner"),
    admin: shown("admin"),
    moderator: shown("moderator"),
    member: shown("member"),
    viewer: shown("viewer"),
  };
}

function writeUser(
  system: UnscopedWriter,
  issuer: string,
  slug: string,
  name: string,
  role: DemoRole,
): Promise<Doc<"users">> {
  const subject = subjectOf(slug, role);
  return system.insert("users", {
    tokenIdentifier: `${issuer}|${subject}`,
    externalId: subject,
    email: `${role}@${slug}.example`,
    emailVerified: true,
    name: `${name} ${role}`,
    status: "active",
    isPlatformAdmin: false,
  });
}

async function writeSites(
  db: TenantWriter,
  slug: string,
  { enrollmentToken, agents }: Infer<typeof storedSecrets>,
  now: number,
) {
  const siteIds: Id<"sites">[] = [];
  for (const site of sites) siteIds.push((await db.insert("sites", { ...site, status: "active" }))._id);
  const siteId = elementAt(siteIds, 0);
  await writeEnrollment(db, siteId, enrollmentToken, now);
  const enrolled: { id: Id<"agents">; guid: string }[] = [];
  for (const [at, agent] of agentsOf(slug).entries()) {
    const row = await db.insert("agents", {
      ...agent,
      siteId: elementAt(siteIds, at % siteIds.length),
      registeredAt: now,
      connectionStatus: "offline",
      credentialStatus: "active",
      keyHash: elementAt(agents, at).hash,
    });
    enrolled.push({ id: row._id, guid: row.guid });
  }
  return { siteId, agents: enrolled };
}

async function writeWork(db: TenantWriter, people: Record<DemoRole, Doc<"users">>, now: number): Promise<void> {
  const startOfHour = now - (now % hourMs);
  for (const { role, startsInHours, lengthHours, ...schedule } of schedules) {
    const startDate = startOfHour + startsInHours * hourMs;
    await db.insert("schedules", {
      ...schedule,
      userId: people[role]._id,
      startDate,
      endDate: startDate + lengthHours * hourMs,
    });
  }
  for (const item of items) await db.insert("items", item);
  for (const todo of todos) await db.insert("todos", todo);
}

/** Credentials for every demo organization, in their order. Only in actions. */
export function newSecrets() {
  return Promise.all(
    organizations.map(async ({ slug }) => ({
      apiKey: await newSecret(credentialKinds.apiKey.issued),
      enrollmentToken: await newSecret(credentialKinds.enrollment.issued),
      agents: await Promise.all(agentsOf(slug).map(() => newSecret(credentialKinds.agent.issued))),
    })),
  );
}

type Secrets = Awaited<ReturnType<typeof newSecrets>>;

/** What may be stored of them. */
export function storedOf(secrets: Secrets): Infer<typeof storedSecrets>[] {
  return secrets.map(({ apiKey, enrollmentToken, agents }) => ({
    apiKey: stored(apiKey),
    enrollmentToken: stored(enrollmentToken),
    agents: agents.map(stored),
  }));
}

/** What was written, with the credentials that it was written with. */
export function withPlaintext(row: Infer<typeof written>[number], secrets: Secrets) {
  const own = elementAt(
    secrets,
    organizations.findIndex(({ slug }) => slug === row.slug),
  );
  const guids = agentsOf(row.slug).map(({ guid }) => guid);
  return {
    ...row,
    apiKey: own.apiKey.plaintext,
    enrollmentToken: own.enrollmentToken.plaintext,
    agents: row.agents.map((agent) => ({ ...agent, key: elementAt(own.agents, guids.indexOf(agent.guid)).plaintext })),
  };
}

function stored({ hash, prefix }: Infer<typeof storedSecret>): Infer<typeof storedSecret> {
  return { hash, prefix };
}

/** Subject of the demo user's tokens. */
export function subjectOf(slug: string, role: DemoRole): string {
  return `${slug}-${role}`;
}

/** @throws {Error} when there is none */
export function elementAt<Element>(elements: readonly Element[], at: number): Element {
  const element = elements[at];
  if (element === undefined) throw new Error(`There is no element ${at}.`);
  return element;
}
