import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { JsonValue } from "../deployment";
import { isJsonObject, parseJson } from "../json";
import { loadOrCreatePrivateFile } from "./privateFile";

/** An ES256 signing key (RFC 7517); its `kid` is the thumbprint of RFC 7638. */
export interface SigningKey {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly d: string;
  readonly kid: string;
  readonly alg: "ES256";
  readonly use: "sig";
}

/**
 * Loads the ES256 key kept in a file of mode 0600, or creates it.
 * @throws {Error} naming the file when it is open to other users or does not hold such a key.
 */
export async function loadOrCreateSigningKey(filePath: string): Promise<SigningKey> {
  const text = await loadOrCreatePrivateFile(filePath, async () => `${JSON.stringify(await newSigningKey())}\n`);
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new Error(`${filePath} does not hold an ES256 signing key`, { cause });
  }
  const key = asSigningKey(value);
  if (key === undefined) throw new Error(`${filePath} does not hold an ES256 signing key`);
  return key;
}

/** Keys that others verify by (RFC 7517). */
export interface PublicKeySet {
  readonly keys: readonly Omit<SigningKey, "d">[];
}

/** The key's public half as a JSON Web Key Set. */
export function publicKeySet({ kty, crv, x, y, kid, alg, use }: SigningKey): PublicKeySet {
  return { keys: [{ kty, crv, x, y, kid, alg, use }] };
}

/** The key's public half as a JSON Web Key Set in a `data:` URI, as `customJwt` providers take it. */
export function publicKeySetUri(key: SigningKey): string {
  return `data:application/json;base64,${Buffer.from(JSON.stringify(publicKeySet(key))).toString("base64")}`;
}

async function newSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(privateKey);
  const key = asSigningKey({
    kty: "EC",
    crv: "P-256",
    x: jwk.x ?? null,
    y: jwk.y ?? null,
    d: jwk.d ?? null,
    kid: await calculateJwkThumbprint(jwk),
    alg: "ES256",
    use: "sig",
  });
  if (key === undefined) throw new Error("The generated key is not an ES256 key");
  return key;
}

function asSigningKey(value: JsonValue): SigningKey | undefined {
  if (!isJsonObject(value)) return undefined;
  const { kty, crv, x, y, d, kid, alg, use } = value;
  if (kty !== "EC" || crv !== "P-256" || alg !== "ES256" || use !== "sig") return undefined;
  if (typeof x !== "string" || typeof y !== "string" || typeof d !== "string" || typeof kid !== "string")
    return undefined;
  return { kty, crv, x, y, d, kid, alg, use };
}
