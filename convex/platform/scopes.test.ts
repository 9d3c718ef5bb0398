import * as fc from "fast-check";
import { expect, test } from "vitest";
import { grantedScope } from "./scopes";

const held = ["todo:read", "schedule:read"];
const scopeName = fc.constantFrom("todo:read", "todo:create", "item:read", "schedule:read", "site:read");

test("without a request everything held is granted", () => {
  expect(grantedScope(held, undefined)).toEqual({ scope: "schedule:read todo:read" });
  expect(grantedScope(held, "")).toEqual({ scope: "schedule:read todo:read" });
  expect(grantedScope([], undefined)).toEqual({ scope: "" });
});

test("a request narrows, and names what it asks too much", () => {
  expect(grantedScope(held, "todo:read todo:read")).toEqual({ scope: "todo:read" });
  expect(grantedScope(held, "todo:read item:read")).toEqual({ refusal: "The credential does not hold: item:read." });
});

test.each([" todo:read", "todo:read ", "todo:read  schedule:read", "todo:read\nschedule:read", 'a"b', "ä", "a\\b"])(
  "%j is no scope",
  (scope) => {
    expect(grantedScope(held, scope)).toHaveProperty("refusal");
  },
);

test("never more than is held or asked for", () => {
  fc.assert(
    fc.property(fc.uniqueArray(scopeName), fc.array(scopeName, { minLength: 1 }), (holds, asks) => {
      const granted = grantedScope(holds, asks.join(" "));
      const isCovered = asks.every((scope) => holds.includes(scope));
      const narrowed = { scope: [...new Set(asks)].toSorted().join(" ") };
      const refused = {
        refusal: `The credential does not hold: ${[...new Set(asks)]
          .filter((scope) => !holds.includes(scope))
          .toSorted()
          .join(" ")}.`,
      };
      expect(granted).toEqual(isCovered ? narrowed : refused);
    }),
  );
});
