import { CredentialError } from "../errors";
import { assertTenant, claimsOf } from "./tenant";
import { within } from "./within";

/** Where a bearer token comes from. */
export interface TokenSource {
  /** The token at hand, if there is a usable one. Synchronous, so that a static credential costs no timer. */
  held(): string | undefined;
  /** A token, other than the `stale` one that the server refused. `signal` fires when the caller no longer waits. */
  obtain(signal: AbortSignal, stale?: string): Promise<string>;
  /** A refused token can be replaced. */
  readonly renewable?: boolean;
  /** Tokens come by a request of this client, which counts as an attempt of the call that waits for it. */
  readonly sends?: boolean;
}

/**
 * Asked for a token; `forceRefresh` means that the last one was refused and a cached one is of no use. `signal` fires
 * after 30 seconds, or when no call waits for the token any more. Null or undefined, as identity libraries answer when
 * nobody is signed in, fails the call with a CredentialError.
 */
export type TokenProvider = (request: {
  readonly forceRefresh: boolean;
  readonly signal: AbortSignal;
}) => Promise<string | null | undefined> | string | null | undefined;

/** A token and, when known, how long it lives from its receipt: the issuer's clock need not be ours. */
export interface IssuedToken {
  readonly token: string;
  readonly lifetimeMs: number | undefined;
}

/** A token this close to its end may be refused on arrival. */
const longestEarlyMs = 30_000;

/** A credential that never changes: an API key, an agent key or a token without a provider. */
export function staticToken(token: string): TokenSource {
  return { held: () => token, obtain: async () => token };
}

/** A source that always fails, for a kind of credential that cannot be used there; `detail` says which one can. */
export function refusedSource(detail: string): TokenSource {
  return { held: () => undefined, obtain: async () => Promise.reject(credentialError(detail)) };
}

/** The same source for one organization: a token of another one is refused before anything is sent. */
export function pinnedToken(source: TokenSource, organization: string): TokenSource {
  const { renewable = false, sends = false } = source;
  let accepted: string | undefined;
  const check = <Token extends string | undefined>(token: Token): Token => {
    if (token !== undefined && token !== accepted) assertTenant(token, organization);
    accepted = token;
    return token;
  };
  return {
    renewable,
    sends,
    held: () => check(source.held()),
    obtain: async (signal, stale) => check(await source.obtain(signal, stale)),
  };
}

/** Asks an issuer for a token. */
type Issue = (forceRefresh: boolean, signal: AbortSignal) => Promise<IssuedToken>;

/** A renewal under way, shared by `waiting` callers. */
interface Renewal {
  readonly token: Promise<string>;
  readonly abandoned: AbortController;
  waiting: number;
}

/** An issuer that has not answered by then never will; calls with a longer limit start a new request. */
export const renewalTimeoutMs = 30_000;

/**
 * Keeps one token and renews it shortly before it ends, or when it is refused. Concurrent callers share one request to
 * the issuer: ten parallel 401s cost one refresh.
 */
export class RenewedToken implements TokenSource {
  readonly renewable = true;
  readonly #issue: Issue;
  #current: { readonly token: string; readonly renewAtMs: number } | undefined;
  #pending: Renewal | undefined;

  constructor(
    issue: Issue,
    readonly sends = false,
    readonly timeoutMs = renewalTimeoutMs,
  ) {
    this.#issue = issue;
  }

  held(): string | undefined {
    const current = this.#current;
    return current && Date.now() < current.renewAtMs ? current.token : undefined;
  }

