import { expect, test } from "vitest";
import { impersonatorOf } from "./caller";

const identity = {
  issuer: "https://identity.example",
  subject: "ann",
  tokenIdentifier: "https://identity.example|ann",
};

test.each([
  ["an object", { act: { sub: "support-7" } }, "support-7"],
  ["a name with a dot", { "act.sub": "support-7" }, "support-7"],
  ["the first of a chain", { act: { sub: "support-7", act: { sub: "desk" } } }, "support-7"],
  ["two that differ", { act: { sub: "support-7" }, "act.sub": "desk" }, "unknown"],
  ["an empty object", { act: {} }, "unknown"],
  ["no text", { act: { sub: 7 } }, "unknown"],
  ["a long text", { act: { sub: "x".repeat(300) } }, "x".repeat(255)],
  ["null", { act: null }, undefined],
  ["nothing", {}, undefined],
  ["a claim that begins alike", { action: "read" }, undefined],
])("who acts in a person's name is told by %s, or that somebody does", (_title, claims, expected) => {
  expect(impersonatorOf({ ...identity, ...claims })).toBe(expected);
});
