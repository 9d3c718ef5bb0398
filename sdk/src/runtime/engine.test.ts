import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { fakeServer, problem, rejection } from "../../test/fakeServer";
import { operations } from "../generated/operations";
import { Portico } from "../client";
import type { Settings } from "../restClient";
import {
  AbortedError,
  ApiError,
  ConflictError,
  ConnectionError,
  isProblem,
  PorticoError,
  TimeoutError,
} from "../errors";
import { headerOf } from "./clientHeader";
import type { Hook } from "./engine";
import { readOperations } from "./operations";

const schedule = { title: "Patch day", startDate: 1, endDate: 2 };
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function client(baseUrl: string, options: Partial<Settings> = {}): Portico {
  return new Portico({ baseUrl, apiKey: "sk_test_engine", ...options });
}

describe("retries", () => {
  test("a 429 with Retry-After in seconds is sent again no earlier, with the same key", async () => {
    const server = await fakeServer((_, index) =>
      index === 0 ? problem(429, "rate_limited", { "retry-after": "2" }) : { status: 201, json: { id: "s1" } },
    );
    const result = await client(server.url).schedules.create(schedule).withResponse();
    const [first, second] = server.requests;
    expect(server.requests).toHaveLength(2);
    expect(Number(second?.atMs) - Number(first?.atMs)).toBeGreaterThan(1_990);
    expect(first?.headers["idempotency-key"]).toMatch(uuid);
    expect(second?.headers["idempotency-key"]).toBe(first?.headers["idempotency-key"]);
    expect(second?.body).toBe(first?.body);
    expect(result.attempts).toBe(2);
  });

  test("a Retry-After date is read against the server's clock, however wrong ours is", async () => {
    const serverNowMs = Date.parse("2001-01-01T00:00:00Z");
    const server = await fakeServer((_, index) =>
      index === 0
        ? problem(503, "unavailable", {
            date: new Date(serverNowMs).toUTCString(),
            "retry-after": new Date(serverNowMs + 1_000).toUTCString(),
          })
        : { json: { id: "s1" } },
    );
    await client(server.url).schedules.get("s1");
    const [first, second] = server.requests;
    expect(Number(second?.atMs) - Number(first?.atMs)).toBeGreaterThan(990);
  });

  test("x-should-retry: false ends the call after one request", async () => {
    const server = await fakeServer(() => problem(503, "down", { "x-should-retry": "false" }));
    const error = await rejection(client(server.url).schedules.list());
    expect(error).toMatchObject({ status: 503, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["a broken connection", { reset: true }],
    ["408", problem(408, "request_timeout")],
    ["500", problem(500, "internal")],
    ["409 that says retryable", problem(409, "write_conflict", {}, { retryable: true })],
  ])("%s is retried", async (_name, failure) => {
    const server = await fakeServer((_, index) => (index === 0 ? failure : { json: { id: "a" } }));
    await client(server.url).schedules.get("a");
    expect(server.requests).toHaveLength(2);
  });

  test.each([400, 404, 409, 412, 422])("%i is not retried", async (status) => {
    const server = await fakeServer(() => problem(status, "refused"));
    await rejection(client(server.url).schedules.update("a", {}));
    expect(server.requests).toHaveLength(1);
  });

  test("a wait longer than the deadline is not begun", async () => {
    const server = await fakeServer(() => problem(500, "internal", { "retry-after": "3600" }));
    const error = await rejection(client(server.url).schedules.get("a", { timeoutMs: 5_000 }));
    expect(isProblem(error, "internal")).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  test("a client's retry budget ends the retries of a server that fails for long", async () => {
    const server = await fakeServer(() => problem(503, "down", { "retry-after": "0" }));
    const portico = client(server.url, { maxRetries: 2 });
    await Promise.all(Array.from({ length: 50 }, () => rejection(portico.schedules.get("a"))));
    // 50 calls could cost 100 retries; the budget allows a burst of 50.
    expect(server.requests).toHaveLength(100);
  });
});

describe("limits", () => {
  test.each([
    [{ timeoutMs: 60 }, "timeoutMs (60 ms) passed while waiting for the answer"],
    [{ attemptTimeoutMs: 60, maxRetries: 0 }, "attemptTimeoutMs (60 ms) passed while waiting for the answer"],
  ])("a TimeoutError says which limit passed, and where: %j", async (options, detail) => {
    const server = await fakeServer(() => ({ hang: true }));
    const error = await rejection(client(server.url).schedules.get("a", options));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ detail });
  });

  test.each([
    { timeoutMs: Number.NaN },
    { timeoutMs: 0 },
    { timeoutMs: -1 },
    { attemptTimeoutMs: Number.NaN },
    { attemptTimeoutMs: 0 },
    { maxRetries: Number.NaN },
    { maxRetries: -1 },
  ])("%j is refused, by the client and by the call, without sending anything", async (options) => {
    const [name = ""] = Object.keys(options);
    expect(() => client("http://127.0.0.1:1", options)).toThrow(name);
    const server = await fakeServer(() => ({ json: {} }));
    const error = await rejection(client(server.url).schedules.get("a", options));
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).toContain(name);
    expect(server.requests).toHaveLength(0);
  });

  test("no limit may be told as Infinity", async () => {
    const server = await fakeServer(() => ({ json: { id: "a" } }));
    const options = { timeoutMs: Number.POSITIVE_INFINITY, attemptTimeoutMs: Number.POSITIVE_INFINITY };
    expect(await client(server.url).schedules.get("a", options)).toEqual({ id: "a" });
  });

  test("the time limit covers reading the body", async () => {
    const server = await fakeServer(() => ({ json: { id: "a".repeat(64) }, stallBody: true }));
    const error = await rejection(client(server.url).schedules.get("a", { timeoutMs: 100 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: "timeout", attempts: 1, status: undefined });
  });

  test("an attempt that hangs is given up and sent again", async () => {
    const server = await fakeServer((_, index) => (index === 0 ? { hang: true } : { json: { id: "a" } }));
    const call = client(server.url).schedules.get("a", { attemptTimeoutMs: 2_000 });
    expect((await call.withResponse()).attempts).toBe(2);
  });

  test("the caller's abort is another error, during a request and during a wait", async () => {
    const hanging = await fakeServer(() => ({ hang: true }));
    const limited = await fakeServer(() => problem(429, "rate_limited", { "retry-after": "30" }));
    for (const server of [hanging, limited]) {
      const controller = new AbortController();
      const call = client(server.url).schedules.get("a", { signal: controller.signal });
      setTimeout(() => controller.abort(), 50);
      const error = await rejection(call);
      expect(error).toBeInstanceOf(AbortedError);
      expect(error).toMatchObject({ code: "aborted", attempts: 1 });
    }
  });

  test("a signal that has already fired sends nothing", async () => {
    const server = await fakeServer(() => ({ json: {} }));
    const call = client(server.url).schedules.get("a", { signal: AbortSignal.abort() });
    expect(await rejection(call)).toBeInstanceOf(AbortedError);
    expect(server.requests).toHaveLength(0);
  });

  test("a fetch that ignores its signal cannot hold the caller", async () => {
    const portico = client("http://127.0.0.1:1", { fetch: () => new Promise(() => {}) });
    const error = await rejection(portico.schedules.get("a", { timeoutMs: 30 }));
    expect(error).toBeInstanceOf(TimeoutError);
  });
});

describe("errors", () => {
  test("tell everything the problem told", async () => {
    const fields = [{ pointer: "/title", code: "too_long", message: "At most 200 characters" }];
    const server = await fakeServer(() =>
      problem(409, "invalid_state_transition", { "x-request-id": "req_9" }, { errors: fields }),
    );
    const error = await rejection(client(server.url).schedules.activate("a"));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({
      name: "ConflictError",
      status: 409,
      code: "invalid_state_transition",
      type: "https://api.example.com/problems/invalid_state_transition",
      title: "Title of invalid_state_transition",
      detail: "Detail of invalid_state_transition",
      errors: fields,
      requestId: "req_9",
      attempts: 1,
    });
    if (!isProblem(error, "invalid_state_transition")) throw new Error("not narrowed");
    // The type knows the status of this code.
    const status: 409 = error.status;
    expect(status).toBe(409);
    expect(error.headers?.get("content-type")).toBe("application/problem+json");
    expect(isProblem(error, "not_found")).toBe(false);
  });

  test.each([
    [
      "a page",
      "<html><style>p { color: red }</style>\n<h1>Bad gateway</h1>\u0000 of sk_test_engine",
      "Bad gateway of [redacted]",
    ],
    ["a text", "upstream  connect error\n", "upstream connect error"],
    ["foreign JSON", '{"fault":{"reason":"no route"}}', '{"fault":{"reason":"no route"}}'],
    ["a long text", "x".repeat(10_000), "x".repeat(200)],
    ["nothing", "", undefined],
  ])("a proxy's %s becomes an ApiError of its status that quotes it", async (_name, text, detail) => {
    const server = await fakeServer(() => ({ status: 502, text }));
    const error = await rejection(client(server.url, { maxRetries: 0 }).schedules.get("a"));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ name: "ServerError", status: 502, code: "http_502", errors: [], detail });
  });

  test.each([
    [404, 1],
    [500, 2],
  ])("a %i whose body breaks keeps its status and costs %i requests", async (status, requests) => {
    const server = await fakeServer(() => ({ ...problem(status, "x", { "x-request-id": "req_4" }), stallBody: true }));
    // Long enough for the head of an answer on a busy machine; its body never ends.
    const error = await rejection(client(server.url, { maxRetries: 1, attemptTimeoutMs: 2_000 }).schedules.get("a"));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status, requestId: "req_4", attempts: requests });
    expect(server.requests).toHaveLength(requests);
  });

  test("an unreachable server is a ConnectionError that counts its attempts", async () => {
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    listener.close();
    const port = typeof address === "object" ? address?.port : undefined;
    // `localhost` may have two addresses, whose refusals come as one error without a message.
    const portico = client(`http://localhost:${port}`, { maxRetries: 1 });
    const error = await rejection(portico.schedules.get("a"));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ attempts: 2, headers: undefined, requestId: undefined });
    expect(error instanceof PorticoError && error.detail).toContain("ECONNREFUSED");
    // The runtime's own error, not a description of it.
    expect(error).toMatchObject({ cause: { code: "ECONNREFUSED" } });
    expect(error).toHaveProperty("cause", expect.any(Error));
  });

  test("no redirect is followed: a write would arrive as a read, a key at another host", async () => {
    const server = await fakeServer(() => ({ status: 307, headers: { location: "/v1/elsewhere" }, json: {} }));
    const error = await rejection(client(server.url, { maxRetries: 0 }).schedules.get("a"));
    expect(error).toMatchObject({ name: "ApiError", status: 307 });
    expect(server.requests).toHaveLength(1);
  });

  test("what this runtime will never send is refused once", async () => {
    let asked = 0;
    const fetch: typeof globalThis.fetch = (input, init) => {
      asked += 1;
      return globalThis.fetch(input, init);
    };
    // A port that the Fetch standard blocks.
    const error = await rejection(client("http://127.0.0.1:1", { fetch }).schedules.get("a"));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: "not_sendable", detail: "bad port", attempts: 1 });
    expect(asked).toBe(1);
  });

  test("a runtime that quotes a given header does so in no message, cause or log line", async () => {
    const lines: string[] = [];
    const write = (message: string, fields: unknown) => void lines.push(message + JSON.stringify(fields));
    const fetch = async (_input: unknown, init: RequestInit = {}) => {
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error(`bad ${JSON.stringify(init.headers)}`), { code: "E_HEADER" }),
      });
    };
    const portico = client("http://127.0.0.1:1", { fetch, maxRetries: 1, logger: { debug: write, warn: write } });
    const error = await rejection(portico.schedules.get("a", { headers: { "x-own": "hunter2 hunter2" } }));
    expect(error).toMatchObject({ cause: { code: "E_HEADER" } });
    expect(inspect(error, { depth: 9 }) + lines.join("\n")).not.toMatch(/hunter2|sk_test_engine/);
    expect(lines.length).toBeGreaterThan(1);
  });
});

