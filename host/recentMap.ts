/**
 * A bounded map that forgets what was not used lately. Least recently used by generations: what was used since the last
 * turn is in `recent`, what was not is dropped at the next. A hit then costs one lookup, where keeping an exact order
 * would rewrite the map every time.
 */
export class RecentMap<Value> {
  readonly #maxRecent: number;
  #recent = new Map<string, Value>();
  #older = new Map<string, Value>();

  /** @param maxEntries bounds both generations together */
  constructor(maxEntries: number) {
    this.#maxRecent = Math.max(1, Math.floor(maxEntries / 2));
  }

  /** The value under the key, which counts as used. */
  get(key: string): Value | undefined {
    const value = this.#recent.get(key);
    if (value !== undefined) return value;
    const older = this.#older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  /** Keeps a value; a full generation becomes the older one. */
  set(key: string, value: Value): void {
    if (this.#recent.size >= this.#maxRecent) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, value);
  }

  /** Forgets everything. */
  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }
}
