import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import { DeploymentRefusal } from "../deployment";
import { exchangeRaw, startTestServer, type TestServer } from "./testServer.testing";

const list = makeFunctionReference<"query">("sites/agents:list");
const create = makeFunctionReference<"mutation">("sites/agents:create");
const send = makeFunctionReference<"action">("sites/agents:send");

function post(server: TestServer, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(server.cloudUrl + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

describe("the real ConvexHttpClient", () => {
  it("gets every value type back losslessly from queries, mutations and actions", async () => {
    const server = await startTestServer();
    const client = new ConvexHttpClient(server.cloudUrl);
    const values = { int: 12n, infinite: Infinity, bytes: new Uint8Array([1, 2]).buffer, nested: [{ a: null }], text: "\u2028é😀" };
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
    const client = new ConvexHttpClient(server.cloudUrl);
    server.deployment.answer = () => ({
      status: "error",
      errorMessage: "Uncaught ConvexError: taken",
      errorDataText: '{"code":"conflict","count":{"$integer":"AQAAAAAAAAA="}}',
      logLines: [],
    });
    const failure = await client.mutation(create, {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConvexError);
    expect(failure).toMatchObject({ data: { code: "conflict", count: 1n } });
    server.deployment.answer = () => ({ status: "error", errorMessage: "Uncaught Error: boom", logLines: ["'x'"] });
    await expect(client.query(list, {})).rejects.toThrow(/^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: boom$/);
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
    expect(body).toMatch(/^\{"status":"error","errorMessage":"\[Request ID: [0-9a-f]{16}\] Server Error","errorData":null\}$/);
  });

  it("writes integers, bytes and special numbers as plain JSON in the clean format", async () => {
    const server = await startTestServer();
    const args = {
      i: { $integer: "//////////8=" },
      b: { $bytes: "AQI=" },
      nan: { $float: "AAAAAAAA+H8=" },
      deep: [{ i: { $integer: "AQAAAAAAAAA=" } }],
      "$x": 1,
    };
    const clean = { i: "-1", b: "AQI=", nan: "NaN", deep: [{ i: "1" }], "$x": 1 };
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
    expect([refused.status, await refused.json()]).toEqual([503, { code: "OutOfRetention", message: "The snapshot is gone." }]);
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
    server.deployment.variables = { CONVEX_CLOUD_URL: "https://api.example.com", CONVEX_SITE_URL: "https://example.com" };
    const proxied = await fetch(`${server.cloudUrl}/api/v1/get_canonical_urls`);
    expect(await proxied.json()).toEqual({ convexCloudUrl: "https://api.example.com", convexSiteUrl: "https://example.com" });
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
    const proxied = await startTestServer({ trustProxy: true });
    await post(proxied, "/api/query", { path: "a:b", args: {} }, forwarded);
    expect(proxied.deployment.calls[0]?.metadata.ip).toBe("203.0.113.7");
  });
});

describe("the admin key", () => {
  const adminKey = "portico|0123456789abcdef";
  const asAdmin = { authorization: `Convex ${adminKey}` };

  it("opens internal functions and can act as a user", async () => {
    const server = await startTestServer({ adminKey });
    await post(server, "/api/function", { path: "a:b", args: {} }, asAdmin);
    const attributes = Buffer.from(JSON.stringify({ issuer: "https://i", subject: "s", role: "x" })).toString("base64");
    await post(server, "/api/function", { path: "a:b", args: {} }, { authorization: `Convex ${adminKey}:${attributes}` });
    expect(server.deployment.calls.map(({ caller, allowInternal }) => [caller, allowInternal])).toEqual([
      [{ kind: "admin" }, true],
      [{ kind: "user", identity: { issuer: "https://i", subject: "s", tokenIdentifier: "https://i|s", role: "x" } }, true],
    ]);
  });

  it.each(["wrong", "portico|0123456789abcde", "", ":", `${adminKey}x`, `${adminKey}:%%%`, `${adminKey}:bnVsbA==`])(
    "refuses %j before the function runs",
    async (key) => {
      const server = await startTestServer({ adminKey });
      const response = await post(server, "/api/function", { path: "a:b", args: {} }, { authorization: `Convex ${key}` });
      expect([400, 401]).toContain(response.status);
      expect(server.deployment.calls).toEqual([]);
    },
  );

  it("without a configured key accepts no key and answers no admin route", async () => {
    for (const configured of [undefined, ""]) {
      const server = await startTestServer(configured === undefined ? {} : { adminKey: configured });
      for (const authorization of ["Convex ", "Convex undefined", "Convex x"]) {
        const call = await post(server, "/api/function", { path: "a:b", args: {} }, { authorization });
        expect([400, 401]).toContain(call.status);
        expect((await post(server, "/api/update_environment_variables", { changes: [] }, { authorization })).status).toBe(404);
      }
      expect([server.deployment.calls, server.deployment.variableChanges]).toEqual([[], []]);
    }
  });

  it("changes environment variables within their limits", async () => {
    const server = await startTestServer({ adminKey });
    const path = "/api/update_environment_variables";
    const changes = [{ name: "A", value: "1" }, { name: "B", value: null }];
    expect((await post(server, path, { changes }, asAdmin)).status).toBe(200);
    expect(server.deployment.variableChanges).toEqual([new Map([["A", "1"], ["B", null]])]);
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

describe("hostile requests", () => {
  const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  it.each<[string, string | Buffer, Record<string, string>, number, string]>([
    ["malformed JSON", '{"path":', {}, 400, "BadJsonBody"],
    ["an empty body", "", {}, 400, "BadJsonBody"],
    ["JSON that is no object", "[]", {}, 400, "BadJsonBody"],
    ["bytes that are not UTF-8", Buffer.from('{"path":"a:b","args":{"x":"\xff"}}', "latin1"), {}, 400, "BadJsonBody"],
    ["a bomb of brackets", `{"path":"a:b","args":${"[".repeat(1_000_000)}`, {}, 400, "BadJsonBody"],
    ["nesting beyond 128", `{"path":"a:b","args":{"x":${deep(127)}}}`, {}, 400, "BadJsonBody"],
    ["a number beyond float64", '{"path":"a:b","args":{"x":1e400}}', {}, 400, "BadJsonBody"],
    ["a missing path", '{"args":{}}', {}, 400, "BadJsonBody"],
    ["missing arguments", '{"path":"a:b"}', {}, 400, "BadJsonBody"],
    ["two arguments", '{"path":"a:b","args":[{},{}]}', {}, 400, "InvalidArguments"],
    ["an argument that is no object", '{"path":"a:b","args":[1]}', {}, 400, "InvalidArguments"],
    ["an unknown format", '{"path":"a:b","args":{},"format":"xml"}', {}, 400, "BadFormat"],
    ["path traversal", '{"path":"../secrets:fn","args":{}}', {}, 400, "BadConvexFunctionIdentifier"],
    ["an empty function path", '{"path":"","args":{}}', {}, 400, "BadConvexFunctionIdentifier"],
    ["a path with a NUL", '{"path":"a\\u0000:b","args":{}}', {}, 400, "BadConvexFunctionIdentifier"],
    ["a huge path", `{"path":"${"a".repeat(100_000)}:b","args":{}}`, {}, 400, "BadConvexFunctionIdentifier"],
    ["a component", '{"path":"a:b","args":{},"componentPath":"x"}', {}, 400, "ComponentNotFound"],
    ["another content type", "{}", { "content-type": "text/plain" }, 400, "MissingJsonContentType"],
    ["a compressed body", "{}", { "content-encoding": "br" }, 415, "UnsupportedContentEncoding"],
    ["a strange Authorization scheme", '{"path":"a:b","args":{}}', { authorization: "Basic eDp5" }, 400, "InvalidAuthHeader"],
    ["a token that is none", '{"path":"a:b","args":{}}', { authorization: "Bearer x" }, 401, "InvalidAuthHeader"],
  ])("%s gets its refusal and runs nothing", async (_, body, headers, status, code) => {
    const server = await startTestServer();
    const response = await fetch(`${server.cloudUrl}/api/query`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: new Uint8Array(Buffer.from(body)),
    });
    expect([response.status, await response.json()]).toEqual([status, { code, message: expect.any(String) }]);
    expect([server.deployment.calls, server.reported]).toEqual([[], []]);
  });

  it("keeps __proto__ and lone surrogates in arguments as plain data", async () => {
    const server = await startTestServer();
    const args = '{"__proto__":{"polluted":true},"lone":"\\ud800"}';
    await post(server, "/api/query", `{"path":"a:b","args":${args}}`);
    expect(server.deployment.calls[0]?.argsText).toBe(args);
    expect({}).not.toHaveProperty("polluted");
  });

  it("refuses a declared body over 20 MiB without reading it, and a chunked one when it gets there", async () => {
    const server = await startTestServer();
    const head = "POST /api/query HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    const declared = await exchangeRaw(server.cloudUrl, `${head}content-length: 20971521\r\n\r\n`, "}");
    expect(declared).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"RequestBodyTooLarge"/);
    const chunk = `100000\r\n${"x".repeat(0x100000)}\r\n`;
    const chunked = await exchangeRaw(server.cloudUrl, `${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(21)}`, "}");
    expect(chunked).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"RequestBodyTooLarge"/);
    const expecting = await exchangeRaw(server.cloudUrl, `${head}expect: 100-continue\r\ncontent-length: 20971521\r\n\r\n`, "}");
    expect(expecting).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("answers unknown addresses, wrong methods and malformed HTTP with a code", async () => {
    const server = await startTestServer();
    expect((await post(server, "/api/nothing", {})).status).toBe(404);
    expect((await post(server, "/api/run/", {})).status).toBe(400);
    expect((await post(server, "/api/run/a/%zz", {})).status).toBe(400);
    const wrongMethod = await fetch(`${server.cloudUrl}/api/mutation`);
    expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await fetch(`${server.cloudUrl}/version`, { method: "CONSTRUCTOR" }).catch(() => ({ status: 400 }))).status).toBe(400);
    const malformed = await exchangeRaw(server.cloudUrl, "NOT HTTP\r\n\r\n");
    expect(malformed).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"BadRequest"/);
    const smuggled = await exchangeRaw(
      server.cloudUrl,
      "POST /api/query HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    expect(smuggled).toMatch(/^HTTP\/1\.1 400 /);
    const hugeHead = await exchangeRaw(server.cloudUrl, `GET /version HTTP/1.1\r\nhost: x\r\na: ${"x".repeat(40_000)}\r\n\r\n`);
    expect(hugeHead).toMatch(/^HTTP\/1\.1 431 [\s\S]*"code":"RequestHeadersTooLarge"/);
  });
});
