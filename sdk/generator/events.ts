import { byText, type OpenApiDocument } from "./document";

/**
 * The events that webhooks are told of, by their type.
 *
 * @throws {Error} when the payload of an event has no schema with a name.
 */
export function eventTypes(document: OpenApiDocument): string {
  const events = document.webhooks().toSorted(([a], [b]) => byText(a, b));
  const models = [...new Set(events.map(([, model]) => model))].toSorted(byText);
  const imports =
    models.length === 0
      ? ""
      : `import type {\n${models.map((model) => `  ${model},\n`).join("")}} from "./models";\n\n`;
  return `${imports}/** What webhooks are told, by the type of the event. */
export interface EventsByType {
${events.map(([type, model]) => `  ${JSON.stringify(type)}: ${model};`).join("\n")}
}
`;
}
