import { expect, it } from "vitest";
import { routeTable } from "../../convex/gateway/routeTable";
import { assertDistinct } from "./routeTable";
import type { Route } from "../../convex/gateway/routes";

const route = (method: Route["method"], path: string): Route => ({
  method,
  path,
  domain: "sites",
  kind: "query",
  operation: `${method} ${path}`,
  operationId: path,
});

it("takes the same path for another method, and a fixed segment beside a parameter", () => {
  expect(() =>
    assertDistinct([route("GET", "/v1/a/:id"), route("PATCH", "/v1/a/:id"), route("GET", "/v1/a/view"), ...routeTable]),
  ).not.toThrow();
});

it("refuses two operations for the same requests, also where their parameters have two names", () => {
  expect(() => assertDistinct([route("GET", "/v1/a/:id/b"), route("GET", "/v1/a/:otherId/b")])).toThrow(
    "GET /v1/a/:id/b and GET /v1/a/:otherId/b both answer GET",
  );
});
