import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import * as fc from "fast-check";
import { base64UrlOf, bytesOfBase64Url } from "./base64Url";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

it("is what Node writes, and comes back as the same bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = Buffer.from(bytes).toString("base64url");
      expect(base64UrlOf(bytes)).toBe(text);
      expect(bytesOfBase64Url(text)).toEqual(Uint8Array.from(bytes));
    }),
  );
});

it("has one spelling for each value: no two texts are the same bytes", () => {
  for (const length of [16, 31, 32, 33]) {
    const text = randomBytes(length).toString("base64url");
    for (const last of alphabet) {
      const other = text.slice(0, -1) + last;
      const bytes = bytesOfBase64Url(other);
      expect(bytes === undefined || base64UrlOf(bytes) === other).toBe(true);
      expect(other === text || Buffer.from(bytes ?? []).equals(Buffer.from(text, "base64url"))).toBe(other === text);
    }
  }
});

it.each(["A", "AA=", "AA==", "A A", "A+", "A/", "AB", "é", "AAAA\n"])("takes nothing else: %j", (text) => {
  expect(bytesOfBase64Url(text)).toBeUndefined();
});
