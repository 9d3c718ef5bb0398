import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../_generated/api";
import { inventoryHost, listed } from "./inventoryHost.testing";
import { worstOf } from "./projects/dashboard";
import { projectSlugs } from "./projects/slugs";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

interface Listed {
  readonly page: readonly { readonly id: string }[];
}
type World = Awaited<ReturnType<typeof inventoryHost>>;
const { projects, projectResources, servers } = api.infrastructure;
const firstPage = { paginationOpts: { cursor: null, numItems: 100 } };
const stamps = { createdAt: 1, updatedAt: 1 };

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => Object(error).data,
  );

/** The ids of this many servers that a sync has brought, the first listed first. */
async function synced(world: World, count: number): Promise<string[]> {
  world.lists(
    "servers",
    Array.from({ length: count }, (_, number) => listed(number)),
  );
  await world.sync();
  return (await world.rows("servers")).map(({ _id }) => _id);
}

describe("the slug of a project", () => {
  it("follows its name, with a number where another one has it, and is free again in the trash", async () => {
    const world = await inventoryHost();
    const { ann, named } = world;
    const slugOf = async (projectId: string) => (await ann.query(projects.get, { ...named, projectId })).slug;
    const update = (projectId: string, changes: { name?: string; description?: string }) =>
      ann.mutation(projects.update, { ...named, projectId, ...changes });
    const first = await world.project("Shop!");
    const second = await world.project("Shop");
    expect([await slugOf(first), await slugOf(second)]).toEqual(["shop", "shop-2"]);
    await update(second, { description: "Same name." });
    expect(await slugOf(second)).toBe("shop-2");
    await ann.mutation(projects.delete, { ...named, projectId: first });
    await update(second, { name: "SHOP" });
    expect(await slugOf(second)).toBe("shop");
    await ann.mutation(projects.restore, { ...named, projectId: first });
    expect(await slugOf(first)).toBe("shop-2");
    await update(first, { name: "Blog" });
    expect(await slugOf(first)).toBe("blog");
  });

  it("is valid and another one each time, whatever the name", () => {
    for (const name of ["", "é", "x".repeat(120), `${"x".repeat(44)} y`, "api"]) {
      const slugs = [...projectSlugs(name, "jd7b9n2m4q6s8v0x", () => 0.5)].slice(0, 20);
      expect(new Set(slugs).size).toBe(20);
      for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9][a-z0-9-]{1,46}[a-z0-9]$/);
    }
  });
});

it("keeps a team that a project needs, and lets a client go", async () => {
  const world = await inventoryHost();
  const { ann, named, teamId } = world;
  const { id: clientId } = await ann.mutation(api.access.clients.create, { ...named, name: "Acme" });
  const projectId = await world.project("Shop", { clientId });
  const refused = await refusal(ann.mutation(api.access.teams.delete, { ...named, teamId }));
  expect(refused).toMatchObject({ status: 409, code: "team_in_use" });
  await ann.mutation(api.access.clients.delete, { ...named, clientId });
  const left = await ann.query(projects.get, { ...named, projectId });
  expect(left).toMatchObject({ teamId });
  expect(left).not.toHaveProperty("clientId");
});

