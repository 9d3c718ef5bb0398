import { expect, it } from "vitest";
import { pointerForm, valueAt } from "./pointers";

/** The document of RFC 6901, section 5. */
const json: unknown = JSON.parse(
  String.raw`{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}`,
);

it.each([
  ["", json],
  ["/foo", ["bar", "baz"]],
  ["/foo/0", "bar"],
  ["/", 0],
  ["/a~1b", 1],
  ["/c%d", 2],
  ["/e^f", 3],
  ["/g|h", 4],
  [String.raw`/i\j`, 5],
  ['/k"l', 6],
  ["/ ", 7],
  ["/m~0n", 8],
])("%j leads where RFC 6901 says", (pointer, value) => {
  expect(pointer).toMatch(pointerForm);
  expect(valueAt(json, pointer)).toEqual(value);
});

it.each([
  "/foo/2",
  "/foo/00",
  "/foo/-",
  "/foo/length",
  "/foo/0/length",
  "/constructor",
  "/__proto__",
  "/foo/1e0",
  "/x/y",
])("%s leads nowhere", (pointer) => {
  expect(valueAt(json, pointer)).toBeUndefined();
});

it("finds what JSON calls like a part of every object", () => {
  expect(valueAt(JSON.parse('{"__proto__":{"a":1},"constructor":2}'), "/__proto__/a")).toBe(1);
  expect(valueAt(JSON.parse('{"~1":3}'), "/~01")).toBe(3);
});

it.each(["foo", "#/foo", "/~", "/~2", "/a~"])("%s is no pointer", (text) => {
  expect(text).not.toMatch(pointerForm);
});
