import * as z from "zod";
import { describe, expect, it } from "vitest";
import { described, outboundUrl, sealed } from "./fields";
import { declarationOf, sealedFields, storedFields, tenantTable } from "./table";
import { asPatch, outboundUrlPaths } from "./zod";

describe("a sealed field", () => {
  const fields = {
    name: z.string(),
    secret: described(sealed(), "What signs."),
    previousSecret: described(sealed(), "What signed before.").optional(),
  };

  it("is known by its table, and stored as bytes beside what they are bound to", () => {
    expect(sealedFields(fields)).toEqual(["secret", "previousSecret"]);
    const { secret, previousSecret } = storedFields(fields);
    expect(secret).toMatchObject({ kind: "object", isOptional: "required", fields: { ciphertext: { kind: "bytes" } } });
    expect(previousSecret).toMatchObject({ kind: "object", isOptional: "optional" });
    const table = tenantTable(fields, "CU", { noun: "thing", description: "A thing." });
    expect(Object(table.validator).fields.secret.fields.ciphertext.kind).toBe("bytes");
    expect(declarationOf(table)?.fields).toMatchObject(fields);
  });

  it("takes what encryption makes, and no text in its place", () => {
    const type = sealed();
    expect(type.safeParse({ ciphertext: new ArrayBuffer(8), bindingId: "b" }).success).toBe(true);
    for (const ciphertext of ["AAAA", [1, 2], null, {}, new Uint8Array(3)])
      expect(type.safeParse({ ciphertext, bindingId: "b" }).success).toBe(false);
  });

  it.each([
    ["an object", z.object({ inner: sealed() })],
    ["an optional object", z.object({ inner: sealed().optional() }).optional()],
    ["a list", z.array(sealed())],
    ["a record", z.record(z.string(), sealed())],
    ["alternatives", z.union([z.string(), sealed()])],
    ["what may be null", sealed().nullable()],
  ])("is refused inside %s, where nothing would find it", (_where, type) => {
    expect(() => sealedFields({ config: type })).toThrow("config: a sealed secret is a field of its own");
  });
});

describe("outbound URLs", () => {
  it("are found at any depth, also in changes", () => {
    const url = described(outboundUrl(), "Where to.", "https://hooks.example.com/");
    const shape = {
      url,
      changed: asPatch(outboundUrl().optional()),
      config: z.object({ host: outboundUrl().optional(), name: z.string() }).optional(),
      hooks: z.array(z.object({ url: outboundUrl() })),
      picture: z.url(),
    };
    expect(outboundUrlPaths(shape)).toEqual([["url"], ["changed"], ["config", "host"], ["hooks", "[]", "url"]]);
  });
});
