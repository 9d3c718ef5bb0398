import { parseJson } from "../../json";
import type { JsonValue } from "../../deployment";

/**
 * What the function that returned last on this thread was encoded from: Convex's library hands over the text alone, and
 * parsing it again to validate it is a twelfth of a page's price. The text decides whose value it is, so it does not matter
 * which function wrote in between.
 */
class LastResult {
  #text: string | null = null;
  #value: unknown = null;

  /** Takes note of what a text was written from. */
  note(text: string, value: unknown): void {
    this.#text = text;
    this.#value = value;
  }

  /** The value that the text encodes: the one that was noted for it, or else the text parsed. */
  take(text: string): JsonValue {
    const value = this.#text === text ? asWritten(this.#value) : parseJson(text);
    this.#text = null;
    this.#value = null;
    return value;
  }
}

/** Only `uncopiedJson.ts` takes notes: of what `JSON.stringify` has just written, in the encoding of Convex. */
function asWritten(value: unknown): JsonValue {
  return value as JsonValue;
}

/** Of this thread, whichever deployment the function belongs to. */
export const lastResult = new LastResult();
