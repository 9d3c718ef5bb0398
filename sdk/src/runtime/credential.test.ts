import { describe, expect, test } from "vitest";
import { type Answer, fakeServer, jwt, problem, rejection } from "../../test/fakeServer";
import { Portico } from "../client";
import { AbortedError, AuthenticationError, CredentialError, TimeoutError } from "../errors";
import type { ConvexCallOptions } from "./convexDoor";
import { RenewedToken, type TokenProvider } from "./credential";

const inSeconds = (seconds: number) => Date.now() / 1_000 + seconds;

test("ten parallel 401s cost one refresh, and each call is sent again once", async () => {
  const stale = jwt({ jti: "stale", exp: inSeconds(600) });
  const fresh = jwt({ jti: "fresh", exp: inSeconds(600) });
  const server = await fakeServer(({ headers }) =>
    headers["authorization"] === `Bearer ${fresh}` ? { json: { id: "a" } } : problem(401, "unauthenticated"),
  );
  const asked: boolean[] = [];
  const portico = new Portico({
    baseUrl: server.url,
    getToken: async ({ forceRefresh }) => {
      asked.push(forceRefresh);
      return forceRefresh ? fresh : stale;
    },
  });
  const calls = Array.from({ length: 10 }, (_, index) => portico.schedules.get(`s${index}`));
  await Promise.all(calls);
  expect(asked).toEqual([false, true]);
  expect(server.requests).toHaveLength(20);
});

test("a token refused twice is an error after two requests", async () => {
  const server = await fakeServer(() => problem(401, "unauthenticated"));
  let asked = 0;
  const getToken = async () => jwt({ n: (asked += 1) });
  const portico = new Portico({ baseUrl: server.url, getToken });
  const error = await rejection(portico.schedules.get("a"));
  expect(error).toBeInstanceOf(AuthenticationError);
  expect(error).toMatchObject({ attempts: 2 });
  expect([asked, server.requests.length]).toEqual([2, 2]);
});

test("a refused API key is not retried", async () => {
  const server = await fakeServer(() => problem(401, "key_revoked"));
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_revoked" });
  await rejection(portico.schedules.get("a"));
  expect(server.requests).toHaveLength(1);
});

test("a token about to expire is renewed before it is used", async () => {
  const server = await fakeServer(() => ({ json: { id: "a" } }));
  const tokens = [jwt({ iat: 1_000, exp: 1_000.2 }), jwt({ iat: 1_000, exp: 1_600 })];
  const asked: boolean[] = [];
  const portico = new Portico({
    baseUrl: server.url,
    getToken: async ({ forceRefresh }) => {
      asked.push(forceRefresh);
      return tokens[asked.length - 1] ?? "";
    },
  });
  for (let index = 0; index < 3; index += 1) {
    await portico.schedules.get("a");
    await new Promise((resolve) => setTimeout(resolve, 220));
  }
  expect(asked).toEqual([false, true]);
  expect(server.requests.map((request) => request.headers["authorization"])).toEqual([
    `Bearer ${tokens[0]}`,
    `Bearer ${tokens[1]}`,
    `Bearer ${tokens[1]}`,
  ]);
});

test("a provider's failure reaches every waiting caller, and the next call asks again", async () => {
  const server = await fakeServer(() => ({ json: { id: "a" } }));
  const outage = new Error("issuer is down");
  let asked = 0;
  const portico = new Portico({
    baseUrl: server.url,
    getToken: async () => {
      asked += 1;
      if (asked === 1) throw outage;
      return "opaque-token";
    },
  });
  const failures = await Promise.all([rejection(portico.schedules.get("a")), rejection(portico.schedules.get("b"))]);
  expect(failures).toEqual([outage, outage]);
  await portico.schedules.get("c");
  expect([asked, server.requests.length]).toEqual([2, 1]);
});

