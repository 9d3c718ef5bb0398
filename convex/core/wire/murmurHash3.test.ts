import { describe, expect, it } from "vitest";
import { murmurHash3 } from "./murmurHash3";

const hexOf = (hash: readonly number[]) => hash.map((word) => word.toString(16).padStart(8, "0")).join("");

describe("murmurHash3", () => {
  it("has the verification value of SMHasher for MurmurHash3_x86_128", () => {
    // VerificationTest of SMHasher: the hashes of 0, 0 1, 0 1 2, … with seeds that fall from 256, hashed together.
    const hashes = new Uint8Array(256 * 16);
    const view = new DataView(hashes.buffer);
    for (let length = 0; length < 256; length++) {
      const key = Uint8Array.from({ length }, (_, at) => at);
      for (const [at, word] of murmurHash3(key, 256 - length).entries())
        view.setUint32(length * 16 + at * 4, word, true);
    }
    expect(murmurHash3(hashes)[0]).toBe(0xb3ece62a);
  });

  it("reads a part of a buffer as the same bytes alone", () => {
    const bytes = new TextEncoder().encode("..the quick brown fox jumps over the lazy dog..");
    expect(hexOf(murmurHash3(bytes.subarray(2, -2)))).toBe(hexOf(murmurHash3(bytes.slice(2, -2))));
  });

  it("hashes nothing to nothing", () => {
    expect(hexOf(murmurHash3(new Uint8Array()))).toBe("0".repeat(32));
  });
});
