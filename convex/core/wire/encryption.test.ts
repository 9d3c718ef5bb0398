import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { openDeployment } from "../../../host/runtime/openDeployment";
import { errorOf, scratchDirectory, valueOf } from "../../../host/testing/testDeployment.testing";
import { decryptSecret, encryptSecret, keyVersionOf } from "./encryption";
import { ProblemError } from "./errors";
import type { SecretPlace } from "./encryption";
import type { Sealed } from "./sealed";

const firstKey = "0f".repeat(32);
const secondKey = "A1".repeat(32);
const place: SecretPlace = { table: "webhookEvents", organizationId: "k17" };

beforeEach(() => {
  vi.stubEnv("ENCRYPTION_MASTER_KEY", firstKey);
  vi.stubEnv("ENCRYPTION_KEY_VERSION", undefined);
});
afterEach(() => void vi.unstubAllEnvs());

/** The second key is the present one, and the first one is kept for what it has encrypted. */
function rotateKey(): void {
  vi.stubEnv("ENCRYPTION_MASTER_KEY", secondKey);
  vi.stubEnv("ENCRYPTION_MASTER_KEY_V1", firstKey);
  vi.stubEnv("ENCRYPTION_KEY_VERSION", "2");
}

const plaintexts = fc.string({ unit: "binary", maxLength: 300 });
const tables = fc.constantFrom("webhookEvents" as const, "users" as const, "emails" as const);
const places: fc.Arbitrary<SecretPlace> = fc.record({ table: tables, organizationId: fc.string({ maxLength: 40 }) });

/** How reading ends: with the text, or with the code that it is refused with. */
async function reading(sealed: Sealed, at: SecretPlace = place): Promise<string> {
  return await decryptSecret({ ...at, sealed }).catch((error: unknown) => {
    if (error instanceof ProblemError) return `refused: ${error.code}`;
    throw error;
  });
}

const refused = "refused: encryption_not_configured";

describe("an encrypted secret", () => {
  it("comes back whole, whatever it is and wherever it belongs", async () => {
    await fc.assert(
      fc.asyncProperty(plaintexts, places, async (plaintext, at) => {
        const sealed = await encryptSecret({ ...at, plaintext });
        expect(await decryptSecret({ ...at, sealed })).toBe(plaintext);
        const bytes = new TextEncoder().encode(plaintext).length;
        expect(sealed.ciphertext.byteLength).toBe(2 + 12 + bytes + 16);
        expect([...new Uint8Array(sealed.ciphertext, 0, 2)]).toEqual([1, 1]);
      }),
    );
  });

  it("is another each time, bound to an id of its own", async () => {
    const seen = await Promise.all(Array.from({ length: 200 }, () => encryptSecret({ ...place, plaintext: "same" })));
    expect(new Set(seen.map(({ bindingId }) => bindingId)).size).toBe(seen.length);
    const initialization = seen.map(({ ciphertext }) => new Uint8Array(ciphertext, 2, 12).join());
    expect(new Set(initialization).size).toBe(seen.length);
  });

  it("is not read once any bit of it has changed", async () => {
    const sealed = await encryptSecret({ ...place, plaintext: "whsec_0123456789" });
    for (let bit = 0; bit < sealed.ciphertext.byteLength * 8; bit += 1) {
      const ciphertext = sealed.ciphertext.slice(0);
      const bytes = new Uint8Array(ciphertext);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await reading({ ...sealed, ciphertext }), `bit ${bit}`).toBe(refused);
    }
  });

  it("is not read when bytes are cut off or added", async () => {
    const sealed = await encryptSecret({ ...place, plaintext: "whsec_0123456789" });
    for (let length = 0; length < sealed.ciphertext.byteLength; length += 1)
      expect(await reading({ ...sealed, ciphertext: sealed.ciphertext.slice(0, length) })).toBe(refused);
    const longer = new Uint8Array([...new Uint8Array(sealed.ciphertext), 0]).buffer;
    expect(await reading({ ...sealed, ciphertext: longer })).toBe(refused);
  });

  it("is not read for another table, organization or binding", async () => {
    await fc.assert(
      fc.asyncProperty(plaintexts, places, places, async (plaintext, from, to) => {
        fc.pre(from.table !== to.table || from.organizationId !== to.organizationId);
        const sealed = await encryptSecret({ ...from, plaintext });
        const other = await encryptSecret({ ...from, plaintext });
        expect(await reading(sealed, to)).toBe(refused);
        expect(await reading({ ...sealed, bindingId: other.bindingId }, from)).toBe(refused);
      }),
    );
  });

  it("is not read under another version, even where that has the same key", async () => {
    vi.stubEnv("ENCRYPTION_MASTER_KEY_V2", firstKey);
    const sealed = await encryptSecret({ ...place, plaintext: "x" });
    const ciphertext = sealed.ciphertext.slice(0);
    new Uint8Array(ciphertext)[1] = 2;
    expect(await reading({ ...sealed, ciphertext })).toBe(refused);
  });

  it("must be well-formed text", async () => {
    await expect(encryptSecret({ ...place, plaintext: "\ud800" })).rejects.toThrow("well-formed");
  });
});