describe("an error says which call failed, and who made it", () => {
  const tables = Object.entries(operations);
  const calls = tables.flatMap(([resource, entries]) =>
    readOperations(resource, entries).map((operation) => [resource, operation] as const),
  );

  test.each(calls.map(([resource, operation]) => [`${resource}.${operation.verb}`, resource, operation] as const))(
    "%s",
    async (name, resource, { verb, method, path, takesInput, takesBytes }) => {
      const fetch = async () => new Response('{"code":"not_found","title":"Not found"}', { status: 404 });
      const portico = client("http://127.0.0.1:1", { fetch });
      const ids = Array.from(path.matchAll(/\{\}/g), () => "an-id");
      const methods: object = Reflect.get(portico, resource);
      const call = () =>
        Reflect.apply(Reflect.get(methods, verb), methods, [
          ...ids,
          ...(takesBytes ? ["bytes"] : []),
          ...(takesInput ? [{}] : []),
        ]);
      const error = await rejection(theCaller(call));
      const route = `${method} ${path.replaceAll("{}", "{id}")}`;
      expect(error).toMatchObject({ operation: name, route, message: `Not found (${name}, ${route})` });
      expect(error).toHaveProperty("stack", expect.stringContaining("theCaller"));
    },
  );

  const broken = () =>
    client("http://127.0.0.1:1", { fetch: async () => new Response("", { status: 500 }), maxRetries: 0 });
  test.each<[string, (portico: Portico) => Promise<unknown>]>([
    ["withResponse", (portico) => portico.schedules.get("a").withResponse()],
    ["toArray", (portico) => portico.schedules.list().toArray()],
    ["request", async (portico) => await portico.request({ method: "GET", path: "/v1/beta" })],
    ["Promise.all", (portico) => Promise.all([portico.schedules.get("a"), portico.schedules.get("b")])],
  ])("%s", async (_name, call) => {
    const error = await rejection(theCaller(() => call(broken())));
    expect(error).toMatchObject({ status: 500, operation: expect.any(String) });
    expect(error).toHaveProperty("stack", expect.stringContaining("theCaller"));
  });

  test("for await, on the second page", async () => {
    const page = { data: [{ id: "a" }], page: { hasMore: true, nextCursor: "next", limit: 1 } };
    let asked = 0;
    const fetch = async () => ((asked += 1) === 1 ? Response.json(page) : new Response("", { status: 403 }));
    const rows: unknown[] = [];
    const iterate = async () => {
      for await (const row of client("http://127.0.0.1:1", { fetch }).schedules.list()) rows.push(row);
    };
    const error = await rejection(iterate());
    expect(rows).toEqual([{ id: "a" }]);
    expect(error).toMatchObject({ status: 403, operation: "schedules.list" });
    expect(error).toHaveProperty("stack", expect.stringContaining("iterate"));
  });

  test("also for limits, lost connections and answers that are none", async () => {
    const server = await fakeServer(({ path }) => {
      if (path.endsWith("/hang")) return { hang: true };
      return path.endsWith("/reset") ? { reset: true } : { text: "captive portal" };
    });
    const portico = client(server.url, { maxRetries: 0 });
    for (const id of ["hang", "reset", "portal"]) {
      const error = await rejection(theCaller(() => portico.schedules.get(id, { timeoutMs: 300 })));
      expect(error).toMatchObject({ operation: "schedules.get", route: "GET /v1/schedules/{id}" });
      expect(error).toHaveProperty("stack", expect.stringContaining("theCaller"));
    }
  });
});

