import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import schema from "../schema";
import { internal } from "../_generated/api";
import { createTestHost } from "../../host/testHost/createTestHost";
import { sampleFields } from "../../openapi/contract/samples.testing";
import { declarationOf } from "../core/schema/table";
import { tableMetadata } from "../core/schema/tableMetadata";
import { defaultOrganizationSettings } from "./tables";
import type { TableMetadata } from "../core/schema/table";
import type { Doc, Id, TableNames } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** More than one batch. */
const manyRows = 450;
const allRows = 5000;

type Host = ReturnType<typeof createTestHost<(typeof schema)["tables"]>>;

const tenantTables = Object.entries(tableMetadata).flatMap(([name, metadata]: [string, TableMetadata]) =>
  metadata.tenant === "none" ? [] : [{ name: asTable(name), metadata }],
);

function asTable(name: string): TableNames {
  const table = Object.keys(tableMetadata).find((known): known is TableNames => known === name);
  if (table === undefined) throw new Error(`There is no table ${name}.`);
  return table;
}

function isGlobal(table: string): table is TableNames {
  return Object.entries(tableMetadata).some(([name, { tenant }]) => name === table && tenant === "none");
}

/** An organization whose time in the trash is over, with rows in every table that knows organizations. */
async function deletedOrganization(host: Host, slug: string, rowsOfEach = 7): Promise<Id<"organizations">> {
  const [userId, organizationId] = await host.run(async ({ db }) => {
    const stamps = { createdAt: 1, updatedAt: 1 };
    const owner = await db.insert("users", {
      tokenIdentifier: `https://identity.example|${slug}`,
      emailVerified: false,
      name: "Ann",
      status: "active",
      isPlatformAdmin: false,
      ...stamps,
    });
    const organization = await db.insert("organizations", {
      name: "Acme",
      slug,
      status: "inactive",
      ownerId: owner,
      settings: defaultOrganizationSettings,
      deletedAt: 1,
      purgeAfter: 2,
      ...stamps,
    });
    await db.patch("users", owner, { defaultOrganizationId: organization });
    return [owner, organization];
  });
  const blob = await host.run(({ storage }) => storage.store(new Blob(["a file"])));
  const ids: Record<string, string> = { users: userId, organizations: organizationId, _storage: blob };
  // Rows of the deployment's own that those of the organization refer to.
  for (const { table } of tenantTables.flatMap(({ metadata }) => metadata.references))
    if (!(table in ids) && isGlobal(table))
      ids[table] = await insertAll(host, table, [sampleFields(declarationOf(schema.tables[table])?.fields ?? {}, ids)]);
  for (let left = tenantTables; left.length > 0;) {
    const ready = left.filter(({ metadata }) => metadata.references.every(({ table }) => table in ids));
    expect(ready, `none of ${left.map(({ name }) => name).join()} refers to tables with rows only`).not.toEqual([]);
    for (const { name } of ready) {
      const fields = declarationOf(schema.tables[name])?.fields ?? {};
      const count = name === "items" ? Math.max(manyRows, rowsOfEach) : rowsOfEach;
      ids[name] = await insertAll(
        host,
        name,
        Array.from({ length: count }, () => sampleFields(fields, ids)),
      );
    }
    left = left.filter(({ name }) => !ready.some((inserted) => inserted.name === name));
  }
  return organizationId;
}

/** Inserts rows of whatever table, as its own declaration made them; answers the id of the last. */
function insertAll(host: Host, table: TableNames, rows: readonly object[]): Promise<string> {
  return host.run(async ({ db }) => {
    let id = "";
    // The table's type is not known here, so neither is that of its rows.
    for (const row of rows) id = String(await Reflect.apply(db.insert, db, [table, row]));
    return id;
  });
}

