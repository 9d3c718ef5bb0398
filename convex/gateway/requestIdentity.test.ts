import * as fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalBody, targetOf } from "./requestIdentity";

it.each([
  ["http://a/v1/items", "/v1/items"],
  ["https://b.example:8443/v1/items/", "/v1/items"],
  ["http://a/v1/items/?limit=1/", "/v1/items?limit=1/"],
  ["http://a/v1/items?q=a?b", "/v1/items?q=a?b"],
  ["http://a/", "/"],
])("%s is a request to %s", (url, target) => expect(targetOf(url)).toBe(target));

it.each([
  ['{"b":[{"d":1,"c":2}],"a":"o"}', ' { "a" : "\\u006f", "b" : [ { "c" : 2.0, "d" : 1e0 } ] } '],
  ["", ""],
])("takes %s for %s", (left, right) => expect(canonicalBody(left)).toBe(canonicalBody(right)));

it.each([
  ['{"a":[1,2]}', '{"a":[2,1]}'],
  ['{"a":1}', '{"a":"1"}'],
  ['{"a":null}', "{}"],
  ['{"__proto__":1}', "{}"],
  ["{", "{ "],
  ['{"a":9007199254740992}', '{"a":9007199254740993}'],
  ['{"a":null}', '{"a":1e400}'],
])("tells %s from %s", (left, right) => expect(canonicalBody(left)).not.toBe(canonicalBody(right)));

it("keeps every value of a body", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(canonicalBody(text))).toEqual(JSON.parse(text));
    }),
  );
});
