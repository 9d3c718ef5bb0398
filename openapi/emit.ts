import { openApiDocument } from "./document";
import { registry } from "./registry";

/** The text of `openapi/openapi.json`. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(registry), null, 2)}\n`;
}
