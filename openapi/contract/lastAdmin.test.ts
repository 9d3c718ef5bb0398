import { expect, it } from "vitest";
import { api } from "../../convex/_generated/api";
import { adminRank } from "../../convex/core/access/assigning";
import { administers } from "../../convex/tenancy/memberships/rules";
import { organizationOf } from "./organizationRows.testing";

// An owner whose membership is out of force cannot be made by any operation, and was possible before.

const clientCount = 64;
const administratorCount = 8;
const where = { organizationId: "acme" };

it("one administrator remains where there is no owner to, though all leave at once", async () => {
  const { host, organizationId, newUser, as } = await organizationOf(["admin"]);
  const subjects = ["admin", ...Array.from({ length: administratorCount - 1 }, (_, at) => `admin${at}`)];
  for (const subject of subjects.slice(1)) {
    const userId = await newUser(subject);
    await host.run(async ({ db }) => {
      const role = await db.query("roles").first();
      if (!role) throw new Error("The administrator has a role.");
      const place = { organizationId, userId, roleId: role._id, roleKey: "admin", status: "active" } as const;
      await db.insert("memberships", { ...place, createdAt: 1, updatedAt: 1 });
    });
  }
  const outcomes = await Promise.all(
    Array.from({ length: clientCount }, (_, client) =>
      as(subjects[client % administratorCount] ?? "")
        .mutation(api.tenancy.memberships.leave, where)
        .then(
          () => "left",
          (error: unknown) => String(Object(error).data?.code),
        ),
    ),
  );
  const count = (outcome: string) => outcomes.filter((found) => found === outcome).length;
  expect(count("left")).toBe(administratorCount - 1);
  expect(count("last_admin")).toBeGreaterThan(0);
  expect(count("left") + count("last_admin") + count("not_a_member")).toBe(clientCount);
  const left = await host.run(({ db }) => db.query("memberships").collect());
  expect(left.filter((membership) => administers(membership, adminRank, Date.now()))).toHaveLength(1);
});
