import { expect, it } from "vitest";
import { api } from "../../convex/_generated/api";
import { builtInRoles } from "../../convex/core/access/roles";
import { builtInRights, isBuiltInRole, reachOf } from "../../convex/core/access/rights";
import { organizationCounts } from "../../convex/tenancy/organizationCounts";
import { organizationOf } from "./organizationRows.testing";

const roles = Object.keys(builtInRoles)
  .filter(isBuiltInRole)
  .filter((role) => role !== "agent");
const summary = { organizationId: "acme" };

it("counts for each role just what it may read all of", async () => {
  const { as } = await organizationOf(roles);
  for (const role of roles) {
    const { counts } = await as(role).query(api.tenancy.organizations.getSummary, summary);
    const readable = Object.entries(organizationCounts)
      .filter(([, { permission }]) => reachOf(builtInRights(role), permission) === "all")
      .map(([name]) => name);
    expect([role, Object.keys(Object(counts)).toSorted()]).toEqual([role, readable.toSorted()]);
  }
});

it("counts what there is and leaves out the trash, other states and other organizations", async () => {
  const { host, organizationId, as } = await organizationOf(["admin", "viewer"]);
  const base = { createdAt: 1, updatedAt: 1 };
  const site = { slug: "s", name: "S", status: "active", ...base } as const;
  await host.run(async ({ db }) => {
    const [founder] = await db.query("organizations").collect();
    if (!founder) throw new Error("There is an organization.");
    const { _id, _creationTime, ...values } = founder;
    const other = await db.insert("organizations", { ...values, slug: "globex" });
    await db.insert("sites", { organizationId, ...site });
    await db.insert("sites", { organizationId, ...site, deletedAt: 1 });
    await db.insert("sites", { organizationId: other, ...site });
    for (const status of ["pending", "revoked"] as const)
      await db.insert("invitations", {
        organizationId,
        email: "a@b.example",
        status,
        expiresAt: 9,
        sendCount: 1,
        ...base,
      });
  });
  const { counts } = await as("admin").query(api.tenancy.organizations.getSummary, summary);
  expect(counts).toMatchObject({
    members: { count: 2, isCapped: false },
    invitations: { count: 1, isCapped: false },
    sites: { count: 1, isCapped: false },
    items: { count: 0, isCapped: false },
  });
});

it("ends at a thousand rows, and earlier where rows are large, within what a query may read", async () => {
  const { host, organizationId, as } = await organizationOf(["viewer"]);
  const insert = (table: "items" | "todos", rows: number, bytes: number) =>
    host.run(async ({ db }) => {
      const text = "x".repeat(bytes);
      const base = { organizationId, createdAt: 1, updatedAt: 1 };
      for (let at = 0; at < rows; at += 1) {
        if (table === "items") await db.insert("items", { ...base, name: "Item", status: "open", description: text });
        else await db.insert("todos", { ...base, text, completed: false });
      }
    });
  await insert("todos", 1001, 10);
  // All of them are more than the 16 MiB that one query may read.
  for (let batch = 0; batch < 5; batch += 1) await insert("items", 100, 40_000);
  const { counts } = await as("viewer").query(api.tenancy.organizations.getSummary, summary);
  expect(counts).toMatchObject({ todos: { count: 1000, isCapped: true }, items: { isCapped: true } });
});
