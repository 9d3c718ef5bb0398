import { expect, it } from "vitest";
import { canonicalIssuer, canonicalTokenIdentifier, storedTokenIdentifiers } from "./issuers";

it.each(["https://id.example", "https://id.example/", "https://id.example///", "id.example", "id.example/"])(
  "spells %s one way",
  (issuer) => {
    expect(canonicalIssuer(issuer)).toBe("https://id.example");
    expect(canonicalTokenIdentifier(`${issuer}|auth0|1/`)).toBe("https://id.example|auth0|1/");
    expect(storedTokenIdentifiers(issuer, "1")).toEqual(["https://id.example|1", "https://id.example/|1"]);
  },
);

it("keeps what differs apart", () => {
  expect(canonicalIssuer("http://id.example/")).toBe("http://id.example");
  expect(canonicalIssuer("https://id.example/a/")).toBe("https://id.example/a");
  expect(canonicalTokenIdentifier("no bar/")).toBe("no bar/");
});
