import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import { DeploymentRefusal } from "../deployment";
import { postJson as post, startTestServer } from "./testServer.testing";
import { TrustedProxies } from "./trustedProxies";

const list = makeFunctionReference<"query">("sites/agents:list");
const create = makeFunctionReference<"mutation">("sites/agents:create");
const send = makeFunctionReference<"action">("sites/agents:send");

describe("the real ConvexHttpClient", () => {
  it("gets every value type back losslessly from queries, mutations and actions", async () => {
    const server = await startTestServer();
    const client = new ConvexHttpClient(server.cloudUrl);
    const values = {
      int: 12n,
      infinite: Infinity,
      bytes: new Uint8Array([1, 2]).buffer,
      nested: [{ a: null }],
      text: "\u2028é😀",
    };
    expect(await client.query(list, values)).toEqual(values);
    expect(await client.mutation(create, values)).toEqual(values);
    expect(await client.action(send, values)).toEqual(values);
    expect(server.deployment.calls.map(({ type, path, allowInternal }) => [type, path, allowInternal])).toEqual([
      ["query", "sites/agents:list", false],
      ["mutation", "sites/agents:create", false],
      ["action", "sites/agents:send", false],
    ]);
  });

  it("sees a ConvexError with its data and any other failure as an Error", async () => {
    const server = await startTestServer();
    const client = new ConvexHttpClient(server.cloudUrl, { logger: false });
    server.deployment.answer = () => ({
      status: "error",
      errorMessage: "Uncaught ConvexError: taken",
      errorDataText: '{"code":"conflict","count":{"$integer":"AQAAAAAAAAA="}}',
      logLines: [],
    });
    const failure = await client.mutation(create, {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConvexError);
    expect(failure).toMatchObject({ data: { code: "conflict", count: 1n } });
    server.deployment.answer = () => ({
      status: "error",
      errorMessage: "Uncaught Error: boom",
      logLines: ["[LOG] 'x'"],
    });
    await expect(client.query(list, {})).rejects.toThrow(
      /^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: boom$/,
    );
  });

  it("reads all consistent queries at the one timestamp it was given", async () => {
    const server = await startTestServer();
    const client = new ConvexHttpClient(server.cloudUrl);
    await client.consistentQuery(list, {});
    server.deployment.timestamp += 5n;
    await client.consistentQuery(list, {});
    expect(server.deployment.calls.map((call) => call.snapshotTimestamp)).toEqual([
      1_700_000_000_000_000_001n,
      1_700_000_000_000_000_001n,
    ]);
  });
});

describe("responses", () => {
  it("splices the value text into the answer without reading it", async () => {
    const server = await startTestServer();
    server.deployment.answer = () => ({ status: "success", valueText: '{"b":1.0,"a":2}', logLines: [], timestamp: 7n });
    const response = await post(server, "/api/query", { path: "a:b", args: {}, format: "convex_encoded_json" });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.text()).toBe('{"status":"success","value":{"b":1.0,"a":2}}');
  });

  it("answers function errors with 200 and keeps log lines unless redacted", async () => {
    const failure = () => ({
      status: "error" as const,
      errorMessage: "Uncaught Error: secret",
      errorDataText: "null",
      logLines: ["[LOG] 'secret'"],
    });
    const open = await startTestServer();
    open.deployment.answer = failure;
    const response = await post(open, "/api/mutation", { path: "a:b", args: {} });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: "error", errorData: null, logLines: ["[LOG] 'secret'"] });
    const redacted = await startTestServer({ redactErrors: true });
    redacted.deployment.answer = failure;
    const body = await (await post(redacted, "/api/mutation", { path: "a:b", args: {} })).text();
    expect(body).toMatch(
      /^\{"status":"error","errorMessage":"\[Request ID: [0-9a-f]{16}\] Server Error","errorData":null\}$/,
    );
  });

  it("writes integers, bytes and special numbers as plain JSON in the clean format", async () => {
    const server = await startTestServer();
    const args = {
      i: { $integer: "//////////8=" },
      b: { $bytes: "AQI=" },
      nan: { $float: "AAAAAAAA+H8=" },
      deep: [{ i: { $integer: "AQAAAAAAAAA=" } }],
      $x: 1,
    };
    const clean = { i: "-1", b: "AQI=", nan: "NaN", deep: [{ i: "1" }], $x: 1 };
    for (const [path, body, headers] of [
      ["/api/query", { path: "a:b", args, format: "json" }, { "convex-client": "npm-1.48.0" }],
      ["/api/query", { path: "a:b", args }, {}],
      ["/api/run/a/b", { args }, { "convex-client": "npm-1.48.0" }],
    ] as const) {
      expect(await (await post(server, path, body, headers)).json()).toEqual({ status: "success", value: clean });
    }
    const encoded = await post(server, "/api/query", { path: "a:b", args }, { "convex-client": "npm-1.48.0" });
    expect(await encoded.json()).toEqual({ status: "success", value: args });
  });

  it("maps refusals of the deployment to their status and reports everything unexpected as its own fault", async () => {
    const server = await startTestServer();
    server.deployment.answer = () => {
      throw new DeploymentRefusal(503, "OutOfRetention", "The snapshot is gone.");
    };
    const refused = await post(server, "/api/query", { path: "a:b", args: {} });
    expect([refused.status, await refused.json()]).toEqual([
      503,
      { code: "OutOfRetention", message: "The snapshot is gone." },
    ]);
    server.deployment.answer = () => {
      throw new Error("internal detail");
    };
    const failed = await post(server, "/api/query", { path: "a:b", args: {} });
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain("internal detail");
    expect(server.reported).toEqual([new Error("internal detail")]);
  });
});

