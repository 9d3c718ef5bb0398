import { openApiDocument } from "./document";
import { isObject } from "./json";
import { registry } from "./registry";

/** The text of `openapi/openapi.json`. */
export function openApiText(): string {
  return `${textOf(openApiDocument(registry), "")}\n`;
}

/** JSON with one field a line, and lists of plain values on one: codes and enums are read across. */
function textOf(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const isPlain = value.every((element) => typeof element !== "object" || element === null);
    if (isPlain) return `[${value.map((element) => JSON.stringify(element)).join(", ")}]`;
    return `[\n${value.map((element) => inner + textOf(element, inner)).join(",\n")}\n${indent}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, field]) => `${inner}${JSON.stringify(name)}: ${textOf(field, inner)}`,
  );
  return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n${indent}}`;
}
