import * as fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api } from "../_generated/api";
import { canonicalJson } from "../core/wire/canonicalJson";
import { dayMs } from "../core/wire/durations";
import { device, devices, entityHost } from "./entities/entityHost.testing";
import { maximumRawBytes } from "./tables";
import type { Doc } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => void vi.useRealTimers());

type Host = Awaited<ReturnType<typeof entityHost>>;

const outcomesOf = ({ results }: { results: readonly { outcome: string }[] }) => results.map(({ outcome }) => outcome);
const eventsOf = async ({ rows }: Host) => (await rows("eventLogs")).map(({ eventType }) => eventType);
const byExternalId = async ({ rows }: Host, externalId: string): Promise<Doc<"entities">> => {
  const found = (await rows("entities")).find((row) => row.externalId === externalId);
  if (!found) throw new Error(`There is no ${externalId}.`);
  return found;
};

interface Listed {
  readonly page: readonly { readonly externalId: string; readonly rawData?: string }[];
  readonly isDone: boolean;
}

/** A page of entities, as the function door answers it. */
async function listed({ ann, named }: Host, query: object): Promise<Listed> {
  const paginationOpts = { numItems: 100, cursor: null };
  const found: Listed = Object(await ann.query(api.integrations.entities.list, { ...named, ...query, paginationOpts }));
  return found;
}

it("creates, leaves alone, updates by any part of what is hashed, and revives; the event log tells of each change", async () => {
  const world = await entityHost();
  const { upsert, rows, siteId, ann, named } = world;
  const created = await upsert(devices(3));
  expect(created.counts).toEqual({ created: 3, updated: 0, unchanged: 0, revived: 0, duplicate: 0, failed: 0 });
  const before = await rows("entities");
  vi.advanceTimersByTime(1000);
  expect(outcomesOf(await upsert(devices(3)))).toEqual(["unchanged", "unchanged", "unchanged"]);
  expect(await rows("entities")).toEqual(before);

  const [first = device(0), second, third] = devices(3);
  const changed = [
    { ...first, normalizedData: { name: "PC-0", status: "offline" } },
    { ...second, siteId },
    { ...third, rawData: '{"id":2,"name":"PC-2","$type":"Server"}' },
  ];
  const updated = await upsert(changed);
  expect(outcomesOf(updated)).toEqual(["updated", "updated", "updated"]);
  expect(outcomesOf(await upsert(changed))).toEqual(["unchanged", "unchanged", "unchanged"]);
  // What is left out stays: neither the site nor the normalized data were sent again.
  const rest = { externalId: "device-1", rawData: second?.rawData };
  expect(outcomesOf(await upsert([rest]))).toEqual(["unchanged"]);
  expect(outcomesOf(await upsert([{ ...rest, siteId: null }]))).toEqual(["updated"]);
  expect((await byExternalId(world, "device-1")).siteId).toBeUndefined();

  const { _id: entityId } = await byExternalId(world, "device-0");
  await ann.mutation(api.integrations.entities.delete, { ...named, entityId });
  expect(await rows("entityCounts")).toMatchObject([{ live: 2 }]);
  expect(outcomesOf(await upsert(changed.slice(0, 1)))).toEqual(["revived"]);
  expect(await rows("entityCounts")).toMatchObject([{ live: 3 }]);

  expect(await eventsOf(world)).toEqual([
    ...Array.from({ length: 3 }, () => "entity.created"),
    ...Array.from({ length: 4 }, () => "entity.updated"),
    "entity.deleted",
    "entity.restored",
  ]);
  const payloads = (await rows("eventLogs")).map(({ payload }) => payload);
  expect(payloads[3]).toMatchObject({ externalId: "device-0", changedKeys: ["status"] });
  expect(payloads[3]).toMatchObject({ previousHash: before[0]?.dataHash, hash: updated.results[0]?.dataHash });
  expect(payloads.slice(4, 6)).toMatchObject([{ changedKeys: ["siteId"] }, { changedKeys: [] }]);
});

it("notes that what has not changed was seen, once a day, and nothing else of it", async () => {
  const world = await entityHost();
  await world.upsert(devices(1));
  const before = await byExternalId(world, "device-0");
  vi.advanceTimersByTime(dayMs - 1);
  await world.upsert(devices(1));
  expect(await byExternalId(world, "device-0")).toEqual(before);
  vi.advanceTimersByTime(1);
  await world.upsert(devices(1));
  expect(await byExternalId(world, "device-0")).toEqual({ ...before, lastSeenAt: before.lastSeenAt + dayMs });
});

