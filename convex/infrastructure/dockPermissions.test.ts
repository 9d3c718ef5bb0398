import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../_generated/api";
import { permissionCatalogue } from "../core/access/permissions";
import { carriedPermissions } from "./dockPermissions/giving";
import { maximumPeople } from "./giving";
import { inventoryHost } from "./inventoryHost.testing";
import type { Id } from "../_generated/dataModel";
import type { ResourceTable } from "./tables";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

type World = Awaited<ReturnType<typeof inventoryHost>>;
type Person = Awaited<ReturnType<World["member"]>>;
interface Given {
  readonly teamId?: Id<"teams">;
  readonly clientId?: Id<"clients">;
  readonly level?: "read" | "operate";
  readonly resourceTables?: ResourceTable[] | null;
}
interface Listed {
  readonly page: readonly { readonly id: string }[];
}
const { docks, dockPermissions, dockSyncHistory } = api.infrastructure;
const firstPage = { paginationOpts: { cursor: null, numItems: 10 } };

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => Object(error).data,
  );

/** What somebody does about the grants of the world's dock. */
function by(person: Person, { named, dockId }: World) {
  return {
    list: () => person.query(dockPermissions.list, { ...named, dockId, ...firstPage }),
    grant: ({ resourceTables, ...given }: Given) =>
      person.mutation(dockPermissions.grant, {
        ...named,
        dockId,
        ...given,
        ...(resourceTables ? { resourceTables } : {}),
      }),
    update: (permissionId: string, changes: Given) =>
      person.mutation(dockPermissions.update, { ...named, dockId, permissionId, ...changes }),
    revoke: (permissionId: string) => person.mutation(dockPermissions.revoke, { ...named, dockId, permissionId }),
  };
}

async function withOthers() {
  const world = await inventoryHost();
  const { ann, named } = world;
  const { id: otherTeam } = await ann.mutation(api.access.teams.create, { ...named, name: "Others" });
  const { id: clientId } = await ann.mutation(api.access.clients.create, { ...named, name: "Acme" });
  return { ...world, otherTeam, clientId, owner: by(ann, world) };
}

describe("a grant", () => {
  it("is of one team or one client, once, and reads unless it says more", async () => {
    const { owner, teamId, clientId, otherTeam, dockId, audited } = await withOthers();
    expect(await owner.grant({ teamId })).toMatchObject({ dockId, teamId, level: "read" });
    await owner.grant({ clientId, level: "operate", resourceTables: ["servers"] });
    expect(await refusal(owner.grant({ teamId, level: "operate" }))).toMatchObject({
      status: 409,
      code: "already_granted",
    });
    for (const none of [{}, { teamId: otherTeam, clientId }]) {
      const exactlyOne = { status: 422, code: "exactly_one_grantee", errors: [{ pointer: "/teamId" }] };
      expect(await refusal(owner.grant(none))).toMatchObject(exactlyOne);
    }
    const { page } = await owner.list();
    expect(page).toMatchObject([{ clientId, resourceTables: ["servers"] }, { teamId }]);
    expect(await audited("rbac.grant")).toHaveLength(2);
  });

  it("covers what an update says, everything again with null, and ends when it is revoked", async () => {
    const { owner, teamId, ann, named, audited, create } = await withOthers();
    const { id } = await owner.grant({ teamId, resourceTables: ["domains"] });
    expect(await owner.update(id, { level: "operate" })).toMatchObject({
      level: "operate",
      resourceTables: ["domains"],
    });
    expect(await owner.update(id, { resourceTables: null })).not.toHaveProperty("resourceTables");
    const { id: dockId } = await create({ name: "Other" });
    const elsewhere = ann.mutation(dockPermissions.revoke, { ...named, dockId, permissionId: id });
    expect(await refusal(elsewhere)).toMatchObject({ status: 404, code: "not_found" });
    await owner.revoke(id);
    expect((await owner.list()).page).toEqual([]);
    expect(await audited("rbac.revoke")).toMatchObject([{ recordId: id }]);
  });

  it("is gone with its team, its client and its dock", async () => {
    const { owner, teamId, clientId, otherTeam, ann, named, rows, remove, dockId } = await withOthers();
    for (const given of [{ teamId }, { clientId }, { teamId: otherTeam }]) await owner.grant(given);
    await ann.mutation(api.access.teams.delete, { ...named, teamId });
    await ann.mutation(api.access.clients.delete, { ...named, clientId });
    expect(await rows("dockPermissions")).toMatchObject([{ teamId: otherTeam }]);
    await remove(dockId);
    expect(await rows("dockPermissions")).toEqual([]);
  });
});

