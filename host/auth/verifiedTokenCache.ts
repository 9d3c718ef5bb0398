import type { UserIdentity } from "../deployment";

interface CachedToken {
  readonly identity: UserIdentity;
  readonly validUntilMs: number;
}

/** Longer tokens are verified every time, which bounds the memory of the cache to `maxEntries` times this length. */
const maxCachedTokenLength = 4096;

/**
 * Remembers the identities of verified tokens by their exact text, least recently used first out. Only tokens whose
 * signature was checked come in, so hostile traffic cannot push entries out.
 */
export class VerifiedTokenCache {
  readonly #entries = new Map<string, CachedToken>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The identity of a token that is still valid at `nowMs` (milliseconds since the epoch). */
  get(token: string, nowMs: number): UserIdentity | undefined {
    const entry = this.#entries.get(token);
    if (entry === undefined) return undefined;
    this.#entries.delete(token);
    if (nowMs >= entry.validUntilMs) return undefined;
    this.#entries.set(token, entry);
    return entry.identity;
  }

  /** Keeps a verified token until `validUntilMs`, the earlier of its expiry and the next look at its keys. */
  set(token: string, identity: UserIdentity, validUntilMs: number): void {
    if (token.length > maxCachedTokenLength) return;
    this.#entries.delete(token);
    this.#entries.set(token, { identity, validUntilMs });
    if (this.#entries.size <= this.#maxEntries) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  clear(): void {
    this.#entries.clear();
  }
}
