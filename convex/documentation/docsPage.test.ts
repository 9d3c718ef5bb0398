import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { routeTable } from "../gateway/routeTable";
import { ownFiles, pageFor } from "./docsPage";
import { documentDomains } from "./documentDomains";
import { documentOrigin } from "./documentOrigin";
import { servedDocument } from "./servedDocument";
import { swaggerAssets } from "./swaggerAssets";

const page = pageFor((name) => (swaggerAssets.has(name) ? "0123456789abcdef" : "missing"), "");
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

describe.each([undefined, ...documentDomains])("the document of $name", (domain) => {
  test.each(["3.1", "3.0"] as const)("as %s names the origin that serves it, and no other deployment", (version) => {
    const text = servedDocument({ version, domain }, "https://api.example.com");
    const document = JSON.parse(text);
    expect(document).toMatchObject({
      openapi: version === "3.1" ? "3.1.0" : "3.0.3",
      servers: [{ url: "https://api.example.com", "x-internal": false }],
      externalDocs: { url: "https://api.example.com/v1/docs/conventions.md" },
    });
    const { clientCredentials } = document.components.securitySchemes ?? {};
    const tokenUrls = Object.values<{ tokenUrl: string }>(clientCredentials?.flows ?? {}).map(
      ({ tokenUrl }) => tokenUrl,
    );
    expect(tokenUrls).toEqual(clientCredentials ? ["https://api.example.com/v1/oauth/token"] : []);
    expect(text).not.toContain(documentOrigin);
  });
});

type Json = Readonly<Record<string, unknown>>;

interface PagePlugin {
  readonly fn?: {
    resolveSubtree(root: Json, path: readonly string[]): Promise<{ spec: unknown; errors: readonly unknown[] }>;
  };
  readonly statePlugins?: {
    readonly spec: {
      readonly wrapActions: {
        parseToJson(
          original: undefined,
          system: { specActions: { updateJsonSpec(document: unknown): unknown } },
        ): (text: string) => unknown;
      };
    };
  };
}

/** Runs the page's script as a page that was opened at `href` does: which documents it asks for, and how it reads and resolves one. */
function openedAt(href: string, signIn?: string) {
  const listeners: (() => void)[] = [];
  const asked: string[] = [];
  let plugins: readonly PagePlugin[] = [];
  const window = {
    location: { href },
    matchMedia: () => ({ matches: false, addEventListener: () => undefined }),
    addEventListener: (event: string, listener: () => void) => event === "load" && listeners.push(listener),
  };
  const links = Array.from(page.body.matchAll(/<a ([^>]*\bdata-domain=[^>]*)>/g), ([, attributes = ""]) => ({
    dataset: Object.fromEntries(
      Array.from(attributes.matchAll(/data-(\w+)="([^"]*)"/g), ([, name = "", value = ""]) => [name, value]),
    ),
    setAttribute: () => undefined,
    addEventListener: () => undefined,
  }));
  runInNewContext(initializer, {
    URL,
    window,
    document: {
      documentElement: { classList: { toggle: () => undefined } },
      querySelector: () => ({ dataset: { signIn } }),
      querySelectorAll: () => links,
    },
    fetch: (url: string) => {
      asked.push(url);
      return Promise.reject(new Error("There is no network here."));
    },
    SwaggerUIBundle: (options: { plugins: readonly PagePlugin[] }) => {
      plugins = options.plugins;
      const ignored = () => undefined;
      return {
        initOAuth: ignored,
        specActions: { updateUrl: ignored, updateLoadingStatus: ignored },
        errActions: { clear: ignored, newThrownErr: ignored },
      };
    },
  });
  for (const listener of listeners) listener();
  const reader = plugins.find(({ statePlugins }) => statePlugins !== undefined);
  const read = reader?.statePlugins?.spec.wrapActions.parseToJson(undefined, {
    specActions: { updateJsonSpec: (document) => document },
  });
  const resolve = plugins.find(({ fn }) => fn !== undefined)?.fn?.resolveSubtree;
  if (!read || !resolve)
    throw new Error("The page did not start Swagger UI with a reader of documents and a resolver.");
  return { asked, read, resolve };
}

