import { readFile } from "node:fs/promises";
import { ConvexClient } from "convex/browser";
import { ConvexError } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type Answer, fakeServer, jwt, problem, type Received, rejection } from "../../test/fakeServer";
import { api } from "../convex";
import { Portico } from "../client";
import {
  AuthenticationError,
  BadRequestError,
  ConflictError,
  isProblem,
  NotFoundError,
  ServerError,
  TimeoutError,
} from "../errors";

const inSeconds = (seconds: number) => Date.now() / 1_000 + seconds;
const success = (value: unknown): Answer => ({ json: { status: "success", value, logLines: [] } });
const thrown = (errorData: unknown): Answer => ({
  json: { status: "error", errorMessage: "Uncaught ConvexError", errorData },
});
const organizationId = "k".repeat(32);

/** A deployment whose token endpoint stands on the same origin. */
async function deployment(answer: (request: Received, index: number) => Answer | Promise<Answer>) {
  let issued = 0;
  const server = await fakeServer((request, index) => {
    if (request.path !== "/v1/oauth/token") return answer(request, index);
    issued += 1;
    const access_token = jwt({ org_id: organizationId, jti: `t${issued}` });
    return { json: { access_token, token_type: "Bearer", expires_in: 900, scope: "" } };
  });
  return {
    url: server.url,
    functionCalls: () => server.requests.filter(({ path }) => path.startsWith("/api/")),
    tokenRequests: () => server.requests.filter(({ path }) => path === "/v1/oauth/token"),
  };
}

function door(url: string, credential: object = { apiKey: "sk_test_convex" }): Portico["convex"] {
  return new Portico({ baseUrl: url, convexUrl: url, ...credential }).convex;
}

test("an API key is exchanged once for parallel calls, and the JWT opens the functions", async () => {
  const server = await deployment(() => success({ id: "a" }));
  const convex = door(server.url);
  await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      convex.query("workspace/schedules:get", { organizationId, scheduleId: `s${index}` }),
    ),
  );
  expect(server.tokenRequests()).toHaveLength(1);
  expect(Object.fromEntries(new URLSearchParams(server.tokenRequests()[0]?.body))).toMatchObject({
    grant_type: "client_credentials",
    client_secret: "sk_test_convex",
  });
  expect(server.tokenRequests()[0]?.headers["authorization"]).toBeUndefined();
  const [call] = server.functionCalls();
  expect(call?.headers["authorization"]).toMatch(/^Bearer eyJ/);
  expect(JSON.parse(call?.body ?? "")).toMatchObject({
    path: "workspace/schedules:get",
    args: [{ organizationId, scheduleId: "s0" }],
  });
});

test("functions are called by name, by our api and by a reference of the caller's own", async () => {
  const server = await deployment(() => success(null));
  const convex = door(server.url);
  const args = { organizationId, scheduleId: "s1" };
  await convex.mutation("workspace/schedules:activate", args);
  await convex.mutation(api.workspace.schedules.activate, args);
  const own = makeFunctionReference<"action", { n: number }, null>("my/module:run");
  await convex.action(own, { n: 1 });
  expect(server.functionCalls().map(({ path, body }) => [path, JSON.parse(body).path])).toEqual([
    ["/api/mutation", "workspace/schedules:activate"],
    ["/api/mutation", "workspace/schedules:activate"],
    ["/api/action", "my/module:run"],
  ]);
});

test("concurrent callers with different users never share a token", async () => {
  const server = await deployment(({ headers }) => success(headers["authorization"]));
  const tokens = Array.from({ length: 20 }, (_, user) => jwt({ sub: `user_${user}` }));
  const seen = await Promise.all(tokens.map((token) => door(server.url, { token }).query("tenancy/me:get", {})));
  expect(seen).toEqual(tokens.map((token) => `Bearer ${token}`));
});

test("a hundred mutations run side by side instead of one after the other", async () => {
  let open = 0;
  let most = 0;
  const server = await deployment(async () => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setTimeout(resolve, 100));
    open -= 1;
    return success(null);
  });
  const convex = door(server.url);
  await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      convex.mutation("workspace/schedules:activate", { organizationId, scheduleId: `s${index}` }),
    ),
  );
  expect(server.functionCalls()).toHaveLength(100);
  expect(most).toBeGreaterThan(10);
});

