import * as fc from "fast-check";
import { expect, it } from "vitest";
import { InexactNumber } from "../../core/wire/exactNumbers";
import { maximumRawBytes } from "../tables";
import { dataHashOf, maximumRawDepth, rawDataInput, rawTextOf } from "./rawData";

const nested = (levels: number) => `${"[".repeat(levels)}1${"]".repeat(levels)}`;
const codeOf = (given: unknown) => {
  const result = rawTextOf(given);
  return typeof result === "string" ? undefined : result.code;
};

it("keeps any JSON text byte for byte, and any value as text that says the same", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      expect(rawTextOf(text)).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.object({ maxDepth: 4, values: jsonValues }), fc.array(fc.jsonValue())), (value) => {
      const result = rawTextOf(value);
      const text = typeof result === "string" ? result : result.code;
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
const jsonValues = [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)];

it("keeps what Convex cannot store", () => {
  const manyNames = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`name${at}`, at]));
  const texts = [
    '{"$type":"x","größe":1,"":2,"__proto__":{"a":1}}',
    nested(100),
    JSON.stringify(manyNames),
    '{"id":12345678901234567890,"lone":"\\ud800"}',
    ' {"a" : 1.0 }\n',
  ];
  for (const text of texts) expect(rawTextOf(text)).toBe(text);
});

it("names what is no JSON, too deep, too large, or would be another number", () => {
  expect(codeOf("PC-RECEPTION")).toBe("invalid_json");
  expect(codeOf('{"a":1')).toBe("invalid_json");
  expect(codeOf('"\ud800"')).toBe("invalid_text");
  expect(codeOf(nested(maximumRawDepth))).toBeUndefined();
  expect(codeOf(nested(maximumRawDepth + 1))).toBe("too_deep");
  expect(codeOf(nested(100_000))).toBe("too_deep");
  expect(codeOf({ a: JSON.parse(nested(maximumRawDepth + 1)) })).toBe("too_deep");
  expect(codeOf(JSON.stringify("[{".repeat(maximumRawDepth)))).toBeUndefined();
  expect(codeOf(`"${"ä".repeat(maximumRawBytes / 2 - 1)}"`)).toBeUndefined();
  expect(codeOf(`"${"ä".repeat(maximumRawBytes / 2)}"`)).toBe("too_big");
  expect(rawTextOf({ a: [1, new InexactNumber()] })).toMatchObject({ code: "inexact_number", path: ["a", 1] });
  const result = rawDataInput().safeParse({ a: [1, new InexactNumber()] });
  expect(result.error?.issues).toMatchObject([{ path: ["a", 1], params: { code: "inexact_number" } }]);
});

it("hashes what is known of an entity, not how it was written", async () => {
  const normalizedData = { name: "PC" };
  const hash = (rawData: string, more: object = {}) => dataHashOf({ rawData, normalizedData, ...more });
  const first = await hash('{"b":1,"a":[2,{"10":1,"9":2}]}');
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await hash(' { "a" : [2.0,{"9":2,"10":1}],"b":1e0}')).toBe(first);
  const others = [
    await hash('{"b":1,"a":[{"10":1,"9":2},2]}'),
    await hash('{"b":1,"a":[2,{"10":1,"9":2}]}', { normalizedData: { name: "PC", status: "online" } }),
    await hash('{"b":1,"a":[2,{"10":1,"9":2}]}', { siteId: "site" }),
    await hash('{"id":9007199254740993}'),
    await hash('{"id":9007199254740992}'),
  ];
  expect(new Set([first, ...others]).size).toBe(others.length + 1);
});