describe("the resources of a project", () => {
  it("are linked once, all of a batch or none, and what is linked is skipped", async () => {
    const world = await inventoryHost();
    const { ann, named } = world;
    const [a = "", b = "", c = ""] = await synced(world, 3);
    const projectId = await world.project("Shop");
    await world.link(projectId, a);
    expect(await refusal(world.link(projectId, a))).toMatchObject({ code: "already_linked" });
    const batch = (ids: readonly string[]) => {
      const items = ids.map((resourceId) => ({ resourceTable: "servers" as const, resourceId }));
      return ann.mutation(projectResources.linkBatch, { ...named, projectId, items });
    };
    await world.server.remove(c);
    const foreign = { code: "cross_tenant_reference", errors: [{ pointer: "/items/1/resourceId" }] };
    expect(await refusal(batch([b, c]))).toMatchObject(foreign);
    expect(await refusal(batch([b, projectId]))).toMatchObject(foreign);
    expect(await world.links()).toHaveLength(1);
    const { data, linked, skipped } = await batch([a, b, b]);
    expect({ linked, skipped }).toEqual({ linked: 1, skipped: 2 });
    expect(data.map(({ outcome }) => outcome)).toEqual(["skipped", "linked", "skipped"]);
    expect(await world.links()).toHaveLength(2);
    const linkId = String((await world.links())[0]?._id);
    const unlink = (of: string) => ann.mutation(projectResources.unlink, { ...named, projectId: of, linkId });
    expect(await refusal(unlink(await world.project("Blog")))).toMatchObject({ code: "not_found" });
    await unlink(projectId);
    expect(await world.links()).toHaveLength(1);
    await ann.mutation(projects.delete, { ...named, projectId });
    expect(await world.links()).toEqual([]);
  });

  it("are linked a hundred at once by somebody in many teams, of which one may operate their dock", async () => {
    const world = await inventoryHost();
    const { host, named, organizationId, teamId } = world;
    const ids = await synced(world, 100);
    const projectId = await world.project("Shop");
    const rights = ["project:read", "project:link", "resource:read"];
    const dev = await world.member("dev", rights, { teamId });
    const lastTeam = await host.run(async ({ db }) => {
      const place = await db.query("teamMemberships").order("desc").first();
      if (!place) throw new Error("Nobody is in a team.");
      const { _id, _creationTime, ...membership } = place;
      let last = place.teamId;
      for (let at = 0; at < 60; at += 1) {
        last = await db.insert("teams", { organizationId, name: `Team ${at}`, ...stamps });
        await db.insert("teamMemberships", { ...membership, teamId: last });
      }
      return last;
    });
    const items = ids.map((resourceId) => ({ resourceTable: "servers" as const, resourceId }));
    const batch = () => dev.mutation(projectResources.linkBatch, { ...named, projectId, items });
    expect(await refusal(batch())).toMatchObject({
      code: "not_assigned",
      errors: [{ pointer: "/items/0/resourceId" }],
    });
    await world.grant({ teamId: lastTeam, level: "operate" });
    expect(await batch()).toMatchObject({ linked: 100, skipped: 0 });
    const { page } = await dev.query(projectResources.list, {
      ...named,
      projectId,
      expand: "resource",
      ...firstPage,
    });
    expect(page.filter(({ resource }) => resource !== undefined)).toHaveLength(100);
  });

  it("are on its dashboard as their links say, with the worst of their health", async () => {
    const world = await inventoryHost();
    const { ann, named, host, organizationId } = world;
    const [a = "", b = "", c = ""] = await synced(world, 3);
    const projectId = await world.project("Shop");
    for (const id of [a, b, c]) await world.link(projectId, id);
    const dashboard = () => ann.query(projects.getDashboard, { ...named, projectId });
    expect(await dashboard()).not.toHaveProperty("health");
    const statuses = { [a]: "healthy", [b]: "degraded", [c]: "down" } as const;
    await host.run(async ({ db }) => {
      for (const [resourceId, status] of Object.entries(statuses)) {
        const check = { organizationId, resourceType: "server", resourceId, status } as const;
        await db.insert("healthChecks", { ...check, failureCount: 0, lastCheckAt: 1, ...stamps });
      }
    });
    expect(await dashboard()).toMatchObject({ health: "down" });
    await world.server.remove(c);
    expect(await dashboard()).toMatchObject({
      project: { id: projectId, name: "Shop" },
      resources: {
        servers: [
          { resourceId: a, name: "web-0", status: "running", health: "healthy" },
          { resourceId: b, health: "degraded" },
          { resourceId: c, status: "deleted" },
        ],
        domains: [],
      },
      resourceCount: 3,
      health: "degraded",
    });
    expect([worstOf([]), worstOf(["healthy"]), worstOf(["degraded", "down", "healthy"])]).toEqual([
      undefined,
      "healthy",
      "down",
    ]);
  });
});

