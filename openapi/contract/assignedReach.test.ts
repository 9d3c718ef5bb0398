import { expect, it } from "vitest";
import { api } from "../../convex/_generated/api";
import { createProductHost } from "./productHost.testing";
import { defaultOrganizationSettings } from "../../convex/tenancy/tables";

const issuer = "https://identity.example";

/** A host with one organization, a site in it, and a member whose role holds `rights`. */
async function memberWith(...rights: string[]) {
  const host = createProductHost();
  const siteId = await host.run(async ({ db }) => {
    const base = { createdAt: 1, updatedAt: 1 };
    const userId = await db.insert("users", {
      tokenIdentifier: `${issuer}|ann`,
      emailVerified: false,
      name: "Ann",
      status: "active",
      isPlatformAdmin: false,
      ...base,
    });
    const organizationId = await db.insert("organizations", {
      name: "Acme",
      slug: "acme",
      status: "active",
      ownerId: userId,
      settings: defaultOrganizationSettings,
      ...base,
    });
    const roleId = await db.insert("roles", {
      organizationId,
      key: "guest",
      name: "Guest",
      rights,
      scope: "assigned",
      rank: 10,
      isSystem: false,
      ...base,
    });
    await db.insert("memberships", { organizationId, userId, roleId, roleKey: "guest", status: "active", ...base });
    return db.insert("sites", {
      organizationId,
      name: "Roof",
      slug: "roof",
      status: "active",
      createdBy: userId,
      ...base,
    });
  });
  return { host, person: host.withIdentity({ issuer, subject: "ann", tokenIdentifier: `${issuer}|ann` }), siteId };
}

it("lets a right on every row reach the site", async () => {
  const { person, siteId } = await memberWith("site:read");
  expect(await person.query(api.sites.sites.get, { siteId, organizationId: "acme" })).toMatchObject({ slug: "roof" });
});

it("lets a right on assigned rows reach none, until a resource says which are", async () => {
  const { person, siteId } = await memberWith("site:read:assigned");
  const refusal = { data: { code: "forbidden", detail: "The permission site:read reaches no row here." } };
  await expect(person.query(api.sites.sites.get, { siteId, organizationId: "acme" })).rejects.toMatchObject(refusal);
  const paginationOpts = { numItems: 5, cursor: null };
  await expect(person.query(api.sites.sites.list, { organizationId: "acme", paginationOpts })).rejects.toMatchObject(
    refusal,
  );
});

it("lists one's own rows alone where the permission reaches no others, or refuses where nothing tells them apart", async () => {
  const { person, host } = await memberWith("todo:read:own", "item:read:own");
  await host.run(async ({ db }) => {
    const user = await db.query("users").first();
    const organization = await db.query("organizations").first();
    if (!user || !organization) throw new Error("Nobody is there.");
    const other = await db.insert("users", {
      emailVerified: false,
      name: "Bob",
      status: "active",
      isPlatformAdmin: false,
      createdAt: 1,
      updatedAt: 1,
    });
    for (const createdBy of [user._id, other, user._id, other]) {
      const text = createdBy === other ? "another's" : "own";
      const todo = { organizationId: organization._id, text, completed: false, createdBy };
      await db.insert("todos", { ...todo, createdAt: 1, updatedAt: 1 });
    }
  });
  const paginationOpts = { numItems: 5, cursor: null };
  const todos = await person.query(api.workspace.todos.list, { organizationId: "acme", paginationOpts });
  expect(todos).toMatchObject({ isDone: true, page: [{ text: "own" }, { text: "own" }] });
  const items = person.query(api.workspace.items.list, { organizationId: "acme", paginationOpts });
  await expect(items).rejects.toMatchObject({ data: { code: "forbidden" } });
});
