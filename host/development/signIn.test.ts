import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { TokenVerifier } from "../auth/tokenVerifier";
import { developmentIssuerUrl, openDevelopmentIssuer } from "./issuer";
import { startSignIn } from "./signIn";
import type { DevelopmentIssuer } from "./issuer";
import type { RunningSignIn } from "./signIn";

const ada = {
  sub: "acme-owner",
  email: "owner@acme.example",
  email_verified: true,
  name: "Ada <Owner>",
  org_id: "org1",
};
const redirectUri = "http://127.0.0.1:3211/v1/docs/oauth2-redirect.html";
const verifier = randomBytes(32).toString("base64url");
const discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
});
const tokens = z.object({ access_token: z.string(), id_token: z.string(), token_type: z.literal("Bearer") });

let directory: string;
let issuer: DevelopmentIssuer;
let signIn: RunningSignIn;
let nowMs = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "portico-sign-in-"));
  issuer = await openDevelopmentIssuer(directory);
  signIn = await startSignIn({ issuer, port: 0, users: [ada], now: () => nowMs });
});

afterAll(async () => {
  await signIn.close();
  await rm(directory, { recursive: true });
});

const authorization = {
  client_id: "an-application",
  redirect_uri: redirectUri,
  response_type: "code",
  scope: "openid",
  state: "s t&a=te",
  nonce: "n-1",
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
};
type Changes = Readonly<Record<string, string | undefined>>;

