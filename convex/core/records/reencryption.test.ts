import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { openDeployment } from "../../../host/runtime/openDeployment";
import { scratchDirectory, valueOf } from "../../../host/testing/testDeployment.testing";
import { keyVersionOf } from "../wire/encryption";

/**
 * The functions of this folder over a schema of their own, in which two tables hold secrets: of the product's own tables the metadata
 * decides, and here it is this.
 */

const firstKey = "0f".repeat(32);
const secondKey = "a1".repeat(32);
const product = (file: string) => JSON.stringify(path.join(import.meta.dirname, "../..", file));

const sources: Readonly<Record<string, string>> = {
  "schema.ts": `
    import { defineSchema } from "convex/server";
    import * as z from "zod";
    import product from ${product("schema.ts")};
    import { sealed } from ${product("core/schema/fields.ts")};
    import { tenantTable } from ${product("core/schema/table.ts")};
    const options = { noun: "vault", description: "Holds a secret." };
    export default defineSchema({
      ...product.tables,
      vaults: tenantTable({ name: z.string(), secret: sealed(), previousSecret: sealed().optional() }, "", options),
      safes: tenantTable({ secret: sealed().optional() }, "", options),
    });`,
  "core/records/reencryption.ts": `
    import { reencryptionFunctions } from ${product("core/records/reencryption.ts")};
    export const { page, store, reencryptSecrets } = reencryptionFunctions({
      vaults: { sealed: ["secret", "previousSecret"] },
      safes: { sealed: ["secret"] },
      items: { sealed: [] },
    });`,
  "core/records/sealedSecrets.ts": `export { noteReading } from ${product("core/records/sealedSecrets.ts")};`,
  "vaults.ts": `
    import { actionGeneric, makeFunctionReference, mutationGeneric, queryGeneric } from "convex/server";
    import { defaultOrganizationSettings } from ${product("tenancy/tables.ts")};
    import { decryptSecret, encryptSecret } from ${product("core/wire/encryption.ts")};
    import { openSecret } from ${product("core/records/sealedSecrets.ts")};
    const stamps = { createdAt: 1, updatedAt: 1 };
    export const found = mutationGeneric(async ({ db }, { slug }) => {
      const ownerId = await db.insert("users", { emailVerified: false, name: "O", status: "active", isPlatformAdmin: false, ...stamps });
      const settings = defaultOrganizationSettings;
      return await db.insert("organizations", { name: slug, slug, status: "active", ownerId, settings, ...stamps });
    });
    export const insert = mutationGeneric(async ({ db }, { table, row }) => await db.insert(table, row));
    export const patch = mutationGeneric(async ({ db }, { id, changes }) => await db.patch(id, changes));
    export const rows = queryGeneric(async ({ db }, { table }) => await db.query(table).collect());
    export const audits = queryGeneric(async ({ db }) => await db.query("auditLogs").collect());
    export const fill = actionGeneric(async (ctx, { organizationId, table, names }) => {
      for (const name of names) {
        const place = { table, organizationId };
        const secret = await encryptSecret({ ...place, plaintext: "secret of " + name });
        const previousSecret = await encryptSecret({ ...place, plaintext: "before " + name });
        const row = table === "vaults" ? { organizationId, name, secret, previousSecret } : { organizationId, secret };
        await ctx.runMutation(makeFunctionReference("vaults:insert"), { table, row });
      }
    });
    export const read = actionGeneric(async (ctx, { table }) => {
      const rows = await ctx.runQuery(makeFunctionReference("vaults:rows"), { table });
      const texts = [];
      for (const { organizationId, secret, previousSecret } of rows)
        for (const sealed of [secret, previousSecret])
          if (sealed) texts.push(await decryptSecret({ table, organizationId, sealed }));
      return texts;
    });
    export const open = actionGeneric(async (ctx, { table, at }) => {
      const row = (await ctx.runQuery(makeFunctionReference("vaults:rows"), { table }))[at];
      const { organizationId, _id: recordId, secret: sealed } = row;
      return await openSecret(ctx, { table, organizationId, recordId, sealed }).catch(({ data }) => data.code);
    });`,
};

