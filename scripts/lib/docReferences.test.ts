import { expect, test } from "vitest";
import { brokenReferences } from "./docReferences";

const files = [
  "README.md",
  "convex/http.ts",
  "docs/guide.md",
  "docs/image.png",
  "docs/parts",
  "docs/parts/a.test.ts",
  "package.json",
];
const context = {
  directory: "docs",
  scriptNames: ["verify"],
  exists: (file: string) => files.includes(file),
  hasFileNamed: (name: string) => files.some((file) => file.endsWith(`/${name}`)),
};

test("accepts what exists, and what is no path of the repository", () => {
  const text = [
    "See `convex/http.ts`, `convex/http.ts:12`, `README.md`, `package.json` and [guide](guide.md#start).",
    "![shot](image.png) [site](https://example.com/convex/none.ts) [above](#top) [up](../README.md)",
    "Run `npm run verify`, or `npm run -s verify`. Each `convex/<domain>/tables.ts` and `convex/*/rest.ts` is a pattern; `application/json` is not a file.",
    "| `parts/a.test.ts › says so` | `a.test.ts` | `other/b.ts` is below no folder of this document's.",
  ];
  expect(brokenReferences(text.join("\n"), context)).toEqual([]);
});

test.each([
  ["`convex/https.ts`", "convex/https.ts"],
  ["`convex/gone/`", "convex/gone/"],
  ["`NOTES.md`", "NOTES.md"],
  ["`parts/b.test.ts › says so`", "parts/b.test.ts › says so"],
  ["`parts/rooms/`", "parts/rooms/"],
  ["[guide](guides.md)", "guides.md"],
  ["[up](../convex/none.ts)", "../convex/none.ts"],
  ["`npm run verfy`", "npm run verfy"],
  ["`npm run -s verfy`", "npm run -s verfy"],
])("reports %s with its line", (text, reference) => {
  expect(brokenReferences(`first line\n${text}`, context)).toEqual([{ line: 2, reference }]);
});