test("a caller that gives up does not take the shared token request with it", async () => {
  const server = await fakeServer(() => ({ json: { id: "a" } }));
  let release = (_token: string) => {};
  const getToken = () => new Promise<string>((resolve) => (release = resolve));
  const portico = new Portico({ baseUrl: server.url, getToken });
  const controller = new AbortController();
  const impatient = rejection(portico.schedules.get("a", { signal: controller.signal }));
  const patient = portico.schedules.get("b");
  controller.abort();
  expect(await impatient).toMatchObject({ code: "aborted", attempts: 0 });
  release("opaque-token");
  expect(await patient).toEqual({ id: "a" });
});

test("a provider that hangs is aborted when nobody waits, and the next call asks anew", async () => {
  const server = await fakeServer(() => ({ json: { id: "a" } }));
  const signals: AbortSignal[] = [];
  const portico = new Portico({
    baseUrl: server.url,
    getToken: ({ signal }) => {
      signals.push(signal);
      return signals.length === 1 ? new Promise(() => {}) : Promise.resolve("opaque-token");
    },
  });
  const gaveUp = await Promise.all([30, 60].map((timeoutMs) => rejection(portico.schedules.get("a", { timeoutMs }))));
  for (const error of gaveUp) expect(error).toBeInstanceOf(TimeoutError);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(await portico.schedules.get("a", { timeoutMs: 60_000 })).toEqual({ id: "a" });
  expect(signals).toHaveLength(2);
});

test("a renewal has a limit of its own, whatever the patience of those who wait", async () => {
  const source = new RenewedToken(() => new Promise(() => {}), false, 20);
  const { signal } = new AbortController();
  expect(await rejection(source.obtain(signal))).toBeInstanceOf(TimeoutError);
});

test("a key exchange that hangs is dropped with its last caller", async () => {
  const server = await fakeServer((_, index) =>
    index === 0 ? { hang: true } : { json: { access_token: jwt({}), expires_in: 900, status: "success", value: 1 } },
  );
  const portico = new Portico({ baseUrl: server.url, convexUrl: server.url, apiKey: "sk_test_hang" });
  expect(await rejection(portico.convex.query("tenancy/me:get", {}, { timeoutMs: 60 }))).toBeInstanceOf(TimeoutError);
  expect(await portico.convex.query("tenancy/me:get", {}, { timeoutMs: 60_000 })).toBe(1);
});

test.each([-3_600, 31, 880, 3_600, 315_360_000])("a clock %i s ahead costs no further renewals", async (skew) => {
  const server = await fakeServer(() => ({ json: { id: "a" } }));
  for (const lifetime of [20, 60, 900]) {
    let asked = 0;
    const getToken = async () => {
      asked += 1;
      const iat = inSeconds(-skew);
      return jwt({ iat, exp: iat + lifetime });
    };
    const portico = new Portico({ baseUrl: server.url, getToken });
    for (let index = 0; index < 5; index += 1) await portico.schedules.get("a");
    expect(asked).toBe(1);
  }
});

test.each([-315_360_000, -3_600, 0, 3_600])(
  "what is left of a token that was handed out late is judged by the server's clock, %i s from ours",
  async (skew) => {
    const serverMs = () => Date.now() + skew * 1_000;
    const first = jwt({ jti: "first" });
    const server = await fakeServer(({ headers }) => {
      const date = { date: new Date(serverMs()).toUTCString() };
      return headers["authorization"] === `Bearer ${first}`
        ? problem(401, "unauthenticated", date)
        : { json: { id: "a" }, headers: date };
    });
    // A minute's token of which two seconds are left, and then a whole one.
    const at = (leftSeconds: number) => {
      const exp = serverMs() / 1_000 + leftSeconds;
      return jwt({ iat: exp - 60, exp });
    };
    const given: boolean[] = [];
    const getToken: TokenProvider = ({ forceRefresh }) => {
      given.push(forceRefresh);
      return given.length === 1 ? first : at(given.length === 2 ? 2 : 60);
    };
    const portico = new Portico({ baseUrl: server.url, getToken });
    await portico.schedules.get("a");
    expect(given).toHaveLength(2);
    // Two seconds and their rounding to whole ones are over, the minute is not.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await portico.schedules.get("a");
    await portico.schedules.get("a");
    expect(given).toEqual([false, true, true]);
    expect(server.requests).toHaveLength(4);
  },
);

