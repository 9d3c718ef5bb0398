import { createHash } from "node:crypto";

const digits = "0123456789abcdefghjkmnpqrstvwxyz";

/** A row id as it might be: always the same for a table, so that one example refers to another. */
export function exampleId(table: string): string {
  const bytes = createHash("sha256").update(table).digest();
  return Array.from({ length: 32 }, (_, at) => digits[(bytes[at] ?? 0) % 32]).join("");
}

/** The time that examples show where their field shows none of its own. */
export const exampleTimeMs = Date.UTC(2026, 0, 15, 9, 30);

/** The greatest time there is; only times are bounded by it. */
export const latestTimeMs = 8_640_000_000_000_000;

const formats: Readonly<Record<string, string>> = {
  email: "dana.okoye@example.com",
  uri: "https://example.com/north-wind",
  ipv4: "203.0.113.7",
  ipv6: "2001:db8::7",
  uuid: "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
  "date-time": "2026-01-15T09:30:00Z",
};

/** A text of a format; undefined where only the field itself knows one. */
export function exampleText(format: unknown): string | undefined {
  return formats[String(format)];
}

/** A number within bounds. */
export function exampleNumber(minimum: number, maximum: number): number {
  return Math.min(Math.max(maximum === latestTimeMs ? exampleTimeMs : 3, minimum), maximum);
}

/** A credential with its prefix, plainly none that anybody was issued. */
export function exampleCredential(prefix: string): string {
  return `${prefix}${"Example".repeat(7).slice(0, 43)}`;
}
