import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { MetaTable } from "../../../store/storeFile";
import { isJsonObject, parseJsonObject, textField } from "../../../json";
import type { ConvexJsonObject } from "../../../values/convexJson";

const signingKeyName = "jwtSigningKey";
const maxLifetimeSeconds = 3600;
const reservedClaims = new Set(["iss", "iat", "exp", "nbf"]);
const reservedPrefix = /^(convex|cvx)/i;

/** The deployment's own ES256 key, with which `ctx.auth.signJwt` signs (RFC 7518 section 3.4). It lives in the store. */
export class JwtSigner {
  readonly #privateKey: KeyObject;
  readonly #keyId: string;
  readonly #issuer: string;
  /** The public half as a JWK Set (RFC 7517), as JSON text. */
  readonly keySetText: string;

  /** @param issuer the deployment's cloud URL, which becomes `iss` */
  constructor(privateJwkText: string, issuer: string) {
    const jwk = parseJsonObject(privateJwkText);
    const kty = textField(jwk, "kty");
    const crv = textField(jwk, "crv");
    const x = textField(jwk, "x");
    const y = textField(jwk, "y");
    this.#privateKey = createPrivateKey({ key: { kty, crv, x, y, d: textField(jwk, "d") }, format: "jwk" });
    // RFC 7638: the thumbprint is over exactly these members in this order.
    this.#keyId = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
    this.#issuer = issuer;
    this.keySetText = JSON.stringify({ keys: [{ kty, crv, x, y, kid: this.#keyId, alg: "ES256", use: "sig" }] });
  }

  /** Reads the key of a store, or makes one. Must run inside a transaction of the store. */
  static ofStore(meta: MetaTable, issuer: string): JwtSigner {
    let text = meta.get(signingKeyName);
    if (text === null) {
      text = JSON.stringify(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }));
      meta.set(signingKeyName, text);
    }
    return new JwtSigner(text, issuer);
  }

  /**
   * `1.0/signJwt`.
   *
   * @param args `{claims?, expiresInSeconds}`
   * @param nowMs the mutation's frozen time
   * @returns a compact JWS
   * @throws {Error} when the lifetime is not 1 to 3600 seconds or a claim is reserved
   */
  signJwt(args: ConvexJsonObject, nowMs: number): string {
    const { claims = {}, expiresInSeconds } = args;
    if (
      typeof expiresInSeconds !== "number" ||
      !Number.isInteger(expiresInSeconds) ||
      expiresInSeconds < 1 ||
      expiresInSeconds > maxLifetimeSeconds
    )
      throw new Error(
        `Invalid argument \`expiresInSeconds\` for \`auth.signJwt\`: expected an integer between 1 and ${maxLifetimeSeconds}`,
      );
    if (!isJsonObject(claims)) throw new Error("Invalid argument `claims` for `auth.signJwt`: expected an object");
    for (const name of Object.keys(claims))
      if (reservedClaims.has(name) || reservedPrefix.test(name))
        throw new Error(`Invalid argument \`claims\` for \`auth.signJwt\`: the claim "${name}" is reserved`);
    const issuedAt = Math.floor(nowMs / 1000);
    const header = { alg: "ES256", kid: this.#keyId, typ: "JWT" };
    const payload = { ...claims, iss: this.#issuer, iat: issuedAt, exp: issuedAt + expiresInSeconds };
    const signed = `${encode(header)}.${encode(payload)}`;
    const signature = sign("sha256", Buffer.from(signed), { key: this.#privateKey, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  }
}

function encode(value: ConvexJsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