describe("whoever is assigned to a team or a client", () => {
  const rights = ["project:read", "project:link", "resource:read", "resource:update"];

  it("links what is granted to operate, and sees of other resources what their links say alone", async () => {
    const world = await inventoryHost();
    const { ann, named, dockId, teamId } = world;
    const [a = "", b = "", c = ""] = await synced(world, 3);
    const projectId = await world.project("Shop");
    await world.link(projectId, b);
    const dana = await world.member("dana", rights, { teamId });
    const list = () => dana.query(projectResources.list, { ...named, projectId, expand: "resource", ...firstPage });
    const link = (resourceId: string) =>
      dana.mutation(projectResources.link, { ...named, projectId, resourceTable: "servers", resourceId });
    const tag = () => dana.mutation(servers.update, { ...named, serverId: a, tags: ["x"] });
    const seen = async () => {
      const { page }: Listed = Object(await dana.query(servers.list, { ...named, ...firstPage }));
      return page;
    };
    const unassigned = { status: 403, code: "not_assigned" };
    const regrant = (changes: { level?: "operate"; resourceTables?: "domains"[] }) =>
      ann.mutation(api.infrastructure.dockPermissions.update, { ...named, dockId, permissionId, ...changes });

    expect(await seen()).toEqual([]);
    const [bare] = (await list()).page;
    expect(bare).toMatchObject({ denormalizedName: "web-1" });
    expect(bare).not.toHaveProperty("resource");
    expect(await refusal(link(a))).toMatchObject(unassigned);
    expect(await refusal(dana.query(servers.get, { ...named, serverId: a }))).toMatchObject(unassigned);

    const { id: permissionId } = await world.grant({ teamId, level: "read" });
    expect(await seen()).toHaveLength(3);
    expect((await list()).page).toMatchObject([{ resource: { id: b, name: "web-1" } }]);
    expect(await refusal(link(a))).toMatchObject(unassigned);
    expect(await refusal(tag())).toMatchObject(unassigned);

    await regrant({ level: "operate" });
    await tag();
    await link(a);
    expect((await list()).page).toHaveLength(2);

    await regrant({ resourceTables: ["domains"] });
    expect(await seen()).toEqual([]);
    expect(await refusal(link(c))).toMatchObject(unassigned);
  });

  it("gives a project to no team or client but their own", async () => {
    const world = await inventoryHost();
    const { ann, named, teamId } = world;
    const { id: otherTeam } = await ann.mutation(api.access.teams.create, { ...named, name: "Others" });
    const { id: clientId } = await ann.mutation(api.access.clients.create, { ...named, name: "Acme" });
    const rightsOfDana = ["project:read", "project:create", "project:update"];
    const dana = await world.member("dana", rightsOfDana, { teamId });
    const projectId = await world.project("Shop");
    const update = (changes: object) => dana.mutation(projects.update, { ...named, projectId, ...changes });
    const foreign = (pointer: string) => ({ status: 403, code: "not_assigned", errors: [{ pointer }] });
    expect(await refusal(update({ teamId: otherTeam }))).toMatchObject(foreign("/teamId"));
    expect(await refusal(update({ clientId }))).toMatchObject(foreign("/clientId"));
    const create = dana.mutation(projects.create, { ...named, name: "Another", teamId, clientId });
    expect(await refusal(create)).toMatchObject(foreign("/clientId"));
    await ann.mutation(projects.update, { ...named, projectId, clientId });
    await update({ name: "Shop of Acme" });
  });

  it("sees of a resource's projects the team's alone, and not how many others there are", async () => {
    const world = await inventoryHost();
    const { ann, named, teamId } = world;
    const [a = ""] = await synced(world, 1);
    const { id: otherTeam } = await ann.mutation(api.access.teams.create, { ...named, name: "Others" });
    const made: string[] = [];
    for (let number = 0; number < 12; number++) {
      const team = number % 3 === 0 ? teamId : otherTeam;
      const { id } = await ann.mutation(projects.create, { ...named, name: `P${number}`, teamId: team });
      await world.link(id, a);
      made.push(id);
    }
    const own = made.filter((_, number) => number % 3 === 0).toReversed();
    await world.grant({ teamId, level: "read" });
    const dana = await world.member("dana", rights, { teamId });
    expect((await dana.query(servers.get, { ...named, serverId: a })).projectIds).toEqual(own);
    const pageAt = (cursor: string | null) =>
      dana.query(projectResources.listProjects, {
        ...named,
        resourceTable: "servers",
        resourceId: a,
        paginationOpts: { cursor, numItems: 3 },
      });
    const first = await pageAt(null);
    const second = await pageAt(first.continueCursor);
    expect([first.isDone, second.isDone]).toEqual([false, true]);
    expect([...first.page, ...second.page].map(({ id }) => id)).toEqual(own);
    expect(first.page).toHaveLength(3);
    expect(await refusal(pageAt("x"))).toMatchObject({ code: "invalid_cursor" });
    expect((await world.server.get(a)).projectIds).toEqual(made.toReversed());
  });

  it("is shown the client's projects and what is granted to it in the client's portal", async () => {
    const world = await inventoryHost();
    const { ann, named } = world;
    await synced(world, 2);
    const { id: clientId } = await ann.mutation(api.access.clients.create, { ...named, name: "Acme" });
    const projectId = await world.project("Shop", { clientId });
    await world.project("Secret");
    await world.grant({ clientId, level: "read" });
    const cleo = await world.member("cleo", ["resource:read", "project:read", "client:read"], { clientId });
    const { page } = await cleo.query(api.access.clientResources.list, { ...named, clientId, ...firstPage });
    const shown = page.map(({ resourceTable, name }) => `${resourceTable} ${name}`).toSorted();
    expect(shown).toEqual(["clientMemberships cleo", "projects Shop", "servers web-0", "servers web-1"]);
    const { page: seen }: Listed = Object(await cleo.query(projects.list, { ...named, ...firstPage }));
    expect(seen.map(({ id }) => id)).toEqual([projectId]);
  });
});
