import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { callFunction, functionTokenFor } from "./functionCalls.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

const wait = { timeout: 240_000, interval: 20 };

let portico: TestPortico;
let owner: string;
let apiKey: string;

beforeAll(async () => {
  portico = await startTestPortico();
  const [acme] = portico.demo.organizations;
  owner = acme?.users.owner.token ?? "";
  apiKey = acme?.apiKey ?? "";
});
afterAll(() => portico.close());

function revoke(form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
  const body = new URLSearchParams(form).toString();
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return send(portico, "POST", "/v1/oauth/revoke", undefined, body, { ...type, ...headers });
}

const listItems = (token: string) =>
  callFunction(portico, "query", "workspace/items:list", { paginationOpts: { numItems: 1, cursor: null } }, token);

it("a revoked token is refused at every door, and no other is", async () => {
  const [token, other] = [await functionTokenFor(portico, apiKey), await functionTokenFor(portico, apiKey)];
  const client = new ConvexClient(portico.cloudUrl, { unsavedChangesWarning: false });
  client.setAuth(async () => token);
  const errors: unknown[] = [];
  const results: unknown[] = [];
  const query = anyApi["workspace"]?.["items"]?.["list"];
  if (query === undefined) throw new Error("Every name leads to a reference.");
  const page = { paginationOpts: { numItems: 1, cursor: null } };
  const end = client.onUpdate(
    Object(query),
    page,
    (result) => results.push(result),
    (error) => errors.push(error),
  );
  try {
    await vi.waitFor(() => expect(results).not.toEqual([]), wait);
    expect((await send(portico, "GET", "/v1/items", token)).status).toBe(200);
    const basic = `Basic ${Buffer.from(`any:${apiKey}`).toString("base64")}`;
    const revoked = await revoke({ token, token_type_hint: "access_token" }, { authorization: basic });
    expect([revoked.status, revoked.text]).toEqual([200, ""]);
    const refused = await send(portico, "GET", "/v1/items", token);
    expect([refused.status, refused.body["detail"]]).toEqual([401, "The token was revoked."]);
    expect((await listItems(token)).errorData).toMatchObject({ code: "unauthenticated" });
    await vi.waitFor(() => expect(errors).not.toEqual([]), wait);
    expect((await send(portico, "GET", "/v1/items", other)).status).toBe(200);
    expect((await listItems(other)).status).toBe("success");
  } finally {
    end();
    await client.close();
  }
  const { body } = await send(portico, "GET", "/v1/audit-logs?action=credential.revokeToken", owner);
  expect(body["data"]).toHaveLength(1);
});

it("whatever else is named is answered alike, and nothing follows from it", async () => {
  const created = await send(portico, "POST", "/v1/api-keys", owner, { name: "Other", scopes: ["item:read"] });
  const theirs = await functionTokenFor(portico, String(created.body["key"]));
  for (const token of [theirs, "no token", "a.b.c", owner, `${theirs}x`]) {
    const answer = await revoke({ token, client_secret: apiKey });
    expect([answer.status, answer.text]).toEqual([200, ""]);
  }
  expect((await send(portico, "GET", "/v1/items", theirs)).status).toBe(200);
  expect((await send(portico, "GET", "/v1/me", owner)).status).toBe(200);
});

it("refusals are OAuth's own", async () => {
  const token = await functionTokenFor(portico, apiKey);
  const answers = await Promise.all([
    revoke({ client_secret: apiKey }),
    revoke({ token }),
    revoke({ token, client_secret: "sk_live_nobody" }),
    revoke({ token: apiKey, client_secret: apiKey }),
  ]);
  expect(answers.map(({ status, body }) => [status, body["error"]])).toEqual([
    [400, "invalid_request"],
    [401, "invalid_client"],
    [401, "invalid_client"],
    [400, "unsupported_token_type"],
  ]);
  expect((await send(portico, "GET", "/v1/items", token)).status).toBe(200);
});

it("a scope narrows what a token may do", async () => {
  const ask = async (scope: string) => {
    const form = { grant_type: "client_credentials", client_secret: apiKey, scope };
    const answer = await fetch(`${portico.siteUrl}/v1/oauth/token`, {
      method: "POST",
      body: new URLSearchParams(form),
    });
    const { access_token: token }: { access_token?: string } = Object(await answer.json());
    return token;
  };
  const create = async (scope: string) =>
    (await send(portico, "POST", "/v1/items", await ask(scope), { name: "Narrowed" })).status;
  expect([await create("item:read item:create"), await create("item:read")]).toEqual([201, 403]);
});

it("the metadata name the endpoint, and a refusal names the metadata", async () => {
  const metadata = await send(portico, "GET", "/.well-known/oauth-authorization-server", undefined);
  expect(metadata.body["revocation_endpoint"]).toBe(`${portico.siteUrl}/v1/oauth/revoke`);
  const refused = await send(portico, "GET", "/v1/items", undefined);
  const named = /resource_metadata="([^"]+)"/.exec(refused.headers.get("www-authenticate") ?? "")?.[1] ?? "";
  const resource = await send(portico, "GET", new URL(named).pathname, undefined);
  expect(resource.body["resource"]).toBe(portico.siteUrl);
});
