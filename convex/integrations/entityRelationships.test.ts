import { expect, it } from "vitest";
import { api } from "../_generated/api";
import { devices, entityHost } from "./entities/entityHost.testing";

type Host = Awaited<ReturnType<typeof entityHost>>;

/** A host with three entities, and what relates them. */
async function related() {
  const world: Host = await entityHost();
  const { ann, named, kind } = world;
  await world.upsert(devices(3));
  const [a, b, c] = (await world.rows("entities")).map(({ _id }) => _id);
  if (!a || !b || !c) throw new Error("There are not three entities.");
  const create = (parentEntityId: string, childEntityId: string, relationshipType = "member_of", more = {}) =>
    ann.mutation(api.integrations.entityRelationships.create, {
      ...named,
      parentEntityId,
      childEntityId,
      relationshipType,
      ...more,
    });
  const upsert = (...items: object[]) =>
    ann.mutation(api.integrations.entityRelationships.bulkUpsert, { ...named, items });
  const listed = async (entityId: string, more = {}) => {
    const paginationOpts = { numItems: 10, cursor: null };
    const query = { ...named, entityId, paginationOpts, ...more };
    const { page } = await ann.query(api.integrations.entityRelationships.listRelated, query);
    return page.map(({ id, relationshipType }) => [id, relationshipType]);
  };
  const known = (at: number) => ({ ...kind, externalId: `device-${at}` });
  return { ...world, a, b, c, create, upsertRelationships: upsert, listed, known };
}

const codeOf = async (sent: Promise<unknown>) =>
  sent.then(
    () => undefined,
    (error) => Object(error).data.code,
  );

it("relates two entities once for each type, and never one to itself or to somebody else's", async () => {
  const { a, b, create, rows, organizationOf, callerOf, upsert: _upsert } = await related();
  const first = await create(a, b);
  expect(await create(a, b, "member_of", { metadata: { since: "2026" } })).toEqual(first);
  expect((await create(b, a)).id).not.toBe(first.id);
  expect((await create(a, b, "assigned_to")).id).not.toBe(first.id);
  expect(await codeOf(create(a, a))).toBe("self_relationship");
  expect(await rows("entityRelationships")).toHaveLength(3);
  const { dataSourceId } = await organizationOf("bob");
  const bob = { organizationId: "bob" };
  await callerOf("bob").mutation(api.integrations.entities.bulkUpsert, {
    ...bob,
    dataSourceId,
    entityType: "devices",
    items: devices(1),
  });
  const foreign = (await rows("entities")).find((row) => row.dataSourceId === dataSourceId);
  expect(await codeOf(create(a, foreign?._id ?? ""))).toBe("cross_tenant_reference");
});

it("lists both directions in pages, by type, and comes to no harm by a cycle", async () => {
  const { a, b, c, create, listed } = await related();
  await create(a, b);
  await create(b, c);
  await create(c, a);
  await create(a, c, "assigned_to");
  expect(await listed(a)).toEqual([
    [c, "assigned_to"],
    [b, "member_of"],
  ]);
  expect(await listed(a, { direction: "parents" })).toEqual([[c, "member_of"]]);
  expect(await listed(a, { relationshipType: "member_of" })).toEqual([[b, "member_of"]]);
  expect(await listed(c, { direction: "parents", relationshipType: "assigned_to" })).toEqual([[a, "assigned_to"]]);
  expect(await listed(a, { sort: "created" })).toEqual([
    [b, "member_of"],
    [c, "assigned_to"],
  ]);
});

it("upserts by ids or by what the data source calls them, each item for itself", async () => {
  const { a, b, upsertRelationships, known, rows } = await related();
  const item = { parent: { entityId: a }, child: known(1), relationshipType: "member_of" };
  const answer = await upsertRelationships(
    item,
    { ...item, child: { entityId: b } },
    { ...item, metadata: { since: "2026" } },
    { ...item, child: known(0) },
    { ...item, child: known(9) },
    { ...item, parent: {} },
    { ...item, child: known(2), relationshipType: "" },
  );
  expect(
    answer.results.map(({ outcome, errors = [] }) => [
      outcome,
      ...errors.map(({ pointer, code }) => `${pointer} ${code}`),
    ]),
  ).toEqual([
    ["created"],
    ["unchanged"],
    ["updated"],
    ["failed", "/items/3/child self_relationship"],
    ["failed", "/items/4/child entity_not_found"],
    ["failed", "/items/5/parent invalid_union"],
    ["failed", "/items/6/relationshipType too_small"],
  ]);
  expect(answer.counts).toEqual({ created: 1, updated: 1, unchanged: 1, failed: 4 });
  expect(await rows("entityRelationships")).toMatchObject([{ metadata: { since: "2026" } }]);
});

it("ends with either of its entities, and leaves them when it is ended itself", async () => {
  const { a, b, c, create, listed, rows, ann, named } = await related();
  await create(a, b);
  const second = await create(b, c);
  await ann.mutation(api.integrations.entityRelationships.delete, { ...named, entityRelationshipId: second.id });
  expect(await listed(b)).toEqual([]);
  await ann.mutation(api.integrations.entities.delete, { ...named, entityId: b });
  expect(await rows("entityRelationships")).toEqual([]);
  await ann.mutation(api.integrations.entities.restore, { ...named, entityId: b });
  expect(await listed(a)).toEqual([]);
});
