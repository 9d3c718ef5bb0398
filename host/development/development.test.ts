import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { importJWK, SignJWT } from "jose";
import { expect, it, onTestFinished } from "vitest";
import { TokenVerifier } from "../auth/tokenVerifier";
import { openDevelopmentIssuer } from "./issuer";
import { loadOrCreateSigningKey, publicKeySetUri } from "./keys";

async function dataDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "portico-keys-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

it("mints user tokens that its own provider entry accepts, across restarts", async () => {
  const directory = path.join(await dataDirectory(), "new");
  const issuer = await openDevelopmentIssuer(directory);
  const user = { sub: "user1", email: "ada@acme.test", email_verified: true, name: "Ada", org_id: "org1" };
  const token = await issuer.mintUserToken(user, 60);
  const { provider } = await openDevelopmentIssuer(directory);
  expect(provider).toEqual(issuer.provider);
  const verifier = new TokenVerifier({ providers: () => [provider] });
  expect(await verifier.verify(token)).toEqual({
    tokenIdentifier: "https://development.portico.test|user1",
    issuer: "https://development.portico.test",
    subject: "user1",
    email: "ada@acme.test",
    email_verified: true,
    name: "Ada",
    org_id: "org1",
  });
  await expect(verifier.verify(await issuer.mintUserToken(user, -60))).rejects.toThrow("Expired");
});

it("keeps a key in a file only its owner can read, and publishes the public half alone", async () => {
  const filePath = path.join(await dataDirectory(), "signing-key.json");
  const keys = await Promise.all([loadOrCreateSigningKey(filePath), loadOrCreateSigningKey(filePath)]);
  expect(keys[0]).toEqual(keys[1]);
  expect((await stat(filePath)).mode & 0o777).toBe(0o600);
  expect(await readdir(path.dirname(filePath))).toEqual(["signing-key.json"]);
  const published = Buffer.from(publicKeySetUri(keys[0]).split(",")[1] ?? "", "base64").toString();
  expect(JSON.parse(published)).toEqual({ keys: [{ ...keys[0], d: undefined }] });
  expect(published).not.toContain(keys[0].d);
  const jwks = publicKeySetUri(keys[0]);
  const verifier = new TokenVerifier({
    providers: () => [{ type: "customJwt", issuer: "https://own.test", jwks, algorithm: "ES256" }],
  });
  const token = await new SignJWT({ sub: "agent" })
    .setProtectedHeader({ alg: "ES256", kid: keys[0].kid })
    .setIssuer("https://own.test")
    .setExpirationTime("1h")
    .sign(await importJWK({ ...keys[0] }));
  expect(await verifier.verify(token)).toMatchObject({ subject: "agent" });
});

it("names the file that is open to others or holds no key, and leaves it as it is", async () => {
  const filePath = path.join(await dataDirectory(), "signing-key.json");
  await loadOrCreateSigningKey(filePath);
  await chmod(filePath, 0o644);
  await expect(loadOrCreateSigningKey(filePath)).rejects.toThrow(`chmod 600 ${filePath}`);
  for (const content of ["", "{", "[]", '{"kty":"RSA"}']) {
    await writeFile(filePath, content);
    await chmod(filePath, 0o600);
    await expect(loadOrCreateSigningKey(filePath)).rejects.toThrow(`${filePath} does not hold an ES256 signing key`);
    expect(await readFile(filePath, "utf8")).toBe(content);
  }
});
