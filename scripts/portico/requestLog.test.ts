import { HonoBase } from "hono/hono-base";
import { describe, expect, it } from "vitest";
import { platformRoutes } from "../../convex/gateway/platformRoutes";
import { routeTable } from "../../convex/gateway/routeTable";
import { TreeRouter } from "../../convex/gateway/treeRouter";
import { operationNames, platformPaths, RequestLog } from "./requestLog";
import type { GatewayEnvironment } from "../../convex/gateway/environment";
import type { RequestEvent } from "../../host/server/requestEvents";
import type { LogEvent } from "./logWriter";

const answered: RequestEvent = {
  port: "site",
  method: "GET",
  path: "/v1/schedules",
  functionPath: null,
  status: 200,
  durationMs: 3.0625,
  requestId: "request-1",
  ip: "192.0.2.1",
  headers: {},
  answerHeaders: [],
};
const secret = `sk_live_${"A".repeat(43)}`;

type Line = Omit<LogEvent, "text"> & { readonly text: string | undefined };

function linesOf(...events: readonly Partial<RequestEvent>[]): Line[] {
  const lines: Line[] = [];
  const log = new RequestLog((line) => lines.push({ ...line, text: line.text?.(line.fields) }));
  for (const event of events) log.note({ ...answered, ...event });
  return lines;
}

describe("the name of a request's operation", () => {
  const nameOf = operationNames();

  it("is that of its route, for every route", () => {
    for (const { method, path, operationId } of routeTable)
      expect(nameOf(method, path.replaceAll(/:\w+/g, "k57abc")), `${method} ${path}`).toBe(operationId);
    expect(nameOf("HEAD", "/v1/schedules/")).toBe("listSchedules");
    expect(nameOf("GET", "/v1/nothing")).toBeUndefined();
    expect(new Set(routeTable.map(({ operationId }) => operationId)).size).toBe(routeTable.length);
  });

  it("is the path of what belongs to no domain, as the gateway declares it", () => {
    const platform = new HonoBase<GatewayEnvironment>({ router: new TreeRouter() });
    platformRoutes(platform);
    expect(platformPaths.map(([method, path]) => `${method} ${path}`)).toEqual(
      platform.routes.map(({ method, path }) => `${method} ${path}`),
    );
    expect(nameOf("GET", "/problems/forbidden")).toBe("/problems/:code");
  });
});

describe("the line of a request", () => {
  it("tells method, path, status, time, request id, operation and organization", () => {
    const [line] = linesOf({ headers: { "portico-organization": "acme" } });
    expect(line).toMatchObject({
      level: "info",
      text: "GET /v1/schedules 200 3.1 ms request-1 listSchedules acme",
      fields: {
        operation: "listSchedules",
        status: 200,
        durationMs: 3.1,
        requestId: "request-1",
        organization: "acme",
      },
    });
    const [answeredFor] = linesOf({
      headers: { "portico-organization": "acme" },
      answerHeaders: [["portico-organization", "k57abc"]],
    });
    expect(answeredFor?.fields["organization"]).toBe("k57abc");
    expect(linesOf({ status: 500 })[0]?.level).toBe("error");
    expect(linesOf({ status: null })[0]?.text).toContain(" aborted ");
    expect(linesOf({ port: "cloud", path: "/api/query", functionPath: "a:b" })[0]?.fields["operation"]).toBe("a:b");
    expect(linesOf({ port: "cloud", path: "/http/v1/me" })[0]?.fields["operation"]).toBe("getCurrentUser");
  });

  it("holds no secret, wherever a client has put one", () => {
    const lines = linesOf(
      { path: `/v1/schedules/${secret}` },
      { path: `/${secret}` },
      { path: "/api/storage/0b6f7c2e-9d1a-4f5e-8a77-2f1f6a1f9e01", port: "cloud" },
      { headers: { "portico-organization": secret, authorization: `Bearer ${secret}`, cookie: secret } },
      { functionPath: `a/${secret}:list`, port: "cloud", path: "/api/query" },
      { path: "/v1/\u0007\u009b31m" },
    );
    expect(lines).toHaveLength(6);
    const text = JSON.stringify(lines);
    expect(text).not.toMatch(/A{8}|0b6f7c2e/);
    expect(text).not.toMatch(/[^\x20-\x7e…]/);
  });
});

it("counts by operation, and whatever strangers make up as one", async () => {
  const log = new RequestLog(undefined);
  for (let number = 0; number < 100; number++) log.note({ ...answered, path: `/v1/made-up-${number}`, status: 404 });
  log.note(answered);
  log.note({ ...answered, status: null });
  log.note({ ...answered, port: "cloud", path: "/api/query", functionPath: "a:b" });
  const text = await log.metricsText();
  expect(text).toContain('portico_requests_total{operation="none",status="4xx"} 100');
  expect(text).toContain('portico_requests_total{operation="listSchedules",status="2xx"} 1');
  expect(text).toContain('portico_requests_total{operation="listSchedules",status="aborted"} 1');
  expect(text).toContain('portico_request_duration_seconds_count{operation="listSchedules"} 2');
  expect(text).not.toContain("made-up");
});
