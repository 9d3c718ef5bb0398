import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as fc from "fast-check";
import schema from "../../schema";
import { internal } from "../../_generated/api";
import { createTestHost } from "../../../host/testHost/createTestHost";
import { defaultOrganizationSettings } from "../../tenancy/tables";
import { dayMs, hourMs } from "../wire/durations";
import { tableMetadata } from "../schema/tableMetadata";
import { valuesAt } from "../schema/zod";
import { deleteTenantRows } from "./cascades";
import { systemWriter } from "./systemWriter";
import type { FilePurpose } from "../schema/fields";
import type { TableMetadata } from "../schema/table";
import type { Doc, Id, TableNames } from "../../_generated/dataModel";
import type { UnscopedWriter } from "./writer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const allRows = 1000;
const work = { noun: "test", action: "test.write", isAudited: false } as const;

type Host = ReturnType<typeof newHost>;
const newHost = () => createTestHost(schema);

/** Runs `write` as one transaction, which what it throws undoes. */
function write<Result>(host: Host, run: (writer: UnscopedWriter) => Promise<Result>): Promise<Result> {
  return host.run((ctx) => run(systemWriter(ctx, { ...work, now: Date.now() })));
}

async function newOrganization(host: Host, slug: string): Promise<Id<"organizations">> {
  return write(host, async (writer) => {
    const person = { emailVerified: false, name: "Ann", status: "active", isPlatformAdmin: false } as const;
    const { _id: ownerId } = await writer.insert("users", { ...person, tokenIdentifier: slug });
    const settings = defaultOrganizationSettings;
    return (await writer.insert("organizations", { name: slug, slug, status: "active", ownerId, settings }))._id;
  });
}

async function newFile(host: Host, organizationId: Id<"organizations">, purpose: FilePurpose): Promise<Doc<"files">> {
  const storageId = await host.run(({ storage }) => storage.store(new Blob(["bytes"])));
  return write(host, async (writer) => {
    const organization = await required(writer, "organizations", organizationId);
    const facts = { name: "logo.png", contentType: "image/png", size: 5, sha256: "00", refCount: 0 };
    const unused = purpose === "other" ? {} : { unusedSince: Date.now() };
    return writer.within(organization).insert("files", { storageId, ...facts, purpose, ...unused });
  });
}

async function required<Table extends TableNames>(
  writer: UnscopedWriter,
  table: Table,
  id: Id<Table>,
): Promise<Doc<Table>> {
  const row = await writer.get(table, id);
  if (!row) throw new Error(`There is no such row of ${table}.`);
  return row;
}

/** How many rows of all tables hold each storage id, counted anew. */
async function recount(host: Host): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  await host.run(async ({ db }) => {
    for (const [name, { files = [] }] of Object.entries<TableMetadata>(tableMetadata)) {
      if (files.length === 0) continue;
      const table = Object.keys(schema.tables).find((known): known is TableNames => known === name);
      for (const row of table ? await db.query(table).take(allRows) : []) {
        const held = new Set(files.flatMap(({ path }) => valuesAt(row, path).map(([value]) => String(value))));
        for (const storageId of held) counts.set(storageId, (counts.get(storageId) ?? 0) + 1);
      }
    }
  });
  return counts;
}

const filesOf = (host: Host) => host.run(({ db }) => db.query("files").take(allRows));
const blobsOf = (host: Host) => host.run(({ db }) => db.system.query("_storage").take(allRows));

const step = fc.record({
  kind: fc.constantFrom("hold", "hold", "clear", "trash", "restore", "purge", "deleteFile", "trashFile"),
  organization: fc.nat(1),
  file: fc.nat(5),
});

it("counts of every file the rows that hold it, whatever is written", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const host = newHost();
      const organizations = [await newOrganization(host, "one"), await newOrganization(host, "two")];
      const files: Doc<"files">[] = [];
      for (const organizationId of organizations)
        for (const purpose of ["logo", "logo", "avatar"] as const)
          files.push(await newFile(host, organizationId, purpose));
      for (const each of steps) {
        // What is refused has changed nothing.
        await write(host, (writer) => applied(writer, each, organizations, files)).catch(() => undefined);
        const counts = await recount(host);
        for (const { storageId, refCount, purpose, unusedSince } of await filesOf(host)) {
          expect(refCount).toBe(counts.get(storageId) ?? 0);
          expect(unusedSince === undefined).toBe(refCount > 0 || purpose === "other");
        }
      }
      const blobs = await blobsOf(host);
      expect(blobs.map(({ _id }) => _id).toSorted()).toEqual(
        (await filesOf(host)).map(({ storageId }) => storageId).toSorted(),
      );
    }),
  );
});

async function applied(
  writer: UnscopedWriter,
  each: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
  organizations: readonly Id<"organizations">[],
  files: readonly Doc<"files">[],
): Promise<void> {
  const known = files[each.file];
  const id = organizations[each.organization];
  if (!known || !id) return;
  if (each.kind === "deleteFile" || each.kind === "trashFile") {
    const file = await required(writer, "files", known._id);
    if (file.refCount > 0) return;
    if (each.kind === "trashFile") await writer.softDelete("files", file);
    else await writer.purge("files", file);
    return;
  }
  const organization = await required(writer, "organizations", id);
  if (each.kind === "hold") await writer.patch("organizations", organization, { logoStorageId: known.storageId });
  else if (each.kind === "clear") await writer.patch("organizations", organization, { logoStorageId: undefined });
  else if (each.kind === "trash") await writer.softDelete("organizations", organization);
  else if (each.kind === "restore") await writer.restore("organizations", organization);
  else await writer.discard("organizations", organization);
}

