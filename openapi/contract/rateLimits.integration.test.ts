import { Portico } from "../../sdk/src/index";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { callFunction, functionTokenFor } from "./functionCalls.testing";
import type { Answer } from "./client.testing";
import type { DemoOrganization } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let nextAddress = 1;
let portico: TestPortico;
let acme: DemoOrganization;

const limits = {
  user: 100_000,
  userCeiling: 100_000,
  apiKey: 40,
  apiKeyCeiling: 80,
  agent: 12,
  public: 9,
  link: 6,
  token: 5,
  webhook: 7,
  createOrganization: 3,
  createInvitation: 4,
};

beforeAll(async () => {
  const text = Object.entries(limits).map(([name, limit]) => `${name}=${limit}`);
  portico = await startTestPortico({ RATE_LIMITS: text.join(","), PORTICO_TRUST_PROXY: "127.0.0.1" });
  const [first] = portico.demo.organizations;
  if (!first) throw new Error("The demo data has an organization.");
  acme = first;
});
afterAll(() => portico.close());

const owner = () => acme.users.owner.token;

async function newKey(body: object = {}): Promise<{ readonly id: string; readonly key: string }> {
  const created = await send(portico, "POST", "/v1/api-keys", owner(), {
    name: "Limited",
    scopes: ["item:read", "item:create", "member:invite"],
    ...body,
  });
  expect(created.status, created.text).toBe(201);
  return { id: String(created.body["id"]), key: String(created.body["key"]) };
}

/** Sends the same request until it is refused, which it is soon: buckets fill while tests run. */
async function untilRefused(sendOne: () => Promise<Answer>, atMost: number): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < atMost) {
    const answer = await sendOne();
    answers.push(answer);
    if (answer.status === 429) return answers;
  }
  return answers;
}

function expectLimited(answer: Answer | undefined, policy: string): void {
  expect(answer?.status, answer?.text).toBe(429);
  expect(answer?.body).toMatchObject({
    type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
    code: "rate_limited",
    status: 429,
    "violated-policies": [policy],
  });
  const retryAfter = Number(answer?.headers.get("retry-after"));
  expect(retryAfter).toBeGreaterThanOrEqual(1);
  expect(answer?.body["retryAfterSeconds"]).toBe(retryAfter);
}