it("takes two hundred items but for the bad ones among them, and says of each what is wrong and where", async () => {
  const world = await entityHost();
  const { organizationOf, upsert } = world;
  const { siteId: foreignSite } = await organizationOf("bob");
  const items: object[] = devices(200);
  items[3] = { ...device(3), normalizedData: { "\\u0024ref": 1 } };
  items[70] = { ...device(70), rawData: "no JSON" };
  items[110] = { ...device(110), siteId: foreignSite };
  items[199] = { ...device(199), externalId: "", nonsense: 1 };
  const { results, counts } = await upsert(items);
  expect(counts).toMatchObject({ created: 196, failed: 4 });
  const failed = results.flatMap(({ outcome, errors = [] }, at) =>
    outcome === "failed" ? errors.map(({ pointer, code }) => [at, pointer, code]) : [],
  );
  expect(failed).toEqual([
    [3, "/items/3/normalizedData/$ref", "invalid_name"],
    [70, "/items/70/rawData", "invalid_json"],
    [110, "/items/110/siteId", "cross_tenant_reference"],
    [199, "/items/199/externalId", "too_small"],
    [199, "/items/199/nonsense", "unknown_field"],
  ]);
  expect(await world.rows("entities")).toHaveLength(196);
});

it("takes the last of items with one external id, and says so of the others", async () => {
  const world = await entityHost();
  const { upsert, rows } = world;
  const bad = { ...device(1), normalizedData: { "\\u0024": 1 } };
  const answer = await upsert([device(1, "first"), device(2), device(1, "second"), device(1, "third"), bad]);
  expect(outcomesOf(answer)).toEqual(["duplicate", "created", "duplicate", "created", "failed"]);
  expect(answer.results[0]).toEqual({ externalId: "device-1", outcome: "duplicate" });
  expect((await byExternalId(world, "device-1")).normalizedData).toMatchObject({ name: "third" });
  expect(await rows("entities")).toHaveLength(2);
});

it("refuses what is no batch, a type that the integration does not bring, and more than a batch may take", async () => {
  const { upsert, rows } = await entityHost();
  const codeOf = async (sent: Promise<unknown>) =>
    sent.then(
      () => undefined,
      (error) => Object(error).data.code,
    );
  expect(await codeOf(upsert(devices(201)))).toBe("validation_failed");
  expect(await codeOf(upsert([]))).toBe("validation_failed");
  expect(await codeOf(upsert(devices(1), { entityType: "printers" }))).toBe("unsupported_entity_type");
  expect(await codeOf(upsert(devices(1), { syncRunId: "nonsense" }))).toBe("sync_run_not_found");
  const large = (at: number) => ({ ...device(at), rawData: JSON.stringify("x".repeat(maximumRawBytes - 2)) });
  expect(await codeOf(upsert(Array.from({ length: 17 }, (_, at) => large(at))))).toBe("payload_too_large");
  expect(await rows("entities")).toEqual([]);
  for (let from = 0; from < 45; from += 15) await upsert(Array.from({ length: 15 }, (_, at) => large(from + at)));
  // 45 raw data of 256 KiB each are more than may be read to be replaced at once.
  expect(await codeOf(upsert(devices(45)))).toBe("payload_too_large");
  expect((await upsert(devices(22))).counts["updated"]).toBe(22);
});

it("answers raw data byte for byte where it is asked for, whatever JSON it is", async () => {
  const world = await entityHost();
  const { upsert, kind } = world;
  const read = async () => {
    const query = { ...kind, externalId: "device-0" };
    expect((await listed(world, query)).page[0]).not.toHaveProperty("rawData");
    return (await listed(world, { ...query, include: "raw" })).page[0]?.rawData;
  };
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 8 }), async (text) => {
      const { results } = await upsert([{ ...device(0), rawData: text }]);
      expect(results[0]?.outcome).toMatch(/created|updated|unchanged/);
      const kept = await read();
      // The text that is kept is that of the last change, which says the same as one that makes none.
      const saidBy = (json: string) => (results[0]?.outcome === "unchanged" ? canonicalJson(JSON.parse(json)) : json);
      expect(saidBy(kept ?? "")).toBe(saidBy(text));
    }),
    { numRuns: 60 },
  );
});