describe("errors", () => {
  test.each([200, 560])("a problem thrown by a function (HTTP %i) is the error REST gives", async (status) => {
    const data = JSON.parse(problem(409, "invalid_state_transition", {}, { requestId: "req_fn" }).text ?? "");
    const server = await deployment(() => ({ ...thrown(data), status }));
    const call = door(server.url).mutation("workspace/schedules:activate", {
      organizationId,
      scheduleId: "s1",
    });
    const error = await rejection(call);
    expect(error).toBeInstanceOf(ConflictError);
    expect(isProblem(error, "invalid_state_transition")).toBe(true);
    expect(error).toMatchObject({ requestId: "req_fn", attempts: 1, detail: data.detail });
  });

  test("a problem carries the request id that Convex's message names, and the function's name and caller", async () => {
    const problemData = JSON.parse(problem(409, "in_use", {}, { requestId: undefined }).text ?? "");
    const errorMessage = "[Request ID: 0123456789abcdef] Server Error\nUncaught ConvexError: in use";
    const server = await deployment(() => ({ json: { status: "error", errorMessage, errorData: problemData } }));
    const theCaller = async () =>
      await door(server.url).mutation(api.workspace.schedules.activate, { scheduleId: "s" });
    const error = await rejection(theCaller());
    expect(error).toMatchObject({
      code: "in_use",
      requestId: "0123456789abcdef",
      operation: "workspace/schedules:activate",
      route: "POST /api/mutation",
    });
    expect(error).toHaveProperty("stack", expect.stringContaining("theCaller"));
  });

  test("a function that does not exist is a NotFoundError that names it", async () => {
    const errorMessage =
      "[Request ID: 0123456789abcdef] Server Error\nCould not find public function for 'my/module:runn'. Did you forget to run `npx convex dev` or `npx convex deploy`?";
    const server = await deployment(() => ({ json: { status: "error", errorMessage } }));
    const error = await rejection(door(server.url).query(makeFunctionReference<"query">("my/module:runn"), {}));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ code: "function_not_found", status: 404, operation: "my/module:runn" });
  });

  test.each([
    ["workspace/schedules:gett", /workspace\/schedules has activate, .*get/],
    ["workspace/schedule:get", /"workspace\/schedule:get"/],
    ["schedules:get", /"schedules:get"/],
    ["sites/schedules:get", /"sites\/schedules:get"/],
    ["schedules.get", /"schedules.get"/],
  ])("the misspelt name %s is refused before anything is sent", async (name, message) => {
    const server = await deployment(() => success(1));
    const convex = door(server.url);
    const error = await rejection(Reflect.apply(convex.query, convex, [name, {}]));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect([...server.functionCalls(), ...server.tokenRequests()]).toEqual([]);
  });

  test("every function of the API has a name that is known", async () => {
    const document = JSON.parse(await readFile(new URL("../../../openapi/openapi.json", import.meta.url), "utf8"));
    const names = JSON.stringify(document).match(/(?<="x-portico-function":")[^"]+/g) ?? [];
    const server = await deployment(() => success(1));
    const convex = door(server.url, { token: jwt({}) });
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) expect(await Reflect.apply(convex.query, convex, [name, {}])).toBe(1);
  });

  test("other data of a function of one's own stays a ConvexError", async () => {
    const server = await deployment(() => thrown({ kind: "own" }));
    const error = await rejection(door(server.url).query("tenancy/me:get", {}));
    expect(error).toBeInstanceOf(ConvexError);
    expect(error).toMatchObject({ data: { kind: "own" } });
  });

  test("an unexpected failure of a function is a ServerError with Convex's request id", async () => {
    const errorMessage = "[Request ID: 0123456789abcdef] Server Error";
    const server = await deployment(() => ({ json: { status: "error", errorMessage } }));
    const error = await rejection(door(server.url).query("tenancy/me:get", {}));
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ code: "internal", requestId: "0123456789abcdef" });
  });

  test("arguments that Convex refused are a BadRequestError; a function's own failure with one is not", async () => {
    const refused =
      "[Request ID: 0123456789abcdef] Server Error\nArgumentValidationError: Value does not match validator.";
    const failed = "[Request ID: 0123456789abcdef] Server Error\nUncaught Error: ArgumentValidationError: elsewhere";
    const server = await deployment((_, index) => ({
      json: { status: "error", errorMessage: index === 0 ? refused : failed },
    }));
    const convex = door(server.url, { token: jwt({ exp: inSeconds(600) }) });
    const error = await rejection(convex.query("tenancy/me:get", {}));
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ code: "validation_failed", status: 400, requestId: "0123456789abcdef" });
    expect(await rejection(convex.query("tenancy/me:get", {}))).toBeInstanceOf(ServerError);
  });

  test("a refused key is told as the token endpoint told it", async () => {
    const refusal = { error: "invalid_client", error_description: "The key is revoked" };
    const server = await fakeServer(() => ({ status: 401, json: refusal }));
    const error = await rejection(door(server.url).query("tenancy/me:get", {}));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: "invalid_client", detail: "The key is revoked" });
  });

  test("a convexUrl with a trailing slash reaches the same functions", async () => {
    const server = await fakeServer(({ path }) => success(path));
    const { convex } = new Portico({ baseUrl: server.url, convexUrl: `${server.url}/`, token: jwt({}) });
    expect(await convex.query("tenancy/me:get", {})).toBe("/api/query");
  });

  test("a missing convexUrl says so", async () => {
    const { convex } = new Portico({ baseUrl: "http://127.0.0.1:1", apiKey: "sk_test_convex" });
    expect(await rejection(convex.query("tenancy/me:get", {}))).toMatchObject({
      message: expect.stringContaining("convexUrl"),
    });
  });
});