/** Stands in the stacks of errors. */
async function theCaller(call: () => unknown): Promise<unknown> {
  return await call();
}

test("requests name this package and its version", async () => {
  const server = await fakeServer(() => ({ json: { id: "a" } }));
  await client(server.url).schedules.get("a");
  const { version: published } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  expect(server.requests[0]?.headers["user-agent"]).toBe(`portico-sdk/${published} node/${process.versions.node}`);
  // Browsers keep User-Agent for themselves.
  expect(headerOf(undefined)).toEqual({ "portico-client": `portico-sdk/${published}` });
});

test("fetchOptions of the client and of the call reach fetch, but cannot replace the request", async () => {
  const seen: RequestInit[] = [];
  const fetch = async (_input: unknown, init: RequestInit = {}) => {
    seen.push(init);
    return Response.json({ id: "a" });
  };
  const portico = client("http://127.0.0.1:1", { fetch, fetchOptions: { credentials: "omit", keepalive: true } });
  await portico.schedules.get("a");
  const smuggled = JSON.parse('{ "credentials": "include", "method": "DELETE" }');
  await portico.schedules.get("a", { fetchOptions: smuggled });
  expect(seen).toMatchObject([
    { credentials: "omit", keepalive: true, method: "GET" },
    { credentials: "include", keepalive: true, method: "GET" },
  ]);
});

