import { expect, it } from "vitest";
import { maximumPayloadBytes } from "../tables";
import { payloadOf } from "./payload";

it("keeps the named fields in their order, of objects and of each object of a list", () => {
  const row = {
    secret: 1,
    b: "2",
    a: 1,
    c: { d: true, secret: 2 },
    e: [{ f: null, secret: 3 }, 5],
    g: ["x", 1, { secret: 4 }],
  };
  expect(payloadOf(row, { a: true, b: true, c: { d: true }, e: { f: true }, g: true, h: true })).toBe(
    '{"a":1,"b":"2","c":{"d":true},"e":[{"f":null}],"g":["x",1]}',
  );
});

it("keeps no object where a value was, and no value where an object was", () => {
  expect(payloadOf({ a: { secret: 1 }, b: "secret", c: "x".repeat(1001) }, { a: true, b: { c: true }, c: true })).toBe(
    "{}",
  );
});

it("takes no name from what objects inherit", () => {
  const row: Record<string, unknown> = JSON.parse('{"__proto__":{"a":1},"b":2}');
  expect(payloadOf(row, { a: true, constructor: true as const, b: true })).toBe('{"b":2}');
});

it("leaves out what would be too long with what is before it", () => {
  const list = Array.from({ length: 500 }, () => "ü".repeat(1000));
  const text = payloadOf({ a: 1, b: list, c: list, d: 2 }, { a: true, b: true, c: true, d: true });
  expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(maximumPayloadBytes);
  expect(Object.keys(Object(JSON.parse(text)))).toEqual(["a", "d"]);
  expect(JSON.parse(payloadOf({ b: list.map(() => "x") }, { b: true })).b).toHaveLength(200);
});