describe("routes", () => {
  it("takes arguments as an object or as an array of one", async () => {
    const server = await startTestServer();
    await post(server, "/api/query", { path: "a:b", args: [{ x: 1 }] });
    await post(server, "/api/query", { path: "a:b", args: { x: 1 } });
    expect(server.deployment.calls.map((call) => call.argsText)).toEqual(['{"x":1}', '{"x":1}']);
  });

  it("answers any function type on /api/function and /api/run, and queries by GET", async () => {
    const server = await startTestServer();
    await post(server, "/api/function", { path: "messages.js:list", args: {} });
    await post(server, "/api/run/folder/messages/list", { args: {} });
    await post(server, "/api/run/folder%2Fmessages/list", { args: {} });
    await fetch(`${server.cloudUrl}/api/query?path=messages&args=%7B%22x%22%3A1%7D`);
    expect(server.deployment.calls.map(({ type, path, argsText }) => [type, path, argsText])).toEqual([
      ["any", "messages:list", "{}"],
      ["any", "folder/messages:list", "{}"],
      ["query", "messages:default", '{"x":1}'],
    ]);
  });

  it("tells its version, name, clock and canonical URLs", async () => {
    const server = await startTestServer({ instanceName: "blue", serverVersion: "0.1.0" });
    expect(await (await fetch(`${server.cloudUrl}/version`)).text()).toBe("0.1.0");
    expect(await (await fetch(`${server.cloudUrl}/instance_name`)).text()).toBe("blue");
    const timestamp = Buffer.alloc(8);
    timestamp.writeBigUInt64LE(server.deployment.timestamp);
    const clock = await fetch(`${server.cloudUrl}/api/query_ts`, { method: "POST" });
    expect(await clock.json()).toEqual({ ts: timestamp.toString("base64") });
    const urls = await fetch(`${server.cloudUrl}/api/v1/get_canonical_urls`);
    expect(await urls.json()).toEqual({ convexCloudUrl: server.cloudUrl, convexSiteUrl: server.siteUrl });
    server.deployment.variables = {
      CONVEX_CLOUD_URL: "https://api.example.com",
      CONVEX_SITE_URL: "https://example.com",
    };
    const proxied = await fetch(`${server.cloudUrl}/api/v1/get_canonical_urls`);
    expect(await proxied.json()).toEqual({
      convexCloudUrl: "https://api.example.com",
      convexSiteUrl: "https://example.com",
    });
  });

  it("publishes the keys of signJwt", async () => {
    const server = await startTestServer();
    const response = await fetch(`${server.cloudUrl}/.well-known/jwks.json`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(await response.text()).toBe(server.deployment.jsonWebKeySet());
  });

  it("mirrors any origin on /api, preflights included", async () => {
    const server = await startTestServer();
    const preflight = await fetch(`${server.cloudUrl}/api/query`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,convex-client",
      },
    });
    expect(preflight.status).toBe(200);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "authorization,convex-client",
      "access-control-max-age": "86400",
    });
    const refused = await post(server, "/api/query", "{", { origin: "https://app.example" });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([400, "https://app.example"]);
  });

  it("passes the address, user agent and request id on, and trusts a proxy only when told to", async () => {
    const forwarded = { "x-forwarded-for": "203.0.113.7, 10.0.0.1", "user-agent": "probe/1" };
    const direct = await startTestServer();
    await post(direct, "/api/query", { path: "a:b", args: {} }, forwarded);
    expect(direct.deployment.calls[0]?.metadata).toEqual({
      ip: "127.0.0.1",
      userAgent: "probe/1",
      requestId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    const proxied = await startTestServer({ proxies: new TrustedProxies({ addresses: ["127.0.0.1", "10.0.0.0/8"] }) });
    await post(proxied, "/api/query", { path: "a:b", args: {} }, forwarded);
    expect(proxied.deployment.calls[0]?.metadata.ip).toBe("203.0.113.7");
  });
});

