import * as fc from "fast-check";
import { HonoBase } from "hono/hono-base";
import { UnsupportedPathError } from "hono/router";
import { describe, expect, it } from "vitest";
import { routeTable } from "./routeTable";
import { TreeRouter } from "./treeRouter";
import type { H, RouterRoute } from "hono/types";

interface Pattern {
  readonly method: string;
  readonly path: string;
}

const segment = fc.constantFrom("a", "view", "x.json", ":id", ":otherId");
const pathOf = (segments: readonly string[]) => `/${segments.join("/")}`;
const pattern = fc.record({
  method: fc.constantFrom("GET", "POST", "DELETE"),
  path: fc.array(segment, { minLength: 1, maxLength: 4 }).map(pathOf),
});
const asked = fc.record({
  method: fc.constantFrom("GET", "POST", "DELETE", "PATCH"),
  path: fc
    .tuple(fc.array(fc.constantFrom("a", "view", "x.json", "c", "", "*"), { maxLength: 4 }), fc.boolean())
    .map(([segments, hasSlash]) => pathOf(segments) + (hasSlash ? "/" : "")),
});

/** What a route makes of a path, by the plain rule; undefined when it does not fit. */
function paramsFor({ path }: Pattern, given: string): Record<string, string> | undefined {
  const wanted = path.split("/");
  const parts = (given === "/" ? given : given.replace(/\/$/, "")).split("/");
  const fits =
    wanted.length === parts.length &&
    wanted.every((part, at) => (part.startsWith(":") ? parts[at] !== "" : part === parts[at]));
  if (!fits) return undefined;
  const named = wanted.flatMap((part, at) => (part.startsWith(":") ? [[part.slice(1), parts[at] ?? ""]] : []));
  return Object.fromEntries(named);
}

/** Fixed segments before parameters, the leftmost difference decides; equal ones as they were added. */
function byPrecedence(left: Pattern, right: Pattern): number {
  const ranks = ({ path }: Pattern) => path.split("/").map((part) => Number(part.startsWith(":")));
  const rightRanks = ranks(right);
  const at = ranks(left).findIndex((rank, place) => rank !== rightRanks[place]);
  return at < 0 ? 0 : (ranks(left)[at] ?? 0) - (rightRanks[at] ?? 0);
}

function oracle(patterns: readonly Pattern[], { method, path }: Pattern) {
  const fitting = patterns.filter((each) => paramsFor(each, path) !== undefined).toSorted(byPrecedence);
  const found = fitting.find((each) => each.method === method);
  const methods = new Set(fitting.map((each) => each.method));
  if (methods.has("GET")) methods.add("HEAD");
  return { found, params: found && paramsFor(found, path), methods };
}

function routerOf(patterns: readonly Pattern[]): TreeRouter<Pattern> {
  const router = new TreeRouter<Pattern>();
  for (const each of patterns) router.add(each.method, each.path, each);
  return router;
}

describe("TreeRouter", () => {
  it("finds what the plain rule finds, with its parameters, and every method of a path", () => {
    let found = 0;
    let tried = 0;
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 40 }),
        fc.array(asked, { minLength: 5 }),
        (patterns, requests) => {
          const router = routerOf(patterns);
          for (const request of requests) {
            const expected = oracle(patterns, request);
            tried += 1;
            if (expected.found) found += 1;
            expect(router.match(request.method, request.path)).toEqual([
              expected.found ? [[expected.found, expected.params]] : [],
            ]);
            expect(new Set(router.methodsAt(request.path))).toEqual(expected.methods);
          }
        },
      ),
      { numRuns: 1000 },
    );
    expect(found).toBeGreaterThan(tried / 50);
  });

  it("lets middleware run before whatever answers, also where nothing does", () => {
    const router = new TreeRouter<string>();
    router.add("ALL", "*", "first");
    router.add("GET", "/a", "route");
    router.add("ALL", "/*", "second");
    expect(router.match("GET", "/a")[0].map(([handler]) => handler)).toEqual(["first", "second", "route"]);
    expect(router.match("PUT", "/b")[0].map(([handler]) => handler)).toEqual(["first", "second"]);
  });

  it.each(["/a/*", "/a/:id{[0-9]+}", "/a/:id?", "/a-:id", "/:id:verb", "a", "/a//b", "/a/"])(
    "refuses the pattern %s, which it would never find",
    (path) => {
      expect(() => new TreeRouter<string>().add("GET", path, "")).toThrow(UnsupportedPathError);
    },
  );

  it("takes names of Object's members as segments and parameters", () => {
    const router = routerOf([{ method: "GET", path: "/constructor/:id" }]);
    expect(router.match("GET", "/constructor/__proto__")[0][0]?.[1]).toEqual({ id: "__proto__" });
    expect(router.match("GET", "/toString/x")).toEqual([[]]);
    expect(router.match("constructor", "/constructor/x")).toEqual([[]]);
  });
});

describe("the route table", () => {
  const router = routerOf(routeTable);

  it.each(routeTable.map((route) => [route.method, route.path, route] as const))(
    "%s %s is found",
    (_m, path, route) => {
      const given = path.replaceAll(/:\w+/g, "0123");
      expect(router.match(route.method, given)[0][0]?.[0]).toBe(route);
      expect(router.match(route.method, `${given}/`)[0][0]?.[0]).toBe(route);
    },
  );
});

describe("Hono with a TreeRouter", () => {
  const tree = new TreeRouter<[H, RouterRoute]>();
  const app = new HonoBase({ router: tree });
  app.get("/sites/view", (c) => c.text("list view"));
  app.get("/sites/:siteId", (c) => c.text(`get ${c.req.param("siteId")}`));
  app.patch("/sites/:siteId", (c) => c.text(`update ${c.req.param("siteId")}`));
  app.get("/sites/:siteId/view", (c) => c.text(`view ${c.req.param("siteId")}`));

  it.each([
    ["GET", "/sites/view", "list view"],
    ["PATCH", "/sites/view", "update view"],
    ["GET", "/sites/view/view", "view view"],
    ["GET", "/sites/%76iew", "list view"],
    ["GET", "/sites/a%20b", "get a b"],
    ["GET", "/sites/a%2Fb", "get a/b"],
    ["GET", "/sites/a%252Fb/view", "view a%2Fb"],
    ["GET", "/sites/%C3%A9/", "get é"],
    ["GET", "/sites/%E0%A4", "get %E0%A4"],
    ["GET", "/sites/a?view=/view", "get a"],
    ["HEAD", "/sites/a", ""],
  ])("%s %s answers %j", async (method, path, expected) => {
    const response = await app.request(path, { method });
    expect([response.status, await response.text()]).toEqual([200, expected]);
  });

  it.each(["/sites", "/sites//", "/sites/a//", "/sites/a/b", "/Sites/view", "/sites/a/view/x", "/sites%2Fview"])(
    "finds nothing at %s",
    async (path) => {
      expect((await app.request(path)).status).toBe(404);
      expect(tree.methodsAt(path)).toEqual([]);
    },
  );
});
