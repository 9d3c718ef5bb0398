import { assertTenant, claimsOf } from "./tenant";

/** Where a bearer token comes from. `refresh` is absent when a refused token cannot be replaced. */
export interface TokenSource {
  /** The token at hand, if there is a usable one. Synchronous, so that a static credential costs no timer. */
  held(): string | undefined;
  obtain(): Promise<string>;
  refresh?(stale: string): Promise<string>;
}

/** Asked for a token; `forceRefresh` means that the last one was refused and a cached one is of no use. */
export type TokenProvider = (request: { readonly forceRefresh: boolean }) => Promise<string>;

/** A token and, when known, the moment it ends, in milliseconds since the epoch. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresAtMs: number | undefined;
}

/** A token this close to its end may be refused on arrival. */
const earlyMs = 30_000;

/** A credential that never changes: an API key, an agent key or a token without a provider. */
export function staticToken(token: string): TokenSource {
  return { held: () => token, obtain: async () => token };
}

/** The same source for one organization: a token of another one is refused before anything is sent. */
export function pinnedToken(source: TokenSource, organization: string): TokenSource {
  let accepted: string | undefined;
  const check = (token: string) => {
    if (token !== accepted) assertTenant(token, organization);
    accepted = token;
    return token;
  };
  const pinned: TokenSource = {
    held: () => {
      const token = source.held();
      return token === undefined ? undefined : check(token);
    },
    obtain: async () => check(await source.obtain()),
  };
  const refresh = source.refresh?.bind(source);
  return refresh ? { ...pinned, refresh: async (stale) => check(await refresh(stale)) } : pinned;
}

/**
 * Keeps one token and renews it shortly before it ends, or when it is refused. Concurrent callers share one request to
 * the issuer: ten parallel 401s cost one refresh.
 */
export class RenewedToken implements TokenSource {
  readonly #issue: (forceRefresh: boolean) => Promise<IssuedToken>;
  #current: IssuedToken | undefined;
  #pending: Promise<string> | undefined;

  constructor(issue: (forceRefresh: boolean) => Promise<IssuedToken>) {
    this.#issue = issue;
  }

  held(): string | undefined {
    const current = this.#current;
    const ending = current?.expiresAtMs !== undefined && Date.now() > current.expiresAtMs - earlyMs;
    return ending ? undefined : current?.token;
  }

  obtain(): Promise<string> {
    return this.#renew(this.#current !== undefined);
  }

  async refresh(stale: string): Promise<string> {
    // Another call was refused with the same token first and has already replaced it.
    if (this.#current !== undefined && this.#current.token !== stale) return this.#current.token;
    return await this.#renew(true);
  }

  #renew(forceRefresh: boolean): Promise<string> {
    this.#pending ??= this.#issue(forceRefresh)
      .then((issued) => {
        this.#current = issued;
        return issued.token;
      })
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }
}

/** Reads when a JWT ends from its `exp` claim; opaque tokens are used until they are refused. */
export function issuedByProvider(token: string): IssuedToken {
  const expiresAt = claimsOf(token)?.["exp"];
  return { token, expiresAtMs: typeof expiresAt === "number" ? expiresAt * 1_000 : undefined };
}

/**
 * The credential, when it can travel in a header.
 *
 * @throws TypeError that does not repeat the credential, when it is empty or holds white space or control characters.
 */
export function checkedCredential(credential: string): string {
  if (!/^[\x21-\x7e]+$/.test(credential))
    throw new TypeError("The credential is empty or holds characters that no HTTP header can carry");
  return credential;
}
