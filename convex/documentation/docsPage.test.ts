import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { ownFiles, pageFor } from "./docsPage";
import { documentOrigin } from "./documentOrigin";
import { servedDocument } from "./servedDocument";
import { swaggerAssets } from "./swaggerAssets";

const page = pageFor((name) => (swaggerAssets.has(name) ? "0123456789abcdef" : "missing"));
const initializer = ownFiles.get("initializer.js")?.body ?? "";
const policy = page.headers["content-security-policy"] ?? "";

test("the page loads files of this deployment only, each of which exists", () => {
  const urls = Array.from(page.body.matchAll(/(?:src|href)="([^"]+)"/g), ([, url = ""]) => url);
  expect(urls.length).toBeGreaterThan(3);
  expect(urls.filter((url) => !url.startsWith("/v1/") || url.includes("missing"))).toEqual([]);
  expect(initializer).not.toMatch(/https?:/);
});

test("the policy allows no foreign and no inline script, and the page has none", () => {
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=/);
});

test("the redirect page of OAuth is served beside the reference", () => {
  expect(initializer).toContain("/v1/docs/oauth2-redirect.html");
  expect(swaggerAssets.get("oauth2-redirect.html")?.contentType).toMatch(/^text\/html/);
});

test.each(["3.1", "3.0"] as const)(
  "the document as %s names the origin that serves it, and no other deployment",
  (version) => {
    const text = servedDocument(version, "https://api.example.com");
    expect(JSON.parse(text)).toMatchObject({
      openapi: version === "3.1" ? "3.1.0" : "3.0.3",
      servers: [{ url: "https://api.example.com", "x-internal": false }],
      externalDocs: { url: "https://api.example.com/v1/docs/conventions.md" },
      components: {
        securitySchemes: {
          clientCredentials: { flows: { clientCredentials: { tokenUrl: "https://api.example.com/v1/oauth/token" } } },
        },
      },
    });
    expect(text).not.toContain(documentOrigin);
  },
);

/** The options with which the page starts Swagger UI, when it is opened at `href`. */
function startedWith(href: string) {
  const listeners: (() => void)[] = [];
  let options:
    | { responseInterceptor(response: { url: string; status: number; text: string }): { text: string } }
    | undefined;
  const window = {
    location: { href },
    matchMedia: () => ({ matches: false, addEventListener: () => undefined }),
    addEventListener: (_event: string, listener: () => void) => listeners.push(listener),
  };
  const dom = { documentElement: { classList: { toggle: () => undefined } } };
  const SwaggerUIBundle = (given: typeof options) => {
    options = given;
    return { initOAuth: () => undefined, specSelectors: { specJson: () => ({ size: 0 }) } };
  };
  runInNewContext(initializer, { window, document: dom, URL, SwaggerUIBundle });
  for (const listener of listeners) listener();
  if (!options) throw new Error("The page did not start Swagger UI.");
  return options;
}

test("the page sends to where it was opened, and nothing that is optional unless somebody fills it in", () => {
  const { responseInterceptor } = startedWith("http://other.example:8080/v1/docs");
  const url = "http://other.example:8080/v1/openapi.json";
  const { text } = responseInterceptor({ url, status: 200, text: servedDocument("3.1") });
  expect(text).not.toContain(`"url":"${documentOrigin}"`);
  expect(JSON.parse(text)).toMatchObject({
    servers: [{ url: "http://other.example:8080" }],
    components: {
      parameters: { IfMatch: expect.not.objectContaining({ example: expect.anything() }) },
      securitySchemes: {
        clientCredentials: { flows: { clientCredentials: { tokenUrl: "http://other.example:8080/v1/oauth/token" } } },
      },
    },
  });
  const { parameters } = JSON.parse(text).paths["/v1/schedules"].get;
  expect(parameters.filter((parameter: object) => "example" in parameter)).toEqual([]);
  expect(JSON.parse(servedDocument("3.1")).paths["/v1/schedules"].get.parameters[0]).toHaveProperty("example");
});