test("an expired JWT is exchanged again once and the call repeated", async () => {
  const server = await deployment(({ headers }) => {
    const claims = headers["authorization"]?.split(".")[1] ?? "";
    return Buffer.from(claims, "base64url").toString().includes("t1")
      ? { status: 401, json: { code: "InvalidAuthHeader", message: "Token expired" } }
      : success({ id: "me" });
  });
  const convex = door(server.url);
  await Promise.all([convex.query("tenancy/me:get", {}), convex.query("tenancy/me:get", {})]);
  expect(server.tokenRequests()).toHaveLength(2);
  expect(server.functionCalls()).toHaveLength(4);
});

test("a query survives a broken connection; a mutation of unknown effect is not repeated", async () => {
  const server = await deployment(() => ({ reset: true }));
  const convex = door(server.url, { token: jwt({ exp: inSeconds(600) }) });
  await rejection(convex.query("tenancy/me:get", {}, { maxRetries: 1 }));
  expect(server.functionCalls()).toHaveLength(2);
  await rejection(convex.mutation("workspace/schedules:activate", { organizationId, scheduleId: "s" }));
  expect(server.functionCalls()).toHaveLength(3);
});

test("the time limit reaches the Convex door too", async () => {
  const server = await deployment(() => ({ hang: true }));
  const convex = door(server.url, { token: jwt({}) });
  const call = convex.query("tenancy/me:get", {}, { timeoutMs: 60 });
  expect(await rejection(call)).toBeInstanceOf(TimeoutError);
});