  async obtain(signal: AbortSignal, stale?: string): Promise<string> {
    const current = this.#current;
    // Another call was refused with the same token first and has already replaced it.
    if (current && stale !== undefined && current.token !== stale) return current.token;
    const renewal = (this.#pending ??= this.#begin(current !== undefined));
    renewal.waiting += 1;
    const leave = () => {
      renewal.waiting -= 1;
      if (renewal.waiting > 0) return;
      // Dropped as well as aborted, since a provider may ignore its signal and hang forever.
      if (this.#pending === renewal) this.#pending = undefined;
      renewal.abandoned.abort();
    };
    signal.addEventListener("abort", leave, { once: true });
    return renewal.token.finally(() => signal.removeEventListener("abort", leave));
  }

  #begin(forceRefresh: boolean): Renewal {
    const abandoned = new AbortController();
    const { timeoutMs } = this;
    const limits = {
      timeoutMs,
      limit: "the limit of a token request",
      limitMs: timeoutMs,
      during: "waiting for a token",
      signal: abandoned.signal,
      attempts: 0,
    };
    const token = within(limits, (signal) => this.#issue(forceRefresh, signal))
      .then((issued) => {
        const { lifetimeMs = Number.POSITIVE_INFINITY } = issued;
        const earlyMs = Math.min(longestEarlyMs, lifetimeMs / 5);
        this.#current = { token: issued.token, renewAtMs: Date.now() + lifetimeMs - earlyMs };
        // Whoever waits uses it, however short its life.
        return issued.token;
      })
      .finally(() => {
        if (this.#pending === renewal) this.#pending = undefined;
      });
    const renewal: Renewal = { token, abandoned, waiting: 0 };
    return renewal;
  }
}

/**
 * Reads how long a JWT lives from its claims; opaque tokens are used until they are refused. What is left of it is counted by
 * the server's clock once an answer has told it, whole lives from `iat` to `exp`: this device's clock may be years off.
 *
 * @param serverNowMs - Milliseconds since the epoch by the server, when known.
 */
export function issuedByProvider(token: string, serverNowMs: number | undefined): IssuedToken {
  const { exp = Number.NaN, iat } = claimsOf(token) ?? {};
  const endsMs = Number(exp) * 1_000;
  const leftMs = endsMs - (serverNowMs ?? Date.now());
  const wholeMs = typeof iat === "number" ? endsMs - iat * 1_000 : leftMs;
  // An end in the past says only that clocks differ, a proxy's perhaps: the server decides.
  const lifetimeMs = serverNowMs !== undefined && leftMs > 0 ? Math.min(leftMs, wholeMs) : wholeMs;
  return { token, lifetimeMs: lifetimeMs > 0 ? lifetimeMs : undefined };
}

/**
 * Why a credential cannot be sent, without repeating it; undefined when it can.
 *
 * @param isKey - It was given as `apiKey`; else as a token.
 */
export function credentialFault(credential: unknown, isKey: boolean): string | undefined {
  // Plain JavaScript, and providers that answer null when nobody is signed in.
  if (typeof credential !== "string") return `is ${credential === null ? "null" : typeof credential}`;
  if (!/^[\x21-\x7e]+$/.test(credential)) return "is empty or holds characters that no HTTP header can carry";
  if (!isKey) {
    if (!/^(?:sk|agt)_/.test(credential)) return undefined;
    return "is an API key; give it as apiKey, which opens REST and Convex";
  }
  if (/^eyJ[^.]*\./.test(credential)) return "is a JWT; give it as token, or have it renewed by getToken";
  return credential.startsWith("enr_")
    ? "is an enrolment token, which only opens agents.enroll; give it as token"
    : undefined;
}

/**
 * The token that a provider gave, when it can be sent.
 *
 * @throws {CredentialError} that does not repeat it.
 */
export function checkedToken(token: unknown): string {
  const fault = credentialFault(token, false);
  if (typeof token === "string" && fault === undefined) return token;
  const advice = typeof token === "string" ? "" : "; sign in first, or call without a credential what is public";
  throw credentialError(`what getToken gave ${fault}${advice}`);
}

function credentialError(detail: string): CredentialError {
  return new CredentialError({ code: "unauthenticated", title: "There is no usable credential", detail });
}
