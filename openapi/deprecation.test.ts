import { expect, test } from "vitest";
import { gatewayOf } from "../convex/gateway/app";
import { routeOf } from "../scripts/generate/routeTable";
import { openApiDocument } from "./document";
import { isObject } from "./json";
import { registry } from "./registry";
import type { ActionCtx } from "../convex/_generated/server";
import type { Deprecation } from "../convex/core/wire/deprecation";
import type { Operation } from "../convex/core/operations/declaration";
import type { JsonObject } from "./json";

const deprecated: Deprecation = { since: "2026-11-01", until: "2027-05-01", successor: "listItems" };

/** The registry with an operation that says of itself that it will go. */
function planted(operationId: string): { readonly operation: Operation; readonly all: readonly Operation[] } {
  const found = registry.find(({ declaration }) => declaration.operationId === operationId);
  if (!found) throw new Error(`There is no operation ${operationId}.`);
  const declaration = Object.create(found.declaration, { deprecated: { value: deprecated } });
  const operation: Operation = { ...found, declaration, query: found.query, shape: found.shape };
  return { operation, all: registry.map((other) => (other === found ? operation : other)) };
}

function operationIn(document: JsonObject, path: string, method: string): JsonObject {
  const { paths } = document;
  const item = isObject(paths) ? paths[path] : undefined;
  const operation = isObject(item) ? item[method] : undefined;
  if (!isObject(operation)) throw new Error(`There is no ${method} ${path}.`);
  return operation;
}

test("a planted deprecation is in the document: flag, dates, successor, headers of success", () => {
  const { all } = planted("listTodos");
  const operation = operationIn(openApiDocument(all), "/v1/todos", "get");
  expect(operation).toMatchObject({
    deprecated: true,
    "x-portico-deprecation": { since: "2026-11-01", until: "2027-05-01" },
    responses: {
      "200": {
        headers: {
          Deprecation: { $ref: "#/components/headers/Deprecation" },
          Sunset: { $ref: "#/components/headers/Sunset" },
          Link: { $ref: "#/components/headers/Link" },
        },
      },
    },
  });
  expect(operation["description"]).toMatch(
    /^Deprecated since 2026-11-01, and from 2027-05-01 on it may be gone; use `listItems`\./,
  );
  const other = operationIn(openApiDocument(all), "/v1/items", "get");
  expect(other).not.toHaveProperty("deprecated");
  expect(JSON.stringify(other)).not.toContain("Deprecation");
});

/**
 * The context of a request that is refused before any function is called; all that is asked of it is who sent the request.
 */
function noContext(): ActionCtx {
  const meta = { getRequestMetadata: () => Promise.resolve({ ip: null, userAgent: null, requestId: "none" }) };
  return { meta } as ActionCtx;
}

test("every answer of a planted operation carries the headers, a refusal too, and no other operation's does", async () => {
  const { operation, all } = planted("listTodos");
  expect(routeOf(operation).deprecated).toEqual({ since: "2026-11-01", until: "2027-05-01" });
  const answer = gatewayOf(all.map(routeOf));
  const headersAt = async (path: string) => {
    const { status, headers } = await answer(noContext(), new Request(`http://127.0.0.1:3211${path}`));
    return {
      status,
      deprecation: headers.get("deprecation"),
      sunset: headers.get("sunset"),
      link: headers.get("link"),
    };
  };
  expect(await headersAt("/v1/todos")).toEqual({
    status: 401,
    deprecation: "@1793491200",
    sunset: "Sat, 01 May 2027 00:00:00 GMT",
    link: expect.stringContaining('rel="deprecation"'),
  });
  expect(await headersAt("/v1/items")).toEqual({ status: 401, deprecation: null, sunset: null, link: null });
});
