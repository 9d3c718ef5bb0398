import fc from "fast-check";
import { expect, test } from "vitest";
import { userFields } from "./tables";
import { identityValues, isListedSubject, nameFromEmail } from "./identityRules";

test("claims of customJwt and OIDC providers read alike", () => {
  const expected = {
    email: "ada@example.com",
    emailVerified: true,
    name: "Ada",
    imageUrl: "https://example.com/a.png",
  };
  const claims = { email: "Ada@Example.com", name: " Ada " };
  expect(identityValues({ ...claims, email_verified: true, picture: "https://example.com/a.png" })).toEqual(expected);
  expect(identityValues({ ...claims, emailVerified: true, pictureUrl: "https://example.com/a.png" })).toEqual(expected);
});

test("only a boolean true verifies an address", () => {
  for (const value of ["true", 1, {}, undefined, false]) {
    expect(identityValues({ email: "a@example.com", email_verified: value })?.emailVerified).toBe(false);
  }
});

test("a token without a usable address has no values", () => {
  for (const email of [undefined, "", "nobody", 7, "a@b", ["a@example.com"]])
    expect(identityValues({ email })).toBeUndefined();
});

test("whatever a token claims, what is kept can be stored", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.anything(), (name, picture) => {
      const values = identityValues({ email: "a@example.com", name, picture });
      expect(values).toBeDefined();
      if (values?.name !== undefined) expect(userFields.name.safeParse(values.name).success).toBe(true);
      if (values?.imageUrl !== undefined) expect(userFields.imageUrl.safeParse(values.imageUrl).success).toBe(true);
    }),
  );
});

test("the local part names who gave no name", () => {
  expect(nameFromEmail("ada.lovelace@example.com")).toBe("ada.lovelace");
});

test("a platform administrator is listed exactly", () => {
  const list = "https://a.example|1, https://b.example|2";
  expect(isListedSubject(list, "https://b.example|2")).toBe(true);
  expect(isListedSubject(list, "https://b.example|22")).toBe(false);
  expect(isListedSubject(undefined, "")).toBe(false);
});
