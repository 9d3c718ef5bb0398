import * as fc from "fast-check";
import { expect, test } from "vitest";
import { escaped } from "../core/wire/html";
import { styleSource, withCode } from "./html";

test("no text can leave its element or attribute", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(escaped(text)).not.toMatch(/[<>"']/);
      expect(withCode(text).replaceAll(/<\/?code>/g, "")).not.toMatch(/[<>"']/);
    }),
  );
});

test("code in backquotes is marked up", () => {
  expect(withCode("Send `If-Match` <now>.")).toBe("Send <code>If-Match</code> &lt;now&gt;.");
});

test("a style is allowed by its hash", async () => {
  // The example of the Content Security Policy specification's algorithm: SHA-256 of the text, in base64.
  expect(await styleSource("")).toBe("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
});
