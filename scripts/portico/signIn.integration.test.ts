import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import PostalMime from "postal-mime";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePorts } from "../lib/freePorts";
import { writeWaitingMail } from "./localMail";
import { operatorOf } from "./operatorCall";
import { readSettings } from "./settings";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";
import type { WrittenMail } from "./localMail";
import type { InstallationSettings } from "./settings";

const redirectUri = "http://localhost:4999/back";

async function installation(): Promise<{ settings: InstallationSettings; port: number }> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), "portico-local-sign-in-"));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const settings = await freeSettings(dataDirectory);
  const [port] = await freePorts();
  return { settings, port };
}

/** Signs in as an application and its user do, by discovery; answers the access token. */
async function signedIn(issuer: string, choice: Readonly<Record<string, string>>): Promise<string> {
  const found = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const { authorization_endpoint: authorize, token_endpoint: token }: Record<string, string> = Object(found);
  const verifier = randomBytes(32).toString("base64url");
  const request = {
    client_id: "an-application",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  };
  expect((await fetch(`${authorize}?${new URLSearchParams(request)}`)).status).toBe(200);
  const chosen = await fetch(authorize ?? "", {
    method: "POST",
    headers: { origin: issuer },
    body: new URLSearchParams({ ...request, ...choice }),
    redirect: "manual",
  });
  const code = new URL(chosen.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const exchanged = await fetch(token ?? "", {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: request.client_id,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }),
  });
  return Object(await exchanged.json()).access_token;
}

async function me(siteUrl: string, token: string): Promise<unknown> {
  return (await fetch(`${siteUrl}/v1/me`, { headers: { authorization: `Bearer ${token}` } })).json();
}

describe("the local sign-in", () => {
  it("lets people be demo users, or owners of what the operator made, in development", async () => {
    const { settings, port: signInPort } = await installation();
    const portico = await startPortico({ ...settings, signInPort }, () => {});
    onTestFinished(() => portico.close());
    expect(portico.signInUrl).toBe(`http://127.0.0.1:${signInPort}`);
    const issuer = portico.signInUrl ?? "";
    expect(await me(portico.siteUrl, await signedIn(issuer, { user: "globex-viewer" }))).toMatchObject({
      organization: { slug: "globex" },
      role: { key: "viewer" },
    });
    const own = { name: "Own", ownerEmail: "ada@own.example" };
    await operatorOf(portico.deployment)("action", "tenancy/operator:createOrganization", own);
    expect(await me(portico.siteUrl, await signedIn(issuer, { email: "Ada@Own.example", name: "Ada" }))).toMatchObject({
      organization: { slug: "own" },
      role: { key: "owner" },
      name: "Ada",
      email: "ada@own.example",
    });
    const page = await fetch(`${portico.siteUrl}/v1/docs`);
    expect(await page.text()).toContain(`data-sign-in="${issuer}"`);
  });

  it("has a page that the links of invitations lead to, which accepts them for whoever has the address", async () => {
    const { settings, port: signInPort } = await installation();
    const portico = await startPortico({ ...settings, signInPort }, () => {});
    onTestFinished(() => portico.close());
    const [acme] = portico.demo?.organizations ?? [];
    const email = "newcomer@invited.example";
    const invited = await fetch(`${portico.siteUrl}/v1/invitations`, {
      method: "POST",
      headers: { authorization: `Bearer ${acme?.users.owner.token}`, "content-type": "application/json" },
      body: JSON.stringify({ email }),
    });
    expect(invited.status).toBe(201);
    const files: string[] = [];
    const call = operatorOf(portico.deployment);
    const onWritten = ({ to, file }: WrittenMail) => void (to === email && files.push(file));
    await writeWaitingMail({ call, dataDirectory: settings.dataDirectory, onWritten });
    const { text = "" } = await PostalMime.parse(await readFile(files[0] ?? "", "utf8"));
    const [, url = "", token = ""] =
      /^(http:\/\/127\.0\.0\.1:\d+\/invitations\/accept)#token=(inv_\w+)$/m.exec(text) ?? [];

    const page = await fetch(url);
    const [, script = ""] = /<script>(.*)<\/script>/s.exec(await page.text()) ?? [];
    const hash = createHash("sha256").update(script).digest("base64");
    expect(page.headers.get("content-security-policy")).toContain(`script-src 'sha256-${hash}';`);
    const send = async (fields: Record<string, string>, origin = new URL(url).origin) => {
      const answer = await fetch(url, { method: "POST", headers: { origin }, body: new URLSearchParams(fields) });
      return answer.text();
    };
    expect(await send({ email, token }, "https://evil.example")).toContain("The form is of another page.");
    const refused = await send({ email: "other@invited.example", token });
    expect(refused).toContain("was not accepted");
    expect(refused, "the form again, with the token that the link brought").toContain(`name="token" value="${token}"`);
    expect(await send({ email, token: "<b>" })).toContain("No invitation waits for this token.");
    expect(await send({ email, token })).toContain(`${email} is a member of `);
    expect(await send({ email, token })).toContain("was not accepted");
    expect(await (await fetch(new URL("/", url))).text()).toContain(`${portico.siteUrl}/v1/docs`);
  });

  it("is in no start but the development's, whatever variables say", async () => {
    const { settings, port } = await installation();
    const variables = { PORTICO_SIGN_IN_PORT: String(port), PORTICO_SIGN_IN_URL: `http://127.0.0.1:${port}` };
    expect(readSettings(variables)).not.toHaveProperty("signInPort");
    expect(readSettings(variables, { watch: true })).toMatchObject({ signInPort: port });
    expect(() => readSettings({ PORTICO_SIGN_IN_PORT: "all" })).toThrow("PORTICO_SIGN_IN_PORT must be a port");

    const portico = await startPortico(settings, () => {}, { passed: variables });
    onTestFinished(() => portico.close());
    expect(portico.signInUrl).toBeUndefined();
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
    for (const base of [portico.siteUrl, portico.cloudUrl])
      for (const route of ["/authorize", "/token", "/.well-known/openid-configuration", "/invitations/accept"])
        expect((await fetch(base + route)).status, route).toBe(404);
    const page = await fetch(`${portico.siteUrl}/v1/docs`);
    expect(await page.text()).not.toMatch(/sign-in/);
    expect(page.headers.get("content-security-policy")).toMatch(/connect-src 'self';/);
  });

  it("whose port is taken ends the start in one line, and leaves no port open", async () => {
    const { settings, port: signInPort } = await installation();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(signInPort, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const starting = startPortico({ ...settings, signInPort }, () => {});
    await expect(starting).rejects.toThrow(`Port ${signInPort} for the local sign-in cannot be had (EADDRINUSE).`);
    await expect(fetch(`http://127.0.0.1:${settings.sitePort}/v1/health`)).rejects.toThrow("fetch failed");
  });
});