describe("an API key", () => {
  it("is told its quota with every answer, and refused beyond it", async () => {
    const { key } = await newKey();
    const answers = await untilRefused(() => send(portico, "GET", "/v1/items", key), 60);
    expect(answers.length).toBeGreaterThan(limits.apiKey);
    expect(answers[0]?.headers.get("ratelimit-policy")).toBe('"apiKey";q=40;w=60');
    expect(answers[0]?.headers.get("ratelimit")).toMatch(/^"apiKey";r=39;t=\d+$/);
    expectLimited(answers.at(-1), "apiKey");
    expect(answers.at(-1)?.headers.get("ratelimit")).toMatch(/^"apiKey";r=0;t=[1-9]\d*$/);
    // Refused requests are counted like others; the bucket is one's own.
    const other = await newKey();
    expect((await send(portico, "GET", "/v1/items/none", other.key)).headers.get("ratelimit")).toMatch(/r=39/);
  });

  it("is counted as one under both secrets of a rotation", async () => {
    const { id, key } = await newKey({ requestsPerMinute: 6 });
    const rotated = await send(portico, "POST", `/v1/api-keys/${id}/rotate`, owner(), { graceSeconds: 600 });
    await untilRefused(() => send(portico, "GET", "/v1/items", key), 20);
    expectLimited(await send(portico, "GET", "/v1/items", String(rotated.body["key"])), "apiKey");
  });

  it("has a limit of its own, up to its organization's", async () => {
    const { id, key } = await newKey({ requestsPerMinute: 7 });
    expect((await send(portico, "GET", "/v1/items", key)).headers.get("ratelimit-policy")).toBe('"apiKey";q=7;w=60');
    for (const [method, path] of [
      ["POST", "/v1/api-keys"],
      ["PATCH", `/v1/api-keys/${id}`],
    ] as const) {
      const body = { name: "Much", requestsPerMinute: 81, ...(method === "POST" ? { scopes: ["item:read"] } : {}) };
      const refused = await send(portico, method, path, owner(), body);
      expect(refused.status, refused.text).toBe(400);
      expect(refused.body["errors"]).toEqual([
        { pointer: "/requestsPerMinute", code: "too_big", message: expect.stringContaining("at most") },
      ]);
    }
  });

  it("gets what its organization raises, up to the deployment's ceiling", async () => {
    const path = `/v1/organizations/${acme.id}`;
    const refused = await send(portico, "PATCH", path, owner(), { settings: { apiKeyRequestsPerMinute: 81 } });
    expect(refused.body["errors"]).toEqual([
      { pointer: "/settings/apiKeyRequestsPerMinute", code: "too_big", message: "This deployment allows 80 at most." },
    ]);
    const raised = await send(portico, "PATCH", path, owner(), { settings: { apiKeyRequestsPerMinute: 80 } });
    expect(raised.status, raised.text).toBe(200);
    const { key } = await newKey();
    expect((await send(portico, "GET", "/v1/items", key)).headers.get("ratelimit-policy")).toBe('"apiKey";q=80;w=60');
    const answers = await untilRefused(() => send(portico, "GET", "/v1/items", key), 110);
    // With the request above 80 were let in, and more where the bucket filled meanwhile.
    expect(answers.length).toBeGreaterThanOrEqual(80);
  });

  it("is counted at the function API as well, where something is written", async () => {
    const { key } = await newKey({ requestsPerMinute: 3 });
    const token = await functionTokenFor(portico, key);
    const create = () => callFunction(portico, "mutation", "workspace/items:create", { name: "Counted" }, token);
    const answers = [await create(), await create(), await create(), await create()];
    expect(answers.map(({ status }) => status)).toEqual(["success", "success", "success", "error"]);
    expect(answers.at(-1)?.errorData).toMatchObject({ code: "rate_limited", "violated-policies": ["apiKey"] });
    expectLimited(await send(portico, "GET", "/v1/items", key), "apiKey");
  });
});

it("the SDK waits as long as it is told, and goes on", async () => {
  const { key } = await newKey({ requestsPerMinute: 60 });
  const client = new Portico({ baseUrl: portico.siteUrl, apiKey: key });
  const pages = await Promise.all(Array.from({ length: 62 }, () => client.items.list({ limit: 1 })));
  expect(pages).toHaveLength(62);
});

it("a device agent is counted by itself", async () => {
  const [agent] = acme.agents;
  const answers = await untilRefused(() => send(portico, "GET", "/v1/agents/self", agent?.key), 40);
  expect(answers[0]?.headers.get("ratelimit-policy")).toBe('"agent";q=12;w=60');
  expectLimited(answers.at(-1), "agent");
});

it("whom nobody knows, their address stands for; known callers behind it go on", async () => {
  const { key } = await newKey();
  const answers = await untilRefused(() => send(portico, "GET", "/v1/items", "sk_live_nobody"), 40);
  expect(answers[0]?.status).toBe(401);
  expectLimited(answers.at(-1), "public");
  expectLimited(await send(portico, "GET", "/v1/openapi.json", undefined), "public");
  expect((await send(portico, "GET", "/v1/items", key)).status).toBe(200);
  // Probes are not counted.
  for (const path of ["/livez", "/readyz", "/v1/health"]) {
    const answer = await send(portico, "GET", path, undefined);
    expect([answer.status, answer.headers.get("ratelimit")], path).toEqual([200, null]);
  }
});

