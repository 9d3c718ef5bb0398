import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import { expect } from "vitest";
import { developmentApplicationId, developmentIssuerUrl } from "../../host/development/issuer";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import type { Answer } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** A started product with an item in each of its organizations. */
export interface HostileWorld {
  readonly portico: TestPortico;
  /** Token of the owner of the first organization, who owns `itemId`. */
  readonly owner: string;
  readonly foreignOwner: string;
  readonly foreignSlug: string;
  readonly itemId: string;
  readonly foreignItemId: string;
}

export async function openHostileWorld(): Promise<HostileWorld> {
  const portico = await startTestPortico();
  const [acme, globex] = portico.demo.organizations;
  if (!acme || !globex) throw new Error("The demo data has two organizations.");
  const [owner, foreignOwner] = [acme.users.owner.token, globex.users.owner.token];
  const idOf = async (token: string, name: string) =>
    String((await send(portico, "POST", "/v1/items", token, { name })).body["id"]);
  return {
    portico,
    owner,
    foreignOwner,
    foreignSlug: globex.slug,
    itemId: await idOf(owner, "Mine"),
    foreignItemId: await idOf(foreignOwner, "Theirs"),
  };
}

/** A short name for a test beside the long text that it sends. */
export function titled(text: string): [title: string, text: string] {
  return [text.length > 40 ? `${text.slice(0, 40)}…` : text, text];
}

/** What no answer may show: stack frames, file names, the runtime's own errors. */
export const internals =
  /\n\s+at |\.(?:ts|mjs|js):\d|node_modules|file:\/\/|\b(?:Syntax|Type|Range|Reference)Error\b|ArgumentValidation|Uncaught|libsql|SQLITE/;

/** Expects RFC 9457 problem details of one code, with the request's id and nothing of the inside. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body["code"]], answer.text.slice(0, 500)).toEqual([status, code]);
  expectWellFormedProblem(answer);
}

/** Expects any problem of the client's making. */
export function expectWellFormedProblem(answer: Answer): void {
  expect(answer.headers.get("content-type"), answer.text.slice(0, 500)).toBe("application/problem+json");
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.body).toMatchObject({
    status: answer.status,
    title: expect.any(String),
    detail: expect.any(String),
    type: expect.stringMatching(/\/problems\/[a-z_]+$/),
  });
  expect(answer.body["requestId"]).toBe(answer.headers.get("x-request-id"));
  expect(answer.text).not.toMatch(internals);
  expect(answer.text.length).toBeLessThan(50_000);
}

interface TokenParts {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Tokens of the development issuer's owner of an organization, each wrong in one way. */
export async function forgedTokens(portico: TestPortico): Promise<Readonly<Record<string, string>>> {
  const [acme] = portico.demo.organizations;
  const [subject, organizationId] = [`${acme?.slug}-owner`, acme?.id];
  const keyText = await readFile(path.join(portico.dataDirectory, "development-issuer.json"), "utf8");
  const { d: _private, ...publicKey }: Record<string, string> = JSON.parse(keyText);
  const key = await importJWK(JSON.parse(keyText), "ES256");
  const stranger = await generateKeyPair("ES256", { extractable: true });
  const strangerKey = await exportJWK(stranger.publicKey);
  const nowS = Math.floor(Date.now() / 1000);
  const good = {
    iss: developmentIssuerUrl,
    aud: developmentApplicationId,
    sub: subject,
    org_id: organizationId,
    iat: nowS,
    exp: nowS + 3600,
  };
  const kid = publicKey["kid"] ?? "";
  const sign = ({ header, claims }: TokenParts, signingKey: CryptoKey | Uint8Array = key, alg = "ES256") =>
    new SignJWT({ ...good, ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(signingKey);
  const valid = await sign({});
  const [head = "", payload = "", signature = ""] = valid.split(".");
  const publicPem = Buffer.from(
    createPublicKey({ key: publicKey, format: "jwk" }).export({ type: "spki", format: "pem" }),
  );
  const publicText = new TextEncoder().encode(JSON.stringify(publicKey));
  return {
    expired: await sign({ claims: { iat: nowS - 7200, exp: nowS - 60 } }),
    "not valid yet": await sign({ claims: { nbf: nowS + 600 } }),
    "issued in the future": await sign({ claims: { iat: nowS + 600 } }),
    "without an expiry": await sign({ claims: { exp: undefined } }),
    "without a subject": await sign({ claims: { sub: undefined } }),
    "of another issuer": await sign({ claims: { iss: "https://evil.example" } }),
    "for another audience": await sign({ claims: { aud: "somebody-else" } }),
    "unsigned (alg none)": `${encoded({ alg: "none", kid })}.${payload}.`,
    "unsigned (alg NoNe)": `${encoded({ alg: "NoNe", kid })}.${payload}.${signature}`,
    "without its signature": `${head}.${payload}.`,
    "signed with the public key as HS256 secret (PEM)": await sign({}, publicPem, "HS256"),
    "signed with the public key as HS256 secret (JWK)": await sign({}, publicText, "HS256"),
    "signed by a stranger": await sign({}, stranger.privateKey),
    "signed by a stranger whose key it brings along": await sign({ header: { jwk: strangerKey } }, stranger.privateKey),
    "signed by a stranger who names a key set": await sign(
      { header: { jku: "http://127.0.0.1:9/keys" } },
      stranger.privateKey,
    ),
    "with a kid that is a path": await sign({ header: { kid: "../../../../dev/null" } }, stranger.privateKey),
    "with a kid that is SQL": await sign({ header: { kid: "x' UNION SELECT 'key" } }, stranger.privateKey),
    "with a kid of another type": `${encoded({ alg: "ES256", kid: { $ne: "" } })}.${payload}.${signature}`,
    "with an unknown critical header": `${encoded({ alg: "ES256", kid, crit: ["x"], x: 1 })}.${payload}.${signature}`,
    "with a tampered payload": `${head}.${encoded({ ...claimsOf(valid), sub: "globex-owner" })}.${signature}`,
    "with a tampered signature": `${head}.${payload}.${signature.slice(0, -4)}AAAA`,
    "of five parts": `${valid}.x.y`,
    "that is no JSON": `${Buffer.from("{").toString("base64url")}.${payload}.${signature}`,
    "of nothing but dots": "..",
    "as an unknown API key": "sk_live_0000000000000000000000000000000000000000000",
    "as an unknown agent key": "agt_0000000000000000000000000000000000000000000",
    "as a key prefix alone": "sk_",
  };
}

/** The claims of a token, unverified. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