describe("the admin key", () => {
  const adminKey = "portico|0123456789abcdef";
  const asAdmin = { authorization: `Convex ${adminKey}` };
  const adminRoutes = [
    "/api/update_environment_variables",
    "/api/get_config_hashes",
    "/api/deploy2/start_push",
    "/api/deploy2/evaluate_push",
    "/api/deploy2/finish_push",
    "/api/deploy2/wait_for_schema",
    "/api/host/backup",
  ];

  it("opens internal functions and can act as a user", async () => {
    const server = await startTestServer({ adminKey });
    await post(server, "/api/function", { path: "a:b", args: {} }, asAdmin);
    const attributes = Buffer.from(JSON.stringify({ issuer: "https://i", subject: "s", role: "x" })).toString("base64");
    await post(
      server,
      "/api/function",
      { path: "a:b", args: {} },
      { authorization: `Convex ${adminKey}:${attributes}` },
    );
    expect(server.deployment.calls.map(({ caller, allowInternal }) => [caller, allowInternal])).toEqual([
      [{ kind: "admin" }, true],
      [
        { kind: "user", identity: { issuer: "https://i", subject: "s", tokenIdentifier: "https://i|s", role: "x" } },
        true,
      ],
    ]);
  });

  it.each(["wrong", "portico|0123456789abcde", "", ":", `${adminKey}x`, `${adminKey}:%%%`, `${adminKey}:bnVsbA==`])(
    "refuses %j before the function runs",
    async (key) => {
      const server = await startTestServer({ adminKey });
      const response = await post(
        server,
        "/api/function",
        { path: "a:b", args: {} },
        { authorization: `Convex ${key}` },
      );
      expect([400, 401]).toContain(response.status);
      expect(server.deployment.calls).toEqual([]);
    },
  );

  it("opens every admin route, which nothing else does", async () => {
    const server = await startTestServer({ adminKey });
    const refused = [{}, { authorization: "Bearer x" }, { authorization: "Basic eDp5" }, { authorization: "Convex x" }];
    for (const route of adminRoutes) {
      for (const headers of refused) expect([400, 401]).toContain((await post(server, route, {}, headers)).status);
      expect([401, 404], route).not.toContain((await post(server, route, { changes: [] }, asAdmin)).status);
    }
  });

  it("without a configured key accepts no key and answers no admin route", async () => {
    for (const configured of [undefined, ""]) {
      const server = await startTestServer(configured === undefined ? {} : { adminKey: configured });
      for (const authorization of ["Convex ", "Convex undefined", "Convex x"]) {
        const call = await post(server, "/api/function", { path: "a:b", args: {} }, { authorization });
        expect([400, 401]).toContain(call.status);
        for (const route of adminRoutes)
          expect((await post(server, route, { changes: [] }, { authorization })).status, route).toBe(404);
        const fromElsewhere = { authorization, "x-forwarded-for": "192.0.2.1" };
        expect((await fetch(`${server.cloudUrl}/metrics`, { headers: fromElsewhere })).status).toBe(404);
      }
      expect([server.deployment.calls, server.deployment.variableChanges]).toEqual([[], []]);
    }
  });

  it("changes environment variables within their limits", async () => {
    const server = await startTestServer({ adminKey });
    const path = "/api/update_environment_variables";
    const changes = [
      { name: "A", value: "1" },
      { name: "B", value: null },
    ];
    expect((await post(server, path, { changes }, asAdmin)).status).toBe(200);
    expect(server.deployment.variableChanges).toEqual([
      new Map([
        ["A", "1"],
        ["B", null],
      ]),
    ]);
    expect((await post(server, path, { changes })).status).toBe(401);
    for (const change of [
      { name: "CONVEX_CLOUD_URL", value: "x" },
      { name: "a b", value: "x" },
      { name: "n".repeat(41), value: "x" },
      { name: "LONG", value: "é".repeat(4097) },
      { name: "NUMBER", value: 1 },
      null,
    ]) {
      expect((await post(server, path, { changes: [change] }, asAdmin)).status).toBe(400);
    }
    expect(server.deployment.variableChanges).toHaveLength(1);
  });
});
