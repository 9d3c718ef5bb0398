import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readingOf } from "../core/wire/identityProviders";
import { userFields } from "./tables";
import { identityValues, nameFromEmail } from "./identityRules";

const custom = { type: "customJwt", issuer: "https://c.example", jwks: "data:,", algorithm: "ES256" };
const providers = JSON.stringify([custom, { domain: "https://o.example", applicationID: "app" }]);
const customJwt = readingOf(providers, "https://c.example");
const oidc = readingOf(providers, "https://o.example");

test("claims of customJwt and OIDC providers read alike", () => {
  const expected = {
    email: "ada@example.com",
    name: "Ada",
    imageUrl: "https://example.com/a.png",
  };
  const claims = { email: "Ada@Example.com", name: " Ada " };
  expect(identityValues({ ...claims, email_verified: true, picture: "https://example.com/a.png" }, customJwt)).toEqual(
    expected,
  );
  expect(identityValues({ ...claims, emailVerified: true, pictureUrl: "https://example.com/a.png" }, oidc)).toEqual(
    expected,
  );
});

test("only a boolean true verifies an address", () => {
  for (const value of ["true", 1, {}, undefined, false]) {
    expect(identityValues({ email: "a@example.com", email_verified: value }, customJwt).email).toBeUndefined();
    expect(identityValues({ email: "a@example.com", emailVerified: value }, oidc).email).toBeUndefined();
  }
});

test("a claim of another name verifies nothing", () => {
  expect(identityValues({ email: "a@example.com", emailVerified: true }, customJwt).email).toBeUndefined();
  expect(identityValues({ email: "a@example.com", email_verified: true }, oidc).email).toBeUndefined();
});

test("a domain of other letters is kept as name servers know it", () => {
  expect(identityValues({ email: "u@b\u00fccher.example", email_verified: true }, customJwt).email).toBe(
    "u@xn--bcher-kva.example",
  );
});

test("what is no usable address counts for none", () => {
  for (const email of [undefined, "", "nobody", 7, "a@b", "\u00fc@example.com", ["a@example.com"]])
    expect(identityValues({ email, email_verified: true }, customJwt).email).toBeUndefined();
});

test("whatever a token claims, what is kept can be stored", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.anything(), (name, picture) => {
      const values = identityValues({ email: "a@example.com", name, picture }, customJwt);
      expect(userFields.name.optional().safeParse(values.name).success).toBe(true);
      expect(userFields.imageUrl.safeParse(values.imageUrl).success).toBe(true);
    }),
  );
});

test("the local part names who gave no name", () => {
  expect(nameFromEmail("ada.lovelace@example.com")).toBe("ada.lovelace");
  expect(nameFromEmail(undefined)).toBe("Unnamed user");
});
