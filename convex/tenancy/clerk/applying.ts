import { findRole } from "../../core/records/roleRows";
import { dayMs } from "../../core/wire/durations";
import { ProblemError } from "../../core/wire/errors";
import { membershipOf } from "../../core/access/standing";
import { forgetUser } from "../forgetting";
import { foundOrganization } from "../founding";
import { anonymous } from "../people";
import { standInFor, takeOver } from "../provisioning";
import { assertAdminRemains, endMembership } from "../memberships/members";
import { adminRank } from "../../core/access/assigning";
import { administers } from "../memberships/rules";
import { defaultOrganizationSettings } from "../tables";
import { roleKeyOf, slugOfId } from "./changes";
import type { ClerkChange } from "./changes";
import type { UnscopedWriter } from "../../core/records/writer";
import type { Doc, Id } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";

/** What came of a change. */
export type Outcome =
  | {
      readonly status: "processed";
      readonly organizationId?: Id<"organizations">;
      /** What others may have waited for. */
      readonly settled: readonly string[];
    }
  | { readonly status: "ignored"; readonly reason: string }
  | {
      readonly status: "failed";
      readonly reason: string;
      /** What must happen first; without it nothing here helps. */
      readonly waitsFor?: string;
      /** All but a name was applied, which others may have waited for. */
      readonly settled?: readonly string[];
    };

interface Application {
  readonly writer: UnscopedWriter;
  readonly scheduler: MutationCtx["scheduler"];
  /** Issuer of the people's tokens: with a subject of it, who a user is. */
  readonly issuer: string;
  readonly now: number;
  readonly isPlatformAdmin: (tokenIdentifier: string) => boolean;
}

type Change<Kind extends ClerkChange["kind"]> = Extract<ClerkChange, { readonly kind: Kind }>;

/** Brings the rows here in line with a change at Clerk, under the rules that hold for everybody else. */
export async function applied(application: Application, change: ClerkChange): Promise<Outcome> {
  switch (change.kind) {
    case "user":
      return applyUser(application, change);
    case "userGone":
      return removeUser(application, change);
    case "organization":
      return applyOrganization(application, change);
    case "organizationGone":
      return removeOrganization(application, change);
    case "membership":
      return applyMembership(application, change);
    case "membershipGone":
      return removeMembership(application, change);
  }
}

const ignored = (reason: string): Outcome => ({ status: "ignored", reason });
const failed = (reason: string, waitsFor?: string): Outcome => ({
  status: "failed",
  reason,
  ...(waitsFor === undefined ? {} : { waitsFor }),
});

/** Writes under the name that Clerk gives, or, while another row here bears that, without it. */
async function named(
  name: string,
  write: (isFree: boolean) => Promise<{ readonly organizationId?: Id<"organizations">; readonly settled: string[] }>,
): Promise<Outcome> {
  try {
    return { status: "processed", ...(await write(true)) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // A row that keeps its former name meanwhile could be what the other waits for.
    const { settled } = await write(false);
    return { status: "failed", reason: `${error.data.code}: ${error.data.detail}`, waitsFor: name, settled };
  }
}

/** What a rule refuses is a failure to tell of, and no reason to lose the message. */
async function underRules(write: () => Promise<Outcome>, waitsFor: string): Promise<Outcome> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return failed(`${error.data.code}: ${error.data.detail}`, waitsFor);
  }
}

async function userOf({ writer, issuer }: Application, id: string): Promise<Doc<"users"> | null> {
  return writer
    .query("users")
    .withIndex("by_tokenIdentifier", (q) => q.eq("tokenIdentifier", `${issuer}|${id}`))
    .unique();
}

async function organizationOf({ writer }: Application, id: string): Promise<Doc<"organizations"> | null> {
  return writer
    .query("organizations")
    .withIndex("by_externalId", (q) => q.eq("externalId", id))
    .unique();
}

