import { describe, expect, it } from "vitest";
import { credentialKindOf, credentialKinds } from "../convex/core/wire/credentialKinds";
import { newSecret } from "../convex/core/wire/secrets";
import { credentialFault } from "../sdk/src/runtime/credential";
import { Redactor } from "../sdk/src/runtime/redact";
import { domains } from "./domains";
import { securitySchemes } from "./security";

const kinds = Object.entries(credentialKinds);
const issuedPrefixes = Object.values(domains)
  .flatMap((operations) => [...operations.values()])
  .flatMap(({ declaration: { secret } }) => (secret ? [secret.prefix] : []));

describe.each(kinds)("a credential of kind %s", (kind, { prefix, issued }) => {
  it("is told by what it begins with, as it is issued", async () => {
    const { plaintext } = await newSecret(issued);
    expect(plaintext.startsWith(prefix)).toBe(true);
    expect(credentialKindOf(plaintext)).toBe(kind);
    expect(credentialKindOf(prefix.slice(0, -1))).toBeUndefined();
  });

  it("is issued by an operation", () => {
    expect(issuedPrefixes).toContain(issued);
  });

  it("is named by a security scheme", () => {
    expect(JSON.stringify(securitySchemes)).toContain(`${prefix}…`);
  });

  // The SDK stands alone, so it has the prefixes of its own.
  it("is known to the SDK: never logged, and refused under the wrong option", async () => {
    const { plaintext } = await newSecret(issued);
    expect(new Redactor().cleanText(`It is ${plaintext}, once.`)).toBe("It is [redacted], once.");
    const isKey = kind !== "enrollment";
    expect(credentialFault(plaintext, isKey)).toBeUndefined();
    expect(credentialFault(plaintext, !isKey)).toMatch(isKey ? /is an API key/ : /is an enrolment token/);
  });
});
