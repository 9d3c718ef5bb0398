/** The private EC key (P-256) that signs this deployment's tokens, as a JWK (RFC 7517). */
export interface SigningKey {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly d: string;
  readonly kid: string;
}

/** What others may know of a key: enough to verify, not to sign. */
export interface PublicKey extends Omit<SigningKey, "d"> {
  readonly alg: "ES256";
  readonly use: "sig";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The key that signs now, or undefined where none is configured. Throws when `PORTICO_SIGNING_KEY` holds anything else. */
export function signingKeyOf(environment: Environment): SigningKey | undefined {
  const name = "PORTICO_SIGNING_KEY";
  const found = keyOf(name, environment[name]);
  if (!found) return undefined;
  const { d } = found;
  if (d === undefined) throw new Error(`${name} holds a public key; it must hold the private one.`);
  return { ...found, d };
}

/**
 * The keys that verify this deployment's tokens: the present one, and during a rotation the one before, whose tokens live
 * on for some minutes. `PORTICO_PREVIOUS_SIGNING_KEY` may hold the public half alone.
 */
export function publicKeysOf(environment: Environment): PublicKey[] {
  return ["PORTICO_SIGNING_KEY", "PORTICO_PREVIOUS_SIGNING_KEY"].flatMap((name) => {
    const found = keyOf(name, environment[name]);
    if (!found) return [];
    const { kty, crv, x, y, kid } = found;
    return [{ kty, crv, x, y, kid, alg: "ES256" as const, use: "sig" as const }];
  });
}

/** The key in an environment variable; what is wrong with it is said without repeating any of it. */
function keyOf(name: string, text: string | undefined): (Omit<SigningKey, "d"> & { readonly d?: string }) | undefined {
  if (text === undefined || text === "") return undefined;
  const { kty, crv, x, y, d, kid } = parsed(name, text);
  const isKey =
    kty === "EC" && crv === "P-256" && isText(x) && isText(y) && isText(kid) && (d === undefined || isText(d));
  if (!isKey) throw new Error(`${name} is no EC P-256 key in JWK form with a kid.`);
  return { kty, crv, x, y, kid, ...(d === undefined ? {} : { d }) };
}

function parsed(name: string, text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    // The parser's message quotes what it read, and that is a private key.
    throw new Error(`${name} is not JSON.`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