async function applyUser(application: Application, change: Change<"user">): Promise<Outcome> {
  const { writer, issuer, isPlatformAdmin } = application;
  const { id, name, email, imageUrl, isBanned } = change;
  const user = await userOf(application, id);
  if (user?.deletedAt !== undefined) return ignored("The user was deleted here.");
  const status = isBanned ? "inactive" : "active";
  return named(`email:${email}`, async (isFree) => {
    const address = isFree ? email : undefined;
    const values = {
      name,
      email: address,
      emailVerified: address !== undefined,
      imageUrl,
      externalId: id,
      status,
    } as const;
    const tokenIdentifier = `${issuer}|${id}`;
    const standIn = user || address === undefined ? undefined : await standInFor(writer, address);
    if (user) {
      const known = address === undefined ? user : await takeOver(writer, user, address);
      await writer.patch("users", known, values);
    } else if (standIn) {
      const isAdmin = isPlatformAdmin(tokenIdentifier);
      await writer.patch("users", standIn, { ...values, tokenIdentifier, isPlatformAdmin: isAdmin });
    } else {
      const made = { name, emailVerified: values.emailVerified, externalId: id, status } as const;
      await writer.insert("users", {
        ...made,
        tokenIdentifier,
        isPlatformAdmin: isPlatformAdmin(tokenIdentifier),
        ...(address === undefined ? {} : { email: address }),
        ...(imageUrl === undefined ? {} : { imageUrl }),
      });
    }
    const freed = user?.email === undefined || user.email === address ? [] : [`email:${user.email}`];
    return { settled: [`user:${id}`, ...freed] };
  });
}

async function removeUser(application: Application, { id }: Change<"userGone">): Promise<Outcome> {
  const { writer, issuer } = application;
  const user = await userOf(application, id);
  if (user?.deletedAt !== undefined) return ignored("The user was deleted here before.");
  const settled = [`user:${id}`, ...(user?.email === undefined ? [] : [`email:${user.email}`])];
  if (user) {
    return underRules(async () => {
      await forgetUser({ unscoped: writer, scheduler: application.scheduler }, user);
      return { status: "processed", settled };
    }, `owner:${id}`);
  }
  // A token that the person still has must not make them anew.
  const tokenIdentifier = `${issuer}|${id}`;
  const { name, emailVerified, isPlatformAdmin } = anonymous();
  const gone = await writer.insert("users", {
    name,
    emailVerified,
    isPlatformAdmin,
    tokenIdentifier,
    status: "active",
  });
  await writer.softDelete("users", gone);
  return { status: "processed", settled };
}

async function applyOrganization(application: Application, change: Change<"organization">): Promise<Outcome> {
  const { writer, now } = application;
  const { id, name, slug, creatorId } = change;
  const organization = await organizationOf(application, id);
  if (organization?.deletedAt !== undefined) return ignored("The organization was deleted here.");
  if (organization) {
    return named(`slug:${slug}`, async (isFree) => {
      const next = isFree ? slug : slugOfId(id);
      await writer.patch("organizations", organization, { name, slug: next });
      const freed = organization.slug === next ? [] : [`slug:${organization.slug}`];
      return { organizationId: organization._id, settled: [`organization:${id}`, ...freed] };
    });
  }
  if (creatorId === undefined) return failed("The organization names no creator, who would own it here.");
  const owner = await userOf(application, creatorId);
  if (!owner) return failed("Its creator, who would own it here, is not known yet.", `user:${creatorId}`);
  if (owner.deletedAt !== undefined) return failed("Its creator, who would own it here, was deleted.");
  return named(`slug:${slug}`, async (isFree) => {
    const values = { name, externalId: id, settings: defaultOrganizationSettings };
    const made = await foundOrganization(writer, { ...values, slug: isFree ? slug : slugOfId(id) }, owner, now);
    return { organizationId: made._id, settled: [`organization:${id}`] };
  });
}