const rowSchema = z.object({
  _id: z.string(),
  secret: z.object({ ciphertext: z.object({ $bytes: z.string() }), bindingId: z.string() }),
});
const auditSchema = z.object({
  action: z.string(),
  result: z.string(),
  organizationId: z.string(),
  tableName: z.string(),
  recordId: z.string().optional(),
  metadata: z.object({ count: z.number(), keyVersion: z.number(), reason: z.string() }).optional(),
});

async function startVaults() {
  const scratch = scratchDirectory();
  const functionsDirectory = path.join(scratch.path, "convex");
  symlinkSync(path.join(import.meta.dirname, "../../../node_modules"), path.join(scratch.path, "node_modules"));
  for (const [file, source] of Object.entries(sources)) {
    mkdirSync(path.join(functionsDirectory, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(functionsDirectory, file), source);
  }
  const deployment = await openDeployment({
    functionsDirectory,
    file: ":memory:",
    cloudUrl: "http://127.0.0.1:3210",
    siteUrl: "http://127.0.0.1:3211",
  });
  onTestFinished(async () => {
    await deployment.close();
    scratch.remove();
  });
  const setKeys = (keys: Readonly<Record<string, string | null>>) =>
    deployment.updateEnvironmentVariables(new Map(Object.entries(keys)));
  await setKeys({ ENCRYPTION_MASTER_KEY: firstKey });
  const internal = { allowInternal: true };
  const call = (type: "query" | "mutation" | "action", name: string, args = {}) =>
    valueOf(deployment, type, name, args, internal);
  const versions = async (table: string) =>
    z
      .array(rowSchema)
      .parse(await call("query", "vaults:rows", { table }))
      .map(({ secret }) => keyVersionOf({ ciphertext: bytesOf(secret.ciphertext.$bytes) }));
  const audits = async () => z.array(auditSchema).parse(await call("query", "vaults:audits"));
  return { call, setKeys, versions, audits };
}

function bytesOf(base64: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(base64, "base64")).buffer;
}

const rotated = { ENCRYPTION_MASTER_KEY: secondKey, ENCRYPTION_MASTER_KEY_V1: firstKey, ENCRYPTION_KEY_VERSION: "2" };
const reencrypt = "core/records/reencryption:reencryptSecrets";
const namesUpTo = (count: number) => Array.from({ length: count }, (_, at) => `n${at}`);

beforeEach(() => void vi.stubEnv("ENCRYPTION_MASTER_KEY", undefined));
afterEach(() => void vi.unstubAllEnvs());