test.each([
  ["", "workspace"],
  ["?domain=workspace", "workspace"],
  ["#/API%20keys/createApiKey", "access"],
  ["?domain=workspace#/Roles", "access"],
  ["?domain=sites#/Nothing/here", "sites"],
  ["?domain=nothing", "workspace"],
])("the page opened at /v1/docs%s asks for the document of %s and no other", (rest, domain) => {
  expect(openedAt(`http://other.example:8080/v1/docs${rest}`).asked).toEqual([`/v1/openapi/${domain}`]);
});

test("behind a proxy that puts a path before every other, the page stays below it", () => {
  const below = pageFor(() => "0123456789abcdef", "/portico").body;
  const urls = Array.from(below.matchAll(/(?:src|href|data-document)="([^"]+)"/g), ([, url = ""]) => url);
  expect(urls.filter((url) => !url.startsWith("/portico/v1/"))).toEqual([]);
  const { read } = openedAt("https://example.com/portico/v1/docs");
  const shown = JSON.parse(JSON.stringify(read(servedDocument({ version: "3.1" }, "https://inside.example/portico"))));
  expect(shown).toMatchObject({ servers: [{ url: "https://example.com/portico" }] });
  expect(shown.components.securitySchemes.clientCredentials.flows.clientCredentials.tokenUrl).toBe(
    "https://example.com/portico/v1/oauth/token",
  );
});

test("the page begins with the domain of README's first call", () => {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
  const called = /^curl .*:3211(\/v1\/\w+)$/m.exec(readme)?.[1];
  expect(routeTable.find((route) => route.path === called)?.domain).toBe(documentDomains[0]?.name);
});

test("the page offers every domain", () => {
  const documents = Array.from(page.body.matchAll(/data-document="([^"]+)"/g), ([, url]) => url);
  expect(documents).toEqual(documentDomains.map(({ name }) => `/v1/openapi/${name}`));
});

test.each(documentDomains)("the page reads the document of $name and sends to where it was opened", (domain) => {
  const { read } = openedAt("http://other.example:8080/v1/docs");
  const text = JSON.stringify(read(servedDocument({ version: "3.1", domain })));
  expect(text).not.toContain(`"url":"${documentOrigin}"`);
  expect(text).not.toContain(`"tokenUrl":"${documentOrigin}`);
  expect(JSON.parse(text)).toMatchObject({ servers: [{ url: "http://other.example:8080" }] });
});

test("the page sends nothing that is optional unless somebody fills it in", () => {
  const { read } = openedAt("http://other.example:8080/v1/docs");
  const workspace = documentDomains.find(({ name }) => name === "workspace");
  const served = servedDocument({ version: "3.1", domain: workspace });
  const shown = JSON.parse(JSON.stringify(read(served)));
  expect(shown.components.parameters.IfMatch).not.toHaveProperty("example");
  expect(shown.components.securitySchemes.clientCredentials.flows.clientCredentials.tokenUrl).toBe(
    "http://other.example:8080/v1/oauth/token",
  );
  const { parameters } = shown.paths["/v1/schedules"].get;
  expect(parameters.filter((parameter: object) => "example" in parameter)).toEqual([]);
  expect(JSON.parse(served).paths["/v1/schedules"].get.parameters[0]).toHaveProperty("example");
});

