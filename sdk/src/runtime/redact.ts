import { asText, isRecord } from "./json";

const mask = "[redacted]";
/** Shorter literals would blank out ordinary words. */
export const shortestSecret = 6;
const secretField = /authorization|cookie|token|secret|password|credential|api-?key/i;
const secretText =
  /\b(?:sk|agt|enr|whsec)_[\w.~+/=-]+|\beyJ[\w-]*\.[\w-]+(?:\.[\w-]*)?|\b(?:Bearer|Basic)\s+[^\s"',]+/gi;

/**
 * Removes credentials from anything that is logged or put into an error: every credential this client has held, by
 * value, and whatever looks like one, by shape or by field name.
 */
export class Redactor {
  readonly #lasting: string[] = [];
  readonly #recent: string[] = [];

  /** Remembers the credential the client was made with, so that no text quotes it. */
  addLasting(secret: string): void {
    this.#lasting.push(...spellings(secret));
  }

  /** Remembers a token from an issuer. Only the latest are kept: in a process that lives for years they would pile up. */
  addIssued(token: string): void {
    if (this.#recent.includes(token)) return;
    this.#recent.push(...spellings(token));
    this.#recent.splice(0, Math.max(0, this.#recent.length - 64));
  }

  /** The text without credentials, and without `more`: values of headers whose sense is not known here. */
  cleanText(text: string, more: readonly string[] = []): string {
    let clean = text;
    for (const secret of [...this.#lasting, ...this.#recent, ...more]) clean = clean.replaceAll(secret, mask);
    return clean.replace(secretText, mask);
  }

  /** The error itself when none of its texts holds a credential; else its name, code and message without them. */
  cleanError(error: unknown, more: readonly string[]): unknown {
    if (!(error instanceof Error)) return this.cleanValue(error);
    if (textsOf(error).every((text) => this.cleanText(text, more) === text)) return error;
    const copy = new Error(this.cleanText(error.message, more));
    copy.name = this.cleanText(error.name, more);
    const code = "code" in error ? asText(error.code) : undefined;
    return code === undefined ? copy : Object.assign(copy, { code: this.cleanText(code, more) });
  }

  /** A deep copy without credentials, for log fields. */
  cleanValue(value: unknown): unknown {
    if (typeof value === "string") return this.cleanText(value);
    if (Array.isArray(value)) return value.map((item) => this.cleanValue(item));
    if (value instanceof Error) return this.cleanText(`${value.name}: ${value.message}`);
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [
        this.cleanText(name),
        secretField.test(name) ? mask : this.cleanValue(field),
      ]),
    );
  }
}

/** Every text that printing an error would show. */
function textsOf(value: unknown, depth = 0): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > 4) return [];
  // Not only the enumerable ones: message, stack, cause and errors are hidden from Object.values.
  const fields = Object.values(Object.getOwnPropertyDescriptors(value)).map((field): unknown => field.value);
  const stack = value instanceof Error ? [value.name, value.message, value.stack ?? ""] : [];
  return [...stack, ...fields.flatMap((field) => textsOf(field, depth + 1))];
}

/** How a credential reads in a text, in a query, in a path and inside a JSON string. */
function spellings(secret: string): string[] {
  if (secret.length < shortestSecret) return [];
  const inQuery = new URLSearchParams({ "": secret }).toString().slice(1);
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, inQuery, encodeURIComponent(secret), inJson])];
}