it("refuses files of others, of another purpose, in the trash, and of nobody", async () => {
  const host = newHost();
  const [one, two] = [await newOrganization(host, "one"), await newOrganization(host, "two")];
  const [foreign, avatar, trashed] = [
    await newFile(host, two, "logo"),
    await newFile(host, one, "avatar"),
    await newFile(host, one, "logo"),
  ];
  await write(host, (writer) => writer.softDelete("files", trashed));
  const unregistered = await host.run(({ storage }) => storage.store(new Blob(["bytes"])));
  const codes: unknown[] = [];
  for (const logoStorageId of [foreign.storageId, unregistered, trashed.storageId, avatar.storageId]) {
    const refusal = await write(host, async (writer) =>
      writer.patch("organizations", await required(writer, "organizations", one), { logoStorageId }),
    ).catch((error: unknown) => Object(error).data);
    codes.push([Object(refusal).code, Object(refusal).errors?.[0]?.pointer]);
  }
  expect(codes).toEqual([
    ["cross_tenant_reference", "/logoStorageId"],
    ["cross_tenant_reference", "/logoStorageId"],
    ["cross_tenant_reference", "/logoStorageId"],
    ["file_purpose_mismatch", "/logoStorageId"],
  ]);
});

it("deletes after a day what nothing uses, and blobs that nobody has claimed", async () => {
  const host = newHost();
  const organizationId = await newOrganization(host, "one");
  const used = await newFile(host, organizationId, "logo");
  const kept = await newFile(host, organizationId, "other");
  await newFile(host, organizationId, "logo");
  await host.run(({ storage }) => storage.store(new Blob(["never registered"])));
  await write(host, async (writer) =>
    writer.patch("organizations", await required(writer, "organizations", organizationId), {
      logoStorageId: used.storageId,
    }),
  );
  const upkeep = async () => [
    await host.mutation(internal.platform.fileUpkeep.deleteUnused, {}),
    await host.mutation(internal.core.records.blobs.sweep, {}),
  ];
  vi.advanceTimersByTime(dayMs - hourMs);
  expect(await upkeep()).toEqual([0, 0]);
  vi.advanceTimersByTime(2 * hourMs);
  expect(await upkeep()).toEqual([1, 1]);
  expect(await upkeep()).toEqual([0, 0]);
  expect((await filesOf(host)).map(({ _id }) => _id)).toEqual([used._id, kept._id]);
  expect((await blobsOf(host)).length).toBe(2);
});

it("deletes for good what has been in the trash as long as its organization keeps it", async () => {
  const host = newHost();
  const files: Doc<"files">[] = [];
  for (const [slug, days] of [
    ["one", 1],
    ["two", 3],
  ] as const) {
    const organizationId = await newOrganization(host, slug);
    const file = await newFile(host, organizationId, "other");
    const purgeAfter = Date.now() + days * dayMs;
    await write(host, (writer) => writer.softDelete("files", file, { purgeAfter }));
    files.push(file);
  }
  const kept = await newFile(host, files[0]?.organizationId ?? (await newOrganization(host, "none")), "other");
  const left = async () => {
    await host.mutation(internal.platform.fileUpkeep.purgeDeleted, {});
    expect(await blobsOf(host)).toHaveLength((await filesOf(host)).length);
    return (await filesOf(host)).map(({ _id }) => _id);
  };
  expect(await left()).toEqual([...files.map(({ _id }) => _id), kept._id]);
  vi.advanceTimersByTime(dayMs + 1);
  expect(await left()).toEqual([files[1]?._id, kept._id]);
  vi.advanceTimersByTime(2 * dayMs);
  expect(await left()).toEqual([kept._id]);
});

it("goes through all of storage, however much there is", async () => {
  const host = newHost();
  const count = 1201;
  for (let stored = 0; stored < count; stored += 100)
    await host.run(async ({ storage }) => {
      for (let at = stored; at < Math.min(stored + 100, count); at++) await storage.store(new Blob([String(at)]));
    });
  vi.advanceTimersByTime(dayMs + hourMs);
  await host.mutation(internal.core.records.blobs.sweep, {});
  await host.finishAllScheduledFunctions(vi.runAllTimers);
  expect(await blobsOf(host)).toEqual([]);
});

it("takes the blobs of an organization along with its rows", async () => {
  const host = newHost();
  const [one, two] = [await newOrganization(host, "one"), await newOrganization(host, "two")];
  const held = await newFile(host, one, "logo");
  await newFile(host, one, "other");
  const others = await newFile(host, two, "other");
  await write(host, async (writer) =>
    writer.patch("organizations", await required(writer, "organizations", one), { logoStorageId: held.storageId }),
  );
  await host.run((ctx) => deleteTenantRows(ctx, one, ""));
  await write(host, async (writer) => writer.discard("organizations", await required(writer, "organizations", one)));
  expect((await blobsOf(host)).map(({ _id }) => _id)).toEqual([others.storageId]);
});