describe.each(documentDomains)("references in the document of $name", (domain) => {
  const { resolve } = openedAt("http://other.example:8080/v1/docs");
  const document = JSON.parse(servedDocument({ version: "3.1", domain }));
  const operations = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => [method, path] as const),
  );

  test.each(operations)(
    "are gone from %s %s once it is opened, and everything else is as it was",
    async (method, path) => {
      const { spec, errors } = await resolve(document, ["paths", path, method]);
      expect(errors).toHaveLength(0);
      expect(JSON.stringify(spec)).not.toContain('"$ref"');
      expect(faultsOf(document.paths[path][method], spec)).toEqual([]);
    },
  );

  test("are gone from its components, too", async () => {
    const { spec } = await resolve(document, ["components"]);
    expect(JSON.stringify(spec)).not.toContain('"$ref"');
  });

  /** Where `resolved` is not what `written` says, or what it points to says; an `allOf` says what all of its parts say. */
  function faultsOf(written: unknown, resolved: unknown, at = "", isPart = false): string[] {
    if (typeof written !== "object" || written === null) return written === resolved ? [] : [at];
    const { $ref: pointer, ...own }: { $ref?: unknown } = written;
    const target = typeof pointer === "string" ? targetOf(pointer) : {};
    const { allOf, ...said }: { allOf?: unknown } = { ...target, ...own };
    if (Array.isArray(allOf)) return [...allOf, said].flatMap((part) => faultsOf(part, resolved, at, true));
    const given = new Map(Object.entries(resolved ?? {}));
    const unsaid = isPart ? [] : [...given.keys()].filter((key) => !(key in said));
    return [
      ...unsaid.map((key) => `${at}/${key} is said nowhere`),
      ...Object.entries(said).flatMap(([key, value]) => faultsOf(value, given.get(key), `${at}/${key}`, isPart)),
    ];
  }

  function targetOf(pointer: string): Json {
    const [kind = "", name = ""] = pointer.slice("#/components/".length).split("/");
    return document.components[kind][name];
  }
});

test("what contains itself is resolved as far as it goes", async () => {
  const { resolve } = openedAt("http://other.example:8080/v1/docs");
  const again = { $ref: "#/components/schemas/Tree" };
  const tree = { type: "object", properties: { left: again, label: { $ref: "#/components/schemas/Label" } } };
  const root = { components: { schemas: { Tree: tree, Label: { type: "string", description: "shared" } } } };
  const { spec } = await resolve({ ...root, here: { ...again, description: "own" } }, ["here"]);
  expect(JSON.parse(JSON.stringify(spec))).toEqual({
    type: "object",
    description: "own",
    properties: { left: again, label: { type: "string", description: "shared" } },
  });
});

test("the local sign-in of development is a way of everything that takes people's tokens, on the page alone", () => {
  const signIn = "http://127.0.0.1:3212";
  const inDevelopment = pageFor(() => "0", "", signIn);
  expect(inDevelopment.body).toContain(`data-sign-in="${signIn}"`);
  expect(inDevelopment.headers["content-security-policy"]).toContain(`connect-src 'self' ${signIn};`);
  expect(page.body + policy).not.toMatch(/sign-in|3212/);
  const workspace = documentDomains.find(({ name }) => name === "workspace");
  const served = servedDocument({ version: "3.1", domain: workspace });
  expect(served).not.toContain("localSignIn");
  const shownTo = (url?: string) =>
    JSON.parse(JSON.stringify(openedAt("http://other.example:8080/v1/docs", url).read(served)));
  expect(JSON.stringify(shownTo())).not.toContain("localSignIn");
  const { components, paths } = shownTo(signIn);
  expect(Object.keys(components.securitySchemes)[0]).toBe("localSignIn");
  expect(components.securitySchemes.localSignIn.flows.authorizationCode).toEqual({
    authorizationUrl: `${signIn}/authorize`,
    tokenUrl: `${signIn}/token`,
    scopes: {},
  });
  const ways = Object.values<Record<string, { security?: object[] }>>(paths)
    .flatMap((item) => Object.values(item))
    .map(({ security = [] }) => security.map((way) => Object.keys(way)[0]));
  for (const names of ways) expect(names.includes("localSignIn")).toBe(names.includes("userToken"));
  expect(ways.flat()).toContain("localSignIn");
});
