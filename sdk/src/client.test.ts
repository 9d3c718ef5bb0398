import { describe, expect, expectTypeOf, onTestFinished, test } from "vitest";
import { fakeServer, jwt, problem, rejection } from "../test/fakeServer";
import { Portico } from "./client";
import { NotFoundError, PreconditionFailedError, TenantMismatchError } from "./errors";
import type { ConvexFunctions } from "./generated/convexFunctions";

const apiKey = "sk_test_client";
const convexId = (letter: string) => letter.repeat(32);

test("requests carry credential, organization and the input in its place", async () => {
  const page = { data: [], page: { nextCursor: null, hasMore: false, limit: 5 } };
  const server = await fakeServer(({ method }) => ({ status: 200, json: method === "GET" ? page : { id: "a" } }));
  const portico = new Portico({ baseUrl: `${server.url}/`, apiKey, organization: "acme" });
  await portico.schedules.create({ title: "Ü", startDate: 1, endDate: 2 });
  await portico.schedules.delete("a/b c", { permanent: true });
  await portico.auditLogs.getRecordHistory("schedules", "s1", { limit: 5 });
  await portico.schedules.restore("s1", { requestId: "req_mine", headers: { Accept: "application/vnd.x+json" } });
  const [create, remove, history, restore] = server.requests;
  expect(create).toMatchObject({
    method: "POST",
    path: "/v1/schedules",
    body: '{"title":"Ü","startDate":1,"endDate":2}',
    headers: {
      authorization: `Bearer ${apiKey}`,
      "portico-organization": "acme",
      "content-type": "application/json",
    },
  });
  expect(remove).toMatchObject({ method: "DELETE", path: "/v1/schedules/a%2Fb%20c", body: "" });
  expect(remove?.query.toString()).toBe("permanent=true");
  expect(history).toMatchObject({ method: "GET", path: "/v1/audit-logs/records/schedules/s1", body: "" });
  expect(history?.query.toString()).toBe("limit=5");
  expect(restore).toMatchObject({ path: "/v1/schedules/s1/restore", body: "" });
  expect(restore?.headers["x-request-id"]).toBe("req_mine");
  expect(restore?.headers["accept"]).toBe("application/vnd.x+json");
});

test("a POST has a key of its own, a GET has none, and a given key is kept", async () => {
  const server = await fakeServer(() => ({ json: { id: "a" } }));
  const portico = new Portico({ baseUrl: server.url, apiKey });
  await portico.schedules.activate("a");
  await portico.schedules.activate("a");
  await portico.schedules.activate("a", { idempotencyKey: "check-in-0001" });
  await portico.schedules.get("a");
  await portico.request({ method: "post", path: "/v1/beta", body: {} });
  const [first, second, given, read, raw] = server.requests.map((request) => request.headers["idempotency-key"]);
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(second).not.toBe(first);
  expect(given).toBe("check-in-0001");
  expect(read).toBeUndefined();
  expect(raw).toMatch(/^[0-9a-f-]{36}$/);
});

test("a dry run asks for one, and a server that does not say it was one is not believed", async () => {
  const answers = { believed: { "portico-dry-run": "true" }, unknown: {} };
  for (const [deployment, headers] of Object.entries(answers)) {
    const server = await fakeServer(() => ({ json: { id: "a" }, headers }));
    const portico = new Portico({ baseUrl: server.url, apiKey, maxRetries: 0 });
    const call = portico.schedules.activate("a", { dryRun: true }).withResponse();
    const outcome = await call.catch((error: unknown) => error);
    expect(server.requests[0]?.headers["portico-dry-run"]).toBe("true");
    expect(outcome).toMatchObject(
      deployment === "believed" ? { data: { id: "a" }, dryRun: true } : { code: "invalid_response" },
    );
  }
});

test("a dry run is offered on changes alone", () => {
  expectTypeOf<Portico["schedules"]["activate"]>().parameter(1).exclude<undefined>().toHaveProperty("dryRun");
  expectTypeOf<Portico["schedules"]["get"]>().parameter(1).exclude<undefined>().not.toHaveProperty("dryRun");
  expectTypeOf<ConvexFunctions["workspace/schedules:activate"]["args"]>().toHaveProperty("dryRun");
  expectTypeOf<ConvexFunctions["workspace/schedules:get"]["args"]>().not.toHaveProperty("dryRun");
});

test("withResponse tells request id, ETag, attempts and replay; awaiting gives the data alone", async () => {
  const server = await fakeServer(() => ({
    status: 201,
    json: { id: "s1" },
    headers: { "x-request-id": "req_7", etag: '"v3"', "idempotent-replayed": "true" },
  }));
  const portico = new Portico({ baseUrl: server.url, apiKey });
  const call = portico.schedules.activate("s1");
  const result = await call.withResponse();
  expect(result).toMatchObject({
    data: { id: "s1" },
    requestId: "req_7",
    etag: '"v3"',
    attempts: 1,
    replayed: true,
  });
  expect(result.response.status).toBe(201);
  expect(await call).toEqual({ id: "s1" });
  expect(server.requests).toHaveLength(1);
});

