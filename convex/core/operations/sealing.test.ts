import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { decryptSecret, encryptSecret } from "../wire/encryption";
import { mutationOperation } from "./define";
import { operationOf, readied } from "./convexFunctions";
import { create, setCredentials } from "../../integrations/dataSources";
import { registry } from "../../../openapi/registry";
import type { Operation } from "./declaration";
import type { Id } from "../../_generated/dataModel";

/** Secrets that callers send: what the mutation behind the action is handed. */

const organizationId = asId("k17cq8m0b2n4r6t8w0y2a4c6e8g0j2m4");

/** No row is looked up: encryption binds the text. */
function asId(text: string): Id<"organizations"> {
  return text as Id<"organizations">;
}
const plaintext = "correct-horse-battery-staple";

beforeEach(() => void vi.stubEnv("ENCRYPTION_MASTER_KEY", "ab".repeat(32)));
afterEach(() => void vi.unstubAllEnvs());

function operation(exported: unknown): Operation {
  const found = operationOf(exported);
  if (!found) throw new Error("It is no operation.");
  return found;
}

const ask = async () => organizationId;
const given = { name: "HaloPSA", credentials: { clientSecret: plaintext } };

describe("a secret that is sent", () => {
  it.each([create, setCredentials])("is handed on encrypted, and asked about without it", async (exported) => {
    const asked: unknown[] = [];
    const { input, secret } = await readied(operation(exported), given, false, {
      ask: async (shown) => {
        asked.push(shown);
        return organizationId;
      },
    });
    expect(JSON.stringify([asked, input, { ...secret, sealed: undefined }])).not.toContain(plaintext);
    expect([asked, input]).toEqual([[{ name: "HaloPSA", credentials: {} }], { name: "HaloPSA", credentials: {} }]);
    const { ciphertext = new ArrayBuffer(0), bindingId = "" } = { ...secret?.sealed };
    const read = await decryptSecret({ table: "dataSources", organizationId, sealed: { ciphertext, bindingId } });
    expect(JSON.parse(read)).toEqual({ clientSecret: plaintext });
  });

  it("is left alone where there is none, and encrypted by no dry run", async () => {
    const never = () => Promise.reject(new Error("Nobody asks."));
    expect(await readied(operation(create), { name: "HaloPSA" }, false, { ask: never })).toEqual({
      input: { name: "HaloPSA" },
    });
    const tried = await readied(operation(create), given, true, { ask });
    expect(tried).toEqual({ input: { name: "HaloPSA", credentials: {} } });
  });

  it.each([
    ["text", "correct-horse"],
    ["numbers", { pin: 1234 }],
    ["a list", ["correct-horse"]],
    ["too much", { key: "x".repeat(10_000) }],
  ])("is refused as %s, without being repeated", async (_what, credentials) => {
    const refused = readied(operation(create), { ...given, credentials }, false, { ask });
    const error: unknown = await refused.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "validation_failed" });
    expect(JSON.stringify(Object(error).data)).not.toContain("correct-horse");
    expect(Object(error).data.errors[0].pointer).toMatch(/^\/credentials/);
  });

  it("is not encrypted for whom the operation refuses", async () => {
    const refused = readied(operation(create), given, false, { ask: () => Promise.reject(new Error("forbidden")) });
    await expect(refused).rejects.toThrow("forbidden");
  });
});

const rotation = {
  name: "tests/docks:rotate",
  operationId: "rotateDock",
  noun: "dock",
  method: "POST",
  path: "/docks/{dockId}/rotate",
  summary: "Rotate",
  access: "permission",
  permission: "dataSource:rotate",
  seals: { input: "apiKey", table: "dataSources" },
  consult: async () => "found",
  params: () => ({ dockId: z.string() }),
  body: () => ({ apiKey: z.string().min(8), note: z.string().optional() }),
  output: () => z.object({}),
  handler: async () => ({}),
} as const;
const rotated = mutationOperation(rotation);

describe("a text that is sent", () => {
  const apiKey = "key-of-a-provider-1234";
  const call = { dockId: "d1", apiKey };

  it("is handed on as its last four characters, where it is long enough to have more", async () => {
    const { input, secret } = await readied(operation(rotated), call, false, { ask });
    expect(input).toEqual({ dockId: "d1", apiKey: "1234" });
    expect(secret).toMatchObject({ hash: "", prefix: "" });
    const short = await readied(operation(rotated), { ...call, apiKey: "12345678" }, false, { ask });
    expect(short.input).toEqual({ dockId: "d1", apiKey: "" });
  });

  it("is told to who is consulted, and to nobody in a dry run or without a master key", async () => {
    const told: unknown[] = [];
    const consult = async (consulted: unknown) => {
      told.push(consulted);
      return { account: "acme" };
    };
    const { prepared } = await readied(operation(rotated), call, false, { ask, consult });
    expect(prepared).toEqual({ account: "acme" });
    expect(told).toEqual([{ organizationId, input: { dockId: "d1", apiKey: "1234" }, secret: apiKey }]);
    expect(await readied(operation(rotated), call, true, { ask, consult })).toEqual({
      input: { ...call, apiKey: "1234" },
    });
    vi.stubEnv("ENCRYPTION_MASTER_KEY", "");
    const refused = readied(operation(rotated), call, false, { ask, consult });
    await expect(refused).rejects.toMatchObject({ code: "encryption_not_configured" });
    expect(told).toHaveLength(1);
  });

  it("is told in a dry run to who asks nobody else, and is encrypted for nobody", async () => {
    const judged = operation(mutationOperation({ ...rotation, name: "tests/docks:judge", consultsInDryRun: true }));
    const consult = async ({ secret }: { readonly secret: unknown }) => ({ isFine: secret === apiKey });
    vi.stubEnv("ENCRYPTION_MASTER_KEY", "");
    expect(await readied(judged, call, true, { ask, consult })).toEqual({
      input: { ...call, apiKey: "1234" },
      prepared: { isFine: true },
    });
  });

  it("is told to nobody where it is too short", async () => {
    const never = () => Promise.reject(new Error("Nobody is asked."));
    const refused = readied(operation(rotated), { ...call, apiKey: "short" }, false, { ask, consult: never });
    await expect(refused).rejects.toMatchObject({ data: { errors: [{ pointer: "/apiKey" }] } });
  });

  it.each([
    ["nothing", { apiKey: undefined }],
    ["what the operation does not take", { apiKey, other: 1 }],
  ])("is told to nobody with %s, which the mutation refuses", async (_what, part) => {
    const never = () => Promise.reject(new Error("Nobody is asked."));
    const { prepared } = await readied(operation(rotated), { ...call, ...part }, false, { ask, consult: never });
    expect(prepared).toBeUndefined();
  });
});

describe("the operations that are given secrets", () => {
  it("say so by a table that keeps them, and an input that they take", async () => {
    const sealing = registry.filter(({ declaration }) => declaration.seals);
    expect(sealing.map(({ declaration }) => declaration.operationId)).toEqual(
      expect.arrayContaining(["createDataSource", "setDataSourceCredentials"]),
    );
    for (const { declaration, shape, isAction } of sealing) {
      expect(Object.hasOwn(shape, declaration.seals?.input ?? "")).toBe(true);
      expect(isAction).toBe(true);
    }
    await expect(encryptSecret({ table: "dataSources", organizationId, plaintext })).resolves.toBeTruthy();
  });
});