describe("whoever reaches a dock by a grant", () => {
  const rights = ["dock:read", "dock:grant", "resource:read"];

  it("gives what that covers and no more, and changes what is within it alone", async () => {
    const world = await withOthers();
    const { owner, teamId, otherTeam, clientId } = world;
    const { id: own } = await owner.grant({ teamId, level: "operate", resourceTables: ["servers", "domains"] });
    const dana = by(await world.member("dana", rights, { teamId }), world);
    const beyond = { status: 403, code: "not_assigned" };
    expect(await refusal(dana.grant({ clientId }))).toMatchObject(beyond);
    expect(await refusal(dana.grant({ clientId, resourceTables: ["databases"] }))).toMatchObject(beyond);
    const { id } = await dana.grant({ clientId, resourceTables: ["servers"] });
    await dana.update(id, { resourceTables: ["domains"], level: "operate" });
    expect(await refusal(dana.update(id, { resourceTables: null }))).toMatchObject(beyond);
    expect(await refusal(dana.update(own, { resourceTables: null }))).toMatchObject(beyond);
    const { id: whole } = await owner.grant({ teamId: otherTeam });
    expect(await refusal(dana.update(whole, { resourceTables: ["servers"] }))).toMatchObject(beyond);
    expect(await refusal(dana.revoke(whole))).toMatchObject(beyond);
    await dana.revoke(id);
    expect((await dana.list()).page.map((grant) => grant.id)).toEqual([whole, own]);
  });

  it("gives nothing where the grant is to read, or none reaches", async () => {
    const world = await withOthers();
    const { owner, teamId, otherTeam, clientId } = world;
    await owner.grant({ teamId });
    const dana = by(await world.member("dana", rights, { teamId }), world);
    const emil = by(await world.member("emil", rights, { teamId: otherTeam }), world);
    expect((await dana.list()).page).toHaveLength(1);
    const unassigned = { status: 403, code: "not_assigned" };
    expect(await refusal(emil.list())).toMatchObject(unassigned);
    for (const person of [dana, emil]) expect(await refusal(person.grant({ clientId }))).toMatchObject(unassigned);
  });
});

it("lets who reaches a dock by a grant sync what that covers, and lose nothing that they may not delete", async () => {
  const world = await withOthers();
  const { owner, teamId, named, dockId, ann, rows } = world;
  await owner.grant({ teamId, level: "operate", resourceTables: ["servers", "domains"] });
  const rights = ["dock:read", "dock:sync", "resource:read"];
  const dana = await world.member("dana", rights, { teamId });
  const sync = (person: Person, more: { confirmLoss?: boolean; resourceTables?: ResourceTable[] }) =>
    person.mutation(docks.sync, { ...named, dockId, ...more });
  const uncovered = { status: 403, code: "not_assigned", errors: [{ pointer: "/resourceTables/1" }] };
  expect(await refusal(sync(dana, { resourceTables: ["servers", "databases"] }))).toMatchObject(uncovered);
  const lossy = { status: 403, code: "forbidden", errors: [{ pointer: "/confirmLoss" }] };
  expect(await refusal(sync(dana, { resourceTables: ["domains"], confirmLoss: true }))).toMatchObject(lossy);
  const sina = await world.member("sina", rights, {}, "organization");
  expect(await refusal(sync(sina, { confirmLoss: true }))).toMatchObject(lossy);
  await sync(dana, {});
  const asked = async () => (await rows("scheduledJobs")).map(({ payload }) => payload["resourceTables"]);
  expect(await asked()).toEqual([["servers", "domains"]]);
  await ann.mutation(docks.releaseLock, { ...named, dockId }).catch(() => undefined);
  expect(await refusal(sync(ann, { confirmLoss: true }))).toMatchObject({ code: "sync_in_progress" });
});

it("keeps a dock and its key from who reaches a part of it alone", async () => {
  const world = await withOthers();
  const { owner, teamId, named, dockId } = world;
  const { id } = await owner.grant({ teamId, level: "operate", resourceTables: ["servers"] });
  const dana = await world.member("dana", ["dock:read", "dock:delete", "dock:rotate", "resource:read"], { teamId });
  const remove = () => dana.mutation(docks.delete, { ...named, dockId });
  const partial = { status: 403, code: "not_assigned" };
  expect(await refusal(remove())).toMatchObject(partial);
  await owner.update(id, { resourceTables: null });
  await remove();
});

