import { expect, it } from "vitest";
import * as z from "zod";
import { itemTriedBy, triedItem } from "../convex/core/operations/triedItems";
import { InexactNumber } from "../convex/core/wire/exactNumbers";
import { described, reference, text } from "../convex/core/schema/fields";
import { registry } from "./registry";
import { SchemaComponents } from "./schemas";

const item = () =>
  z.strictObject({
    name: described(text(1, 20), "What it is called.", "One"),
    siteId: described(reference("sites", "null"), "Its site.").optional(),
  });
const batch = () => z.strictObject({ items: described(z.array(triedItem(item())).max(3), "The items.") });

it("judges each item of a batch for itself, by pointers from the item on", () => {
  const given = [{ name: "One" }, { name: "", more: 1 }, null, { name: new InexactNumber() }];
  const { items } = batch()
    .extend({ items: z.array(triedItem(item())) })
    .parse({ items: given });
  expect(items[0]).toEqual({ value: { name: "One" } });
  const faults = items.slice(1).map((tried) => tried.faults?.map(({ pointer, code }) => `${pointer} ${code}`));
  expect(faults).toEqual([["/name too_small", "/more unknown_field"], [" invalid_type"], ["/name inexact_number"]]);
  expect(batch().safeParse({ items: "none" }).success).toBe(false);
  expect(batch().safeParse({ items: given }).success).toBe(false);
});

it("is in the document what its item is", () => {
  const components = new SchemaComponents();
  const plain = z.strictObject({ items: described(z.array(item()).max(3), "The items.") });
  expect(components.body(batch())).toEqual(components.body(plain));
  expect(itemTriedBy(item())).toBeUndefined();
});

it("refers to nothing that the pipeline would have to refuse the whole batch for", () => {
  const bodies = registry.flatMap(({ declaration }) => Object.values(declaration.body ?? {}));
  const tried = bodies.flatMap((type) =>
    type instanceof z.ZodArray && type.element instanceof z.ZodType ? (itemTriedBy(type.element) ?? []) : [],
  );
  expect(tried.length).toBeGreaterThanOrEqual(2);
});
