import * as z from "zod";
import { described, rowId } from "../../core/schema/fields";
import { lazily } from "../../core/operations/once";
import { invitationFields } from "../tables";
import { assertTransition } from "../../core/resources/states";
import { ProblemError } from "../../core/wire/errors";
import { membershipOf } from "../../core/access/standing";
import { sha256Hex } from "../../core/wire/secrets";
import { holderOf, isAwaited } from "../provisioning";
import { shownNameOf } from "../people";
import { invitations } from "./resource";
import { livingRole } from "./giving";
import { asOf, assertAddressee, verifiedAddress } from "./rules";
import type { TenantWriter, UnscopedWriter } from "../../core/records/writer";
import type { UnscopedReader } from "../../core/records/reader";
import type { TenantMutationContext, UserMutationContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";

type Row = Doc<"invitations">;

/** An invitation as its addressee sees it. */
export const receivedInvitationDocument = lazily(() =>
  z.object({
    id: rowId("invitations"),
    status: invitationFields.status,
    organizationName: described(z.string().max(120), "The organization that invites.", "North Wind Energy"),
    roleName: described(
      z.string().max(60),
      "The role that is offered; absent once it was deleted.",
      "Member",
    ).optional(),
    invitedByName: described(
      z.string().max(80),
      "What the person who invites is called; absent for somebody who is no user any more.",
      "Dana Okoye",
    ).optional(),
    expiresAt: invitationFields.expiresAt,
  }),
);

/** What an addressee sees of an invitation, who is no member yet: who invites, to what, until when. */
export async function shownToAddressee(reader: UnscopedReader, row: Row, organization: Doc<"organizations">) {
  const role = await livingRole(reader, row);
  const inviter = row.invitedBy === undefined ? null : await reader.get("users", row.invitedBy);
  return {
    id: row._id,
    status: row.status,
    organizationName: organization.name,
    roleName: role?.name,
    invitedByName: inviter?.deletedAt === undefined && inviter ? await shownNameOf(reader, inviter) : undefined,
    expiresAt: row.expiresAt,
  };
}

/**
 * The invitation that a token opens for the caller, and its organization. Throws 404 for a token that opens nothing, 403 for
 * another address than the caller's, 410 after its time, and 409 for one that the caller has accepted already.
 */
export async function openedBy(
  { unscoped, caller: { user }, now }: UserMutationContext & { readonly caller: { readonly user: Doc<"users"> } },
  token: string,
): Promise<{ readonly invitation: Row; readonly organization: Doc<"organizations"> }> {
  const tokenHash = await sha256Hex(token);
  const stored = await unscoped
    .query("invitations")
    .withIndex("by_tokenHash", (q) => q.eq("tokenHash", tokenHash))
    .unique();
  const invitation = stored && asOf(stored, now);
  assertAddressee(invitation, verifiedAddress(user));
  const organization = await unscoped.get("organizations", invitation.organizationId);
  if (!organization) throw new Error("An invitation outlived its organization.");
  return { invitation, organization };
}

/** Moves the invitation to a final state, by its machine. */
export function close(
  db: TenantWriter,
  invitation: Row,
  changes: Pick<Row, "status"> & Partial<Pick<Row, "acceptedBy" | "acceptedAt">>,
): Promise<Row> {
  const { states } = invitations;
  if (!states) throw new Error("Invitations have states.");
  assertTransition(states, invitation.status, changes.status);
  return db.patch("invitations", invitation, changes);
}

/**
 * Throws 409 unless the address is free to be invited or added: one way in at a time, so that what is refused or taken back
 * leaves no other open. An invitation whose time is over is written down as such.
 */
export async function assertUninvited(ctx: TenantMutationContext, email: string): Promise<void> {
  const { unscoped, tenant } = ctx;
  const known = await holderOf(unscoped, email);
  const membership = known && (await membershipOf(unscoped, tenant.organization._id, known._id));
  if (membership || (await isAwaited(unscoped, tenant.organization._id, email))) {
    const message = "Who has this address is a member or invited already.";
    throw new ProblemError("already_member", message, [{ pointer: "/email", code: "already_member", message }]);
  }
  for (const row of await pendingFor(ctx.db, email)) {
    if (asOf(row, ctx.now).status === "pending") {
      const message = "An invitation to this address is pending.";
      throw new ProblemError("invitation_pending", message, [
        { pointer: "/email", code: "invitation_pending", message },
      ]);
    }
    await close(ctx.db, row, { status: "expired" });
  }
}

/** Takes back what invites an address, so that who was removed or banned finds no door that stayed open. */
export async function revokeFor(db: TenantWriter, { email }: Pick<Doc<"users">, "email">): Promise<void> {
  if (email === undefined) return;
  for (const row of await pendingFor(db, email)) await close(db, row, { status: "revoked" });
}

/** Takes back up to `count` of the invitations that somebody sent; answers whether there may be more. */
export async function revokeSentBy(unscoped: UnscopedWriter, userId: Id<"users">, count: number): Promise<boolean> {
  const sent = await unscoped
    .query("invitations")
    .withIndex("by_invitedBy_and_status", (q) => q.eq("invitedBy", userId).eq("status", "pending"))
    .take(count);
  for (const row of sent) {
    const organization = await unscoped.get("organizations", row.organizationId);
    if (!organization) throw new Error("An invitation outlived its organization.");
    await close(unscoped.within(organization), row, { status: "revoked" });
  }
  return sent.length === count;
}

/** There is one at most; two are read so that a second would not stay unseen. */
function pendingFor(db: TenantWriter, email: string): Promise<Row[]> {
  return db
    .index("invitations", "by_organizationId_and_email_and_status", (q) => q.eq("email", email).eq("status", "pending"))
    .take(2);
}
