import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import schema from "../schema";
import { actorOf, appendAudit, auditedValues, changesBetween } from "./audit";
import { declarationOf } from "./table";
import { tableFacts } from "./tableFacts";
import type { TableNames } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

const tables = Object.keys(tableFacts).filter((name): name is TableNames => Object.hasOwn(tableFacts, name));

describe("changesBetween", () => {
  it("tells what was set, changed and cleared, and nothing of what stayed or when it was written", () => {
    const before = { name: "a", status: "open", description: "x", tags: ["a"], metadata: { a: [1] }, updatedAt: 1 };
    const after = { name: "b", status: "open", tags: ["a"], metadata: { a: [2] }, extra: 0, updatedAt: 2 };
    expect(changesBetween("items", before, after)).toEqual({
      name: { from: "a", to: "b" },
      description: { from: "x" },
      metadata: { from: { a: [1] }, to: { a: [2] } },
      extra: { to: 0 },
    });
    expect(changesBetween("items", before, { ...before, tags: ["a"], metadata: { a: [1] }, updatedAt: 9 })).toEqual({});
  });

  it("applied to the old row gives the new one", () => {
    const row = fc.dictionary(fc.constantFrom("name", "status", "description", "tags"), fc.jsonValue());
    fc.assert(
      fc.property(row, row, (before, after) => {
        const changed: Record<string, unknown> = { ...before };
        for (const [field, change] of Object.entries(changesBetween("items", before, after))) {
          if ("to" in change) changed[field] = change.to;
          else delete changed[field];
        }
        expect(JSON.parse(JSON.stringify(changed))).toEqual(JSON.parse(JSON.stringify(after)));
      }),
    );
  });
});

describe("secrets in audit rows", () => {
  const secretTables = tables.filter((table) => tableFacts[table].secret.length > 0);
  it("exist in the tables that hold credentials", () => {
    expect(secretTables.sort()).toEqual(["agentEnrollmentTokens", "agents", "apiKeys", "users"]);
  });

  it.each(secretTables)("are redacted in %s, whatever happens to them", (table) => {
    for (const field of tableFacts[table].secret) {
      const [old, fresh] = [{ [field]: "old-secret", name: "x" }, { [field]: "new-secret", name: "x" }];
      const written = [changesBetween(table, old, fresh), changesBetween(table, {}, fresh), changesBetween(table, old, {}), auditedValues(table, old)];
      expect(JSON.stringify(written)).not.toContain("secret");
      expect(written[0]).toEqual({ [field]: { from: "[redacted]", to: "[redacted]" } });
    }
  });

  it.each(tables)("%s declares every field that looks like one", (table) => {
    const secret: readonly string[] = tableFacts[table].secret;
    const declared = Object.keys(declarationOf(schema.tables[table])?.fields ?? {});
    for (const field of declared.filter((name) => /(hash|secret|password|ciphertext)$/i.test(name))) {
      if (field !== "requestHash") expect(secret).toContain(field);
    }
  });
});

describe("auditedValues", () => {
  it("leaves out system fields and what is not set", () => {
    expect(auditedValues("items", { _id: "x", _creationTime: 1, name: "a", description: undefined, count: 0 })).toEqual({ name: "a", count: 0 });
  });
});

describe("actorOf", () => {
  it("names the system for callers that are nobody yet", () => {
    expect(actorOf({ kind: "anonymous" })).toEqual({ actorType: "system" });
    expect(actorOf({ kind: "enrollment", hash: "x" })).toMatchObject({ actorType: "system" });
  });
});

describe("appendAudit", () => {
  const written: Record<string, unknown>[] = [];
  const ctx = { db: { insert: (_table: string, row: Record<string, unknown>) => Promise.resolve(written.push(row)) } } as unknown as MutationCtx;
  const append = async (changes: unknown, userAgent = "test") => {
    await appendAudit(ctx, { kind: "anonymous" }, undefined, { userAgent }, { action: "item.update", operation: "update", changes }, 1000);
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
    expect(row).toMatchObject({ userAgent: "u".repeat(300), result: "success", createdAt: 1000, expiresAt: 1000 + 365 * 86_400_000 });
    expect(row).not.toHaveProperty("organizationId");
  });
});
