import { expect, it } from "vitest";
import { isPathBelow, urlBelow } from "./paths";

const baseUrl = "https://provider.example:8443/v2/api/?format=portico";

it.each([
  ["servers", "https://provider.example:8443/v2/api/servers"],
  ["servers?limit=100&sort=a/b", "https://provider.example:8443/v2/api/servers?limit=100&sort=a/b"],
  ["v1/a:b@c/list.json", "https://provider.example:8443/v2/api/v1/a:b@c/list.json"],
  ["a%20b/..c/...", "https://provider.example:8443/v2/api/a%20b/..c/..."],
  ["https:", "https://provider.example:8443/v2/api/https:"],
])("%s stays below the base URL", (path, url) => {
  expect(isPathBelow(path)).toBe(true);
  expect(urlBelow(baseUrl, path)).toBe(url);
});

it.each([
  "",
  "/servers",
  "//evil.example/servers",
  "https://evil.example/servers",
  "servers//x",
  ".",
  "..",
  "../admin",
  "servers/../../admin",
  "servers/./x",
  "%2e%2e/admin",
  "servers/%2E%2e/x",
  "servers/.%2e/x",
  "servers/%2f..%2f/x",
  "servers%5c..%5cadmin",
  "%252e%252e/admin",
  "servers\\..\\admin",
  "servers#x",
  "servers\n",
  "ser vers",
  "servers/%zz",
  "servers/%4",
  "sérvers",
  "servers?q=\u0000",
])("%j is refused", (path) => {
  expect(isPathBelow(path)).toBe(false);
});

it("puts parameters beside those of the path, or in their place", () => {
  expect(urlBelow("https://a.example", "x?limit=5&page=9", { page: "2", "filter[a]": "b&c=d#e" })).toBe(
    "https://a.example/x?limit=5&page=2&filter%5Ba%5D=b%26c%3Dd%23e",
  );
});
