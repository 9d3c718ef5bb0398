import { expect, it, vi } from "vitest";
import { api, internal } from "../../_generated/api";
import { createProductHost } from "../../../openapi/contract/productHost.testing";

const issuer = "https://identity.example";

vi.spyOn(console, "info").mockImplementation(() => undefined);

/** A host with an owner, an organization, and a member who has accepted the invitation. */
async function founded() {
  const host = createProductHost();
  await host.mutation(internal.core.records.roleRows.ensure, {});
  const signIn = (name: string, emailVerified = true) =>
    host.withIdentity({
      issuer,
      subject: name,
      tokenIdentifier: `${issuer}|${name}`,
      name,
      email: `${name}@told.example`,
      emailVerified,
    });
  const owner = signIn("ann");
  const { id: ownerId } = await owner.mutation(api.tenancy.me.sync, {});
  const { id: organizationId } = await owner.mutation(api.tenancy.organizations.create, { name: "Acme", slug: "acme" });
  const invitation = { organizationId, email: "bob@told.example", name: "Robert" };
  const { id: invitedId, membershipId } = await owner.mutation(api.tenancy.users.create, invitation);
  const member = signIn("bob");
  const { id: memberId } = await member.mutation(api.tenancy.me.sync, {});
  const emails = () => host.run(({ db }) => db.query("emails").take(50));
  const notifications = () => host.run(({ db }) => db.query("notifications").take(50));
  return {
    host,
    signIn,
    owner,
    ownerId,
    organizationId,
    member,
    memberId,
    invitedId,
    membershipId,
    emails,
    notifications,
  };
}

it("welcomes a person once, at the first verified address", async () => {
  const { signIn, owner, ownerId, emails } = await founded();
  const unverified = signIn("eve", false);
  const { id: eveId } = await unverified.mutation(api.tenancy.me.sync, {});
  const welcomes = async () => (await emails()).filter(({ templateType }) => templateType === "welcome");
  expect((await welcomes()).map(({ to }) => to)).toEqual(["ann@told.example", "bob@told.example"]);
  for (let again = 0; again < 2; again++) {
    await owner.mutation(api.tenancy.me.sync, {});
    await signIn("eve").mutation(api.tenancy.me.sync, {});
  }
  const all = await welcomes();
  expect(all).toHaveLength(3);
  expect(all[0]).toMatchObject({ userId: ownerId, subject: "Welcome", text: expect.stringContaining("Hello ann,") });
  expect(all[2]).toMatchObject({ userId: eveId, to: "eve@told.example" });
  // A person's e-mail is no organization's.
  expect(all.filter(({ organizationId }) => organizationId !== undefined)).toEqual([]);
});

it("mails an invitation to the address that was invited", async () => {
  const { organizationId, ownerId, emails } = await founded();
  const invitations = (await emails()).filter(({ templateType }) => templateType === "organizationInvite");
  expect(invitations).toMatchObject([
    {
      organizationId,
      to: "bob@told.example",
      subject: "You are invited to Acme",
      text: expect.stringContaining("ann invites you to Acme as Member."),
      createdBy: ownerId,
    },
  ]);
  // Who has the address is not the organization's to know.
  expect(invitations[0]?.userId).toBeUndefined();
});

it("tells a member of a new role by a notification and by e-mail, and of nothing else", async () => {
  const { owner, ownerId, organizationId, memberId, membershipId, emails, notifications } = await founded();
  const update = (changes: object) =>
    owner.mutation(api.tenancy.memberships.update, { organizationId, membershipId, ...changes });
  await update({ metadata: { costCenter: "4711" } });
  await update({ roleKey: "member" });
  expect(await notifications()).toEqual([]);
  await update({ roleKey: "viewer" });
  expect(await notifications()).toMatchObject([
    {
      organizationId,
      userId: memberId,
      type: "role_changed",
      actorId: ownerId,
      data: { membershipId, roleKey: "viewer" },
      read: false,
    },
  ]);
  const told = (await emails()).filter(({ templateType }) => templateType === "roleChanged");
  expect(told).toMatchObject([
    { organizationId, userId: memberId, to: "bob@told.example", text: expect.stringContaining("is Viewer now.") },
  ]);
});

it("tells nobody of the role of an invitation that waits", async () => {
  const { owner, organizationId, emails, notifications } = await founded();
  const invitation = { organizationId, email: "carl@told.example" };
  const { membershipId } = await owner.mutation(api.tenancy.users.create, invitation);
  await owner.mutation(api.tenancy.memberships.update, { organizationId, membershipId, roleKey: "viewer" });
  expect(await notifications()).toEqual([]);
  expect((await emails()).filter(({ templateType }) => templateType === "roleChanged")).toEqual([]);
});

it("notifies both of a transfer of ownership", async () => {
  const { owner, ownerId, organizationId, memberId, notifications } = await founded();
  await owner.mutation(api.tenancy.organizations.transferOwnership, { organizationId, userId: memberId });
  const told = (await notifications()).map(({ userId, actorId, data }) => [userId, actorId, data["roleKey"]]);
  expect(told).toEqual([
    [ownerId, ownerId, "admin"],
    [memberId, ownerId, "owner"],
  ]);
});

it("mails the owner of an organization that was deleted, with the day until which it can be restored", async () => {
  const { owner, ownerId, organizationId, emails } = await founded();
  await owner.mutation(api.tenancy.organizations.delete, { organizationId, confirmSlug: "acme" });
  const { purgeAfter } = await owner.query(api.tenancy.organizations.get, { organizationId });
  const day = new Date(purgeAfter ?? 0).toISOString().slice(0, 10);
  const told = (await emails()).filter(({ templateType }) => templateType === "organizationDeleted");
  expect(told).toMatchObject([
    {
      organizationId,
      userId: ownerId,
      to: "ann@told.example",
      subject: "Acme was deleted",
      text: expect.stringContaining(day),
    },
  ]);
});

it("tells nobody of what was refused", async () => {
  const { member, organizationId, membershipId, emails, notifications } = await founded();
  const before = await emails();
  const refused = member.mutation(api.tenancy.memberships.update, { organizationId, membershipId, roleKey: "admin" });
  await expect(refused).rejects.toMatchObject({ data: { code: "forbidden" } });
  expect([await emails(), await notifications()]).toEqual([before, []]);
});