it("who sends messages as a provider is counted before they are read, apart from other providers and from strangers", async () => {
  const sendAs = (provider: string) => send(portico, "POST", `/v1/webhooks/${provider}`, undefined, "no JSON");
  const answers = await untilRefused(() => sendAs("clerk"), 40);
  expect(answers.length).toBeGreaterThan(limits.webhook);
  expect(answers[0]?.status).toBe(503);
  expect(answers[0]?.headers.get("ratelimit-policy")).toBe('"webhook";q=7;w=60');
  expectLimited(answers.at(-1), "webhook");
  expect((await sendAs("resend")).status).toBe(503);
});

it.each([
  ["GET", "/v1/file-content?link=x", 403, "link"],
  ["GET", "/v1/email/unsubscribe?token=x", 404, "link"],
  ["POST", "/v1/email/unsubscribe?token=x", 400, "link"],
  ["GET", "/v1/no-such-path", 404, "public"],
  ["PUT", "/v1/items", 405, "public"],
] as const)("%s %s is counted by address, whoever asks", async (method, path, status, policy) => {
  // An address of its own each, as a proxy of this machine may name it, so that no test has used it up.
  const sender = { "x-forwarded-for": `203.0.113.${String(nextAddress++)}` };
  const answers = await untilRefused(() => send(portico, method, path, undefined, undefined, sender), 30);
  expect([answers[0]?.status, answers[0]?.headers.get("ratelimit-policy")]).toEqual([
    status,
    `"${policy}";q=${limits[policy]};w=60`,
  ]);
  expect(answers.length).toBeGreaterThan(limits[policy]);
  expectLimited(answers.at(-1), policy);
});

it("a client of the token endpoint is counted there", async () => {
  const { key } = await newKey();
  const ask = () =>
    send(
      portico,
      "POST",
      "/v1/oauth/token",
      undefined,
      new URLSearchParams({ grant_type: "client_credentials", client_secret: key }).toString(),
      { "content-type": "application/x-www-form-urlencoded" },
    );
  const answers = await untilRefused(ask, 20);
  expect(answers.length).toBeGreaterThan(limits.token);
  const last = answers.at(-1);
  expect(last?.body).toEqual({ error: "rate_limited", error_description: expect.stringContaining("Too many") });
  expect(Number(last?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
});

it("organizations of a person and invitations of an organization are few in an hour, at both doors", async () => {
  const person = acme.users.viewer.token;
  const found = (name: string) => send(portico, "POST", "/v1/organizations", person, { name });
  // What is refused or tried has made nothing.
  expect((await found("")).status).toBe(400);
  const tried = await send(
    portico,
    "POST",
    "/v1/organizations",
    person,
    { name: "Tried" },
    { "portico-dry-run": "true" },
  );
  expect(tried.status).toBe(201);
  for (const name of ["One", "Two", "Three"]) expect((await found(name)).status).toBe(201);
  expectLimited(await found("Four"), "createOrganization");
  const called = await callFunction(portico, "mutation", "tenancy/organizations:create", { name: "Four" }, person);
  expect(called.errorData).toMatchObject({ code: "rate_limited" });
  const invite = (token: string, name: string) =>
    send(portico, "POST", "/v1/invitations", token, { email: `${name}@limits.example` });
  for (const name of ["a", "b", "c"]) expect((await invite(owner(), name)).status).toBe(201);
  expect((await invite(acme.users.admin.token, "d")).status).toBe(201);
  expectLimited(await invite(owner(), "e"), "createInvitation");
});

it("buckets outlast a restart of the functions", async () => {
  const { key } = await newKey({ requestsPerMinute: 1 });
  // A restart that takes a minute, as on a busy machine, outlasts the bucket, and is tried again.
  for (;;) {
    const startedAtMs = performance.now();
    await untilRefused(() => send(portico, "GET", "/v1/items", key), 20);
    await portico.deployment.reload();
    const answer = await send(portico, "GET", "/v1/items", key);
    if (performance.now() - startedAtMs < 60_000) {
      expectLimited(answer, "apiKey");
      return;
    }
  }
});
