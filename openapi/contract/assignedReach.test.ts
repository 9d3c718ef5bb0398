import { expect, it } from "vitest";
import schema from "../../convex/schema";
import { api } from "../../convex/_generated/api";
import { createTestHost } from "../../host/testHost/createTestHost";
import { defaultOrganizationSettings } from "../../convex/tenancy/tables";

const issuer = "https://identity.example";

/** A host with one organization, a site in it, and a member whose role holds `right`. */
async function memberWith(right: string) {
  const host = createTestHost(schema);
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
      rights: [right],
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
  return { person: host.withIdentity({ issuer, subject: "ann", tokenIdentifier: `${issuer}|ann` }), siteId };
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