test("a call is a whole promise", async () => {
  const server = await fakeServer(({ path }) =>
    path.endsWith("/missing") ? problem(404, "not_found") : { json: { id: "a" } },
  );
  const portico = new Portico({ baseUrl: server.url, apiKey });
  const order: string[] = [];
  const missing = portico.schedules
    .get("missing")
    .finally(() => void order.push("finally"))
    .catch((error: unknown) => error);
  expect(await missing).toBeInstanceOf(NotFoundError);
  expect(order).toEqual(["finally"]);
  const both = await Promise.all([portico.schedules.get("a"), portico.schedules.get("b")]);
  expect(both).toHaveLength(2);
});

test("conditional requests: 304 is undefined, a lost If-Match is an error", async () => {
  const server = await fakeServer(({ headers }) => {
    if (headers["if-none-match"] === '"v1"') return { status: 304 };
    return headers["if-match"] === '"v0"' ? problem(412, "precondition_failed") : { json: {} };
  });
  const portico = new Portico({ baseUrl: server.url, apiKey });
  const read = await portico.schedules.get("a", { ifNoneMatch: '"v1"' }).withResponse();
  expect(read.data).toBeUndefined();
  expect(read.response.status).toBe(304);
  const lost = portico.schedules.update("a", { title: "x" }, { ifMatch: '"v0"' });
  expect(await rejection(lost)).toBeInstanceOf(PreconditionFailedError);
});

test("a list that is still current is undefined, another one is a page", async () => {
  const page = { data: [{ id: "a" }], page: { nextCursor: null, hasMore: false, limit: 5 } };
  const server = await fakeServer(({ headers }) =>
    headers["if-none-match"] === '"v1"' ? { status: 304 } : { json: page, headers: { etag: '"v2"' } },
  );
  const portico = new Portico({ baseUrl: server.url, apiKey });
  const current = await portico.schedules.list({}, { ifNoneMatch: '"v1"' }).withResponse();
  expect(current).toMatchObject({ data: undefined, response: { status: 304 } });
  expect(await portico.schedules.list(undefined, { ifNoneMatch: '"v0"' })).toEqual(page);
  const { etag } = await portico.schedules.list().withResponse();
  expect(etag).toBe('"v2"');
});

test("a conditional list whose answer is no page is an error", async () => {
  const server = await fakeServer(() => ({ json: {} }));
  const call = new Portico({ baseUrl: server.url, apiKey }).schedules.list({}, { ifNoneMatch: '"v0"' });
  expect(await rejection(call)).toMatchObject({ code: "invalid_response" });
});

test("a call whose failure is only read by withResponse leaves no rejection behind", async () => {
  const server = await fakeServer(() => problem(404, "not_found"));
  const unhandled: unknown[] = [];
  const listen = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", listen);
  onTestFinished(() => void process.off("unhandledRejection", listen));
  await rejection(new Portico({ baseUrl: server.url, apiKey }).schedules.get("a").withResponse());
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(unhandled).toEqual([]);
});

test("request() reaches any endpoint; answers that are not JSON come as text, none as undefined", async () => {
  const server = await fakeServer(({ method }) =>
    method === "GET" ? { text: "BEGIN:VCALENDAR", headers: { "content-type": "text/calendar" } } : { status: 204 },
  );
  const portico = new Portico({ baseUrl: server.url, apiKey });
  const query = { tag: ["a", "b"], left: undefined };
  expect(await portico.request({ method: "GET", path: "/v1/x.ics", query })).toBe("BEGIN:VCALENDAR");
  expect(server.requests[0]?.query.toString()).toBe("tag=a&tag=b");
  expect(await portico.schedules.delete("a")).toBeUndefined();
});

test("a success that is not the JSON it claims to be is an error", async () => {
  const server = await fakeServer(() => ({ text: '{"id":"a', headers: { "content-type": "application/json" } }));
  const error = await rejection(new Portico({ baseUrl: server.url, apiKey }).schedules.get("a"));
  expect(error).toMatchObject({ name: "ConnectionError", code: "invalid_response", attempts: 1 });
});

test.each([
  [
    { text: "<html>\n captive portal sk_test_client</html>", headers: { "content-type": "text/html" } },
    "captive portal",
  ],
  [{ text: '{"id":"s1"}' }, '{"id":"s1"}'],
  [{}, "it is empty"],
])("a success without JSON is an error that quotes it: %j", async (answer, quoted) => {
  const server = await fakeServer(() => answer);
  const error = await rejection(new Portico({ baseUrl: server.url, apiKey }).schedules.get("a"));
  expect(error).toMatchObject({ code: "invalid_response", detail: expect.stringContaining(quoted) });
  expect(String(error)).not.toContain(apiKey);
});