test.each([null, undefined, 7, "", "with space", "sk_test_key"])(
  "a provider that gives %j fails the call before anything is sent, and says what to do",
  async (given) => {
    const server = await fakeServer(() => ({ json: { id: "a" } }));
    // As plain JavaScript would.
    const getToken: TokenProvider = () => JSON.parse(JSON.stringify({ given })).given;
    const error = await rejection(new Portico({ baseUrl: server.url, getToken }).schedules.get("a"));
    expect(error).toBeInstanceOf(CredentialError);
    expect(error).toMatchObject({ code: "unauthenticated", operation: "schedules.get", attempts: 0 });
    expect(error).toMatchObject({ detail: expect.stringMatching(/^what getToken gave is .*(?:;|carry)/) });
    expect(server.requests).toHaveLength(0);
  },
);

describe("the key exchange obeys the call that waits for it", () => {
  const query = (portico: Portico, options: ConvexCallOptions) => portico.convex.query("tenancy/me:get", {}, options);
  const client = (url: string) => new Portico({ baseUrl: url, convexUrl: url, apiKey: "sk_test_limits" });

  test("attemptTimeoutMs and maxRetries count its requests", async () => {
    const server = await fakeServer(() => ({ hang: true }));
    const error = await rejection(query(client(server.url), { attemptTimeoutMs: 500, maxRetries: 1 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      attempts: 2,
      detail: "attemptTimeoutMs (500 ms) passed while waiting for a token",
      operation: "tenancy/me:get",
    });
    expect(server.requests).toHaveLength(2);
  });

  test("maxRetries 0 means one request, although the client would retry", async () => {
    const server = await fakeServer(() => problem(503, "unavailable"));
    const error = await rejection(query(client(server.url), { maxRetries: 0 }));
    expect(error).toMatchObject({ status: 503, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  test("a failure that passes is retried, and the call goes on", async () => {
    const answer = { access_token: jwt({}), expires_in: 900, status: "success", value: 1 };
    const server = await fakeServer((_, index) => (index === 0 ? problem(503, "unavailable") : { json: answer }));
    expect(await query(client(server.url), {})).toBe(1);
    expect(server.requests.map(({ path }) => path)).toEqual(["/v1/oauth/token", "/v1/oauth/token", "/api/query"]);
  });

  test("its signal ends the exchange, and a patient call keeps it", async () => {
    let release = (_answer: Answer) => {};
    const server = await fakeServer(() => new Promise<Answer>((resolve) => (release = resolve)));
    const portico = client(server.url);
    const controller = new AbortController();
    const impatient = rejection(query(portico, { signal: controller.signal }));
    const patient = query(portico, {});
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort();
    expect(await impatient).toBeInstanceOf(AbortedError);
    release({ json: { access_token: jwt({}), expires_in: 900 } });
    await expect.poll(() => server.requests.length).toBe(2);
    release({ json: { status: "success", value: 1 } });
    expect(await patient).toBe(1);
  });

  test("callers that share a failed exchange each get an error of their own", async () => {
    const server = await fakeServer(() => ({ status: 401, json: { error: "invalid_client" } }));
    const portico = client(server.url);
    const args = { scheduleId: "s" };
    const errors = await Promise.all([
      rejection(portico.convex.query("tenancy/me:get", {})),
      rejection(portico.convex.query("workspace/schedules:get", args)),
    ]);
    expect(errors).toMatchObject([{ operation: "tenancy/me:get" }, { operation: "workspace/schedules:get" }]);
    expect(server.requests).toHaveLength(1);
  });
});
