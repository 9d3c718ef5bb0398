import { expect, test } from "vitest";
import { initializerScript, pageFor } from "./docsPage";
import { openApiEntityTag, openApiText } from "./openApiDocument";
import { swaggerAssets } from "./swaggerAssets";

const page = pageFor((name) => (swaggerAssets.has(name) ? "0123456789abcdef" : "missing"));
const policy = page.headers["content-security-policy"] ?? "";

test("the page loads files of this deployment only, each of which exists", () => {
  const urls = Array.from(page.body.matchAll(/(?:src|href)="([^"]+)"/g), ([, url = ""]) => url);
  expect(urls.length).toBeGreaterThan(3);
  expect(urls.filter((url) => !url.startsWith("/v1/") || url.includes("missing"))).toEqual([]);
  expect(initializerScript().body).not.toMatch(/https?:/);
});

test("the policy allows no foreign and no inline script, and the page has none", () => {
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=/);
});

test("the redirect page of OAuth is served beside the reference", () => {
  expect(initializerScript().body).toContain("/v1/docs/oauth2-redirect.html");
  expect(swaggerAssets.get("oauth2-redirect.html")?.contentType).toMatch(/^text\/html/);
});

test("the document is JSON with a strong entity tag", () => {
  expect(JSON.parse(openApiText)).toMatchObject({ openapi: "3.1.0", servers: [{ url: "/" }] });
  expect(openApiEntityTag).toMatch(/^"[0-9a-f]{32}"$/);
});
