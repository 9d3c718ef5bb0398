import schema from "../schema";
import { internal } from "../_generated/api";
import { createTestHost } from "../../host/testHost/createTestHost";
import { builtInRoles } from "../core/access/roles";
import { systemWriter } from "../core/records/systemWriter";
import { encryptSecret } from "../core/wire/encryption";
import { newSigningKey } from "../core/wire/secrets";
import { defaultOrganizationSettings } from "../tenancy/tables";
import type { Id } from "../_generated/dataModel";

export type Host = ReturnType<typeof createTestHost<(typeof schema)["tables"]>>;
/** An organization with one endpoint. */
export interface Setting {
  readonly host: Host;
  readonly organizationId: Id<"organizations">;
  readonly endpointId: Id<"webhookEndpoints">;
  readonly secret: string;
}

/** An organization with an owner, somebody banned of the same role, and an endpoint that wants everything. */
export async function organizationWithEndpoint(url: string): Promise<Setting> {
  const host: Host = createTestHost({ schema });
  const stamps = { createdAt: 1, updatedAt: 1 };
  const organizationId = await host.run(async ({ db }) => {
    const person = { emailVerified: true, status: "active", isPlatformAdmin: false, ...stamps } as const;
    const ownerId = await db.insert("users", { ...person, name: "Ann", email: "ann@acme.example" });
    const { name, scope, rank } = builtInRoles.owner;
    const roleId = await db.insert("roles", { key: "owner", name, rights: [], scope, rank, isSystem: true, ...stamps });
    const settings = defaultOrganizationSettings;
    const id = await db.insert("organizations", {
      name: "Acme",
      slug: "acme",
      status: "active",
      ownerId,
      settings,
      hasWebhooks: true,
      ...stamps,
    });
    const member = { organizationId: id, userId: ownerId, roleId, roleKey: "owner", status: "active" } as const;
    await db.insert("memberships", { ...member, ...stamps });
    // Nobody tells who is banned of anything.
    const bannedId = await db.insert("users", { ...person, name: "Ben", email: "ben@acme.example" });
    await db.insert("memberships", { ...member, userId: bannedId, bannedAt: 1, ...stamps });
    return id;
  });
  const secret = newSigningKey("whsec_");
  const sealedSecret = await encryptSecret({ table: "webhookEndpoints", organizationId, plaintext: secret });
  const endpointId = await host.run(({ db }) =>
    db.insert("webhookEndpoints", {
      organizationId,
      url,
      eventTypes: ["*"],
      sealedSecret,
      status: "active",
      ...stamps,
    }),
  );
  return { host, organizationId, endpointId, secret };
}

/** Creates sites as an operation would; each is an event. */
export function createSites({ host, organizationId }: Setting, count: number): Promise<null> {
  return host.run(async (ctx) => {
    const writer = systemWriter(ctx, { noun: "site", action: "site.create", isAudited: true, now: Date.now() });
    const organization = await ctx.db.get("organizations", organizationId);
    if (!organization) throw new Error("The organization is there.");
    for (let made = 0; made < count; made++) {
      const name = `Site ${made}`;
      await writer.within(organization).insert("sites", { name, slug: `${name}-${Math.random()}`, status: "active" });
    }
    return null;
  });
}

/** Makes all events of the organization into deliveries, as the scheduler would have it done. */
export async function fanOut({ host, organizationId }: Pick<Setting, "host" | "organizationId">): Promise<void> {
  const isPending = () =>
    host.run(({ db }) =>
      db
        .query("outboxEvents")
        .withIndex("by_organizationId_and_status_and_createdAt", (q) =>
          q.eq("organizationId", organizationId).eq("status", "pending"),
        )
        .first(),
    );
  while (await isPending())
    await host.mutation(internal.platform.webhookFanOut.fanOut, { organizationId, isNextBatch: true });
}
