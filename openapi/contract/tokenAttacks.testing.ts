import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { exportSPKI, generateKeyPair, importJWK } from "jose";
import { developmentApplicationId, developmentIssuerUrl } from "../../host/development/issuer";
import { createTestIssuer, farFutureS } from "../../host/auth/testIssuer.testing";
import type { CryptoKey } from "jose";
import type { TestIssuer } from "../../host/auth/testIssuer.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** The keys that tokens are forged with: issuers that are configured, and strangers. */
export interface AttackIssuers {
  /** ES256 and RS256, both configured. */
  readonly es: TestIssuer;
  readonly rs: TestIssuer;
  /** A preset whose tokens of machines are nobody's. */
  readonly clerk: TestIssuer;
  /** Keys that nobody has configured under the names of the two, and the key that one had before. */
  readonly esStranger: TestIssuer;
  readonly rsStranger: TestIssuer;
  readonly esRetired: TestIssuer;
  /** `AUTH_PROVIDERS` with the configured ones. */
  readonly providersText: string;
}

/** What an attack may use: the issuers, the deployment, and its own keys as a thief would have them. */
export interface AttackWorld extends AttackIssuers {
  readonly portico: TestPortico;
  readonly gatewayKey: CryptoKey;
  readonly gatewayKid: string;
  readonly developmentKey: CryptoKey;
  readonly developmentKid: string;
  readonly apiKeyId: string;
  readonly organizationId: string;
}

/** One attack: a token that no door may take. */
export interface TokenAttack {
  readonly kind: string;
  readonly name: string;
  readonly token: (world: AttackWorld) => Promise<string> | string;
}

const [esUrl, rsUrl, clerkUrl] = ["https://es.attacks.test", "https://rs.attacks.test", "https://clerk.attacks.test"];

export async function openAttackIssuers(): Promise<AttackIssuers> {
  const es = await createTestIssuer(esUrl, "ES256");
  const rs = await createTestIssuer(rsUrl, "RS256");
  const clerk = await createTestIssuer(clerkUrl, "RS256");
  const { jwks } = Object(clerk.customJwt());
  return {
    es,
    rs,
    clerk,
    esStranger: await createTestIssuer(esUrl, "ES256"),
    rsStranger: await createTestIssuer(rsUrl, "RS256"),
    esRetired: await createTestIssuer(esUrl, "ES256", "key0"),
    providersText: JSON.stringify([
      es.customJwt("app"),
      rs.customJwt("rs-app"),
      { preset: "clerk", domain: clerkUrl, jwks },
    ]),
  };
}

export async function openAttackWorld(
  issuers: AttackIssuers,
  portico: TestPortico,
  apiKeyId: string,
  organizationId: string,
): Promise<AttackWorld> {
  const keyOf = async (file: string) => {
    const jwk: { kid?: string } = JSON.parse(await readFile(path.join(portico.dataDirectory, file), "utf8"));
    return { key: await signingKey({ ...jwk }), kid: jwk.kid ?? "" };
  };
  const [gateway, development] = [await keyOf("signing-key.json"), await keyOf("development-issuer.json")];
  return {
    ...issuers,
    portico,
    gatewayKey: gateway.key,
    gatewayKid: gateway.kid,
    developmentKey: development.key,
    developmentKid: development.kid,
    apiKeyId,
    organizationId,
  };
}

async function signingKey(jwk: object): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, "ES256");
  if (key instanceof Uint8Array) throw new Error("A JWK of a signing key is no secret.");
  return key;
}

type Part = string | object;
const textOf = (part: Part): string => (typeof part === "string" ? part : JSON.stringify(part));
const encode = (part: Part): string => Buffer.from(textOf(part)).toString("base64url");

const good = { iss: esUrl, sub: "user1", aud: "app", exp: farFutureS };
const head = { alg: "ES256", kid: "key1", typ: "JWT" };

async function signatureOf(key: CryptoKey, signed: string): Promise<string> {
  const algorithm = { name: key.algorithm.name, hash: "SHA-256" };
  return Buffer.from(await crypto.subtle.sign(algorithm, key, Buffer.from(signed))).toString("base64url");
}

