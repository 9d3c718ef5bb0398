import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { canonicalEmail } from "./emailAddresses";
import { emailAddress } from "./fields";

const parsed = (address: string) => emailAddress().safeParse(address).data;

describe("an address has one spelling", () => {
  it.each([
    ["Ada@Example.ORG", "ada@example.org"],
    ["ada@bücher.example", "ada@xn--bcher-kva.example"],
    ["ADA@BÜCHER.example", "ada@xn--bcher-kva.example"],
    ["ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"],
    ["ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"],
    ["ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"],
    ["ada+tag@straße.example", "ada+tag@xn--strae-oqa.example"],
    ["ada@ｅｘａｍｐｌｅ.org", "ada@example.org"],
  ])("%s is %s", (given, stored) => {
    expect(parsed(given)).toBe(stored);
    expect(parsed(stored)).toBe(stored);
  });
});

describe("what could add a line or a header to a mail is no address", () => {
  it.each([
    "ada@example.org\nBcc: eve@example.org",
    "ada@example.org\r\nBcc: eve@example.org",
    "ada\n@example.org",
    "ada@exam\nple.org",
    "ada@bü\ncher.example",
    "ada@bü\tcher.example",
    "ada@bücher.example\u0000",
    "ada@bücher.example\u2028x",
    "ada@bücher.example, eve@example.org",
    "ada@example.org,eve@example.org",
    "Ada <ada@example.org>",
    "ada@bücher.example/path",
    "ada@bücher.example:25",
    "ada@eve@bücher.example",
    "ada@bü%0acher.example",
    "ada@\u202eexample.org",
    "ädä@example.org",
    "ada@１.２",
    "@bücher.example",
    "ada@",
    "bücher.example",
  ])("%j", (given) => {
    expect(parsed(given)).toBeUndefined();
  });
});

test("whatever is taken is printable ASCII with one @, and its own spelling", () => {
  const part = fc.string({ unit: "grapheme", maxLength: 20 });
  fc.assert(
    fc.property(part, part, (local, domain) => {
      for (const given of [`${local}@${domain}`, `ada@${domain}.example`]) {
        const address = parsed(given) ?? "ada@example.org";
        expect(address).toMatch(/^[!-?A-~]+@[!-?A-~]+$/);
        expect(canonicalEmail(address)).toBe(address);
      }
    }),
  );
});