describe("the master key", () => {
  it("can be rotated: what the one before has encrypted is read until that is taken away", async () => {
    const old = await encryptSecret({ ...place, plaintext: "before" });
    rotateKey();
    const now = await encryptSecret({ ...place, plaintext: "after" });
    expect([keyVersionOf(old), keyVersionOf(now)]).toEqual([1, 2]);
    expect(await reading(old)).toBe("before");
    expect(await reading(now)).toBe("after");
    vi.stubEnv("ENCRYPTION_MASTER_KEY_V1", undefined);
    expect(await reading(old)).toBe(refused);
    expect(await reading(now)).toBe("after");
  });

  it("is refused as another one by what it has not encrypted", async () => {
    const sealed = await encryptSecret({ ...place, plaintext: "x" });
    vi.stubEnv("ENCRYPTION_MASTER_KEY", secondKey);
    expect(await reading(sealed)).toBe(refused);
  });

  it.each([
    ["missing", undefined],
    ["empty", ""],
    ["short", "0f".repeat(31)],
    ["long", "0f".repeat(33)],
    ["no hexadecimal", "0g".repeat(32)],
    ["with a line end", `${firstKey}\n`],
    ["base64", "Dw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8="],
  ])("that is %s encrypts and reads nothing, and is not repeated", async (_how, key) => {
    const sealed = await encryptSecret({ ...place, plaintext: "x" });
    vi.stubEnv("ENCRYPTION_MASTER_KEY", key);
    const refusal = await encryptSecret({ ...place, plaintext: "x" }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ProblemError);
    expect(refusal).toMatchObject({ data: { code: "encryption_not_configured", status: 503 } });
    expect(String(Object(refusal).data.detail)).toMatch(/^ENCRYPTION_MASTER_KEY /);
    expect(JSON.stringify(Object(refusal).data)).not.toContain("0f0f");
    expect(await reading(sealed)).toBe(refused);
  });

  it.each(["0", "256", "-1", "1.5", "one", "01x", " 1"])("has no version %s", async (version) => {
    vi.stubEnv("ENCRYPTION_KEY_VERSION", version);
    await expect(encryptSecret({ ...place, plaintext: "x" })).rejects.toMatchObject({
      data: { code: "encryption_not_configured", detail: expect.stringContaining("ENCRYPTION_KEY_VERSION") },
    });
  });
});

/** Functions that encrypt and read, loaded as the product's are. */
const probes = `
import { queryGeneric, mutationGeneric, actionGeneric } from "convex/server";
import { decryptSecret, encryptSecret } from ${JSON.stringify(path.join(import.meta.dirname, "encryption.ts"))};
const place = { table: "users", organizationId: "o" };
const encrypt = async () => { await encryptSecret({ ...place, plaintext: "x" }); return "done"; };
const decrypt = async (_ctx, { ciphertext, bindingId }) => await decryptSecret({ ...place, sealed: { ciphertext, bindingId } });
export const encryptInQuery = queryGeneric(encrypt);
export const encryptInMutation = mutationGeneric(encrypt);
export const decryptInQuery = queryGeneric(decrypt);
export const decryptInMutation = mutationGeneric(decrypt);
export const inAction = actionGeneric(async (ctx) => {
  const sealed = await encryptSecret({ ...place, plaintext: "as it was" });
  return await decrypt(ctx, sealed);
});
`;

describe("in a deployment", () => {
  it("only actions encrypt and read", async () => {
    const scratch = scratchDirectory();
    const functions = path.join(scratch.path, "convex");
    mkdirSync(functions);
    symlinkSync(path.join(import.meta.dirname, "../../../node_modules"), path.join(scratch.path, "node_modules"));
    writeFileSync(path.join(functions, "probes.ts"), probes);
    const deployment = await openDeployment({
      functionsDirectory: functions,
      file: ":memory:",
      cloudUrl: "http://127.0.0.1:3210",
      siteUrl: "http://127.0.0.1:3211",
      environmentVariables: { ENCRYPTION_MASTER_KEY: firstKey },
    });
    onTestFinished(async () => {
      await deployment.close();
      scratch.remove();
    });
    const { ciphertext, bindingId } = await encryptSecret({ table: "users", organizationId: "o", plaintext: "x" });
    const sealed = { ciphertext: { $bytes: Buffer.from(ciphertext).toString("base64") }, bindingId };
    for (const [type, In] of [
      ["query", "InQuery"],
      ["mutation", "InMutation"],
    ] as const) {
      for (const name of [`probes:encrypt${In}`, `probes:decrypt${In}`])
        expect(await errorOf(deployment, type, name, sealed)).toContain(
          "Can't use cryptographic randomness in queries and mutations",
        );
    }
    expect(await valueOf(deployment, "action", "probes:inAction")).toBe("as it was");
  });
});
