import { isRecord } from "./json";

const mask = "[redacted]";
/** Shorter literals would blank out ordinary words. */
const shortestSecret = 6;
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

  /** Remembers the credential the client was made with, so that it never leaves by value. */
  add(secret: string): void {
    this.#lasting.push(...spellings(secret));
  }

  /** Remembers a token from an issuer. Only the latest are kept: in a process that lives for years they would pile up. */
  addIssued(token: string): void {
    if (this.#recent.includes(token)) return;
    this.#recent.push(...spellings(token));
    this.#recent.splice(0, Math.max(0, this.#recent.length - 64));
  }

  /** The text without credentials. */
  text(text: string): string {
    let clean = text;
    for (const secret of [...this.#lasting, ...this.#recent]) clean = clean.replaceAll(secret, mask);
    return clean.replace(secretText, mask);
  }

  /** A deep copy without credentials, for log fields. */
  value(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (value instanceof Error) return this.text(`${value.name}: ${value.message}`);
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [
        this.text(name),
        secretField.test(name) ? mask : this.value(field),
      ]),
    );
  }
}

/** How a credential reads in a text, in a query, in a path and inside a JSON string. */
function spellings(secret: string): string[] {
  if (secret.length < shortestSecret) return [];
  const inQuery = new URLSearchParams({ "": secret }).toString().slice(1);
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, inQuery, encodeURIComponent(secret), inJson])];
}
