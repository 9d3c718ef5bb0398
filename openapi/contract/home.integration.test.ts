import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const targets = z.array(z.object({ href: z.string(), type: z.string() }));
const catalog = z.object({
  linkset: z.array(
    z.strictObject({ anchor: z.string(), "service-desc": targets, "service-doc": targets, status: targets }),
  ),
});
let portico: TestPortico;

beforeAll(async () => {
  portico = await startTestPortico();
});

afterAll(() => portico.close());

function get(path: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<Response> {
  return fetch(portico.siteUrl + path, { method, headers });
}

/** The targets of a `Link` header by their relation. */
function linksOf(response: Response): Record<string, string> {
  const entries = (response.headers.get("link") ?? "").matchAll(/<([^>]*)>; rel="([^"]+)"/g);
  return Object.fromEntries(Array.from(entries, ([, href = "", relation = ""]) => [relation, href]));
}

describe.each(["/", "/v1"])("%s", (path) => {
  it("is a page for browsers, which runs and loads nothing from elsewhere", async () => {
    const page = await get(path, { accept: browser });
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; img-src 'self'");
    expect(page.headers.get("vary")).toContain("Accept");
    const html = await page.text();
    for (const target of ["v1/docs", "v1/docs/conventions.md", "v1/openapi.json", "problems", "v1/health"])
      expect(html).toContain(`href="${target}"`);
    expect(html).not.toMatch(/<script|https?:\/\//);
    expect((await get(path, { accept: browser, "if-none-match": page.headers.get("etag") ?? "" })).status).toBe(304);
  });

  it.each([{}, { accept: "*/*" }, { accept: "application/json" }])("is links for programs: %j", async (headers) => {
    const answer = await get(path, headers);
    expect(answer.headers.get("content-type")).toBe("application/json");
    const { name, version, ...links }: Record<string, string> = await answer.json();
    expect({ name, version }).toEqual({ name: "Portico", version: "v1" });
    for (const url of [...Object.values(links), ...Object.values(linksOf(answer))]) {
      expect(url.startsWith(portico.siteUrl), url).toBe(true);
      expect((await fetch(url)).status, url).toBe(200);
    }
    expect(Object.keys(linksOf(answer)).sort()).toEqual(["api-catalog", "service-desc", "service-doc", "status"]);
    expect(linksOf(await get(path, headers, "HEAD"))).toEqual(linksOf(answer));
  });
});

it("is in a catalogue of APIs, all of whose links lead somewhere", async () => {
  const answer = await get("/.well-known/api-catalog");
  expect(answer.headers.get("content-type")).toMatch(
    /^application\/linkset\+json; profile="https:\/\/www\.rfc-editor\.org/,
  );
  const { linkset } = catalog.parse(await answer.json());
  expect(linkset).toEqual([expect.objectContaining({ anchor: `${portico.siteUrl}/v1` })]);
  const found = linkset.flatMap((links) => [links["service-desc"], links["service-doc"], links.status].flat());
  expect(found).toHaveLength(3);
  for (const { href, type } of found)
    expect((await fetch(href)).headers.get("content-type")?.startsWith(type), href).toBe(true);
});

it.each(["/docs", "/openapi.json", "/health", "/v2/me", "/v1/nothing", "/problems/nothing", "/v1/docs/nothing"])(
  "%s is nobody's, and the answer names the documentation",
  async (path) => {
    for (const method of ["GET", "POST", "OPTIONS"].slice(
      0,
      path.startsWith("/problems") || path.startsWith("/v1/docs") ? 1 : 3,
    )) {
      const answer = await get(path, {}, method);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({
        code: "not_found",
        detail: `There is nothing at this path; ${portico.siteUrl}/v1/docs says what is.`,
      });
      expect(linksOf(answer)).toMatchObject({ "service-doc": `${portico.siteUrl}/v1/docs` });
    }
  },
);

it.each(["/docs", "/v2/me", "/v1/nothing", "/problems/nothing", "/v1/docs/nothing", "/v1/openapi/nothing"])(
  "%s is a page for browsers that says so and leads on, and nobody keeps it",
  async (path) => {
    const answer = await get(path, { accept: browser });
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-request-id")).toMatch(/./);
    expect(linksOf(answer)).toMatchObject({ "service-doc": `${portico.siteUrl}/v1/docs` });
    const html = await answer.text();
    expect(html).toContain("There is nothing at this address");
    const links = Array.from(html.matchAll(/href="([^"]+)"/g), ([, href = ""]) => href);
    expect(links.length).toBeGreaterThan(2);
    for (const href of links) expect((await get(href)).status, href).toBe(200);
    expect((await get(path, { accept: browser }, "HEAD")).status).toBe(404);
    // What changes something is no page that somebody looks for.
    const posted = await get(path, { accept: browser }, "POST");
    expect(posted.headers.get("content-type")).toBe("application/problem+json");
  },
);

it("shows the conventions as a page to browsers, and as Markdown to everybody else", async () => {
  const path = "/v1/docs/conventions.md";
  const markdown = await get(path);
  expect(markdown.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
  const page = await get(path, { accept: browser });
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  for (const answer of [markdown, page]) expect(answer.headers.get("vary")).toContain("Accept");
  const [text, html] = [await markdown.text(), await page.text()];
  const headings = Array.from(text.matchAll(/^##? (.*)$/gm), ([, heading]) => heading);
  expect(Array.from(html.matchAll(/<h[12] id="[a-z0-9-]+">(.*)<\/h[12]>/g), ([, heading]) => heading)).toEqual(
    headings,
  );
  expect(html).toContain("<table>");
  expect(html).not.toMatch(/<script|\*\*|^\| |^#/m);
  expect(markdown.headers.get("etag")).not.toBe(page.headers.get("etag"));
  expect((await get(path, { accept: browser, "if-none-match": page.headers.get("etag") ?? "" })).status).toBe(304);
});

it("has an icon, which browsers ask for by themselves", async () => {
  const icon = await get("/favicon.ico");
  expect([icon.status, icon.headers.get("content-type")]).toEqual([200, "image/x-icon"]);
  const bytes = Buffer.from(await icon.arrayBuffer());
  // One picture, of 32 by 32, which is a PNG.
  expect([...bytes.subarray(0, 8)]).toEqual([0, 0, 1, 0, 1, 0, 32, 32]);
  expect(bytes.subarray(23, 26).toString()).toBe("PNG");
});