describe("nobody gives by a grant what they do not have", () => {
  it("to people whose roles would do it on the dock, the giver among them", async () => {
    const world = await withOthers();
    const { teamId, clientId, otherTeam, owner } = world;
    await world.member("dana", ["resource:read", "dock:read", "dock:sync"], { teamId });
    const giver = await world.member("gina", ["dock:grant", "dock:read"], { teamId: otherTeam }, "organization");
    const gina = by(giver, world);
    const forbidden = { status: 403, code: "forbidden", detail: expect.stringContaining("dock:sync") };
    expect(await refusal(gina.grant({ teamId, level: "operate" }))).toMatchObject(forbidden);
    const { id } = await gina.grant({ teamId });
    expect(await refusal(gina.update(id, { level: "operate" }))).toMatchObject(forbidden);
    await gina.grant({ clientId, level: "operate" });
    await world.member("emil", ["resource:delete"], { teamId: otherTeam });
    const deletion = { status: 403, detail: expect.stringContaining("resource:delete") };
    expect(await refusal(gina.grant({ teamId: otherTeam, level: "operate" }))).toMatchObject(deletion);
    await owner.grant({ teamId: otherTeam, level: "operate" });
  });

  it("to more people than can be looked at, unless they have all that a grant carries", async () => {
    const world = await withOthers();
    const { host, organizationId, owner, teamId } = world;
    const gina = by(await world.member("gina", ["dock:grant", "dock:read"], {}, "organization"), world);
    await host.run(async ({ db }) => {
      const role = await db.query("roles").first();
      const user = await db.query("users").first();
      if (!role || !user) throw new Error("Nobody is there.");
      const place = { organizationId, teamId, userId: user._id, roleId: role._id, roleKey: "nobody" };
      for (let at = 0; at <= maximumPeople; at++)
        await db.insert("teamMemberships", { ...place, createdAt: 1, updatedAt: 1 });
    });
    expect(await refusal(gina.grant({ teamId }))).toBeUndefined();
    expect(await refusal(gina.grant({ teamId, level: "operate" }))).toMatchObject({ status: 403, code: "forbidden" });
    const [first] = (await owner.list()).page;
    await owner.update(String(first?.id), { level: "operate" });
  });

  it("and every permission on docks and what they bring is looked at", () => {
    const ofDocks = Object.keys(permissionCatalogue).filter((name) => /^(dock|resource):/.test(name));
    const looked: readonly string[] = Object.values(carriedPermissions).flat();
    // What names no dock yet is granted to nobody.
    expect(ofDocks.filter((name) => !looked.includes(name))).toEqual(["dock:create"]);
  });
});

it("lists the syncs of a dock to whoever reaches it, the last begun first, and of no other", async () => {
  const world = await withOthers();
  const { ann, named, dockId, teamId, sync, grant, create, finish } = world;
  for (let times = 0; times < 3; times++) await sync();
  const { id: otherDock } = await create({ name: "Other" });
  await ann.mutation(docks.sync, { ...named, dockId: otherDock });
  await finish();
  await grant({ teamId });
  const dana = await world.member("dana", ["dock:read", "syncHistory:read"], { teamId });
  const list = (of: string) => dana.query(dockSyncHistory.list, { ...named, dockId: of, ...firstPage });
  const { page } = await list(dockId);
  expect(page.map(({ sourceId }) => sourceId)).toEqual([dockId, dockId, dockId]);
  const begun = page.map(({ startedAt }) => startedAt);
  expect(begun).toEqual(begun.toSorted((left, right) => right - left));
  expect(await refusal(list(otherDock))).toMatchObject({ status: 403, code: "not_assigned" });
  // The list of all runs, and a run by itself, reach as far.
  const { syncHistory } = api.jobs;
  const { page: all }: Listed = Object(await dana.query(syncHistory.list, { ...named, ...firstPage }));
  expect(all.map(({ id }) => id)).toEqual(page.map(({ id }) => id));
  const other = (await world.rows("syncHistory")).find(({ sourceId }) => sourceId === otherDock);
  expect(await dana.query(syncHistory.get, { ...named, syncId: String(page[0]?.id) })).toMatchObject({
    sourceId: dockId,
  });
  const refused = await refusal(dana.query(syncHistory.get, { ...named, syncId: String(other?._id) }));
  expect(refused).toMatchObject({ status: 403, code: "not_assigned" });
});