/** How many rows of each table belong to the organization, refer to it, or are it. */
async function remaining(host: Host, organizationId: Id<"organizations">): Promise<Record<string, number>> {
  return host.run(async ({ db }) => {
    const counts: Record<string, number> = {};
    for (const [table, { references }] of Object.entries(tableMetadata)) {
      const fields = ["_id", ...references.flatMap((known) => (known.table === "organizations" ? known.path : []))];
      const rows: readonly object[] = await db.query(asTable(table)).take(allRows);
      counts[table] = rows.filter((row) => fields.some((field) => Reflect.get(row, field) === organizationId)).length;
    }
    return counts;
  });
}

const jobOf = (host: Host, organizationId: Id<"organizations">): Promise<Doc<"scheduledJobs"> | null> =>
  host.run(({ db }) =>
    db
      .query("scheduledJobs")
      .withIndex("by_organizationId_and_dedupeKey_and_status", (q) =>
        q.eq("organizationId", organizationId).eq("dedupeKey", "organization.purge"),
      )
      .first(),
  );

async function runOneStep(host: Host): Promise<void> {
  vi.advanceTimersByTime(0);
  await host.finishInProgressScheduledFunctions();
}

const nothing = Object.fromEntries(Object.keys(tableMetadata).map((table) => [table, 0]));

it("leaves nothing of an organization in any table, and everything of another", async () => {
  const host = createTestHost(schema);
  const gone = await deletedOrganization(host, "gone");
  const other = await deletedOrganization(host, "other");
  await host.run(({ db }) => db.patch("organizations", other, { purgeAfter: undefined }));
  const before = await remaining(host, gone);
  expect(tenantTables.filter(({ name }) => (before[name] ?? 0) < 7)).toEqual([]);
  const others = await remaining(host, other);

  await host.mutation(internal.tenancy.purging.purgeDue, {});
  await host.finishAllScheduledFunctions(vi.runAllTimers);

  expect(await remaining(host, gone)).toEqual(nothing);
  expect(await remaining(host, other)).toEqual(others);
  const told = await host.run(({ db }) => db.query("auditLogs").take(allRows));
  const rows = tenantTables.reduce((sum, { name }) => sum + (before[name] ?? 0), 0);
  expect(told.filter(({ action }) => action === "organization.purge")).toMatchObject([
    {
      operation: "purge",
      recordId: gone,
      metadata: { slug: "gone", deleted: rows, batches: Math.floor(rows / 200) + 1 },
    },
  ]);
});

it("goes table by table, those that refer to others first, and says how far it is", async () => {
  const host = createTestHost(schema);
  const organizationId = await deletedOrganization(host, "told", 201);
  await host.mutation(internal.tenancy.purging.purgeDue, {});
  const seen: { table: string; deleted: number }[] = [];
  for (let job = await jobOf(host, organizationId); job; job = await jobOf(host, organizationId)) {
    const { table, deleted } = Object(job.progress);
    if (table !== undefined) seen.push({ table, deleted });
    await runOneStep(host);
  }
  expect(await remaining(host, organizationId)).toEqual(nothing);
  // Each table has a row more than a batch, so that each is the last of one.
  expect(tenantTables.filter(({ name }) => !seen.some(({ table }) => table === name))).toEqual([]);
  expect(seen.map(({ deleted }) => deleted)).toEqual(seen.map(({ deleted }) => deleted).toSorted((a, b) => a - b));
  const order = seen.map(({ table }) => table);
  const tooLate = tenantTables.flatMap(({ name, metadata }) =>
    metadata.references
      .filter(({ table }) => order.includes(table) && order.lastIndexOf(name) > order.indexOf(table))
      .map(({ table }) => `${name} after ${table}`),
  );
  expect(tooLate).toEqual([]);
});

it("goes on where it was when its deployment was stopped in between, each time", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "portico-purge-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const options = { schema, file: path.join(directory, "store.sqlite") };
  let host = createTestHost(options);
  const organizationId = await deletedOrganization(host, "stopped", 80);
  await host.mutation(internal.tenancy.purging.purgeDue, {});
  // The first begins the job, and each of the others is a batch of it.
  await runOneStep(host);
  let deleted = 0;
  for (let stop = 0; stop < 5; stop++) {
    await runOneStep(host);
    await host.close();
    host = createTestHost(options);
    const job = await jobOf(host, organizationId);
    expect(job).toMatchObject({ status: "running", attempts: 1 });
    expect(Object(job?.progress).deleted).toBeGreaterThan(deleted);
    deleted = Object(job?.progress).deleted;
  }
  await host.finishAllScheduledFunctions(vi.runAllTimers);
  expect(await remaining(host, organizationId)).toEqual(nothing);
  await host.close();
});

