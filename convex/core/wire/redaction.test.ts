import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { credentialKinds, mailedPrefixes, sealedPrefixes } from "./credentialKinds";
import { redactedJson, redactedTarget, shownUrl, withoutCredentials } from "./redaction";

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

  it.each([
    ["https://name:hunter2@host.example/a@b", "https://[redacted]@host.example/a@b"],
    [
      "see https://a:hunter2@b:hunter2@host.example, ann@host.example",
      "see https://[redacted]@host.example, ann@host.example",
    ],
    ["https://host.example/@ann?mail=ann@host.example", "https://host.example/@ann?mail=ann@host.example"],
  ])("replaces names and passwords in URLs: %s", (text, redacted) => {
    expect(withoutCredentials(text)).toBe(redacted);
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

describe("a URL that somebody has named", () => {
  it.each([
    ["https://hooks.example.com/portico", "https://hooks.example.com/portico"],
    ["https://hooks.example.com:8443", "https://hooks.example.com:8443/"],
    ["https://a.example/x?token=1&a=b&token=2#c", "https://a.example/x?token=[redacted]&a=[redacted]&token=[redacted]"],
    ["https://a.example/x?justasecret", "https://a.example/x?[redacted]"],
    ["https://name:word@a.example/x", "https://a.example/x"],
    [
      "https://chat.example/services/T0AB/B0CD/a1b2c3d4e5f6a7b8c9d0e1f2",
      "https://chat.example/services/T0AB/B0CD/[redacted]",
    ],
    ["https://a.example/a-path-of-nothing-but-words/v2", "https://a.example/a-path-of-nothing-but-words/v2"],
    ["not a URL", "[redacted]"],
  ])("%s is shown as %s", (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });

  it("shows no value of its query and nothing behind a #", () => {
    const value = fc.stringMatching(/^PLANTED[!-~]{0,20}$/);
    fc.assert(
      fc.property(fc.constantFrom("token", "a", "%41", "b[]"), value, value, (name, first, second) => {
        const url = `https://a.example/x?${name}=${first}&c=${second}#${first}`;
        expect(shownUrl(url)).not.toContain("PLANTED");
      }),
    );
  });
});
