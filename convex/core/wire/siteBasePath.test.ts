import { expect, it } from "vitest";
import { siteBasePath } from "./siteBasePath";

it.each([
  [undefined, ""],
  ["https://api.example.com", ""],
  ["https://api.example.com/", ""],
  ["http://127.0.0.1:3211", ""],
  ["https://example.com/portico", "/portico"],
  ["https://example.com/a/b//", "/a/b"],
])("of %s is %s", (url, basePath) => {
  expect(siteBasePath({ CONVEX_SITE_URL: url })).toBe(basePath);
});
