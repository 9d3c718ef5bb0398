import { describe, expect, it } from "vitest";
import { AskedToWait, CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { networkingCloudflare } from "./networkingCloudflare";
import type { OutboundRequest, OutboundResult } from "../../core/wire/outboundFetch";
import type { RunTools } from "./operationType";

const config = { apiToken: "cf-token-0123456789-abcdefghij", zoneId: "ab".repeat(16) };
const zonePath = `/client/v4/zones/${config.zoneId}`;

interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
const success = (result: unknown): FakeAnswer => ({
  status: 200,
  body: { success: true, errors: [], messages: [], result },
});
const failure = (status: number, ...codes: number[]): FakeAnswer => ({
  status,
  body: {
    success: false,
    errors: codes.map((code) => ({ code, message: `${config.apiToken} is wrong.` })),
    result: null,
  },
});

/** Cloudflare, as it answers requests by their method and path. */
function cloudflare(answers: Readonly<Record<string, FakeAnswer>>) {
  const requests: OutboundRequest[] = [];
  const send = async (request: OutboundRequest): Promise<OutboundResult> => {
    requests.push(request);
    const { method = "GET", url, maxBodyBytes = 4096 } = request;
    expect(url).toMatch(/^https:\/\/api\.cloudflare\.com\//);
    expect(request.headers).toMatchObject({ authorization: `Bearer ${config.apiToken}` });
    const { status, body, headers = {} } = answers[`${method} ${new URL(url).pathname}`] ?? failure(404, 7003);
    const bytes = new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
    const read = { body: bytes.slice(0, maxBodyBytes), isWhole: bytes.length <= maxBodyBytes };
    return { kind: "answered", status, headers: new Headers(headers), ...read, durationMs: 1 };
  };
  return { requests, send };
}

const nobody = () => Promise.reject(new Error("It asks for nothing of this."));
function run(name: string, send: RunTools["send"], params: object = {}) {
  const operation = networkingCloudflare.operations.get(name);
  if (!operation) throw new Error(`There is no ${name}.`);
  const tools = { organizationId: "o", jobId: "j", requestedAt: 1, send, report: nobody, inventoryPage: nobody };
  return operation.run(config, params, tools);
}
async function fault(call: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await call.then(
    () => "nothing",
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProviderError) return error;
  throw new Error(`It failed with ${String(error)}.`);
}

describe("a purge", () => {
  it.each([
    [{ everything: true }, { purge_everything: true }, { purged: "everything", count: 1 }],
    [{ files: ["https://a.example/x y?z=ü"] }, { files: ["https://a.example/x y?z=ü"] }, { purged: "files", count: 1 }],
    [{ hosts: ["a.example", "*.b.example"] }, { hosts: ["a.example", "*.b.example"] }, { purged: "hosts", count: 2 }],
    [{ prefixes: ["a.example/img/"] }, { prefixes: ["a.example/img/"] }, { purged: "prefixes", count: 1 }],
    [{ tags: ["one", "two"] }, { tags: ["one", "two"] }, { purged: "tags", count: 2 }],
  ])("of %j is asked for as Cloudflare knows it", async (params, body, result) => {
    const { send, requests } = cloudflare({ [`POST ${zonePath}/purge_cache`]: success({ id: config.zoneId }) });
    expect(await run("purge_cache", send, params)).toEqual(result);
    expect(requests.map((request) => JSON.parse(String(request.body)))).toEqual([body]);
  });

  it.each([
    [{}, ""],
    [{ everything: false }, "/everything"],
    [{ everything: true, tags: ["a"] }, ""],
    [{ files: [] }, "/files"],
    [{ files: Array.from({ length: 31 }, (_, at) => `https://a.example/${at}`) }, "/files"],
    [{ files: ["ftp://a.example/"] }, "/files/0"],
    [{ files: ["/x"] }, "/files/0"],
    [{ hosts: ["https://a.example"] }, "/hosts/0"],
    [{ hosts: ["A.example\r\n"] }, "/hosts/0"],
    [{ prefixes: ["https://a.example/img"] }, "/prefixes/0"],
    [{ tags: ["two words"] }, "/tags/0"],
    [{ purge_everything: true }, "/purge_everything"],
  ])("of %j is refused at %j", (params, pointer) => {
    const { faults } = {
      faults: undefined,
      ...networkingCloudflare.operations.get("purge_cache")?.judgeParams(params, undefined),
    };
    expect(faults?.map((one) => one.pointer)).toContain(pointer);
  });

  it("of a web service or a domain is one of its host, unless it says otherwise", () => {
    const purge = networkingCloudflare.operations.get("purge_cache");
    const target = { kind: "webServices", host: "shop.example.com" } as const;
    expect(purge?.judgeParams({}, target)).toEqual({ value: { hosts: ["shop.example.com"] } });
    expect(purge?.judgeParams({ tags: ["a"] }, target)).toEqual({ value: { tags: ["a"] } });
    expect(purge?.judgeParams({}, { ...target, host: undefined })).toHaveProperty("faults");
    expect(purge?.targets).toEqual(["webServices", "domains"]);
  });

  it.each([
    ["too many purges", failure(429), true, "asks to wait"],
    ["too many purges, told by a number", failure(400, 1134), true, "asks to wait"],
    ["a token that is none", failure(403, 10000), false, "refused the token (403)"],
    ["a token that is none, as a bad request", failure(400, 6003), false, "refused the token (400)"],
    ["a way that the plan has not", failure(400, 1107), false, "Only a zone of the Enterprise plan"],
    ["no such zone", failure(404, 7003), false, "no such zone"],
    ["an error of its own", failure(500, 1), true, "answered an error (500, 1)"],
    ["an error without a number", { status: 400, body: { success: false, errors: ["?"] } }, false, "(400)"],
    ["a success that says it is none", { ...failure(400, 77), status: 200 }, false, "(200, 77)"],
    ["a page", { status: 200, body: "<html></html>" }, false, "(200)"],
    ["half an answer", { status: 200, body: '{"success":true,"resu' }, false, "(200)"],
    ["an endless answer", { status: 200, body: { success: true, result: "x".repeat(100_000) } }, false, "(200)"],
    ["nothing of an object", { status: 200, body: "null" }, false, "(200)"],
  ] as const)("is told of in words of our own after %s", async (_what, answer, isRetryable, words) => {
    const { send } = cloudflare({ [`POST ${zonePath}/purge_cache`]: answer });
    const error = await fault(run("purge_cache", send, { everything: true }));
    expect(error.message).toContain(words);
    expect(error.isRetryable).toBe(isRetryable);
    expect(error.message).not.toContain(config.apiToken);
  });

  it("waits as long as it is asked to, and otherwise for a request of the slowest plan", async () => {
    const path = `POST ${zonePath}/purge_cache`;
    const asked = cloudflare({ [path]: { ...failure(429), headers: { "retry-after": "33" } } });
    const error = await fault(run("purge_cache", asked.send, { everything: true }));
    expect(error).toBeInstanceOf(AskedToWait);
    expect(error.retryAfterMs).toBe(33_000);
    const silent = await fault(run("purge_cache", cloudflare({ [path]: failure(429) }).send, { everything: true }));
    expect(silent.retryAfterMs).toBe(15_000);
  });

  it("that nobody answered may be tried again, one that went elsewhere not", async () => {
    const failing = (reason: "timed_out" | "redirected") => async (): Promise<OutboundResult> => ({
      kind: "failed",
      reason,
      message: "No.",
      durationMs: 1,
    });
    expect((await fault(run("purge_cache", failing("timed_out"), { everything: true }))).isRetryable).toBe(true);
    expect((await fault(run("purge_cache", failing("redirected"), { everything: true }))).isRetryable).toBe(false);
  });
});

describe("a test", () => {
  it("tells the zone that the token reads", async () => {
    const { send } = cloudflare({ [`GET ${zonePath}`]: success({ name: "example.com", status: "active" }) });
    expect(await run("test", send)).toEqual({ isWorking: true, zone: "example.com" });
    const odd = cloudflare({ [`GET ${zonePath}`]: success({ name: "<b>not a name</b>" }) });
    expect(await run("test", odd.send)).toEqual({ isWorking: true, zone: null });
  });

  it("tells of a token that may purge and not read its zone that it is in force", async () => {
    const verify = "GET /client/v4/user/tokens/verify";
    const zone = failure(403, 9109);
    const working = cloudflare({ [`GET ${zonePath}`]: zone, [verify]: success({ status: "active" }) });
    expect(await run("test", working.send)).toEqual({ isWorking: true, zone: null });
    const refused = cloudflare({ [`GET ${zonePath}`]: zone, [verify]: failure(401, 1000) });
    expect(await fault(run("test", refused.send))).toBeInstanceOf(CredentialsRefused);
    const disabled = cloudflare({ [`GET ${zonePath}`]: zone, [verify]: success({ status: "disabled" }) });
    expect(await fault(run("test", disabled.send))).toBeInstanceOf(CredentialsRefused);
  });

  it("fails where there is no such zone", async () => {
    expect((await fault(run("test", cloudflare({}).send))).message).toBe("Cloudflare knows no such zone.");
  });
});

describe("a configuration", () => {
  it("shows its zone and not its token", () => {
    expect(networkingCloudflare.judgeConfig(config)).toEqual({ value: { zoneId: config.zoneId } });
    expect(networkingCloudflare.secretsOf(config)).toEqual([config.apiToken]);
  });

  it.each([
    [{ apiToken: "short" }, "/apiToken"],
    [{ apiToken: `${config.apiToken}\r\nx: y` }, "/apiToken"],
    [{ zoneId: "../accounts" }, "/zoneId"],
    [{ zoneId: undefined }, "/zoneId"],
    [{ host: "api.evil.example" }, "/host"],
  ])("of %j is refused at %s", (more, pointer) => {
    const { faults } = { faults: undefined, ...networkingCloudflare.judgeConfig({ ...config, ...more }) };
    expect(faults?.map((one) => one.pointer)).toEqual([pointer]);
  });
});
