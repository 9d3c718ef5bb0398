/** True for JSON objects; arrays and null are not records. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value when it is a string, else undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The start of a foreign text on one line, to be quoted in an error: of a page of HTML what a reader would see. */
export function excerpt(text: string): string | undefined {
  const start = text.trimStart().slice(0, 8_000);
  const seen = start.startsWith("<") ? start.replace(/<(style|script)\b[^]*?<\/\1>|<[^>]*>/gi, " ") : start;
  return (
    seen
      .replace(/[\s\p{C}]+/gu, " ")
      .trim()
      .slice(0, 200) || undefined
  );
}

/** Parses JSON; text that is not JSON (a proxy's error page) is returned as it is. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
