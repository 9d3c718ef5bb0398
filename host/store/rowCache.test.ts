import { expect, it } from "vitest";
import { RowCache } from "./rowCache";
import { StoredIndex } from "./catalog";

const index = new StoredIndex(7, "notes", { name: "by_slug", fields: ["slug"] });
const rangeOf = (text: string) => ({ index, lower: Buffer.from(text), upper: Buffer.from(`${text}~`) });

it.each([
  ["few bytes, which are remembered", 100, true],
  ["a text as long as a caller likes, which would fill the memory", 1_000_000, false],
])("ranges of %s", (_title, length, isKept) => {
  const cache = new RowCache();
  const range = rangeOf("x".repeat(length));
  cache.keepLookup(range, "asc", 1, []);
  cache.keepPageIds(range, "asc", 10, []);
  expect([cache.lookup(range, "asc", 1), cache.pageIds(range, "asc", 10)]).toEqual(
    isKept ? [[], []] : [undefined, undefined],
  );
});
