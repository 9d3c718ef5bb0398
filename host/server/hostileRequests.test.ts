import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { exchangeRaw, postJson as post, startTestServer } from "./testServer.testing";

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
    ["a component", '{"path":"a:b","args":{},"componentPath":"x"}', {}, 403, "ComponentsNeedAdmin"],
    ["another content type", "{}", { "content-type": "text/plain" }, 400, "MissingJsonContentType"],
    ["a compressed body", "{}", { "content-encoding": "br" }, 415, "UnsupportedContentEncoding"],
    [
      "a strange Authorization scheme",
      '{"path":"a:b","args":{}}',
      { authorization: "Basic eDp5" },
      400,
      "InvalidAuthHeader",
    ],
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
    const chunked = await exchangeRaw(
      server.cloudUrl,
      `${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(21)}`,
      "}",
    );
    expect(chunked).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"RequestBodyTooLarge"/);
    const expecting = await exchangeRaw(
      server.cloudUrl,
      `${head}expect: 100-continue\r\ncontent-length: 20971521\r\n\r\n`,
      "}",
    );
    expect(expecting).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("names no function by a path that leaves the functions directory", async () => {
    const server = await startTestServer();
    for (const path of [
      "..%2f..%2fsecrets/fn",
      "a%2f..%2f..%2fb/fn",
      "a/%2e%2e%2f/fn",
      "a%00/fn",
      "a%5c..%5cb/fn",
      "~/fn",
    ])
      expect([400, 404], path).toContain((await post(server, `/api/run/${path}`, { args: {} })).status);
    const raw = "POST /api/run/../../secrets/fn HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    expect(await exchangeRaw(server.cloudUrl, raw)).toMatch(/^HTTP\/1\.1 404 /);
    expect(server.deployment.calls).toEqual([]);
  });

  it("answers unknown addresses, wrong methods and malformed HTTP with a code", async () => {
    const server = await startTestServer();
    expect((await post(server, "/api/nothing", {})).status).toBe(404);
    expect((await post(server, "/api/run/", {})).status).toBe(400);
    expect((await post(server, "/api/run/a/%zz", {})).status).toBe(400);
    const wrongMethod = await fetch(`${server.cloudUrl}/api/mutation`);
    expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "POST"]);
    expect(
      (await fetch(`${server.cloudUrl}/version`, { method: "CONSTRUCTOR" }).catch(() => ({ status: 400 }))).status,
    ).toBe(400);
    const malformed = await exchangeRaw(server.cloudUrl, "NOT HTTP\r\n\r\n");
    expect(malformed).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"BadRequest"/);
    const smuggled = await exchangeRaw(
      server.cloudUrl,
      "POST /api/query HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    expect(smuggled).toMatch(/^HTTP\/1\.1 400 /);
    // Keep-alive is asked for and not given: what follows may be the rest of a body that somebody else has ended.
    const chunkedOld = "transfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n0\r\n\r\n";
    const next = "GET /version HTTP/1.1\r\nhost: x\r\n\r\n";
    for (const url of [server.cloudUrl, server.siteUrl]) {
      for (const following of ["", next]) {
        const old = await exchangeRaw(url, `POST /api/query HTTP/1.0\r\nhost: x\r\n${chunkedOld}${following}`);
        expect(old).toMatch(/^HTTP\/1\.1 400 [^]*connection: close[^]*HTTP\/1\.0 has no Transfer-Encoding/i);
        expect(old.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
      }
    }
    const hugeHead = await exchangeRaw(
      server.cloudUrl,
      `GET /version HTTP/1.1\r\nhost: x\r\na: ${"x".repeat(40_000)}\r\n\r\n`,
    );
    expect(hugeHead).toMatch(/^HTTP\/1\.1 431 [\s\S]*"code":"RequestHeadersTooLarge"/);
  });
});

it("runs pipelined requests one at a time, and none that nobody waits for any more", async () => {
  const server = await startTestServer();
  const { hostname, port } = new URL(server.cloudUrl);
  let running = 0;
  let most = 0;
  server.deployment.answer = async ({ argsText }) => {
    most = Math.max(most, ++running);
    await setTimeout(1);
    running--;
    return { status: "success", valueText: argsText, logLines: [], timestamp: 0n };
  };
  const body = JSON.stringify({ path: "a:b", args: {} });
  const request = `POST /api/query HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const answers = await exchangeRaw(
    server.cloudUrl,
    request.repeat(19) + request.replace("host: x", "host: x\r\nconnection: close"),
  );
  expect(answers.match(/HTTP\/1.1 200/g)).toHaveLength(20);
  expect(most).toBe(1);
  server.deployment.calls.length = 0;
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(request.repeat(200));
  await expect.poll(() => server.deployment.calls.length).toBeGreaterThan(0);
  socket.resetAndDestroy();
  await expect.poll(() => server.reported).toEqual([]);
  expect((await post(server, "/api/query", { path: "a:b", args: {} })).status).toBe(200);
  expect(server.deployment.calls.length).toBeLessThan(200);
});
