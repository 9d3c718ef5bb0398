import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeDocumentId,
  DocumentIdError,
  encodeDocumentId,
  idBoundsOfTable,
  newInternalId,
  tableNumberOf,
} from "./documentId";

const internalId = fc.uint8Array({ minLength: 16, maxLength: 16 });
const tableNumber = fc.integer({ min: 1, max: 0xffff_ffff });

describe("document ids", () => {
  it("encodes the published vector", () => {
    expect(encodeDocumentId(10_001, new Uint8Array(16))).toBe("j5700000000000000000000000001qv0");
  });

  it("decodes what it encodes, for every table number and internal id", () => {
    fc.assert(
      fc.property(tableNumber, internalId, (number, bytes) => {
        const text = encodeDocumentId(number, bytes);
        expect(text.length).toBeGreaterThanOrEqual(31);
        expect(text.length).toBeLessThanOrEqual(37);
        expect(decodeDocumentId(text)).toEqual({ tableNumber: number, internalId: bytes });
      }),
    );
  });

  it("refuses every id with one character changed", () => {
    fc.assert(
      fc.property(
        internalId,
        fc.nat(31),
        fc.constantFrom(...Array.from("0123456789abcdefghjkmnpqrstvwxyz")),
        (bytes, at, digit) => {
          const text = encodeDocumentId(10_001, bytes);
          const changed = text.slice(0, at) + digit + text.slice(at + 1);
          expect(tableNumberOf(changed)).toBe(changed === text ? 10_001 : null);
        },
      ),
    );
  });

  it.each([
    ["", "Invalid ID length 0"],
    ["j57", "Invalid ID length 3"],
    ["J5700000000000000000000000001qv0", "ID wasn't valid base32"],
    ["j570000000000000000000000000lqv0", "ID wasn't valid base32"],
    ["j5700000000000000000000000001qv00000", "Invalid ID length 36"],
  ])("explains why %j is no id", (text, reason) => {
    expect(() => decodeDocumentId(text)).toThrow(new DocumentIdError(`Unable to decode ID: ${reason}`));
  });

  it("never throws anything but its own error on arbitrary text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        expect(() => tableNumberOf(text)).not.toThrow();
      }),
    );
  });

  it("sorts ids of later milliseconds after earlier ones", () => {
    const early = encodeDocumentId(10_001, newInternalId(1_700_000_000_000));
    const late = encodeDocumentId(10_001, newInternalId(1_700_000_000_001));
    expect(early < late).toBe(true);
  });

  it("encloses exactly the ids of one table", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        internalId,
        (a, b, bytes) => {
          const { first, last } = idBoundsOfTable(a);
          const id = encodeDocumentId(b, bytes);
          expect(id >= first && id < last).toBe(a === b);
        },
      ),
    );
  });
});
