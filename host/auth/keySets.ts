import { createLocalJWKSet, type LocalJWKSet } from "jose";
import type { AuthProvider } from "../deployment";
import { isJsonObject, parseJson, type JsonObject } from "../json";
import { AuthError } from "./authError";
import { normalizeIssuer } from "./providers";

/** The public keys of one provider as last read. */
export interface KeySet {
  readonly keys: LocalJWKSet;
  /** OIDC only: the `issuer` of the discovery document, which the token's `iss` must equal exactly. */
  readonly discoveredIssuer?: string;
  /** When the keys must be read again, milliseconds since the epoch; `Infinity` for a `data:` URI. */
  readonly freshUntilMs: number;
}

interface CachedKeySet {
  keySet: KeySet | undefined;
  fetchedAtMs: number;
  failure: AuthError | undefined;
  pending: Promise<KeySet> | undefined;
}

const maxAgeMs = 10 * 60_000;
/** How long keys outlive an outage of their provider. */
const maxStaleMs = 60 * 60_000;
/** Neither a failing provider nor tokens with made-up key ids can cause more than one fetch per cool-down. */
const coolDownMs = 30_000;
const fetchTimeoutMs = 5_000;
const maxDocumentBytes = 1 << 20;
const jwksMediaTypes = new Set(["application/json", "application/jwk-set+json"]);

/**
 * Reads and keeps the JSON Web Key Sets (RFC 7517) of providers: `data:` URIs, URLs, and OIDC discovery.
 */
export class KeySets {
  readonly #cached = new Map<string, CachedKeySet>();
  readonly #fetch: typeof fetch;
  readonly #now: () => number;

  /**
   * @param fetchDocument the `fetch` that reaches identity providers
   * @param now milliseconds since the epoch
   */
  constructor(fetchDocument: typeof fetch, now: () => number) {
    this.#fetch = fetchDocument;
    this.#now = now;
  }

  /** Forgets every fetched key set, so that the next token fetches its issuer's again. */
  clear(): void {
    this.#cached.clear();
  }

  /**
   * The provider's keys, fetched when missing or older than ten minutes; while the provider fails, older ones for an hour.
   * @throws {AuthError} when they cannot be read.
   */
  async get(provider: AuthProvider): Promise<KeySet> {
    const entry = this.#entry(provider);
    const now = this.#now();
    if (entry.keySet !== undefined && now < entry.keySet.freshUntilMs) return entry.keySet;
    try {
      if (entry.failure !== undefined && now - entry.fetchedAtMs < coolDownMs) throw entry.failure;
      return await this.#read(provider, entry);
    } catch (failure) {
      if (entry.keySet !== undefined && now < entry.keySet.freshUntilMs + maxStaleMs) return entry.keySet;
      throw failure;
    }
  }

  /**
   * Reads the keys again because a token names a key that is not among `seen`.
   * @returns undefined when a newer look would not help: `data:` keys never change, and fetches cool down.
   */
  async refresh(provider: AuthProvider, seen: KeySet): Promise<KeySet | undefined> {
    const entry = this.#entry(provider);
    if (entry.pending !== undefined) return entry.pending;
    if (entry.keySet !== undefined && entry.keySet !== seen) return entry.keySet;
    if (seen.freshUntilMs === Infinity || this.#now() - entry.fetchedAtMs < coolDownMs) return undefined;
    return this.#read(provider, entry);
  }

  #entry(provider: AuthProvider): CachedKeySet {
    const location = provider.type === "oidc" ? `oidc ${normalizeIssuer(provider.domain)}` : `jwks ${provider.jwks}`;
    let entry = this.#cached.get(location);
    if (entry === undefined) {
      entry = { keySet: undefined, fetchedAtMs: 0, failure: undefined, pending: undefined };
      this.#cached.set(location, entry);
    }
    return entry;
  }