describe("reencryptSecrets", () => {
  it("encrypts every secret of every table with the present key, in batches, and tells how many", async () => {
    const { call, setKeys, versions, audits } = await startVaults();
    const acme = await call("mutation", "vaults:found", { slug: "acme" });
    const globex = await call("mutation", "vaults:found", { slug: "globex" });
    await call("action", "vaults:fill", { organizationId: acme, table: "vaults", names: namesUpTo(60) });
    await call("action", "vaults:fill", { organizationId: globex, table: "vaults", names: ["g"] });
    await call("action", "vaults:fill", { organizationId: globex, table: "safes", names: ["s"] });
    const before = await call("action", "vaults:read", { table: "vaults" });

    await setKeys(rotated);
    expect(await call("action", "vaults:read", { table: "vaults" })).toEqual(before);
    expect(await call("action", reencrypt)).toEqual({ reencrypted: 123, unreadable: 0, next: null });
    expect(new Set(await versions("vaults"))).toEqual(new Set([2]));
    expect(await versions("safes")).toEqual([2]);

    const told = (await audits()).map(({ action, organizationId, tableName, metadata }) => ({
      action,
      organizationId,
      tableName,
      ...metadata,
    }));
    const rotation = { action: "credential.rotate", keyVersion: 2, reason: "reencryption" };
    expect(told).toEqual([
      { ...rotation, organizationId: globex, tableName: "safes", count: 1 },
      { ...rotation, organizationId: acme, tableName: "vaults", count: 100 },
      { ...rotation, organizationId: acme, tableName: "vaults", count: 20 },
      { ...rotation, organizationId: globex, tableName: "vaults", count: 2 },
    ]);

    await setKeys({ ENCRYPTION_MASTER_KEY_V1: null });
    expect(await call("action", "vaults:read", { table: "vaults" })).toEqual(before);
    expect(await call("action", reencrypt)).toEqual({ reencrypted: 0, unreadable: 0, next: null });
    expect(await audits()).toHaveLength(4);
  });

  it("does the rest where a run was broken off, or is told where to go on", async () => {
    const { call, setKeys, versions } = await startVaults();
    const organizationId = await call("mutation", "vaults:found", { slug: "acme" });
    await call("action", "vaults:fill", { organizationId, table: "vaults", names: namesUpTo(3) });
    await setKeys(rotated);
    await call("action", "vaults:fill", { organizationId, table: "vaults", names: ["new"] });
    expect(await versions("vaults")).toEqual([1, 1, 1, 2]);
    const from = { table: "vaults", cursor: null };
    expect(await call("action", reencrypt, { from, goesOn: true })).toEqual({
      reencrypted: 6,
      unreadable: 0,
      next: null,
    });
    expect(await versions("vaults")).toEqual([2, 2, 2, 2]);
  });

  it("leaves a secret that was replaced meanwhile as it is", async () => {
    const { call, setKeys, versions } = await startVaults();
    const organizationId = await call("mutation", "vaults:found", { slug: "acme" });
    await call("action", "vaults:fill", { organizationId, table: "vaults", names: ["a", "b"] });
    const [first, second] = z.array(rowSchema).parse(await call("query", "vaults:rows", { table: "vaults" }));
    await setKeys(rotated);
    const secrets = [{ field: "secret", bindingId: "another", sealed: second?.secret }];
    const rows = [{ id: first?._id, organizationId, secrets }];
    expect(await call("mutation", "core/records/reencryption:store", { table: "vaults", keyVersion: 2, rows })).toBe(0);
    expect(await versions("vaults")).toEqual([1, 1]);
    expect(z.array(rowSchema).parse(await call("query", "vaults:rows", { table: "vaults" }))[0]).toEqual(first);
  });

  it("counts what no key can read, and leaves it", async () => {
    const { call, setKeys, versions } = await startVaults();
    const organizationId = await call("mutation", "vaults:found", { slug: "acme" });
    await call("action", "vaults:fill", { organizationId, table: "safes", names: ["a"] });
    await setKeys({ ...rotated, ENCRYPTION_MASTER_KEY_V1: secondKey });
    expect(await call("action", reencrypt)).toEqual({ reencrypted: 0, unreadable: 1, next: null });
    expect(await versions("safes")).toEqual([1]);
  });

  it("does nothing without a present key, and works on no table without secrets", async () => {
    const { call, setKeys } = await startVaults();
    const organizationId = await call("mutation", "vaults:found", { slug: "acme" });
    await call("action", "vaults:fill", { organizationId, table: "safes", names: ["a"] });
    await setKeys({ ENCRYPTION_MASTER_KEY: null, ENCRYPTION_MASTER_KEY_V1: firstKey, ENCRYPTION_KEY_VERSION: "2" });
    await expect(call("action", reencrypt)).rejects.toThrow("ENCRYPTION_MASTER_KEY is not set");
    const from = { table: "items", cursor: null };
    await setKeys(rotated);
    await expect(call("action", reencrypt, { from })).rejects.toThrow("items holds no encrypted secret");
  });
});

describe("openSecret", () => {
  it("leaves one row an hour in the audit trail for each secret that is read, and errors beside it", async () => {
    const { call, setKeys, audits } = await startVaults();
    const organizationId = await call("mutation", "vaults:found", { slug: "acme" });
    await call("action", "vaults:fill", { organizationId, table: "vaults", names: ["a", "b"] });
    const open = (at: number) => call("action", "vaults:open", { table: "vaults", at });
    expect([await open(0), await open(0), await open(1)]).toEqual(["secret of a", "secret of a", "secret of b"]);
    const told = await audits();
    expect(told.map(({ action, result, tableName }) => [action, result, tableName])).toEqual([
      ["credential.decrypt", "success", "vaults"],
      ["credential.decrypt", "success", "vaults"],
    ]);
    expect(new Set(told.map(({ recordId }) => recordId)).size).toBe(2);
    await setKeys({ ENCRYPTION_MASTER_KEY: secondKey });
    expect([await open(0), await open(0)]).toEqual(["encryption_not_configured", "encryption_not_configured"]);
    expect((await audits()).map(({ result }) => result)).toEqual(["success", "success", "error"]);
    expect(JSON.stringify(await audits())).not.toMatch(/secret of|0f0f|a1a1/);
  });
});
