import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchangeRaw } from "../../host/server/testServer.testing";
import { send } from "./client.testing";
import { expectProblem, expectWellFormedProblem, forgedTokens, openHostileWorld, titled } from "./hostile.testing";
import type { HostileWorld } from "./hostile.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let world: HostileWorld;
let portico: TestPortico;
let owner: string;
let itemId: string;
let forged: Readonly<Record<string, string>>;

beforeAll(async () => {
  world = await openHostileWorld();
  ({ portico, owner, itemId } = world);
  forged = await forgedTokens(portico);
});
afterAll(() => portico.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  send(portico, "GET", path, owner, undefined, headers);

describe("credentials", () => {
  it("refuses every forged token, and says how to authenticate", async () => {
    expect(Object.keys(forged).length).toBeGreaterThan(20);
    for (const [name, token] of Object.entries(forged)) {
      for (const answer of [
        await send(portico, "GET", "/v1/items", token),
        await send(portico, "POST", "/v1/items", token, { name }),
      ]) {
        expect([name, answer.status]).toEqual([name, 401]);
        expectProblem(answer, 401, "unauthenticated");
        expect(answer.headers.get("www-authenticate")).toMatch(
          /^Bearer realm="portico", error="invalid_token", error_description="[^"]+", resource_metadata="[^"]+"$/,
        );
      }
      const call = await callFunction("query", "workspace/items:list", {}, { authorization: `Bearer ${token}` });
      expect([name, call.status]).toEqual([name, 401]);
    }
  });

  it("says at both doors the same of a token, and to the log each reason once in a while", async () => {
    // Opaque keys are REST's own; the function API takes each for a malformed token.
    const tokens = Object.entries(forged).filter(([, token]) => !/^(sk_|agt_|enr_)/.test(token));
    for (const [name, token] of tokens) {
      const call = await callFunction("query", "workspace/items:list", {}, { authorization: `Bearer ${token}` });
      const { message }: { message?: string } = JSON.parse(call.text);
      const read = await send(portico, "GET", "/v1/items", token);
      expect([name, read.body["detail"]]).toEqual([name, message]);
    }
    const told = portico.logLines.filter((line) => line.includes("A token was refused: "));
    expect(told.length).toBeGreaterThan(5);
    // Twice for each forged token and door, but for the log.
    expect(told.length).toBeLessThan(2 * tokens.length);
  });

  it.each([
    ["Basic", () => `Basic ${Buffer.from("owner:x").toString("base64")}`],
    ["no scheme", () => owner],
    ["another scheme", () => `Token ${owner}`],
    ["Convex's own scheme", () => "Convex admin-key"],
    ["two tokens", () => `Bearer ${owner} ${owner}`],
    ["a quoted token", () => `Bearer "${owner}"`],
    ["no token", () => "Bearer"],
    ["a token of 20,000 characters", () => `Bearer ${"a".repeat(20_000)}`],
  ])("refuses %s", async (_name, header) => {
    const answer = await send(portico, "GET", "/v1/items", undefined, undefined, { authorization: header() });
    expectProblem(answer, 401, "unauthenticated");
  });

  it("refuses two Authorization headers, whichever is the good one", async () => {
    for (const pair of [
      [owner, forged["expired"]],
      [forged["expired"], owner],
      [owner, owner],
    ]) {
      const head = pair.map((token) => `authorization: Bearer ${token}\r\n`).join("");
      expect(
        await exchangeRaw(portico.siteUrl, `GET /v1/items HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${head}\r\n`),
      ).toMatch(/^HTTP\/1\.1 401 [\s\S]*application\/problem\+json/);
    }
  });

  it("says of a good token in the wrong place that another credential is needed, not that it is bad", async () => {
    const answer = await send(portico, "POST", "/v1/agents/enroll", owner, {});
    expectProblem(answer, 401, "unauthenticated");
    expect(answer.body["detail"]).toBe("This operation needs an enrolment token.");
  });

  it("takes a credential from nowhere but the Authorization header", async () => {
    for (const [path, headers] of [
      [`/v1/items/${itemId}`, { cookie: `token=${owner}` }],
      [`/v1/items/${itemId}`, { "x-api-key": owner, "proxy-authorization": `Bearer ${owner}` }],
      [`/v1/items/${itemId}?access_token=${owner}`, {}],
    ] as const) {
      const answer = await send(portico, "GET", path, undefined, undefined, headers);
      expect([400, 401]).toContain(answer.status);
      expectWellFormedProblem(answer);
    }
  });
});

describe("headers", () => {
  it.each(
    ["short", "a".repeat(129), "abcdefgh%0d%0aset-cookie:x", 'abcdefgh"', "abcdefgh ijkl", "abcdefghé"].map(titled),
  )("replaces the request id %s", async (_title, given) => {
    const answer = await get("/v1/health", { "x-request-id": given });
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ["a request id with a bare CR", "x-request-id: abcdefgh\rset-cookie: x\r\n"],
    ["a request id with a NUL", "x-request-id: abcdefgh\u0000\r\n"],
    ["two lengths", "content-length: 1\r\ncontent-length: 2\r\n"],
    ["a length and chunks", "content-length: 1\r\ntransfer-encoding: chunked\r\n"],
    ["a negative length", "content-length: -1\r\n"],
    ["headers of 40,000 bytes", `x-long: ${"x".repeat(40_000)}\r\n`],
    ["no Host", ""],
  ])("refuses %s as HTTP, before any code of the product", async (name, lines) => {
    const host = name === "no Host" ? "" : "host: x\r\n";
    const answer = await exchangeRaw(
      portico.siteUrl,
      `POST /v1/items HTTP/1.1\r\n${host}connection: close\r\n${lines}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 4(?:00|31) /);
    expect(answer.toLowerCase()).not.toContain("set-cookie");
  });

  it("gives any origin the same answer without credentials, and no origin more", async () => {
    for (const origin of ["https://evil.example", "null", "file://", "x y", "*"]) {
      const answer = await get(`/v1/items/${itemId}`, { origin });
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    }
  });
});

interface FunctionAnswer {
  readonly status: number;
  readonly text: string;
}

async function callFunction(
  type: string,
  path: string,
  args: unknown,
  headers: Record<string, string> = {},
): Promise<FunctionAnswer> {
  const response = await fetch(`${portico.cloudUrl}/api/${type}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof args === "string" ? args : JSON.stringify({ path, args, format: "json" }),
  });
  return { status: response.status, text: await response.text() };
}

describe("the function API", () => {
  const authorized = () => ({ authorization: `Bearer ${owner}` });
  const hostileArguments: readonly unknown[] = [
    {},
    null,
    [],
    [{}, {}],
    5,
    { nonsense: 1 },
    { itemId: "jx70000000000000000000000000000000" },
    { itemId: 5 },
    { itemId: "\u0000" },
    { name: "\ud800" },
    { name: "x", metadata: { $a: 1 } },
    JSON.parse('{"name":"x","metadata":{"__proto__":1}}'),
    { name: { $integer: "AAAAAAAAAAA=" } },
    { name: { $float: "x" } },
    { name: { $bytes: "!" } },
    { $unknown: 1 },
    { organizationId: "globex" },
    { organizationId: {} },
    { paginationOpts: { numItems: -1, cursor: null } },
    { paginationOpts: { numItems: 1e308, cursor: "x" } },
    { paginationOpts: { numItems: 0, cursor: "" } },
    { paginationOpts: [] },
    { limit: 1 },
    { cursor: "x" },
    { sort: "constructor" },
    { status: ["a"] },
    { operation: "items.list", request: { credential: { kind: "apiKey", hash: "x" } } },
  ];

  it.each(["query", "mutation", "action"])(
    "answers hostile arguments of a %s with an error of the caller's",
    async (type) => {
      for (const path of [
        "workspace/items:list",
        "workspace/items:get",
        "workspace/items:create",
        "workspace/items:update",
        "workspace/items",
        "workspace/items:constructor",
        "nothing:here",
        "workspace/rest:query",
        "workspace/rest:mutation",
        "access/rest:issue",
        "core/records/deferredWrites:record",
      ]) {
        for (const args of hostileArguments) {
          const { status, text } = await callFunction(type, path, args, authorized());
          expect(status, `${path} ${JSON.stringify(args)}: ${text}`).toBeLessThan(500);
          expect(text).not.toMatch(/InternalServerError|Theirs/);
          const isInternal = path.includes("/rest:") || path.startsWith("core/");
          expect(isInternal && text.includes('"status":"success"'), path).toBe(false);
        }
      }
    },
  );

  it("refuses hostile texts at /api/run too", async () => {
    for (const [path, body] of [
      ["/api/run/workspace/items/create", "{"],
      ["/api/run/workspace/items/create", `{"args":{"metadata":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}}`],
      ["/api/run/workspace/items/create", '{"args":{"name":1e999}}'],
      ["/api/run/workspace/rest/query", '{"args":{"operation":"items.list"}}'],
      ["/api/run/..%2f..%2fetc/passwd", '{"args":{}}'],
      ["/api/run/workspace/items/__proto__", '{"args":{}}'],
    ] as const) {
      const response = await fetch(portico.cloudUrl + path, {
        method: "POST",
        headers: { ...authorized(), "content-type": "application/json" },
        body,
      });
      expect(response.status, path).toBeLessThan(500);
      expect(await response.text(), path).not.toContain('"status":"success"');
    }
  });
});

it("left no unexpected failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
