import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Commands } from "../lib/commands.testing";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";
import type { Ended } from "../lib/commands.testing";
import type { InstallationSettings } from "./settings";

const repository = path.join(import.meta.dirname, "../..");
const adminKey = "an-admin-key-of-tests";
const issuer = "https://id.own.example";

let commands: Commands;

beforeAll(() => {
  commands = new Commands();
});
afterAll(() => commands.close());

async function installation(): Promise<InstallationSettings> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), "portico-organization-"));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  return { ...(await freeSettings(dataDirectory)), seed: "none", adminKey };
}

function environmentOf({ dataDirectory, cloudPort, sitePort }: InstallationSettings): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PORTICO_DATA_DIR: dataDirectory,
    PORTICO_PORT: String(cloudPort),
    PORTICO_SITE_PORT: String(sitePort),
  };
}

/** Runs `npm run organization` for an installation. */
async function organization(
  settings: InstallationSettings,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return commands.run("scripts/organization.ts", args, { ...environmentOf(settings), ...environment });
}

/** Runs the line of the README, as it stands there, for an installation. */
async function asReadmeSays(settings: InstallationSettings): Promise<string> {
  const readme = await readFile(path.join(repository, "README.md"), "utf8");
  const line = /^npm run organization .*$/m.exec(readme)?.[0] ?? "";
  const env = environmentOf(settings);
  const { stdout } = await promisify(execFile)("sh", ["-c", line], { cwd: repository, env });
  return stdout;
}

/** Makes a further API key as the refusal of a repeated command says. */
async function furtherKey(settings: InstallationSettings, siteUrl: string, email: string): Promise<string> {
  const { stdout: token } = await commands.run("scripts/token.ts", ["--email", email], environmentOf(settings));
  const made = await fetch(`${siteUrl}/v1/api-keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${token.trim()}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "A further one", scopes: ["organization:read"] }),
  });
  expect(made.status).toBe(201);
  return String(Object(await made.json()).key);
}

/** Does what the command says to paste. */
async function pasted(output: string): Promise<unknown> {
  const lines = Array.from(output.matchAll(/^ {2}(?:export|curl) .*$/gm), ([line]) => line.trim());
  const { stdout } = await promisify(execFile)("sh", ["-c", lines.join("\n").replace("curl", "curl -s")]);
  return JSON.parse(stdout);
}

describe("an organization of one's own", () => {
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let authProviders: string;

  beforeAll(async () => {
    keys = await generateKeyPair("ES256");
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "own", alg: "ES256" }] });
    const uri = `data:application/json;base64,${Buffer.from(jwks).toString("base64")}`;
    authProviders = JSON.stringify([
      { type: "customJwt", issuer, jwks: uri, algorithm: "ES256", applicationID: "own-app" },
    ]);
  });

  const tokenFor = (email: string) =>
    new SignJWT({ email, email_verified: true, name: "Ada Own" })
      .setProtectedHeader({ alg: "ES256", kid: "own", typ: "JWT" })
      .setIssuer(issuer)
      .setAudience("own-app")
      .setSubject("ada")
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(keys.privateKey);

  it("is made before the first start, opens to its key at once and to its owner at the first sign-in", async () => {
    const settings = await installation();
    const made = await asReadmeSays(settings);
    expect(made).toMatch(/^Made acme-works \(\w+\), owned by ada@acme\.example, who takes it with the first sign-in/m);

    const passed = { AUTH_PROVIDERS: authProviders };
    const portico = await startPortico({ ...settings, seed: "demo" }, () => {}, { passed });
    onTestFinished(() => portico.close());
    expect(portico).toMatchObject({ demo: undefined, isEmpty: false });
    expect(await pasted(made)).toMatchObject({ name: "Acme Works", slug: "acme-works", status: "active" });

    // The operator has named an address; that somebody has it is said by nobody yet.
    const key = /sk_live_\w+/.exec(made)?.[0] ?? "";
    const asked = await fetch(`${portico.siteUrl}/v1/users`, { headers: { authorization: `Bearer ${key}` } });
    expect(await asked.json()).toMatchObject({ data: [{ email: "ada@acme.example", emailVerified: false }] });
    const invited = await fetch(`${portico.siteUrl}/v1/invitations`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ email: "ada@acme.example" }),
    });
    expect(await invited.json()).toMatchObject({ status: 409, code: "already_member" });

    const headers = { authorization: `Bearer ${await tokenFor("Ada@Acme.example")}` };
    const me: unknown = await (await fetch(`${portico.siteUrl}/v1/me`, { headers })).json();
    expect(me).toMatchObject({ organization: { slug: "acme-works" }, role: { key: "owner" }, emailVerified: true });
  });

  it("is made while the installation serves, by who has its admin key", async () => {
    const settings = await installation();
    const portico = await startPortico(settings, () => {});
    onTestFinished(() => portico.close());
    expect(portico.isEmpty).toBe(true);
    const args = ["Own", "--owner", "ada@own.example", "--slug", "own"];
    const refused = async (environment: NodeJS.ProcessEnv, changed = args, of = settings) =>
      (await organization(of, changed, environment)).stderr.trim();
    const withKey = { PORTICO_ADMIN_KEY: adminKey };
    expect(await refused({})).toBe(
      `The installation is running at ${portico.cloudUrl}: set PORTICO_ADMIN_KEY for it and for this command, or stop it first.`,
    );
    expect(await refused({ PORTICO_ADMIN_KEY: "another-admin-key-of-tests" })).toMatch(
      /^The running installation refused: .*BadAdminKey/,
    );
    const { dataDirectory } = await installation();
    expect(await refused(withKey, args, { ...settings, dataDirectory })).toMatch(
      /^Port \d+ on 127\.0\.0\.1 is already in use by another process\. Choose another PORTICO_PORT\.$/,
    );
    const made = await organization(settings, args, withKey);
    expect(await pasted(made.stdout)).toMatchObject({ slug: "own" });
    expect(await refused(withKey)).toBe("Another organization has the same slug, or this name in another field.");
    expect(await refused(withKey, ["Else", "--owner", "ada at own"])).toBe("ownerEmail: This is no e-mail address.");
    expect(await refused(withKey, ["", "--owner", "ada@own.example"])).toMatch(/^name: /);
    expect(await refused(withKey, ["Own"])).toMatch(/^Usage: /);
    // Whatever ports the command is told, the data directory says where it is served.
    const again = ["OWN", "--owner", "bob@own.example"];
    const elsewhere = { ...settings, ...(await freeSettings(settings.dataDirectory)) };
    expect(await refused(withKey, again, elsewhere)).toBe(
      "own is there already, owned by ada@own.example: for a further key POST /v1/api-keys with the token of npm run token -- --email ada@own.example; --another makes a second one of that name.",
    );
    const second = await organization(settings, [...again, "--another"], withKey);
    expect(second.stdout).toContain("owned by bob@own.example");

    const key = await furtherKey(settings, portico.siteUrl, "ada@own.example");
    const headers = { authorization: `Bearer ${key}` };
    const own: unknown = await (await fetch(`${portico.siteUrl}/v1/organizations/by-slug/own`, { headers })).json();
    expect(own).toMatchObject({ slug: "own" });
  });
});
