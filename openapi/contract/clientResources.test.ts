import { expect, it } from "vitest";
import { api } from "../../convex/_generated/api";
import { clientBelongings } from "../../convex/access/clients/belongings";
import { tableMetadata } from "../../convex/core/schema/tableMetadata";
import { organizationOf } from "./organizationRows.testing";
import type { Id } from "../../convex/_generated/dataModel";
import type { TableMetadata } from "../../convex/core/schema/table";

const roles = ["admin", "viewer", "member", "client", "developer"] as const;

/** Two clients with so many people each, and `client` and `developer` with the first of them. */
async function served(count: number) {
  const world = await organizationOf(roles);
  const { host, organizationId, newUser } = world;
  const base = { createdAt: 1, updatedAt: 1 };
  const newClient = (name: string) =>
    host.run(({ db }) => db.insert("clients", { organizationId, name, status: "active", ...base }));
  const place = (clientId: Id<"clients">, userId: Id<"users">) =>
    host.run(async ({ db }) => {
      const role = await db.query("roles").first();
      if (!role) throw new Error("There are roles.");
      const belonging = { organizationId, clientId, userId, roleId: role._id, roleKey: "client" };
      return db.insert("clientMemberships", { ...belonging, ...base });
    });
  const [own, other] = [await newClient("Own"), await newClient("Other")];
  const placed: Record<string, string[]> = { [own]: [], [other]: [] };
  for (const clientId of [own, other])
    for (let at = 0; at < count; at += 1)
      placed[clientId]?.push(await place(clientId, await newUser(`${clientId}${at}`)));
  for (const subject of ["client", "developer"] as const) {
    const user = await host.run(async ({ db }) =>
      (await db.query("users").collect()).find(({ name }) => name === subject),
    );
    if (user) placed[own]?.push(await place(own, user._id));
  }
  const list = (subject: string, clientId: string, cursor: string | null = null, more = {}) =>
    world.as(subject).query(api.access.clientResources.list, {
      organizationId: "acme",
      clientId,
      paginationOpts: { numItems: 2, cursor },
      ...more,
    });
  return { ...world, own, other, placed, list };
}

it("lists all that belongs to a client, newest first, page by page, and nothing of another", async () => {
  const { own, other, placed, list } = await served(3);
  for (const clientId of [own, other]) {
    const found: string[] = [];
    for (let page = await list("viewer", clientId); ; page = await list("viewer", clientId, page.continueCursor)) {
      found.push(...page.page.map(({ id }) => id));
      expect(page.page).toMatchObject(page.page.map(() => ({ resourceTable: "clientMemberships", name: "client" })));
      if (page.isDone) break;
      expect(page.page).toHaveLength(2);
    }
    expect(found).toEqual(placed[clientId]?.toReversed());
  }
});

it("shows who is with a client its own alone, and refuses every other", async () => {
  const { own, other, list } = await served(1);
  for (const subject of ["client", "developer"]) {
    expect((await list(subject, own)).page).toHaveLength(2);
    await expect(list(subject, other)).rejects.toMatchObject({ data: { status: 403, code: "not_assigned" } });
  }
});

it("leaves out what the caller may not read, whatever it belongs to", async () => {
  const { host, own, list } = await served(1);
  await host.run(async ({ db }) => {
    const base = { rank: 1, isSystem: false, createdAt: 1, updatedAt: 1 };
    const portal = { key: "portal", name: "Portal", rights: ["resource:read"], scope: "assigned" } as const;
    const role = await db.insert("roles", { ...portal, rights: [...portal.rights], ...base });
    const memberships = await db.query("memberships").collect();
    const membership = memberships.find(({ roleKey }) => roleKey === "client");
    if (membership) await db.patch("memberships", membership._id, { roleId: role, roleKey: "portal" });
    for (const place of await db.query("clientMemberships").collect())
      await db.patch("clientMemberships", place._id, { roleId: role, roleKey: "portal" });
  });
  expect((await list("client", own)).page).toEqual([]);
  expect((await list("viewer", own)).page).toHaveLength(2);
});

it("takes no cursor of another client, another kind or another list", async () => {
  const { own, other, list } = await served(3);
  const { continueCursor } = await list("viewer", own);
  const refused = { data: { code: "invalid_cursor" } };
  await expect(list("viewer", other, continueCursor)).rejects.toMatchObject(refused);
  await expect(list("viewer", own, "e30")).rejects.toMatchObject(refused);
  const kind = { resourceTable: "clientMemberships" };
  expect((await list("viewer", own, null, kind)).page).toHaveLength(2);
  await expect(list("viewer", own, null, { resourceTable: "items" })).rejects.toThrow(/resourceTable/);
});

it.each(clientBelongings)("rows of $table are found by an index, and their fields exist", ({ table, ways, name }) => {
  const { indexes, base }: TableMetadata = tableMetadata[table];
  const start = base === "CUD" ? ["organizationId", "deletedAt"] : ["organizationId"];
  for (const { field } of ways)
    expect(Object.values(indexes).map((fields) => fields.join())).toContain([...start, field].join());
  expect(name).toMatch(/^[a-z]/);
});
