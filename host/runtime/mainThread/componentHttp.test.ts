import { describe, expect, it } from "vitest";
import { findHttpRoute } from "./componentHttp";
import type { HttpComponent } from "./componentHttp";

/** A router whose routes are exact paths, or prefixes written with a star. */
function component(routes: readonly string[], mounts: Record<string, string> = {}, httpPrefix?: string): HttpComponent {
  const action = { invokeHttpAction: async () => new Response() };
  const prefixes = routes.filter((route) => route.endsWith("*")).sort((a, b) => b.length - a.length);
  return {
    httpRouter: {
      lookup(path, method) {
        const match = routes.includes(path) ? path : prefixes.find((prefix) => path.startsWith(prefix.slice(0, -1)));
        return match === undefined ? null : [action, method, match];
      },
      getRoutes: () => [],
    },
    httpPrefix: httpPrefix ?? null,
    httpMounts: new Map(Object.entries(mounts)),
  };
}

function found(components: ReadonlyMap<string, HttpComponent>, path: string): string | null {
  const route = findHttpRoute(components, path, "GET");
  return route === null ? null : `${route.componentPath}:${route.routePath}`;
}

describe("findHttpRoute", () => {
  it("prefers exact routes, then the longest prefix of a route or a mount", () => {
    const components = new Map([
      ["", component(["/a/exact", "/a/long/prefix/*", "/*"], { "/a/": "a", "/a/long/": "along" })],
      ["a", component(["/x", "/exact", "/b/own/*"], { "/b/": "a/b" })],
      ["a/b", component(["/y"])],
      ["along", component(["/*"])],
    ]);
    expect(found(components, "/a/exact")).toBe(":/a/exact");
    expect(found(components, "/a/x")).toBe("a:/x");
    expect(found(components, "/a/long/z")).toBe("along:/*");
    expect(found(components, "/a/long/prefix/z")).toBe(":/a/long/prefix/*");
    expect(found(components, "/a/b/y")).toBe("a/b:/y");
    expect(found(components, "/a/b/own/y")).toBe("a:/b/own/*");
    expect(found(components, "/a")).toBe(":/*");
    expect(found(components, "/a/none")).toBeNull();
  });

  it("answers the app's own routes below its prefix only", () => {
    const components = new Map([
      ["", component(["/x", "/*"], { "/api/inner/": "inner" }, "/api/")],
      ["inner", component(["/x"])],
    ]);
    expect(found(components, "/api/x")).toBe(":/x");
    expect(found(components, "/api/other")).toBe(":/*");
    expect(found(components, "/api/inner/x")).toBe("inner:/x");
    expect(found(components, "/x")).toBeNull();
  });
});