describe("paginate", () => {
  /** A list of seven rows whose second page is empty, as a filter may leave one. */
  async function list(answer?: (cursor: string | null) => object) {
    const pages: Record<string, object> = {
      first: { page: [{ title: "a" }, { title: "b" }, { title: "c" }], isDone: false, continueCursor: "second" },
      second: { page: [], isDone: false, continueCursor: "third" },
      third: { page: [{ title: "d" }], isDone: true, continueCursor: "end" },
    };
    return deployment(({ body }) => {
      const [{ paginationOpts }] = JSON.parse(body).args;
      return success(answer?.(paginationOpts.cursor) ?? pages[paginationOpts.cursor ?? "first"]);
    });
  }

  test("iterates as the lists of REST do: rows over empty pages, pages, a limit, and a cursor to resume by", async () => {
    const server = await list();
    const convex = door(server.url);
    const call = convex.paginate("workspace/schedules:list", { organizationId, status: "active" }, { numItems: 3 });
    const titles: string[] = [];
    for await (const { title } of call) titles.push(title);
    expect(titles).toEqual(["a", "b", "c", "d"]);
    expect(server.functionCalls().map(({ body }) => JSON.parse(body).args[0])).toEqual(
      [null, "second", "third"].map((cursor) => ({
        organizationId,
        status: "active",
        paginationOpts: { numItems: 3, cursor },
      })),
    );
    expect(call.cursor).toBe("third");
    const resumed = convex.paginate("workspace/schedules:list", { organizationId }, { cursor: "third" });
    expect(await resumed.toArray()).toEqual([{ title: "d" }]);
    const { data, attempts } = await convex.paginate(api.workspace.schedules.list, {}).withResponse();
    expect(data.page).toEqual({ nextCursor: "second", hasMore: true, limit: 25 });
    expect(attempts).toBe(1);
  });

  test("a list that never ends is an error, and a refusal is the one of REST", async () => {
    const endless = await list(() => ({ page: [], isDone: false, continueCursor: "same" }));
    const call = door(endless.url).paginate("workspace/schedules:list", {}, { cursor: "same" });
    expect(await rejection(call.toArray())).toMatchObject({
      code: "invalid_response",
      operation: "workspace/schedules:list",
    });
    const refusing = await deployment(() => thrown({ status: 400, code: "invalid_cursor", title: "Invalid cursor" }));
    const error = await rejection(door(refusing.url).paginate("workspace/schedules:list", {}).toArray());
    expect(isProblem(error, "invalid_cursor")).toBe(true);
    expect(isProblem(error, "schedules.list")).toBe(true);
  });
});

describe("subscribe", () => {
  const first = (values: AsyncGenerator) => values.next();

  test("a credential that cannot be had ends it with the credential's own error", async () => {
    const server = await fakeServer(() => problem(401, "invalid_client"));
    const values = door(server.url).subscribe("tenancy/me:get", {});
    expect(await rejection(first(values))).toBeInstanceOf(AuthenticationError);
    const outage = new Error("issuer is down");
    const getToken = () => Promise.reject(outage);
    expect(await rejection(first(door(server.url, { getToken }).subscribe("tenancy/me:get", {})))).toBe(outage);
  });

  test("a server that never speaks ends it by the limit, a signal at once, and the name is told", async () => {
    const server = await fakeServer(() => ({ hang: true }));
    const convex = door(server.url, {});
    const late = await rejection(first(convex.subscribe("tenancy/me:get", {}, { timeoutMs: 50 })));
    expect(late).toBeInstanceOf(TimeoutError);
    expect(late).toMatchObject({ operation: "tenancy/me:get", detail: expect.stringContaining("50 ms") });
    const controller = new AbortController();
    const aborted = rejection(first(convex.subscribe("tenancy/me:get", {}, { signal: controller.signal })));
    controller.abort(new Error("done"));
    expect(await aborted).toMatchObject({ code: "aborted", cause: new Error("done") });
  });

  test("arguments that Convex cannot send end it, and leave no socket open", async () => {
    const server = await fakeServer(() => ({ hang: true }));
    const closing = vi.spyOn(ConvexClient.prototype, "close");
    onTestFinished(() => closing.mockRestore());
    const own = makeFunctionReference<"query", { since: Date }>("my/module:since");
    const failure = await rejection(first(door(server.url, {}).subscribe(own, { since: new Date() })));
    expect(String(failure)).toContain("is not a supported Convex type");
    expect(closing).toHaveBeenCalledTimes(1);
  });

  test("a function that does not exist is refused before anything is sent", async () => {
    const server = await fakeServer(() => ({ json: {} }));
    // As plain JavaScript would.
    const name = JSON.parse('"tenancy/me:gt"');
    expect(await rejection(first(door(server.url).subscribe(name, {})))).toBeInstanceOf(TypeError);
    expect(server.requests).toHaveLength(0);
  });
});