it("lists by the sets that indexes answer, by the one that data source, type and external id name, and in pages with raw data", async () => {
  const world = await entityHost();
  const { upsert, kind, integrationId } = world;
  await upsert(devices(30));
  const list = (query: object) => listed(world, query);
  for (const query of [
    {},
    kind,
    { integrationId, entityType: "devices" },
    { integrationId: "halo-psa" },
    { ...kind, sort: "lastSeenAt" },
  ])
    expect((await list(query)).page).toHaveLength(30);
  expect((await list({ externalId: "device-7" })).page).toMatchObject([{ externalId: "device-7" }]);
  expect((await list({ ...kind, externalId: "device-7" })).page).toMatchObject([{ externalId: "device-7" }]);
  expect((await list({ ...kind, externalId: "device-70" })).page).toEqual([]);
  const withRaw = await list({ ...kind, include: "raw" });
  expect(withRaw.page).toHaveLength(12);
  expect(withRaw.isDone).toBe(false);
});

it("changes site and normalized data by hand, and goes back to what the data source says", async () => {
  const world = await entityHost();
  const { upsert, ann, named, siteId } = world;
  await upsert(devices(1));
  const { _id: entityId } = await byExternalId(world, "device-0");
  const change = (more: object) => ann.mutation(api.integrations.entities.update, { ...named, entityId, ...more });
  const changed = await change({ siteId, normalizedData: { name: "Reception" } });
  expect(changed).toMatchObject({ siteId, normalizedData: { name: "Reception" } });
  expect(await change({ siteId })).toEqual(changed);
  expect(await eventsOf(world)).toEqual(["entity.created", "entity.updated"]);
  // The same hash as an upsert of the same would make.
  const sent = { ...device(0), siteId, normalizedData: { name: "Reception" } };
  expect((await upsert([sent])).results).toMatchObject([{ outcome: "unchanged", dataHash: changed.dataHash }]);
  expect(outcomesOf(await upsert(devices(1)))).toEqual(["updated"]);
  expect((await change({ siteId: null })).siteId).toBeUndefined();
});

it("deletes for good what is in the trash, with its raw data", async () => {
  const world = await entityHost();
  const { upsert, ann, named, rows } = world;
  await upsert(devices(2));
  const { _id: entityId } = await byExternalId(world, "device-0");
  const remove = (more = {}) => ann.mutation(api.integrations.entities.delete, { ...named, entityId, ...more });
  await expect(remove({ permanent: true })).rejects.toMatchObject({ data: { code: "not_deleted" } });
  await remove();
  await ann.mutation(api.integrations.entities.restore, { ...named, entityId });
  expect(await rows("entityCounts")).toMatchObject([{ live: 2 }]);
  await remove();
  await remove({ permanent: true });
  expect([await rows("entities"), await rows("entityPayloads")].map((all) => all.length)).toEqual([1, 1]);
  expect(await eventsOf(world)).toEqual([
    "entity.created",
    "entity.created",
    "entity.deleted",
    "entity.restored",
    "entity.deleted",
  ]);
});

it("keeps the count of what is live with every change, whoever makes it", async () => {
  const world = await entityHost();
  const { upsert, ann, named, rows } = world;
  const step = fc.record({
    kind: fc.constantFrom("upsert", "delete", "restore", "purge"),
    at: fc.nat(7),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      for (const { kind, at } of steps) {
        if (kind === "upsert") await upsert([device(at), device(at + 1)]);
        const row = (await rows("entities")).find(({ externalId }) => externalId === `device-${at}`);
        if (!row || kind === "upsert") continue;
        const ofRow = { ...named, entityId: row._id };
        if (kind === "restore" && row.deletedAt !== undefined)
          await ann.mutation(api.integrations.entities.restore, ofRow);
        if (kind === "delete" && row.deletedAt === undefined)
          await ann.mutation(api.integrations.entities.delete, ofRow);
        if (kind === "purge" && row.deletedAt !== undefined)
          await ann.mutation(api.integrations.entities.delete, { ...ofRow, permanent: true });
      }
      const live = (await rows("entities")).filter(({ deletedAt }) => deletedAt === undefined);
      expect((await rows("entityCounts"))[0]?.live ?? 0).toBe(live.length);
    }),
    { numRuns: 10 },
  );
});
