import { readFile } from "node:fs/promises";
import path from "node:path";
import { decodeJwt, importJWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { developmentApplicationId, developmentIssuerUrl } from "../../host/development/issuer";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { callFunction } from "./functionCalls.testing";
import { expectProblem } from "./hostile.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

const wait = { timeout: 240_000, interval: 20 };

let portico: TestPortico;
let owner: string;

beforeAll(async () => {
  portico = await startTestPortico();
  owner = portico.demo.organizations[0]?.users.owner.token ?? "";
});
afterAll(() => portico.close());

async function exchanged(secret: string): Promise<string> {
  const response = await fetch(`${portico.siteUrl}/v1/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: "any", client_secret: secret }),
  });
  const { access_token: token }: { access_token?: string } = Object(await response.json());
  expect(token).toEqual(expect.any(String));
  return token ?? "";
}

/** What REST and the function API answer a token: 200, or the status of the refusal. */
async function statusAtBothDoors(token: string, rest: string, convex: string): Promise<readonly unknown[]> {
  const read = await send(portico, "GET", rest, token);
  const response = await fetch(`${portico.cloudUrl}/api/query`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ path: convex, args: listArguments(convex), format: "json" }),
  });
  const { errorData, status }: { errorData?: { status?: number }; status?: string } = Object(await response.json());
  return [read.status, status === "success" ? 200 : errorData?.status];
}

function listArguments(convex: string): object {
  return convex.endsWith(":list") ? { paginationOpts: { numItems: 1, cursor: null } } : {};
}

describe("a token that was exchanged from an API key", () => {
  const statuses = (token: string) => statusAtBothDoors(token, "/v1/items", "workspace/items:list");
  const newKey = async () => {
    const body = { name: "Exchanged", scopes: ["item:read"] };
    const created = await send(portico, "POST", "/v1/api-keys", owner, body);
    return { address: `/v1/api-keys/${String(created.body["id"])}`, secret: String(created.body["key"]) };
  };
  const rotated = async (address: string, graceSeconds: number) => {
    const answer = await send(portico, "POST", `${address}/rotate`, owner, { graceSeconds });
    return String(answer.body["key"]);
  };

  it("ends with the secret when that is replaced", async () => {
    const { address, secret } = await newKey();
    const before = await exchanged(secret);
    expect(await statuses(before)).toEqual([200, 200]);
    const next = await rotated(address, 0);
    expect(await statuses(before)).toEqual([401, 401]);
    expectProblem(await send(portico, "GET", "/v1/items", before), 401, "unauthenticated");
    expect(await statuses(await exchanged(next))).toEqual([200, 200]);
  });

  it("lives through the grace time of its secret, and not beyond", async () => {
    const { address, secret } = await newKey();
    const before = await exchanged(secret);
    const next = await rotated(address, 3600);
    const within = await exchanged(secret);
    const after = await exchanged(next);
    for (const token of [before, within, after]) expect(await statuses(token)).toEqual([200, 200]);
    // The next rotation has one former secret, and that is not the first.
    await rotated(address, 3600);
    for (const token of [before, within]) expect(await statuses(token)).toEqual([401, 401]);
    expect(await statuses(after)).toEqual([200, 200]);
    await send(portico, "POST", `${address}/revoke`, owner, {});
    expect(await statuses(after)).toEqual([401, 401]);
  });

  it("says nothing of the secret but which of two it was", async () => {
    const { secret } = await newKey();
    const claims = Buffer.from((await exchanged(secret)).split(".")[1] ?? "", "base64url").toString();
    expect(JSON.parse(claims)).toMatchObject({ key_trace: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(claims).not.toContain(secret.slice("sk_live_".length, 16));
  });
});

it("a device's token ends with the key that is replaced", async () => {
  const device = { guid: "token-lives-device", hostname: "h", platform: "linux", version: "1" };
  const enrolment = portico.demo.organizations[0]?.enrollmentToken;
  const enrolled = await send(portico, "POST", "/v1/agents/enroll", enrolment, device);
  const token = await exchanged(String(enrolled.body["key"]));
  const statuses = () => statusAtBothDoors(token, "/v1/agents/self", "sites/agents:getSelf");
  expect(await statuses()).toEqual([200, 200]);
  await send(portico, "POST", `/v1/agents/${String(enrolled.body["id"])}/rotate-key`, owner, {});
  expect(await statuses()).toEqual([401, 401]);
});

describe("a person", () => {
  /** A token of the development issuer with claims that its own minting does not allow. */
  const signed = async (claims: Readonly<Record<string, unknown>>) => {
    const text = await readFile(path.join(portico.dataDirectory, "development-issuer.json"), "utf8");
    const { kid = "" }: Record<string, string> = JSON.parse(text);
    return new SignJWT({ iss: developmentIssuerUrl, aud: developmentApplicationId, name: "One", ...claims })
      .setProtectedHeader({ alg: "ES256", kid })
      .setExpirationTime("1h")
      .sign(await importJWK(JSON.parse(text), "ES256"));
  };

  it("is one user under every spelling of the issuer", async () => {
    const ids = new Set<unknown>();
    for (const iss of ["/", "", "//"].map((end) => developmentIssuerUrl + end)) {
      const token = await signed({ iss, sub: "one|person", email: "one@person.example", email_verified: true });
      const read = await send(portico, "GET", "/v1/me", token);
      expect(read.status, read.text).toBe(200);
      expect((await send(portico, "POST", "/v1/me/sync", token, {})).status).toBe(200);
      expect(await statusAtBothDoors(token, "/v1/me", "tenancy/me:get")).toEqual([200, 200]);
      ids.add(read.body["id"]);
    }
    expect(ids.size).toBe(1);
  });

  it("has a subject", async () => {
    const token = await signed({ sub: "" });
    expectProblem(await send(portico, "GET", "/v1/me", token), 401, "unauthenticated");
    expect(await statusAtBothDoors(token, "/v1/me", "tenancy/me:get")).toEqual([401, 401]);
  });
});

it("left no unexpected failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});

describe("a token by which somebody acts in a person's name (RFC 8693)", () => {
  const tokenWith = (role: "admin" | "member", claims: object) => {
    const [acme] = portico.demo.organizations;
    const { sub = "", email = "" } = decodeJwt<{ email?: string }>(acme?.users[role].token ?? "");
    const person = { sub, email, email_verified: true, name: "Acted for", org_id: acme?.id ?? "" };
    return portico.issuer.mintUserToken({ ...person, ...claims }, 3600);
  };
  const rowsOf = async (query: string) => {
    const { body } = await send(portico, "GET", `/v1/audit-logs?${query}&limit=100`, owner);
    const { data = [] }: { data?: readonly Readonly<Record<string, unknown>>[] } = Object(body);
    return data;
  };

  it.each([
    ["as an object", { act: { sub: "support-7" } }, "support-7"],
    ["as a chain, whose first acts now", { act: { sub: "support-7", act: { sub: "desk" } } }, "support-7"],
    ["with a dot in its name", { "act.sub": "support-7" }, "support-7"],
    ["without a subject", { act: { iss: "https://identity.example" } }, "unknown"],
    ["that is no object", { act: "support-7" }, "unknown"],
    ["that is null, or absent", { act: null }, undefined],
  ])("is told apart in the audit trail at both doors: act %s", async (_title, claims, expected) => {
    const token = await tokenWith("admin", claims);
    const made = await send(portico, "POST", "/v1/items", token, { name: "Acted" });
    expect(made.status, made.text).toBe(201);
    const called = await callFunction(portico, "mutation", "workspace/items:create", { name: "Acted" }, token);
    for (const id of [made.body["id"], Object(called.value).id])
      expect((await rowsOf(`tableName=items&recordId=${String(id)}`)).map((row) => row["impersonatedBy"])).toEqual([
        expected,
      ]);
  });

  it("is named where it was refused, and where it read what is audited", async () => {
    const actor = `support-${Date.now()}`;
    const [member, admin] = await Promise.all(
      (["member", "admin"] as const).map((role) => tokenWith(role, { act: { sub: actor }, name: `By ${actor}` })),
    );
    expect((await send(portico, "POST", "/v1/roles", member ?? "", { name: "None" })).status).toBe(403);
    expect((await send(portico, "GET", "/v1/audit-logs?limit=1", admin ?? "")).status).toBe(200);
    const isOurs = (row: Readonly<Record<string, unknown>>) => row["impersonatedBy"] === actor;
    for (const action of ["rbac.deny", "audit.read"])
      await expect.poll(async () => (await rowsOf(`action=${action}`)).filter(isOurs).length, wait).toBe(1);
  });
});