async function removeOrganization(application: Application, { id }: Change<"organizationGone">): Promise<Outcome> {
  const { writer, now } = application;
  const organization = await organizationOf(application, id);
  if (!organization) return { status: "processed", settled: [`organization:${id}`] };
  if (organization.deletedAt !== undefined) return ignored("The organization was deleted here before.");
  return underRules(
    async () => {
      // Clerk gives its name to others at once; what is in the trash would keep it.
      const purgeAfter = now + organization.settings.trashRetentionDays * dayMs;
      await writer.softDelete("organizations", organization, { status: "inactive", purgeAfter, slug: slugOfId(id) });
      const settled = [`organization:${id}`, `slug:${organization.slug}`];
      return { status: "processed", organizationId: organization._id, settled };
    },
    `slug:${slugOfId(id)}`,
  );
}

async function applyMembership(application: Application, change: Change<"membership">): Promise<Outcome> {
  const { writer, now } = application;
  const { organizationId, userId, role, joinedAt } = change;
  const organization = await organizationOf(application, organizationId);
  if (!organization) return failed("The organization is not known here yet.", `organization:${organizationId}`);
  const user = await userOf(application, userId);
  if (!user) return failed("The user is not known here yet.", `user:${userId}`);
  if (user.deletedAt !== undefined) return ignored("The user was deleted here.");
  if (user._id === organization.ownerId) return ignored("The user owns the organization; ownership is not assigned.");
  const assigned = await assignedRole(writer, organization._id, role);
  const membership = await membershipOf(writer, organization._id, user._id);
  const values = { roleId: assigned._id, roleKey: assigned.key, status: "active" } as const;
  const db = writer.within(organization);
  return underRules(async () => {
    if (membership) {
      const stepsDown = (await rankOf(writer, membership)) >= adminRank && assigned.rank < adminRank;
      if (stepsDown) await assertAdminRemains({ db, unscoped: writer, now }, membership);
      await db.patch("memberships", membership, { ...values, joinedAt: membership.joinedAt ?? joinedAt ?? now });
    } else await db.insert("memberships", { ...values, userId: user._id, joinedAt: joinedAt ?? now });
    return { status: "processed", organizationId: organization._id, settled: [`members:${organizationId}`] };
  }, `members:${organizationId}`);
}

async function removeMembership(application: Application, change: Change<"membershipGone">): Promise<Outcome> {
  const { writer, now } = application;
  const { organizationId, userId } = change;
  const [organization, user] = [await organizationOf(application, organizationId), await userOf(application, userId)];
  const membership = organization && user && (await membershipOf(writer, organization._id, user._id));
  if (!membership) return { status: "processed", settled: [] };
  if (user._id === organization.ownerId) {
    if (organization.deletedAt !== undefined) return ignored("The organization was deleted here.");
    return failed("sole_owner: The user owns the organization here.", `organization:${organizationId}`);
  }
  const db = writer.within(organization);
  return underRules(async () => {
    if (administers(membership, await rankOf(writer, membership), now))
      await assertAdminRemains({ db, unscoped: writer, now }, membership);
    await endMembership(db, writer, membership);
    return { status: "processed", organizationId: organization._id, settled: [`members:${organizationId}`] };
  }, `members:${organizationId}`);
}

/** The role of the same key, up to an administrator's rank; a plain member where there is none. */
async function assignedRole(
  writer: UnscopedWriter,
  organizationId: Id<"organizations">,
  role: string,
): Promise<Doc<"roles">> {
  const found = await findRole(writer, organizationId, roleKeyOf(role));
  if (found && found.rank <= adminRank) return found;
  const member = await findRole(writer, organizationId, "member");
  if (!member) throw new Error("The built-in roles were made sure of with the organization.");
  return member;
}

async function rankOf(writer: UnscopedWriter, { roleId }: Doc<"memberships">): Promise<number> {
  return (await writer.get("roles", roleId))?.rank ?? 0;
}
