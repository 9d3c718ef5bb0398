import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { credentialKinds, mailedPrefixes, sealedPrefixes } from "./credentialKinds";
import { redactedJson, redactedTarget, withoutCredentials } from "./redaction";

const none: ReadonlySet<string> = new Set();
const base62 = fc.stringMatching(/^[0-9A-Za-z]{43}$/);
const prefix = fc.constantFrom(
  ...Object.values(credentialKinds).map(({ issued }) => issued),
  ...mailedPrefixes,
  ...sealedPrefixes,
);
const credential = fc.tuple(prefix, base62).map(([start, end]) => start + end);
const jwt = fc
  .tuple(base62, base62, base62)
  .map(([header, claims, signature]) => `eyJ${header}.eyJ${claims}.${signature}`);
const secret = fc.oneof(credential, jwt);

describe("redaction", () => {
  it("leaves no credential of this deployment, and no JWT, wherever it stands", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), secret, fc.nat(3), (around, text, planted, depth) => {
        let body: unknown = { [text]: `${text} ${planted},${text}`, around };
        for (let level = 0; level < depth; level++) body = level % 2 === 0 ? [around, body] : { body };
        expect(JSON.stringify(redactedJson(body, none))).not.toContain(planted);
        expect(withoutCredentials(`Bearer ${planted}`)).toBe("Bearer [redacted]");
        expect(redactedTarget(`https://host/v1/x/${planted}?a=1&b=${planted}`)).not.toContain(planted);
      }),
    );
  });

  it("replaces what is secret by its name, whatever it is", () => {
    const names = [
      "password",
      "newPassword",
      "client_secret",
      "accessToken",
      "authorization",
      "api_key",
      "key",
      "hidden",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
        expect(redactedJson({ outer: [{ [name]: value }] }, new Set(["hidden"]))).toEqual({
          outer: [{ [name]: "[redacted]" }],
        });
      }),
    );
    expect(redactedTarget("https://host/v1/items?token=abc&status=active")).toBe(
      "/v1/items?token=[redacted]&status=active",
    );
  });

  it("replaces what opens something for whoever has the URL, wherever the URL stands", () => {
    const names = ["link", "token", "upload_token", "X-Amz-Signature", "api%5Fkey", "access%54oken"];
    const around = fc.constantFrom("", "a=1&", "page=2&b=&");
    fc.assert(
      fc.property(fc.constantFrom(...names), base62, around, (name, planted, before) => {
        const url = `https://host/v1/file-content?${before}${name}=${planted}.user.1&after=3`;
        const shown = JSON.stringify(redactedJson({ data: [{ url, text: `See <${url}> or "${url}"` }] }, none));
        expect(shown).not.toContain(planted);
        expect(shown).toContain("after=3");
        expect(redactedTarget(url)).not.toContain(planted);
      }),
    );
  });

  it("keeps what is no secret, as far as it looks", () => {
    const body = { name: "Depot", tags: ["a", 1, null, true], keyboard: "qwerty", roleKey: "admin" };
    expect(redactedJson(body, none)).toEqual(body);
    const long = redactedJson({ items: Array.from({ length: 100_000 }, (_, at) => at) }, none);
    expect(JSON.stringify(long).length).toBeLessThan(20_000);
    expect(redactedTarget("https://host/v1/items")).toBe("/v1/items");
  });
});
