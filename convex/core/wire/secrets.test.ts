import { describe, expect, it } from "vitest";
import { derivedSecret, newSecret, sha256Hex } from "./secrets";

describe("newSecret", () => {
  it("is the prefix and 43 base62 digits, with the hash to store and twelve characters to recognise it by", async () => {
    const { plaintext, hash, prefix } = await newSecret("sk_live_");
    expect(plaintext).toMatch(/^sk_live_[0-9A-Za-z]{43}$/);
    expect(hash).toBe(await sha256Hex(plaintext));
    expect(prefix).toBe(plaintext.slice(0, 12));
  });

  it("never repeats, and favours no digit at any place", async () => {
    const count = 3000;
    const secrets = await Promise.all(Array.from({ length: count }, () => newSecret("agt_")));
    expect(new Set(secrets.map(({ plaintext }) => plaintext)).size).toBe(count);
    const counts = new Map<string, number>();
    for (const { plaintext } of secrets)
      for (const digit of plaintext.slice("agt_".length)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // 129,000 digits: 2,081 of each expected, with a standard deviation of 45; `byte % 62` alone would give eight of them 2,520.
    for (const [digit, seen] of counts) expect(Math.abs(seen - (count * 43) / 62), digit).toBeLessThan(7 * 45);
    const last = new Set(secrets.map(({ plaintext }) => plaintext.at(-1)));
    expect(last.size).toBe(62);
  });
});

describe("derivedSecret", () => {
  const keyOf = (byte: number) =>
    crypto.subtle.importKey("raw", new Uint8Array(32).fill(byte), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

  it("has the form of a random one, and is the same for the same key and name alone", async () => {
    const key = await keyOf(1);
    const secret = await derivedSecret("inv_", key, "name");
    expect(secret.plaintext).toMatch(/^inv_[0-9A-Za-z]{43}$/);
    expect(secret).toEqual({
      plaintext: secret.plaintext,
      hash: await sha256Hex(secret.plaintext),
      prefix: secret.plaintext.slice(0, 12),
    });
    expect(await derivedSecret("inv_", key, "name")).toEqual(secret);
    const others = [await derivedSecret("inv_", key, "name2"), await derivedSecret("inv_", await keyOf(2), "name")];
    expect(new Set([secret, ...others].map(({ plaintext }) => plaintext)).size).toBe(3);
  });

  it("never repeats over names, also at its beginning, which recognises it", async () => {
    const key = await keyOf(3);
    const secrets = await Promise.all(Array.from({ length: 2000 }, (_, at) => derivedSecret("inv_", key, `${at}`)));
    expect(new Set(secrets.map(({ plaintext }) => plaintext)).size).toBe(2000);
    expect(new Set(secrets.map(({ prefix }) => prefix)).size).toBe(2000);
  });
});

describe("sha256Hex", () => {
  it("gives the standard's digests, of UTF-8", async () => {
    expect(await sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(await sha256Hex("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(await sha256Hex("é")).toBe("4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c");
  });
});