test.each(["", ".", ".."])("the path argument %j is refused before any network", (id) => {
  const portico = new Portico({ baseUrl: "http://127.0.0.1:1", apiKey });
  expect(() => portico.schedules.get(id)).toThrow(TypeError);
});

/** As plain JavaScript does, without types. */
function construct(options: object): unknown {
  return Reflect.construct(Portico, [options]);
}

/** The message of the TypeError that `make` throws. */
function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return error.message;
    throw error;
  }
  throw new Error("It was accepted");
}

describe("construction", () => {
  test.each([
    { baseUrl: "not a url" },
    { baseUrl: "ftp://example.com" },
    { baseUrl: "https://example.com/v1/" },
    { baseUrl: "https://example.com", convexUrl: "" },
    { baseUrl: "https://example.com", convexUrl: "localhost:3210" },
    { baseUrl: "https://example.com", convexUrl: "https://example.com/?x=1" },
    { baseUrl: "https://user:hunter2hunter2@example.com" },
    { baseUrl: "https://example.com", apiKey: "sk_hunter2", token: "b" },
    { baseUrl: "https://example.com", apiKey: "sk_hunter2", getToken: "b" },
    { baseUrl: "https://example.com", apiKey: "sk_with\nnewline" },
    { baseUrl: "https://example.com", token: "" },
    { baseUrl: "https://example.com", timeoutMs: "soon" },
  ])("%j is refused without repeating a secret", (options) => {
    expect(refusal(() => construct(options))).not.toMatch(/hunter2|sk_with|not a function/);
  });

  test.each([
    [{ apiKey: undefined }, "The option apiKey is undefined; is the environment variable set?"],
    [{ apiKey: null }, "The option apiKey is null; is the environment variable set?"],
    [{ token: undefined }, "The option token is undefined; is the environment variable set?"],
    [{ token: 7 }, "The option token is number; is the environment variable set?"],
    [{ getToken: "a" }, "The option getToken is not a function"],
    [{ apiKey: jwt({}) }, "The option apiKey is a JWT; give it as token, or have it renewed by getToken"],
    [
      { apiKey: "enr_hunter2" },
      "The option apiKey is an enrolment token, which only opens agents.enroll; give it as token",
    ],
    [{ token: "sk_hunter2" }, "The option token is an API key; give it as apiKey, which opens REST and Convex"],
    [{ token: "agt_hunter2" }, "The option token is an API key; give it as apiKey, which opens REST and Convex"],
  ])("a credential of the wrong kind is named with its mend: %j", (credential, message) => {
    expect(refusal(() => construct({ baseUrl: "https://example.com", ...credential }))).toBe(message);
  });

  test("an enrolment token as token enrols over REST, and is refused for Convex before anything is sent", async () => {
    const server = await fakeServer(() => ({ status: 201, json: { id: "a" } }));
    const portico = new Portico({ baseUrl: server.url, convexUrl: server.url, token: "enr_token" });
    await portico.agents.enroll({ guid: "g", hostname: "h", platform: "linux", version: "1" });
    expect(server.requests[0]?.headers["authorization"]).toBe("Bearer enr_token");
    const error = await rejection(portico.convex.query("tenancy/me:get", {}));
    expect(error).toMatchObject({ name: "CredentialError", code: "unauthenticated", attempts: 0 });
    expect(server.requests).toHaveLength(1);
  });

  test("a client can be printed without giving its credential away", async () => {
    const { inspect } = await import("node:util");
    const portico = new Portico({ baseUrl: "https://example.com", apiKey });
    expect(inspect(portico, { depth: 9, showHidden: true }) + JSON.stringify(portico)).not.toContain(apiKey);
  });
});

test("options in the place of the input are refused, not sent", async () => {
  const portico = new Portico({ baseUrl: "http://127.0.0.1:1", apiKey });
  const list: typeof portico.schedules.list = Reflect.get(portico.schedules, "list");
  // What plain JavaScript can write, and the types refuse.
  const misplaced = Object.assign({}, { signal: AbortSignal.abort() });
  expect(await rejection(Reflect.apply(list, undefined, [misplaced]))).toMatchObject({
    message: "The query parameter signal is an object; options come after the input",
  });
});

