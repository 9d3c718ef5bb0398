import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decryptSecret, encryptSecret } from "../wire/encryption";
import { operationOf, sealedInput } from "./convexFunctions";
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

const given = { name: "HaloPSA", credentials: { clientSecret: plaintext } };

describe("a secret that is sent", () => {
  it.each([create, setCredentials])("is handed on encrypted, and asked about without it", async (exported) => {
    const asked: unknown[] = [];
    const { input, secret } = await sealedInput(operation(exported), given, false, async (shown) => {
      asked.push(shown);
      return organizationId;
    });
    expect(JSON.stringify([asked, input, { ...secret, sealed: undefined }])).not.toContain(plaintext);
    expect([asked, input]).toEqual([[{ name: "HaloPSA", credentials: {} }], { name: "HaloPSA", credentials: {} }]);
    const { ciphertext = new ArrayBuffer(0), bindingId = "" } = { ...secret?.sealed };
    const read = await decryptSecret({ table: "dataSources", organizationId, sealed: { ciphertext, bindingId } });
    expect(JSON.parse(read)).toEqual({ clientSecret: plaintext });
  });

  it("is left alone where there is none, and encrypted by no dry run", async () => {
    const never = () => Promise.reject(new Error("Nobody asks."));
    expect(await sealedInput(operation(create), { name: "HaloPSA" }, false, never)).toEqual({
      input: { name: "HaloPSA" },
      secret: undefined,
    });
    const tried = await sealedInput(operation(create), given, true, async () => organizationId);
    expect(tried).toEqual({ input: { name: "HaloPSA", credentials: {} }, secret: undefined });
  });

  it.each([
    ["text", "correct-horse"],
    ["numbers", { pin: 1234 }],
    ["a list", ["correct-horse"]],
    ["too much", { key: "x".repeat(10_000) }],
  ])("is refused as %s, without being repeated", async (_what, credentials) => {
    const refused = sealedInput(operation(create), { ...given, credentials }, false, async () => organizationId);
    const error: unknown = await refused.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "validation_failed" });
    expect(JSON.stringify(Object(error).data)).not.toContain("correct-horse");
    expect(Object(error).data.errors[0].pointer).toMatch(/^\/credentials/);
  });

  it("is not encrypted for whom the operation refuses", async () => {
    const refused = sealedInput(operation(create), given, false, () => Promise.reject(new Error("forbidden")));
    await expect(refused).rejects.toThrow("forbidden");
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
