import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { minuteMs } from "../../core/wire/durations";
import { linkToken, readLinkToken } from "./links";

const fileId = "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r";
const holder = { principal: "user:jh7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r" } as const;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const now = 1_768_473_000_000;

const signingKey = (d: string) => JSON.stringify({ kty: "EC", crv: "P-256", x: "x", y: "y", d, kid: "k" });

beforeEach(() => void vi.stubEnv("PORTICO_SIGNING_KEY", signingKey("secret")));
afterEach(() => void vi.unstubAllEnvs());

it("says whose link to which file it is, for five minutes", async () => {
  const token = (await linkToken(fileId, holder, now)) ?? "";
  expect(await readLinkToken(token, now)).toEqual({ fileId, holder, expiresAtMs: now + 5 * minuteMs });
  expect(await readLinkToken(token, now + 5 * minuteMs - 1)).toBeDefined();
  expect(await readLinkToken(token, now + 5 * minuteMs)).toBeUndefined();
});

it("says by which access token it was asked for", async () => {
  const byToken = { principal: "apiKey:jh7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r", tokenId: crypto.randomUUID() } as const;
  const token = (await linkToken(fileId, byToken, now)) ?? "";
  expect(await readLinkToken(token, now)).toMatchObject({ fileId, holder: byToken });
  expect(await readLinkToken(token.replace(byToken.tokenId, ""), now)).toBeUndefined();
});

it("is worth nothing once a character of it is another", async () => {
  const token = (await linkToken(fileId, holder, now)) ?? "";
  for (let at = 0; at < token.length; at++) {
    // The last character of a signature has two bits that say nothing: only one spelling of it holds.
    const others = at === token.length - 1 ? Array.from(alphabet) : ["a", "b", "1"];
    for (const other of others.filter((character) => character !== token[at])) {
      const forged = token.slice(0, at) + other + token.slice(at + 1);
      expect(await readLinkToken(forged, now), forged).toBeUndefined();
    }
  }
  for (const forged of ["", ".", `${token}.`, token.slice(0, -1), token.toUpperCase(), "\0"])
    expect(await readLinkToken(forged, now), forged).toBeUndefined();
});

it("holds at the deployment that signed it alone, and nowhere without a key", async () => {
  const token = (await linkToken(fileId, holder, now)) ?? "";
  vi.stubEnv("PORTICO_SIGNING_KEY", signingKey("another"));
  expect(await readLinkToken(token, now)).toBeUndefined();
  vi.stubEnv("PORTICO_SIGNING_KEY", "");
  expect(await readLinkToken(token, now)).toBeUndefined();
  expect(await linkToken(fileId, holder, now)).toBeUndefined();
});