describe("the organization of one call", () => {
  test("replaces the client's for that call alone", async () => {
    const server = await fakeServer(() => ({ json: { id: "a" } }));
    const portico = new Portico({ baseUrl: server.url, apiKey, organization: "acme" });
    await portico.schedules.get("a", { organization: "globex" });
    await portico.schedules.get("a");
    expect(server.requests.map(({ headers }) => headers["portico-organization"])).toEqual(["globex", "acme"]);
  });

  test("is compared with the token before anything is sent", async () => {
    const server = await fakeServer(() => ({ json: { id: "a" } }));
    const portico = new Portico({ baseUrl: server.url, token: jwt({ org_id: convexId("a") }) });
    const error = await rejection(portico.schedules.get("a", { organization: convexId("b") }));
    expect(error).toBeInstanceOf(TenantMismatchError);
    expect(error).toMatchObject({ operation: "schedules.get" });
    expect(server.requests).toHaveLength(0);
  });
});

describe("withOrganization", () => {
  test.each([
    ["Convex ids", { org_id: convexId("a") }, convexId("b")],
    ["issuer ids", { o: { id: "org_1" } }, "org_2"],
    ["slugs", { org_id: convexId("a"), org_slug: "acme" }, "globex"],
    ["nested slugs", { o: { id: convexId("a"), slg: "acme" } }, "globex"],
  ])("refuses a token of another tenant before any network: %s", async (_kind, claims, other) => {
    const server = await fakeServer(() => ({ json: { data: [], page: {} } }));
    for (const credential of [{ token: jwt(claims) }, { getToken: async () => jwt(claims) }]) {
      const portico = new Portico({ baseUrl: server.url, ...credential }).withOrganization(other);
      const error = await rejection(portico.schedules.list());
      expect(error).toBeInstanceOf(TenantMismatchError);
      expect(error).toMatchObject({ code: "tenant_mismatch", attempts: 0 });
    }
    expect(server.requests).toHaveLength(0);
  });

  test.each([
    ["the same id", { org_id: convexId("a") }, convexId("a")],
    ["a slug beside an id, which only the server can compare", { org_id: convexId("a") }, "acme"],
    ["the issuer's id that the token carries", { org_id: "5d0a1c9e-tenant" }, "5d0a1c9e-tenant"],
    ["a slug beside an issuer's id of the same form", { org_id: "5d0a1c9e-tenant" }, "acme"],
    ["a token without tenant", { sub: "user_1" }, "acme"],
  ])("sends %s", async (_name, claims, organization) => {
    const server = await fakeServer(() => ({ json: { id: "a" } }));
    const base = new Portico({ baseUrl: server.url, token: jwt(claims) });
    await base.withOrganization(organization).schedules.get("a");
    expect(server.requests[0]?.headers["portico-organization"]).toBe(organization);
  });

  test("clones share the token: three tenants, one request to the provider", async () => {
    const server = await fakeServer(() => ({ json: { id: "a" } }));
    let asked = 0;
    const getToken = async () => {
      asked += 1;
      return jwt({ sub: "u", exp: Date.now() / 1_000 + 600 });
    };
    const portico = new Portico({ baseUrl: server.url, getToken });
    for (const slug of ["acme", "globex", "initech"]) await portico.withOrganization(slug).schedules.get("a");
    expect(asked).toBe(1);
    expect(server.requests.map((request) => request.headers["portico-organization"])).toEqual([
      "acme",
      "globex",
      "initech",
    ]);
  });
});

test.each([".evil.example/x", ":4444/x", "@evil.example/x", "x", ""])(
  "the path %j sends the credential nowhere",
  async (path) => {
    const urls: unknown[] = [];
    const fetch = async (url: unknown) => {
      urls.push(url);
      return Response.json({});
    };
    const portico = new Portico({ baseUrl: "https://api.example.com", apiKey: "sk_test_path", fetch });
    expect(await rejection(portico.request({ method: "GET", path }))).toBeInstanceOf(TypeError);
    expect(urls).toEqual([]);
  },
);

test.each(["https://api.example.com?", "https://api.example.com/#", "https://api.example.com/x?y=1"])(
  "the base URL %s is refused: its query would take the paths of requests along",
  (baseUrl) => {
    expect(() => new Portico({ baseUrl, apiKey })).toThrow("without credentials or query");
    const convex = { baseUrl: "https://api.example.com", convexUrl: baseUrl, apiKey };
    expect(() => new Portico(convex)).toThrow("without credentials or query");
  },
);

test("what names no organization pins no clone, and leaves no pin out", () => {
  const pinnedClient = new Portico({ baseUrl: "https://api.example.com", apiKey, organization: "acme" });
  const missing: string = JSON.parse("{}").ORGANIZATION;
  for (const organization of [missing, "", " "])
    expect(() => pinnedClient.withOrganization(organization)).toThrow(TypeError);
});

test.each(["G T", "TRACE", "connect", ""])("the method %j is refused before anything is sent", async (method) => {
  const server = await fakeServer(() => ({ json: {} }));
  const portico = new Portico({ baseUrl: server.url, apiKey });
  expect(() => portico.request({ method, path: "/v1/health" })).toThrow(TypeError);
  expect(server.requests).toEqual([]);
});
