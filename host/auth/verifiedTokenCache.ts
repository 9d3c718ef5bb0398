import type { UserIdentity } from "../deployment";
import { RecentMap } from "../recentMap";

interface CachedToken {
  readonly identity: UserIdentity;
  readonly validUntilMs: number;
}

/** Longer tokens are verified every time, which bounds the memory of the cache to `maxEntries` times this length. */
const maxCachedTokenLength = 4096;

/**
 * Remembers the identities of verified tokens by their exact text. Only tokens whose signature was checked come in, so
 * hostile traffic cannot push entries out.
 */
export class VerifiedTokenCache {
  readonly #tokens: RecentMap<CachedToken>;

  /** @param maxEntries how many tokens are remembered at most */
  constructor(maxEntries: number) {
    this.#tokens = new RecentMap(maxEntries);
  }

  /** The identity of a token that is still valid at `nowMs` (milliseconds since the epoch). */
  get(token: string, nowMs: number): UserIdentity | undefined {
    const entry = this.#tokens.get(token);
    return entry !== undefined && nowMs < entry.validUntilMs ? entry.identity : undefined;
  }

  /** Keeps a verified token until `validUntilMs`, the earlier of its expiry and the next look at its keys. */
  set(token: string, identity: UserIdentity, validUntilMs: number): void {
    if (token.length <= maxCachedTokenLength) this.#tokens.set(token, { identity, validUntilMs });
  }

  /** Forgets every verified token, for when the providers have changed. */
  clear(): void {
    this.#tokens.clear();
  }
}
