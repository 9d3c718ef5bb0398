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
  readonly #secrets = new Set<string>();

  /** Remembers a credential, so that it never leaves by value. */
  add(secret: string): void {
    if (secret.length < shortestSecret || this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    // Refreshed tokens would pile up in a process that lives for years; old ones have expired.
    if (this.#secrets.size > 32) {
      const [oldest] = this.#secrets;
      if (oldest !== undefined) this.#secrets.delete(oldest);
    }
  }

  /** The text without credentials. */
  text(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, mask);
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