function changed(parameters: Changes, changes: Changes): URLSearchParams {
  const entries = Object.entries({ ...parameters, ...changes });
  return new URLSearchParams(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function authorize(changes: Changes = {}): Promise<Response> {
  return fetch(`${signIn.url}/authorize?${changed(authorization, changes)}`, { redirect: "manual" });
}

/** Presses a button of the page. */
function choose(choice: Changes, { origin = signIn.url, changes = {} }: { origin?: string; changes?: Changes } = {}) {
  return fetch(`${signIn.url}/authorize`, {
    method: "POST",
    headers: { origin },
    body: changed({ ...authorization, ...choice }, changes),
    redirect: "manual",
  });
}

function locationOf(response: Response): URL {
  expect(response.status).toBe(303);
  return new URL(response.headers.get("location") ?? "");
}

async function codeFor(choice: Changes): Promise<string> {
  return locationOf(await choose(choice)).searchParams.get("code") ?? "";
}

function exchange(code: string, changes: Changes = {}): Promise<Response> {
  const form = { grant_type: "authorization_code", code, client_id: "an-application", redirect_uri: redirectUri };
  return fetch(`${signIn.url}/token`, { method: "POST", body: changed({ ...form, code_verifier: verifier }, changes) });
}

describe("the local sign-in", () => {
  it("is discovered, asks who one is, and gives a token that the API takes and one that the application can check", async () => {
    const found = discovery.parse(await (await fetch(`${signIn.url}/.well-known/openid-configuration`)).json());
    expect(found).toMatchObject({ issuer: signIn.url, authorization_endpoint: `${signIn.url}/authorize` });
    const page = await authorize();
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain("Ada &lt;Owner&gt;");
    expect(html).toContain('name="state" value="s t&amp;a=te"');
    expect(html).not.toMatch(/<script|\son\w+=/);

    const back = locationOf(await choose({ user: "acme-owner" }));
    expect(`${back.origin}${back.pathname}`).toBe(redirectUri);
    expect(back.searchParams.get("state")).toBe(authorization.state);
    expect(back.searchParams.get("iss")).toBe(signIn.url);
    const answer = await exchange(back.searchParams.get("code") ?? "");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const given = tokens.parse(await answer.json());

    const api = new TokenVerifier({ providers: () => [issuer.provider] });
    expect(await api.verify(given.access_token)).toMatchObject({
      issuer: developmentIssuerUrl,
      subject: "acme-owner",
      email: "owner@acme.example",
      org_id: "org1",
    });
    await expect(api.verify(given.id_token)).rejects.toThrow(/provider/i);
    const { payload } = await jwtVerify(given.id_token, createRemoteJWKSet(new URL(found.jwks_uri)), {
      issuer: signIn.url,
      audience: "an-application",
    });
    expect(payload).toMatchObject({ sub: "acme-owner", nonce: "n-1", name: "Ada <Owner>" });
    await expect(
      jwtVerify(given.access_token, createLocalJWKSet({ keys: [...issuer.keySet.keys] })),
    ).resolves.toBeDefined();
  });

  it("lets anybody be who they say, with an address that counts as verified", async () => {
    const { access_token: token } = tokens.parse(
      await (await exchange(await codeFor({ email: " New@Own.example", name: "New" }))).json(),
    );
    const api = new TokenVerifier({ providers: () => [issuer.provider] });
    expect(await api.verify(token)).toMatchObject({
      subject: "new@own.example",
      email: "new@own.example",
      email_verified: true,
      name: "New",
    });
    const known = tokens.parse(await (await exchange(await codeFor({ email: "owner@acme.example" }))).json());
    expect(await api.verify(known.access_token)).toMatchObject({ subject: "acme-owner" });
  });

  it.each([
    ["another machine", "https://evil.example/"],
    ["a name that only begins as this machine's", "http://127.0.0.1.evil.example/"],
    ["a program", "javascript:alert(1)"],
    ["nothing", undefined],
  ])("never leads to %s", async (_what, target) => {
    for (const response of [
      await authorize({ redirect_uri: target }),
      await choose({ user: "acme-owner" }, { changes: { redirect_uri: target } }),
    ]) {
      expect(response.status).toBe(400);
      expect(response.headers.get("location")).toBeNull();
    }
  });

  it.each([
    ["no client", { client_id: undefined }, "invalid_request"],
    ["a token at once", { response_type: "token" }, "unsupported_response_type"],
    ["no PKCE", { code_challenge: undefined }, "invalid_request"],
    ["PKCE in the clear", { code_challenge_method: "plain" }, "invalid_request"],
    ["no page", { prompt: "none" }, "login_required"],
  ])("sends back who asks for %s, and gives no code", async (_what, changes, error) => {
    const back = locationOf(await authorize(changes));
    expect(back.searchParams.get("error")).toBe(error);
    expect(back.searchParams.get("state")).toBe(authorization.state);
    expect((await choose({ user: "acme-owner" }, { changes })).status).toBe(400);
  });

  it("takes a choice from its own page only, and only of somebody", async () => {
    expect((await choose({ user: "acme-owner" }, { origin: "https://evil.example" })).status).toBe(403);
    expect((await choose({ user: "acme-owner" }, { origin: "null" })).status).toBe(403);
    for (const choice of [{ user: "nobody" }, { email: "no address" }, {}])
      expect((await choose(choice)).status).toBe(400);
  });

  it("answers to this machine's names only", async () => {
    const status = await new Promise((resolve) => {
      const headers = { host: "rebound.example" };
      request(`${signIn.url}/authorize?${changed(authorization, {})}`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });

  it.each([
    ["another verifier", { code_verifier: randomBytes(32).toString("base64url") }, "invalid_grant"],
    ["no verifier", { code_verifier: undefined }, "invalid_grant"],
    ["another client", { client_id: "another" }, "invalid_grant"],
    ["another redirect_uri", { redirect_uri: "http://127.0.0.1:1/" }, "invalid_grant"],
    ["another grant type", { grant_type: "password" }, "unsupported_grant_type"],
  ])("exchanges no code for %s", async (_what, changes, error) => {
    const response = await exchange(await codeFor({ user: "acme-owner" }), changes);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error });
  });

  it("exchanges a code once, within a minute, and none that was pushed out by a hundred newer ones", async () => {
    const once = await codeFor({ user: "acme-owner" });
    expect((await exchange(once)).status).toBe(200);
    expect((await exchange(once)).status).toBe(400);
    const late = await codeFor({ user: "acme-owner" });
    nowMs += 60_000;
    expect((await exchange(late)).status).toBe(400);
    const first = await codeFor({ user: "acme-owner" });
    for (let count = 0; count < 100; count++) await codeFor({ user: "acme-owner" });
    expect((await exchange(first)).status).toBe(400);
    const body = "x".repeat(20_000);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await fetch(`${signIn.url}/token`, { method: "POST", headers, body })).status).toBe(400);
    expect((await fetch(`${signIn.url}/nothing`)).status).toBe(404);
  });

  it("says in one line that its port is taken", async () => {
    const port = Number(new URL(signIn.url).port);
    await expect(startSignIn({ issuer, port, users: [] })).rejects.toThrow(
      `Port ${port} for the local sign-in cannot be had (EADDRINUSE).`,
    );
  });
});