test.each([
  { headers: { "x-secret": "hunter2\n" } },
  { headers: { "x hunter2": "a" } },
  { idempotencyKey: "hunter2…" },
  { ifMatch: "hunter2…" },
  { requestId: "hunter2\u0000" },
])("a header that cannot be sent is refused at once, without its value: %j", async (options) => {
  let sent = 0;
  const fetch = async () => {
    sent += 1;
    return Response.json({});
  };
  const error = await rejection(client("http://127.0.0.1:1", { fetch }).schedules.activate("a", options));
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).not.toContain("hunter2");
  expect(sent).toBe(0);
});

test("a path that makes no URL is refused at once", async () => {
  const call = client("http://127.0.0.1:1").request({ method: "GET", path: "beta" });
  expect(await rejection(call)).toBeInstanceOf(TypeError);
});

test("isProblem knows the error of another build of this package", () => {
  const foreign = Object.assign(new Error("x"), { code: "not_found", [Symbol.for("portico.ApiError")]: true });
  expect(isProblem(foreign, "not_found")).toBe(true);
  expect(isProblem(Object.assign(new Error("x"), { code: "not_found" }), "not_found")).toBe(false);
});

describe("hooks", () => {
  test("wrap every attempt, outermost first, and may send again with the same body", async () => {
    const server = await fakeServer((_, index) =>
      index === 0 ? problem(403, "forbidden") : { status: 201, json: { id: "a" } },
    );
    const seen: string[] = [];
    const outer: Hook = async (request, next, { operation, attempt }) => {
      seen.push(`${operation} ${attempt}`);
      return await next(request);
    };
    const stepUp: Hook = async (request, next) => {
      const response = await next(request);
      if (response.status !== 403) return response;
      request.headers.set("x-step-up", "done");
      return await next(request);
    };
    await client(server.url, { hooks: [outer, stepUp] }).schedules.create(schedule);
    expect(seen).toEqual(["schedules.create 1"]);
    expect(server.requests.map((request) => request.body)).toEqual(Array(2).fill(JSON.stringify(schedule)));
    expect(server.requests[1]?.headers["x-step-up"]).toBe("done");
  });

  test("may answer without a request, and their own errors reach the caller unchanged", async () => {
    const cached: Hook = async () => Response.json({ id: "cached" });
    const call = client("http://127.0.0.1:1", { hooks: [cached] }).schedules.get("a");
    expect(await call).toEqual({ id: "cached" });
    const mistake = new RangeError("hook failed");
    const failing: Hook = async () => {
      throw mistake;
    };
    const failed = client("http://127.0.0.1:1", { hooks: [failing] }).schedules.get("a");
    expect(await rejection(failed)).toBe(mistake);
  });
});

test("one trace covers the attempts of a call, each with a span of its own", async () => {
  const server = await fakeServer((_, index) =>
    index === 0 ? problem(503, "down", { "retry-after": "0" }) : { json: { id: "a" } },
  );
  const portico = client(server.url, { traceparent: true });
  await portico.schedules.get("a");
  await portico.schedules.get("a", { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` });
  const [first, second, given] = server.requests.map((request) => request.headers["traceparent"]);
  expect(first).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(second?.slice(0, 35)).toBe(first?.slice(0, 35));
  expect(second).not.toBe(first);
  expect(given).toBe(`00-${"a".repeat(32)}-${"b".repeat(16)}-01`);
});
