import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import schema from "../../schema";
import { actorOf, appendAudit, auditedValues, changedFields, changesBetween, isSame } from "./audit";
import { dayMs } from "../wire/durations";
import { declarationOf } from "../schema/table";
import { tableMetadata } from "../schema/tableMetadata";
import type { TableMetadata } from "../schema/table";
import type { TableNames } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";

const tables = Object.keys(tableMetadata).filter((name): name is TableNames => Object.hasOwn(tableMetadata, name));

/** The same value with the fields of every object in reverse order, as a store may return them. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([field, inner]) => [field, reordered(inner)]),
  );
}

describe("isSame", () => {
  // Convex stores no field named __proto__.
  const json = fc.jsonValue({ noUnicodeString: false }).filter((value) => !JSON.stringify(value).includes("__proto__"));

  test("does not depend on the order of fields", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(isSame(value, reordered(value))).toBe(true);
      }),
    );
  });

  test("tells different values apart", () => {
    const normal = (value: unknown) => JSON.stringify(value, (_, inner: unknown) => sorted(inner));
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(isSame(left, right)).toBe(normal(left) === normal(right));
      }),
    );
  });

  test.each([
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [[1], { 0: 1 }],
    [null, {}],
    [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
    [new Uint8Array([1]).buffer, {}],
  ])("%j is not %j", (left, right) => {
    expect(isSame(left, right)).toBe(false);
    expect(isSame(right, left)).toBe(false);
  });

  test("a field that is undefined is one that is not there", () => {
    expect(isSame({ a: undefined }, {})).toBe(true);
    expect(isSame({}, { a: undefined })).toBe(true);
  });
});

function sorted(value: unknown): unknown {
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

test("only what differs is a change, and updatedAt never is", () => {
  const row = { name: "a", tags: ["x"], updatedAt: 1, note: "old" };
  expect(changedFields(row, { name: "a", tags: ["x"], updatedAt: 2, note: undefined })).toEqual(["note"]);
});

test("secrets are redacted, and a cleared field has no `to`", () => {
  const before = { keyHash: "one", hostname: "h" };
  const after = { keyHash: "two", hostname: undefined };
  expect(changesBetween("agents", before, after, ["keyHash", "hostname"])).toEqual({
    keyHash: { from: "[redacted]", to: "[redacted]" },
    hostname: { from: "h" },
  });
});

describe("changesBetween", () => {
  it("applied to the old row gives the new one", () => {
    const row = fc.dictionary(fc.constantFrom("name", "status", "description", "tags"), fc.jsonValue());
    fc.assert(
      fc.property(row, row, (before, after) => {
        const changed: Record<string, unknown> = { ...before };
        for (const [field, change] of Object.entries(
          changesBetween("items", before, after, everyField(before, after)),
        )) {
          if ("to" in change) changed[field] = change.to;
          else delete changed[field];
        }
        expect(JSON.parse(JSON.stringify(changed))).toEqual(JSON.parse(JSON.stringify(after)));
      }),
    );
  });
});

describe("secrets in audit rows", () => {
  const secretTables = tables.filter((table) => tableMetadata[table].secret.length > 0);
  it("exist in the tables that hold credentials", () => {
    expect(secretTables.sort()).toEqual([
      "agentEnrollmentTokens",
      "agents",
      "apiKeys",
      "dataSources",
      "docks",
      "emailSuppressions",
      "emails",
      "eventLogs",
      "invitations",
      "operationServices",
      "organizations",
      "outboxEvents",
      "scheduledJobs",
      "subscriptions",
      "syncHistory",
      "usageRecords",
      "users",
      "webhookDeliveries",
      "webhookEndpoints",
      "webhookEvents",
    ]);
  });

  // They tell which request a key was used for and whether an entity has changed; nobody gets in with them.
  const hashesOfContent: ReadonlySet<string> = new Set(["requestHash", "dataHash"]);

  it.each(secretTables)("are redacted in %s, whatever happens to them", (table) => {
    for (const field of tableMetadata[table].secret) {
      const [old, fresh] = [
        { [field]: "old-secret", name: "x" },
        { [field]: "new-secret", name: "x" },
      ];
      const written = [
        changesBetween(table, old, fresh, [field]),
        changesBetween(table, {}, fresh, [field]),
        changesBetween(table, old, {}, [field]),
        auditedValues(table, old),
      ];
      expect(JSON.stringify(written)).not.toContain("secret");
      expect(written[0]).toEqual({ [field]: { from: "[redacted]", to: "[redacted]" } });
    }
  });

  it.each(tables)("%s declares every field that looks like one", (table) => {
    const declared = Object.keys(declarationOf(schema.tables[table])?.fields ?? {});
    const credentials = declared.filter(
      (name) => /(hash|secret|password|ciphertext)$/i.test(name) && !hashesOfContent.has(name),
    );
    expect(tableMetadata[table].secret).toEqual(expect.arrayContaining(credentials));
  });
});

describe("URLs in audit rows", () => {
  const metadata = tables.map((table): [TableNames, TableMetadata] => [table, tableMetadata[table]]);
  const urls = metadata.flatMap(([table, { urls: paths = [] }]) => paths.map((path) => [table, path] as const));

  it("stand in the tables of endpoints and of people", () => {
    expect(urls.map(([table, path]) => `${table}.${path.join(".")}`)).toEqual(
      expect.arrayContaining(["webhookEndpoints.url", "users.imageUrl"]),
    );
  });

  it.each(urls)("of %s show where they lead, and no secret: %j", (table, [field = "", ...path]) => {
    const stored = path.reduceRight<unknown>(
      (inner, name) => (name === "[]" ? [inner] : { [name]: inner }),
      "https://hooks.example.com/in/T0PL4NT3DPL4NT3DPL4NT3D?key=PLANTED#PLANTED",
    );
    const row = { [field]: stored };
    for (const written of [auditedValues(table, row), changesBetween(table, {}, row, [field])]) {
      expect(JSON.stringify(written)).toContain("https://hooks.example.com/in/[redacted]?key=[redacted]");
      expect(JSON.stringify(written)).not.toMatch(/PLANTED|PL4NT3D/);
    }
  });
});

describe("auditedValues", () => {
  it("leaves out system fields and what is not set", () => {
    expect(auditedValues("items", { _id: "x", _creationTime: 1, name: "a", description: undefined, count: 0 })).toEqual(
      { name: "a", count: 0 },
    );
  });
});

describe("actorOf", () => {
  it("names the system for callers that are nobody yet", () => {
    expect(actorOf({ kind: "anonymous" })).toEqual({ actorType: "system" });
  });
});

describe("appendAudit", () => {
  const written: Record<string, unknown>[] = [];
  const ctx = insertingInto(written);
  const append = async (changes: unknown, userAgent = "test") => {
    await appendAudit(
      ctx,
      actorOf({ kind: "anonymous" }),
      undefined,
      { userAgent },
      { action: "item.update", operation: "update", changes },
      1000,
    );
    return written.at(-1);
  };

  it("replaces a diff that is too large by the names of its fields", async () => {
    const small = { name: { to: "x".repeat(16_000) } };
    expect((await append(small))?.["changes"]).toEqual(small);
    const large = { name: { to: "x".repeat(16_384) }, status: { to: "open" } };
    expect((await append(large))?.["changes"]).toEqual({ truncated: true, fields: ["name", "status"] });
  });

  it("bounds what the caller calls itself, and keeps rows for a year unless the organization says otherwise", async () => {
    const row = await append({}, "u".repeat(1000));
    expect(row).toMatchObject({
      userAgent: "u".repeat(300),
      result: "success",
      createdAt: 1000,
      expiresAt: 1000 + 365 * dayMs,
    });
    expect(row).not.toHaveProperty("organizationId");
  });
});

/** Appending uses nothing of the context but `db.insert`. */
function insertingInto(written: Record<string, unknown>[]): MutationCtx {
  const insert = (_table: string, row: Record<string, unknown>) => Promise.resolve(written.push(row));
  return { db: { insert } } as unknown as MutationCtx;
}

/** The names of the fields that differ, whether set, changed or cleared. */
function everyField(before: Record<string, unknown>, after: Record<string, unknown>): readonly string[] {
  const cleared = Object.fromEntries(Object.keys(before).map((field) => [field, undefined]));
  return changedFields(before, { ...cleared, ...after });
}
