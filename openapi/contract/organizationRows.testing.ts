import { createProductHost } from "./productHost.testing";
import { builtInRoles } from "../../convex/core/access/roles";
import { defaultOrganizationSettings } from "../../convex/tenancy/tables";
import type { BuiltInRole } from "../../convex/core/access/roles";

export const testIssuer = "https://identity.example";

/** A host on the test's own clock, with one organization and a member for each of `roles`, who is called as the role is. */
export async function organizationOf(roles: readonly BuiltInRole[], host = createProductHost()) {
  const base = { createdAt: Date.now(), updatedAt: Date.now() };
  const newUser = (subject: string) =>
    host.run(({ db }) =>
      db.insert("users", {
        tokenIdentifier: `${testIssuer}|${subject}`,
        email: `${subject}@people.example`,
        emailVerified: true,
        name: subject,
        status: "active",
        isPlatformAdmin: false,
        ...base,
      }),
    );
  const founderId = await newUser("founder");
  const organizationId = await host.run(({ db }) =>
    db.insert("organizations", {
      name: "Acme",
      slug: "acme",
      status: "active",
      ownerId: founderId,
      settings: defaultOrganizationSettings,
      ...base,
    }),
  );
  const newRole = (key: BuiltInRole) =>
    host.run(({ db }) => {
      const { name, scope, rank } = builtInRoles[key];
      return db.insert("roles", { key, name, rights: [], scope, rank, isSystem: true, ...base });
    });
  for (const key of roles) {
    const [userId, roleId] = [await newUser(key), await newRole(key)];
    await host.run(({ db }) =>
      db.insert("memberships", { organizationId, userId, roleId, roleKey: key, status: "active", ...base }),
    );
  }
  const as = (subject: string) =>
    host.withIdentity({ issuer: testIssuer, subject, tokenIdentifier: `${testIssuer}|${subject}` });
  return { host, organizationId, newUser, as };
}