async function jws(key: CryptoKey, header: Part, payload: Part): Promise<string> {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${await signatureOf(key, signed)}`;
}

const hmac = (hash: string, secret: string, header: Part, payload: Part): string => {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest("base64url")}`;
};

/** Rows of one kind. */
const of = (kind: string, rows: Readonly<Record<string, TokenAttack["token"]>>): readonly TokenAttack[] =>
  Object.entries(rows).map(([name, token]) => ({ kind, name, token }));

/** A row for each variant of one part of a token. */
const each = <Variant>(
  kind: string,
  variants: Readonly<Record<string, Variant>>,
  token: (world: AttackWorld, variant: Variant) => Promise<string> | string,
): readonly TokenAttack[] =>
  Object.entries(variants).map(([name, variant]) => ({ kind, name, token: (world) => token(world, variant) }));

/** A header that a stranger signs, of claims that would be good. */
const strangers = (kind: string, headers: Readonly<Record<string, (world: AttackWorld) => object>>) =>
  each(kind, headers, (world, header) => jws(world.esStranger.privateKey, { ...head, ...header(world) }, good));

/** Claims that the issuer itself signed. */
const claimed = (kind: string, claims: Readonly<Record<string, object>>) =>
  each(kind, claims, ({ es }, changes) => jws(es.privateKey, head, { ...good, ...changes }));

/** A header that the issuer itself signed. */
const headed = (kind: string, headers: Readonly<Record<string, object>>) =>
  each(kind, headers, ({ es }, changes) => jws(es.privateKey, { ...head, ...changes }, good));

const nowS = (): number => Math.floor(Date.now() / 1000);

/** A token of the deployment's own issuer, by whoever has stolen its signing key or hopes to have. */
const gatewayClaims = (world: AttackWorld, claims: object): Record<string, unknown> => ({
  iss: world.portico.siteUrl,
  aud: "portico",
  sub: `apiKey:${world.apiKeyId}`,
  org_id: world.organizationId,
  scope: "item:read me:read",
  exp: nowS() + 600,
  ...claims,
});
const byGateway = (world: AttackWorld, claims: object): Promise<string> =>
  jws(world.gatewayKey, { ...head, kid: world.gatewayKid }, gatewayClaims(world, claims));

const unsignedAlgorithms = { none: "none", None: "None", NONE: "NONE", nOnE: "nOnE", empty: "", null: null, 0: 0 };
const [zeros, ones] = [Buffer.alloc(64).toString("base64url"), Buffer.alloc(64, 0xff).toString("base64url")];

