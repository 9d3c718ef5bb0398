import { v } from "convex/values";
import { internal } from "../_generated/api";
import { internalAction, internalMutation, internalQuery } from "../_generated/server";
import { grantableScopes } from "../core/access/rights";
import { UnscopedReader } from "../core/records/reader";
import { systemWriter } from "../core/records/systemWriter";
import { agentsOf, organizations, roles, sites } from "./data";
import {
  credentialNames,
  elementAt,
  newSecrets,
  seeded,
  shownUsers,
  storedOf,
  storedSecrets,
  subjectOf,
  withPlaintext,
  writeEnrollment,
  writeKey,
  written,
} from "./seed";
import type { DemoRole } from "./data";
import type { TenantWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import type { Infer } from "convex/values";

/** What becomes of the demo's credentials after the first start. */

type Reader = Pick<UnscopedReader, "query">;

/**
 * Gives the demo keys, named by their hashes, the permissions that have joined the catalogue since they were made. Answers how
 * many of them open anything here.
 */
export const renewScopes = internalMutation({
  args: { hashes: v.array(v.string()) },
  returns: v.number(),
  handler: async (ctx, { hashes }) => {
    const system = demoWriter(ctx, "demo.renewScopes");
    let known = 0;
    for (const hash of hashes) {
      const key = await system
        .query("apiKeys")
        .withIndex("by_keyHash", (q) => q.eq("keyHash", hash))
        .unique();
      const organization = key?.status === "active" ? await system.get("organizations", key.organizationId) : null;
      if (!key || !organization) continue;
      await system.within(organization).patch("apiKeys", key, { scopes: grantableScopes() });
      known++;
    }
    return known;
  },
});

/** True if there is what the seed writes, whatever became of its credentials. */
export const isSeeded = internalQuery({
  args: { issuer: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { issuer }) => {
    const reader = new UnscopedReader(ctx);
    for (const { slug } of organizations) if (await demoOrganization(reader, issuer, slug)) return true;
    return false;
  },
});

/** Makes the demo's credentials anew and ends those before, for whoever has lost them. Answers them, once. */
export const renewKeys = internalAction({
  args: { issuer: v.string() },
  returns: seeded,
  handler: async (ctx, { issuer }): Promise<Infer<typeof seeded>> => {
    const secrets = await newSecrets();
    const rows: Infer<typeof written> = await ctx.runMutation(internal.demo.renewal.rewriteKeys, {
      issuer,
      secrets: storedOf(secrets),
    });
    return { organizations: rows.map((row) => withPlaintext(row, secrets)) };
  },
});

/** Stores fresh credentials of the demo organizations that are left. */
export const rewriteKeys = internalMutation({
  args: { issuer: v.string(), secrets: v.array(storedSecrets) },
  returns: written,
  handler: async (ctx, { issuer, secrets }) => {
    const system = demoWriter(ctx, "demo.renewKeys");
    const rows: Infer<typeof written> = [];
    for (const [at, { slug }] of organizations.entries()) {
      const organization = await demoOrganization(system, issuer, slug);
      const people = await demoPeople(system, issuer, slug);
      if (!organization || !people) continue;
      const db = system.as({ kind: "user", user: people.owner, claimedOrganization: undefined }).within(organization);
      const rewritten = await rewriteCredentials(db, slug, people.owner, elementAt(secrets, at));
      rows.push({ id: organization._id, slug, ...rewritten, users: shownUsers(slug, people) });
    }
    return rows;
  },
});

function demoWriter(ctx: MutationCtx, action: string) {
  return systemWriter(ctx, { noun: "demo", action, isAudited: true, now: Date.now() });
}

/** The organization of the demo's owner; one that was handed on is no demo any more. */
async function demoOrganization(reader: Reader, issuer: string, slug: string): Promise<Doc<"organizations"> | null> {
  const owner = await demoPerson(reader, issuer, slug, "owner");
  const organization =
    owner &&
    (await reader
      .query("organizations")
      .withIndex("by_ownerId", (q) => q.eq("ownerId", owner._id))
      .first());
  return organization?.deletedAt === undefined ? organization : null;
}

function demoPerson(reader: Reader, issuer: string, slug: string, role: DemoRole): Promise<Doc<"users"> | null> {
  return reader
    .query("users")
    .withIndex("by_tokenIdentifier", (q) => q.eq("tokenIdentifier", `${issuer}|${subjectOf(slug, role)}`))
    .unique();
}

async function demoPeople(
  reader: Reader,
  issuer: string,
  slug: string,
): Promise<Record<DemoRole, Doc<"users">> | undefined> {
  const found = await Promise.all(roles.map((role) => demoPerson(reader, issuer, slug, role)));
  const [owner, admin, moderator, member, viewer] = found;
  return owner && admin && moderator && member && viewer ? { owner, admin, moderator, member, viewer } : undefined;
}

async function rewriteCredentials(
  db: TenantWriter,
  slug: string,
  owner: Doc<"users">,
  secrets: Infer<typeof storedSecrets>,
): Promise<{ siteId: Id<"sites">; agents: { id: Id<"agents">; guid: string }[] }> {
  const now = Date.now();
  const keys = db.index("apiKeys", "by_organizationId_and_status", (q) => q.eq("status", "active"));
  for (const key of await keys.collect())
    if (key.name === credentialNames.apiKey) await db.patch("apiKeys", key, { status: "revoked", revokedAt: now });
  await writeKey(db, owner, secrets.apiKey);

  for (const token of await db.index("agentEnrollmentTokens", "by_organizationId").collect())
    if (token.name === credentialNames.enrollmentToken && token.revokedAt === undefined)
      await db.patch("agentEnrollmentTokens", token, { revokedAt: now });
  const living = db.index("sites", "by_organizationId_and_deletedAt", (q) => q.eq("deletedAt", undefined));
  const site = (await living.first()) ?? (await db.insert("sites", { ...elementAt(sites, 0), status: "active" }));
  await writeEnrollment(db, site._id, secrets.enrollmentToken, now);

  const agents: { id: Id<"agents">; guid: string }[] = [];
  for (const [at, { guid }] of agentsOf(slug).entries()) {
    const agent = await db
      .index("agents", "by_organizationId_and_deletedAt_and_guid", (q) => q.eq("deletedAt", undefined).eq("guid", guid))
      .first();
    if (agent?.credentialStatus !== "active") continue;
    await db.patch("agents", agent, { keyHash: elementAt(secrets.agents, at).hash });
    agents.push({ id: agent._id, guid });
  }
  return { siteId: site._id, agents };
}
