import { readFile } from "node:fs/promises";
import { ConvexError } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { describe, expect, test } from "vitest";
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