  #read(provider: AuthProvider, entry: CachedKeySet): Promise<KeySet> {
    entry.pending ??= this.#load(provider)
      .then((keySet) => {
        entry.keySet = keySet;
        entry.failure = undefined;
        return keySet;
      })
      .catch((error: unknown) => {
        entry.failure = asAuthError(error);
        throw entry.failure;
      })
      .finally(() => {
        entry.fetchedAtMs = this.#now();
        entry.pending = undefined;
      });
    return entry.pending;
  }

  async #load(provider: AuthProvider): Promise<KeySet> {
    if (provider.type === "customJwt") {
      if (/^data:/i.test(provider.jwks)) {
        return { keys: parseKeySet(readDataUri(provider.jwks), "the provider's data: URI"), freshUntilMs: Infinity };
      }
      const text = await this.#fetchText(provider.jwks);
      return { keys: parseKeySet(text, `'${provider.jwks}'`), freshUntilMs: this.#now() + maxAgeMs };
    }
    const discoveryUrl = `${normalizeIssuer(provider.domain)}/.well-known/openid-configuration`;
    const metadata = parseObject(await this.#fetchText(discoveryUrl), `'${discoveryUrl}'`);
    const discoveredIssuer = metadata["issuer"];
    const jwksUrl = metadata["jwks_uri"];
    if (typeof discoveredIssuer !== "string" || typeof jwksUrl !== "string" || !/^https?:\/\//.test(jwksUrl)) {
      throw new AuthError("AuthProviderDiscoveryFailed", `The discovery document '${discoveryUrl}' is not valid.`, 400);
    }
    const keys = parseKeySet(await this.#fetchText(jwksUrl), `'${jwksUrl}'`);
    return { keys, discoveredIssuer, freshUntilMs: this.#now() + maxAgeMs };
  }

  async #fetchText(url: string): Promise<string> {
    const response = await this.#fetch(url, {
      headers: { accept: "application/json" },
      // A redirect could lead to an address inside the network that the provider's own URL would not.
      redirect: "error",
      signal: AbortSignal.timeout(fetchTimeoutMs),
    }).catch((cause: unknown) => {
      throw new AuthError("InvalidAuthHeader", `Could not fetch '${url}'. Check that it is reachable.`, 401, { cause });
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new AuthError("InvalidAuthHeader", `Could not fetch '${url}': HTTP ${response.status}.`);
    }
    const contentType = response.headers.get("content-type") ?? "unknown";
    if (!isJwksMediaType(contentType)) {
      await response.body?.cancel();
      throw new AuthError(
        "InvalidAuthHeader",
        `Invalid Content-Type '${contentType}' at '${url}': expected application/json or application/jwk-set+json.`,
      );
    }
    return readBounded(response, url);
  }
}

function isJwksMediaType(contentType: string): boolean {
  const [essence = "", ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase());
  return (
    jwksMediaTypes.has(essence) &&
    parameters.every((parameter) => !parameter.startsWith("charset=") || /^charset="?utf-8"?$/.test(parameter))
  );
}

async function readBounded(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxDocumentBytes) {
      throw new AuthError("InvalidAuthHeader", `The document at '${url}' is larger than ${maxDocumentBytes} bytes.`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Decodes a `data:` URI (RFC 2397), whatever media type it names. */
function readDataUri(uri: string): string {
  const comma = uri.indexOf(",");
  const invalid = (cause?: unknown): AuthError =>
    new AuthError("InvalidAuthHeader", "Invalid JWKS data URL.", 401, { cause });
  if (comma < 0) throw invalid();
  try {
    const data = decodeURIComponent(uri.slice(comma + 1).replace(/#.*$/s, ""));
    return /;\s*base64\s*$/i.test(uri.slice(0, comma)) ? Buffer.from(data, "base64").toString("utf8") : data;
  } catch (error) {
    throw invalid(error);
  }
}

function parseKeySet(text: string, source: string): LocalJWKSet {
  const keys = parseObject(text, source)["keys"];
  if (!Array.isArray(keys)) throw invalidKeySet(source);
  // Key types this host does not know are left out one by one, as RFC 7517 section 5 asks.
  const known = keys.filter(isJsonObject).flatMap((key) => {
    const { kty, ...parameters } = key;
    return kty === "RSA" || kty === "EC" || kty === "OKP" ? [{ ...parameters, kty }] : [];
  });
  return createLocalJWKSet({ keys: known });
}

function parseObject(text: string, source: string): JsonObject {
  try {
    const value = parseJson(text);
    if (isJsonObject(value)) return value;
  } catch (cause) {
    throw invalidKeySet(source, cause);
  }
  throw invalidKeySet(source);
}

function invalidKeySet(source: string, cause?: unknown): AuthError {
  return new AuthError("InvalidAuthHeader", `Invalid JWKS or discovery document from ${source}.`, 401, { cause });
}

function asAuthError(error: unknown): AuthError {
  if (error instanceof AuthError) return error;
  return new AuthError("InvalidAuthHeader", "Could not read the auth provider's keys.", 401, { cause: error });
}
