import * as z from "zod";
import { expect, it } from "vitest";
import { described, integer, reference, text } from "../../convex/core/schema/fields";
import { tableFaults } from "./tableFaults";
import type { DeclaredTable } from "../../convex/core/schema/table";

const name = described(text(1, 80), "What it is called.", "Pump");
const options = { noun: "asset", description: "A thing that a site has." };
const lawful: DeclaredTable = { fields: { name }, base: "CUD", tenant: "required", options };
const place = "convex/sites/tables.ts: assets";

function faultsOf(changes: Partial<DeclaredTable>): readonly string[] {
  return tableFaults("convex/sites/tables.ts", "assets", { ...lawful, ...changes });
}

it.each([
  ["a whole table", {}, []],
  [
    "a table that is not described",
    { options: { ...options, description: "" } },
    [`${place} has no description: say what asset is.`],
  ],
  [
    "a field that is not described",
    { fields: { siteId: reference("sites", "restrict") } },
    [`${place}.siteId has no description: write described(<type>, "<what it means>").`],
  ],
  [
    "a field inside one",
    { fields: { size: described(z.object({ heightMm: integer(0, 9) }), "How big it is.") } },
    [`${place}.size.heightMm has no description: write described(<type>, "<what it means>").`],
  ],
  [
    "a text without an example",
    { fields: { serial: described(text(1, 40), "Its number.").optional() } },
    [`${place}.serial needs an example: write described(<type>, "<what it means>", <example>).`],
  ],
  [
    "an example that the field does not take",
    { fields: { serial: described(text(1, 4), "Its number.", "SN-1024") } },
    [`${place}.serial shows "SN-1024", which it does not take: give another example.`],
  ],
])("%s", (_title, changes: Partial<DeclaredTable>, faults) => {
  expect(faultsOf(changes)).toEqual(faults);
});

it("takes what type, enum or format tell without an example", () => {
  const kinds = { count: integer(0, 9), isOn: z.boolean(), state: z.enum(["a", "b"]), mail: z.email() };
  const fields = Object.fromEntries(Object.entries(kinds).map(([key, type]) => [key, described(type, "What it is.")]));
  expect(faultsOf({ fields })).toEqual([]);
});

it("refuses to describe a schema twice, which would change what others say", () => {
  expect(() => described(name, "Another meaning.")).toThrow("It is described already: What it is called.");
});
