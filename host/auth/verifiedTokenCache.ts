import type { UserIdentity } from "../deployment";

interface CachedToken {
  readonly identity: UserIdentity;
  readonly validUntilMs: number;
}

/** Longer tokens are verified every time, which bounds the memory of the cache to `maxEntries` times this length. */
const maxCachedTokenLength = 4096;

/**
 * Remembers the identities of verified tokens by their exact text. Only tokens whose signature was checked come in, so
 * hostile traffic cannot push entries out.
 *
 * Least recently used by generations: what was used since the last turn is in `recent`, what was not is dropped at the
 * next. A hit then costs one lookup, where keeping an exact order would rewrite the map every time.
 */
export class VerifiedTokenCache {
  readonly #maxRecent: number;
  #recent = new Map<string, CachedToken>();
  #older = new Map<string, CachedToken>();

  /** @param maxEntries bounds both generations together */
  constructor(maxEntries: number) {
    this.#maxRecent = Math.max(1, Math.floor(maxEntries / 2));
  }

  /** The identity of a token that is still valid at `nowMs` (milliseconds since the epoch). */
  get(token: string, nowMs: number): UserIdentity | undefined {
    let entry = this.#recent.get(token);
    if (entry === undefined) {
      entry = this.#older.get(token);
      if (entry === undefined) return undefined;
      this.#add(token, entry);
    }
    return nowMs < entry.validUntilMs ? entry.identity : undefined;
  }

  /** Keeps a verified token until `validUntilMs`, the earlier of its expiry and the next look at its keys. */
  set(token: string, identity: UserIdentity, validUntilMs: number): void {
    if (token.length <= maxCachedTokenLength) this.#add(token, { identity, validUntilMs });
  }

  /** Forgets every verified token, for when the providers have changed. */
  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }

  #add(token: string, entry: CachedToken): void {
    if (this.#recent.size >= this.#maxRecent) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(token, entry);
  }
}
