import * as z from "zod";
import { expect, it, vi } from "vitest";
import { api } from "../../convex/_generated/api";
import { referrersOf, releaseReferrers } from "../../convex/core/records/cascades";
import { createProductHost } from "./productHost.testing";
import { defaultOrganizationSettings } from "../../convex/tenancy/tables";

/** What becomes of places in teams and with clients when what they belong to goes. */

const issuer = "https://identity.example";
const base = { createdAt: 1, updatedAt: 1 };
const organization = { organizationId: "acme" };

/** A host with one organization; its owner, a team of `count` people, and roles that are not built in. */
async function teamOf(count: number) {
  const host = createProductHost();
  const ids = await host.run(async ({ db }) => {
    const person = { emailVerified: false, name: "P", status: "active", isPlatformAdmin: false, ...base } as const;
    const ownerId = await db.insert("users", { tokenIdentifier: `${issuer}|ann`, ...person });
    const organizationId = await db.insert("organizations", {
      name: "Acme",
      slug: "acme",
      status: "active",
      ownerId,
      settings: defaultOrganizationSettings,
      ...base,
    });
    const role = { organizationId, isSystem: false, scope: "assigned", ...base } as const;
    const owner = await db.insert("roles", { ...role, rights: [], key: "owner", name: "Owner", rank: 100 });
    const nothing = await db.insert("roles", { ...role, rights: [], key: "nothing", name: "N", rank: 1 });
    await db.insert("memberships", {
      organizationId,
      userId: ownerId,
      roleId: owner,
      roleKey: "owner",
      status: "active",
      ...base,
    });
    const teamId = await db.insert("teams", { organizationId, name: "Crew", ...base });
    for (let at = 0; at < count; at += 1) {
      const userId = await db.insert("users", person);
      const place = { organizationId, teamId, userId, roleId: nothing, roleKey: "nothing", ...base };
      await db.insert("teamMemberships", place);
    }
    return { organizationId, ownerId, teamId, nothing };
  });
  const places = () =>
    host.run(async ({ db }) => (await db.query("teamMemberships").withIndex("by_creation_time").take(1000)).length);
  const ann = host.withIdentity({ issuer, subject: "ann", tokenIdentifier: `${issuer}|ann` });
  return { host, ann, places, ...ids };
}

it("a team that goes ends its places, however many, by the scheduler beyond the first 200", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const { host, ann, places, teamId } = await teamOf(450);
  await ann.mutation(api.access.teams.delete, { teamId, ...organization });
  expect(await places()).toBe(250);
  await host.finishAllScheduledFunctions(() => vi.runAllTimers());
  expect(await places()).toBe(0);
  vi.useRealTimers();
});

it("a team that was restored meanwhile keeps its places", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const { host, ann, places, teamId } = await teamOf(210);
  await ann.mutation(api.access.teams.delete, { teamId, ...organization });
  await ann.mutation(api.access.teams.restore, { teamId, ...organization });
  await host.finishAllScheduledFunctions(() => vi.runAllTimers());
  expect(await places()).toBe(10);
  vi.useRealTimers();
});

it("a role is in use while somebody has it in a team", async () => {
  const { ann, teamId, nothing } = await teamOf(1);
  const remove = () => ann.mutation(api.access.roles.delete, { roleId: nothing, ...organization });
  await expect(remove()).rejects.toMatchObject({ data: { code: "role_in_use" } });
  await ann.mutation(api.access.teams.delete, { teamId, ...organization });
  expect(await remove()).toBeNull();
});

it("what must not lose a row that goes refuses its deletion by the resource's own code, from the tables' metadata alone", async () => {
  const { host, organizationId, nothing } = await teamOf(1);
  const code = host.run((ctx) => releaseReferrers(ctx, referrersOf("roles"), nothing, organizationId, "team_in_use"));
  await expect(code).rejects.toMatchObject({ data: { code: "team_in_use" } });
});

it("nobody is in more teams than are read at each request", async () => {
  const { host, ann, organizationId, ownerId, teamId, nothing } = await teamOf(0);
  await host.run(async ({ db }) => {
    for (let at = 0; at < 500; at += 1) {
      const other = await db.insert("teams", { organizationId, name: `T${at}`, ...base });
      const place = { organizationId, teamId: other, userId: ownerId, roleId: nothing, roleKey: "nothing", ...base };
      await db.insert("teamMemberships", place);
    }
  });
  const add = ann.mutation(api.access.teamMembers.add, { teamId, userId: ownerId, roleId: nothing, ...organization });
  await expect(add).rejects.toMatchObject({ data: { code: "limit_reached" } });
});

it("whoever's role is assigned reads the teams they are in, in lists too, and no others", async () => {
  const { host, organizationId, teamId, nothing } = await teamOf(0);
  const elsewhere = await host.run(async ({ db }) => {
    const role = { organizationId, isSystem: false, scope: "assigned", ...base } as const;
    const rights = ["team:read"];
    const roleId = await db.insert("roles", { ...role, rights, key: "field", name: "Field", rank: 2 });
    const person = { emailVerified: false, name: "Bob", status: "active", isPlatformAdmin: false, ...base } as const;
    const userId = await db.insert("users", { tokenIdentifier: `${issuer}|bob`, ...person });
    const member = { organizationId, userId, roleId, roleKey: "field", status: "active", ...base } as const;
    await db.insert("memberships", member);
    await db.insert("teamMemberships", {
      organizationId,
      teamId,
      userId,
      roleId: nothing,
      roleKey: "nothing",
      ...base,
    });
    return db.insert("teams", { organizationId, name: "Office", ...base });
  });
  const bob = host.withIdentity({ issuer, subject: "bob", tokenIdentifier: `${issuer}|bob` });
  const paginationOpts = { numItems: 10, cursor: null };
  const listed = await bob.query(api.access.teams.list, { paginationOpts, ...organization });
  const { page } = z.object({ page: z.array(z.object({ id: z.string() })) }).parse(listed);
  expect(page.map(({ id }) => id)).toEqual([teamId]);
  expect(await bob.query(api.access.teams.get, { teamId, ...organization })).toMatchObject({ id: teamId });
  const other = bob.query(api.access.teams.get, { teamId: elsewhere, ...organization });
  await expect(other).rejects.toMatchObject({ data: { code: "not_assigned" } });
});