it("is one job however often it is asked for", async () => {
  const host = createTestHost(schema);
  const organizationId = await deletedOrganization(host, "once");
  const jobs = () =>
    host.run(async ({ db }) =>
      (await db.query("scheduledJobs").take(allRows)).filter(({ dedupeKey }) => dedupeKey === "organization.purge"),
    );
  await host.mutation(internal.tenancy.purging.purgeDue, {});
  await host.mutation(internal.tenancy.purging.purgeDue, {});
  await runOneStep(host);
  await host.mutation(internal.tenancy.purging.purgeDue, {});
  expect(await jobs()).toHaveLength(1);
  await host.finishAllScheduledFunctions(vi.runAllTimers);
  expect(await remaining(host, organizationId)).toEqual(nothing);
});

it("stops at a number of bytes as well as of rows", async () => {
  const host = createTestHost(schema);
  const organizationId = await deletedOrganization(host, "large");
  const fields = declarationOf(schema.tables.items)?.fields ?? {};
  const sample = sampleFields(fields, { organizations: organizationId });
  const large = { ...sample, createdBy: undefined, description: "x".repeat(500_000) };
  // Forty times half a megabyte cannot be read at once, nor written.
  for (let tens = 0; tens < 4; tens++)
    await insertAll(
      host,
      "items",
      Array.from({ length: 10 }, () => large),
    );
  await host.mutation(internal.tenancy.purging.purgeDue, {});
  await host.finishAllScheduledFunctions(vi.runAllTimers);
  expect(await remaining(host, organizationId)).toEqual(nothing);
});

it("takes along who waits for it alone, and nobody who is anything else", async () => {
  const host = createTestHost(schema);
  const gone = await deletedOrganization(host, "awaited");
  const other = await deletedOrganization(host, "staying");
  await host.run(({ db }) => db.patch("organizations", other, { purgeAfter: undefined }));
  const waiting = (organizationId: Id<"organizations">, userId: Id<"users">) =>
    host.run(async ({ db }) => {
      const role = await db
        .query("roles")
        .withIndex("by_organizationId_and_deletedAt", (q) => q.eq("organizationId", organizationId))
        .first();
      if (!role) throw new Error("The organization has roles.");
      const place = { organizationId, userId, roleId: role._id, roleKey: role.key, createdAt: 1, updatedAt: 1 };
      await db.insert("memberships", { ...place, status: "pending", invitedEmail: "a@b.example" });
    });
  const person = (fields: Partial<Doc<"users">> = {}) =>
    host.run(({ db }) => {
      const base = { emailVerified: false, name: "P", isPlatformAdmin: false, createdAt: 1, updatedAt: 1 } as const;
      return db.insert("users", { ...base, status: "pending", ...fields });
    });
  const [alone, shared] = [await person(), await person()];
  const known = await person({ status: "active", tokenIdentifier: "https://identity.example|known" });
  for (const userId of [alone, shared, known]) await waiting(gone, userId);
  await waiting(other, shared);
  const many = await Promise.all(Array.from({ length: 150 }, () => person()));
  for (const userId of many) await waiting(gone, userId);

  await host.mutation(internal.tenancy.purging.purgeDue, {});
  await host.finishAllScheduledFunctions(vi.runAllTimers);

  expect(await remaining(host, gone)).toEqual(nothing);
  const left = (id: Id<"users">) => host.run(async ({ db }) => (await db.get("users", id)) !== null);
  expect([await left(alone), await left(shared), await left(known)]).toEqual([false, true, true]);
  expect((await Promise.all(many.map(left))).filter(Boolean)).toEqual([]);
});