/** The whole table. Every token of it is refused at every door. */
export const tokenAttacks: readonly TokenAttack[] = [
  ...each("no signature", unsignedAlgorithms, (_world, alg) => `${encode({ ...head, alg })}.${encode(good)}.`),
  ...of("no signature", {
    "none over a good signature": async ({ es }) =>
      `${encode({ ...head, alg: "none" })}.${encode(good)}.${(await es.sign()).split(".")[2]}`,
    "no algorithm": ({ es }) => jws(es.privateKey, { kid: "key1" }, good),
    "a good token without its signature": async ({ es }) => (await es.sign()).replace(/[^.]+$/u, ""),
    "a signature of zeros": () => `${encode(head)}.${encode(good)}.${zeros}`,
    "a signature of ones": () => `${encode(head)}.${encode(good)}.${ones}`,
    "the signature of another token": async ({ es }) =>
      `${encode(head)}.${encode({ ...good, sub: "other" })}.${(await es.sign()).split(".")[2]}`,
  }),
  ...of("key confusion", {
    "HS256 with the RSA key as PEM": async ({ rs }) =>
      hmac("sha256", await pemOf(rs), { ...head, alg: "HS256" }, { ...good, iss: rsUrl, aud: "rs-app" }),
    "HS384 with the RSA key as PEM": async ({ rs }) =>
      hmac("sha384", await pemOf(rs), { ...head, alg: "HS384" }, { ...good, iss: rsUrl, aud: "rs-app" }),
    "HS512 with the EC key as PEM": async ({ es }) => hmac("sha512", await pemOf(es), { ...head, alg: "HS512" }, good),
    "HS256 with the key as JWK": ({ es }) =>
      hmac("sha256", JSON.stringify(es.publicJwk), { ...head, alg: "HS256" }, good),
    "HS256 with the modulus": ({ rs }) =>
      hmac("sha256", String(rs.publicJwk.n), { ...head, alg: "HS256" }, { ...good, iss: rsUrl, aud: "rs-app" }),
    "HS256 with no secret": () => hmac("sha256", "", { ...head, alg: "HS256" }, good),
    "HS256 with a common secret": () => hmac("sha256", "secret", { ...head, alg: "HS256" }, good),
    "HS256 under the name ES256": ({ es }) => hmac("sha256", JSON.stringify(es.publicJwk), head, good),
  }),
  ...headed(
    "another algorithm",
    Object.fromEntries(
      ["EdDSA", "ES384", "ES512", "ES256K", "RS256", "RS384", "PS256", "es256", "ES256 ", "ECDH-ES", "unknown"].map(
        (alg) => [alg, { alg }],
      ),
    ),
  ),
  ...headed("another algorithm", {
    "a list": { alg: ["ES256"] },
    "an object": { alg: { name: "ES256" } },
    "a number": { alg: 256 },
  }),
  ...of("keys of others", {
    "a stranger's under the same kid": ({ esStranger }) => esStranger.sign(),
    "a stranger's RSA key": ({ rsStranger }) => rsStranger.sign({ aud: "rs-app" }),
    "a retired key": ({ esRetired }) => esRetired.sign(),
    "a retired key under the kid of now": ({ esRetired }) => esRetired.sign({}, { kid: "key1" }),
    "an RSA key of 1024 bits": async () => {
      const { privateKey } = await crypto.subtle.generateKey(
        { name: "RSASSA-PKCS1-v1_5", modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
        true,
        ["sign", "verify"],
      );
      return jws(privateKey, { ...head, alg: "RS256" }, { ...good, iss: rsUrl, aud: "rs-app" });
    },
    "an Ed25519 key": async () => {
      const { privateKey } = await generateKeyPair("EdDSA");
      return jws(privateKey, { ...head, alg: "EdDSA" }, good);
    },
  }),
  ...strangers("keys that come along", {
    jwk: ({ esStranger }) => ({ jwk: esStranger.publicJwk }),
    "jwk in a list": ({ esStranger }) => ({ jwk: [esStranger.publicJwk] }),
    jwks: ({ esStranger }) => ({ jwks: { keys: [esStranger.publicJwk] } }),
    jku: () => ({ jku: "https://attacker.test/keys" }),
    "jku on this host": () => ({ jku: "http://127.0.0.1:9/keys" }),
    "jku that begins with the issuer": () => ({ jku: `${esUrl}@attacker.test/keys` }),
    "jku of data": ({ esStranger }) => ({
      jku: `data:application/json,${encodeURIComponent(JSON.stringify({ keys: [esStranger.publicJwk] }))}`,
    }),
    x5u: () => ({ x5u: "https://attacker.test/cert.pem" }),
    x5c: ({ esStranger }) => ({ x5c: [Buffer.from(JSON.stringify(esStranger.publicJwk)).toString("base64")] }),
    x5t: () => ({ x5t: "AAAA", "x5t#S256": "AAAA" }),
  }),
  ...strangers("kid", {
    "a path": () => ({ kid: "../../../../dev/null" }),
    "a file": () => ({ kid: "file:///dev/null" }),
    SQL: () => ({ kid: "key1' UNION SELECT 'AAAA" }),
    "a command": () => ({ kid: "key1|/usr/bin/true" }),
    "a URL": () => ({ kid: "https://attacker.test/keys" }),
    __proto__: () => ({ kid: "__proto__" }),
    constructor: () => ({ kid: "constructor" }),
    empty: () => ({ kid: "" }),
    NUL: () => ({ kid: "key1\u0000" }),
    "very long": () => ({ kid: "k".repeat(2000) }),
  }),
  ...headed("kid", {
    "of another key": { kid: "key0" },
    none: { kid: undefined },
    null: { kid: null },
    "a number": { kid: 1 },
    "a list": { kid: ["key1"] },
    "an object": { kid: { $ne: "" } },
  }),
  ...headed("crit", {
    "an unknown name": { crit: ["x"], x: 1 },
    "a claim": { crit: ["exp"], exp: 1 },
    "an unencoded payload": { crit: ["b64"], b64: false },
    "an empty list": { crit: [] },
    "a text": { crit: "exp" },
    null: { crit: null },
  }),
  ...headed(
    "typ",
    Object.fromEntries(
      ["logout+jwt", "id_token", "dpop+jwt", "secevent+jwt", "JWE", "", 1, null, ["JWT"]].map((typ) => [
        JSON.stringify(typ),
        { typ },
      ]),
    ),
  ),
  ...of("members twice", {
    "an algorithm of none, then ES256": ({ esStranger }) =>
      jws(esStranger.privateKey, '{"alg":"none","alg":"ES256","kid":"key1"}', good),
    "ES256, then none": ({ es }) => jws(es.privateKey, '{"alg":"ES256","alg":"none","kid":"key1"}', good),
    "a kid of each": ({ esStranger }) => jws(esStranger.privateKey, '{"alg":"ES256","kid":"x","kid":"key1"}', good),
    "two issuers": ({ es }) =>
      jws(es.privateKey, head, `{"iss":"${esUrl}","sub":"user1","aud":"app","exp":${farFutureS},"iss":"${rsUrl}"}`),
    "two audiences": ({ es }) =>
      jws(es.privateKey, head, `{"aud":"app","iss":"${esUrl}","sub":"user1","exp":${farFutureS},"aud":"other"}`),
    "two expiries": ({ es }) =>
      jws(es.privateKey, head, `{"exp":${farFutureS},"iss":"${esUrl}","sub":"user1","aud":"app","exp":1}`),
    "an issuer in escapes": ({ rs }) =>
      jws(
        rs.privateKey,
        { ...head, alg: "RS256" },
        `{"iss":"${rsUrl}","\\u0069ss":"${esUrl}","sub":"u","aud":"app","exp":${farFutureS}}`,
      ),
  }),
  ...claimed("claims", {
    "no issuer": { iss: undefined },
    "an issuer of null": { iss: null },
    "an issuer in a list": { iss: [esUrl] },
    "an issuer in an object": { iss: { url: esUrl } },
    "an empty issuer": { iss: "" },
    "no subject": { sub: undefined },
    "a subject of null": { sub: null },
    "a subject that is a number": { sub: 1 },
    "a subject in a list": { sub: ["user1"] },
    "a subject in an object": { sub: { id: "user1" } },
    "an empty subject": { sub: "" },
    "no expiry": { exp: undefined },
    "an expiry of null": { exp: null },
    "an expiry that is a text": { exp: String(farFutureS) },
    "an expiry in a list": { exp: [farFutureS] },
    "an expiry that is true": { exp: true },
    "a start that is a text": { nbf: "1" },
    "an issuing time that is a text": { iat: "1" },
    "claims inside a claim": { iss: undefined, sub: undefined, payload: good },
    "an organization that is no text": { org_id: ["acme"] },
    "an organization that is an object": { org_id: { id: "acme" } },
  }),
  ...each(
    "claims",
    { "1e400": "1e400", "-1e400": "-1e400", "1e308": "1e308", "the year 10000": "253402300800" },
    ({ es }, exp) => jws(es.privateKey, head, `{"iss":"${esUrl}","sub":"user1","aud":"app","exp":${exp}}`),
  ),
  ...claimed("audience", {
    none: { aud: undefined },
    "of another": { aud: "other" },
    "of another issuer's": { aud: "rs-app" },
    "of this deployment's own tokens": { aud: "portico" },
    empty: { aud: "" },
    "an empty list": { aud: [] },
    "a number": { aud: 1 },
    "an object": { aud: { app: true } },
    "a list with a number": { aud: ["app", 1] },
    "a list in a list": { aud: [["app"]] },
    "in another letter case": { aud: "APP" },
    "with a blank": { aud: "app " },
    "joined by a comma": { aud: "app,other" },
    "a prefix": { aud: "ap" },
  }),
  ...claimed("spellings of the issuer", {
    "another scheme": { iss: "http://es.attacks.test" },
    "capital letters": { iss: "https://ES.attacks.test" },
    "a port": { iss: `${esUrl}:443` },
    "a path": { iss: `${esUrl}/.` },
    "a query": { iss: `${esUrl}?` },
    "a final dot": { iss: `${esUrl}.` },
    "a blank before": { iss: ` ${esUrl}` },
    "a longer host": { iss: `${esUrl}.evil.test` },
    "a user": { iss: "https://x@es.attacks.test" },
    "a letter that looks alike": { iss: "https://\u0435s.attacks.test" },
    "NUL at the end": { iss: `${esUrl}\u0000` },
  }),
  ...of("one issuer for another", {
    "the RSA issuer as the other": ({ rs }) => rs.sign({ iss: esUrl }),
    "the EC issuer as the other": ({ es }) => es.sign({ iss: rsUrl, aud: "rs-app" }),
    "the EC issuer as the other, in its algorithm's name": ({ es }) =>
      jws(es.privateKey, { ...head, alg: "RS256" }, { ...good, iss: rsUrl, aud: "rs-app" }),
    "the EC issuer as the deployment": (world) => world.es.sign(gatewayClaims(world, {})),
    "the EC issuer as the deployment, under its kid": (world) =>
      world.es.sign(gatewayClaims(world, {}), { kid: world.gatewayKid }),
    "the EC issuer as the development's": (world) =>
      world.es.sign(
        { iss: developmentIssuerUrl, aud: developmentApplicationId, sub: "acme-owner" },
        { kid: world.developmentKid },
      ),
    "the development's issuer as the deployment": (world) =>
      jws(world.developmentKey, { ...head, kid: world.developmentKid }, gatewayClaims(world, {})),
    "the deployment as the development's issuer": (world) =>
      byGateway(world, { iss: developmentIssuerUrl, sub: "acme-owner" }),
    "the deployment as the EC issuer": (world) => byGateway(world, { iss: esUrl, aud: "app" }),
  }),
  ...each(
    "the deployment's own issuer",
    {
      "no trace of the secret": {},
      "another trace": { key_trace: "0000000000000000" },
      "a trace that is a list": { key_trace: ["0000000000000000"] },
      "a key that does not exist": { sub: "apiKey:nothing", key_trace: "0" },
      "no kind": { sub: "nothing" },
      "another kind": { sub: "user:acme-owner" },
      "an agent that does not exist": { sub: "agent:nothing" },
      "a key's id as an agent's": (world: AttackWorld) => ({ sub: `agent:${world.apiKeyId}` }),
      "no subject": { sub: "" },
      "another audience": { aud: "app" },
      "an expiry that has passed": { exp: 1 },
    },
    (world, claims) => byGateway(world, typeof claims === "function" ? claims(world) : claims),
  ),
  ...each(
    "the clock",
    {
      "expired a minute ago": () => ({ exp: nowS() - 60 }),
      "expired beyond the leeway": () => ({ exp: nowS() - 7 }),
      "expired before it was issued": () => ({ iat: nowS(), exp: nowS() - 600 }),
      "an expiry before the epoch": () => ({ exp: -1 }),
      "an expiry of zero": () => ({ exp: 0 }),
      "not valid for a minute": () => ({ nbf: nowS() + 60 }),
      "not valid in this millennium": () => ({ nbf: farFutureS }),
      "issued in a minute": () => ({ iat: nowS() + 60 }),
      "times in milliseconds": () => ({ iat: Date.now(), exp: Date.now() + 60_000 }),
    },
    ({ es }, claims) => jws(es.privateKey, head, { ...good, ...claims() }),
  ),
  ...of("the same bytes in another text", {
    padding: async ({ es }) => `${await es.sign()}==`,
    "bits that mean nothing": async ({ es }) => withOtherBits(await es.sign()),
    "the other alphabet": async ({ es }) => {
      let token = await es.sign();
      for (let tried = 0; !/[-_]/u.test(token); tried += 1) token = await es.sign({ jti: String(tried) });
      return token.replaceAll("-", "+").replaceAll("_", "/");
    },
    "a dot at the end": async ({ es }) => `${await es.sign()}.`,
    "a dot before": async ({ es }) => `.${await es.sign()}`,
    "percent signs": async ({ es }) => (await es.sign()).replaceAll(".", "%2E"),
    "one byte more": async ({ es }) => {
      const [header, payload, signature = ""] = (await es.sign()).split(".");
      const longer = Buffer.concat([Buffer.from(signature, "base64url"), Buffer.alloc(1)]).toString("base64url");
      return `${header}.${payload}.${longer}`;
    },
    "one byte less": async ({ es }) => {
      const [header, payload, signature = ""] = (await es.sign()).split(".");
      return `${header}.${payload}.${Buffer.from(signature, "base64url").subarray(0, 63).toString("base64url")}`;
    },
  }),
  ...of("other forms", {
    "two parts": async ({ es }) => (await es.sign()).split(".").slice(0, 2).join("."),
    "four parts": async ({ es }) => `${await es.sign()}.x`,
    "a JWE": () => `${encode({ alg: "RSA-OAEP", enc: "A256GCM" })}.a.b.c.d`,
    "a JWE that is dir": () => `${encode({ alg: "dir", enc: "A128CBC-HS256", kid: "key1" })}..aaaa.bbbb.cccc`,
    "a JWS in JSON": async ({ es }) => {
      const [header, payload, signature] = (await es.sign()).split(".");
      return JSON.stringify({ payload, protected: header, signature });
    },
    "a token in a token": async ({ es }) => jws(es.privateKey, { ...head, cty: "JWT" }, await es.sign()),
    "a token in a token's claim": async ({ es, esStranger }) =>
      jws(esStranger.privateKey, head, { ...good, jwt: await es.sign() }),
    "a payload that is a list": ({ es }) => jws(es.privateKey, head, [good]),
    "a payload that is null": ({ es }) => jws(es.privateKey, head, "null"),
    "a payload that is a text": ({ es }) => jws(es.privateKey, head, '"x"'),
    "a payload of nothing": ({ es }) => jws(es.privateKey, head, ""),
    "a payload that breaks off": ({ es }) => jws(es.privateKey, head, JSON.stringify(good).slice(0, -1)),
    "a payload with more behind": ({ es }) => jws(es.privateKey, head, `${JSON.stringify(good)}{}`),
    "a payload with NaN": ({ es }) => jws(es.privateKey, head, JSON.stringify(good).replace(String(farFutureS), "NaN")),
    "a header that is a list": ({ es }) => jws(es.privateKey, [head], good),
    "a header that is no JSON": ({ es }) => jws(es.privateKey, "alg", good),
    "nothing but dots": () => "..",
    "a prefix of a key and a token": async ({ es }) => `sk_${await es.sign()}`,
  }),
  ...each(
    "people's issuers for machines",
    {
      "a machine": { sub: "mch_1" },
      "no user": { sub: "apiKey:x" },
      "an OAuth application": { sub: "user_1", client_id: "x" },
    },
    ({ clerk }, claims) => clerk.sign({ aud: undefined, ...claims }),
  ),
];

async function pemOf({ publicJwk }: TestIssuer): Promise<string> {
  const key = await importJWK(publicJwk);
  if (key instanceof Uint8Array) throw new Error("A public JWK is no secret.");
  return exportSPKI(key);
}

/** The token with its last character's unused bits turned: decoders that are not strict read the same bytes. */
function withOtherBits(token: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(token.at(-1) ?? "");
  return token.slice(0, -1) + (alphabet[last ^ 1] ?? "");
}
