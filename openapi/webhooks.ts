import { capitalized } from "../convex/core/resources/words";
import { tableMetadata } from "../convex/core/schema/tableMetadata";
import { exampleId, exampleTimeMs } from "./exampleValues";
import { pascalCase } from "./json";
import { idSchema } from "./schemas";
import { tagOf } from "./tags";
import type { SchemaComponents } from "./schemas";
import type { EventRule, TableMetadata } from "../convex/core/schema/table";
import type { JsonObject } from "./json";

const eventId = "evt_0d9f6f0e8c1f4f5b9a552f1f7a1f4d3c";

/** What is sent to webhook endpoints, an event each: the document's `webhooks`, by event type. */
export function webhookItems(schemas: SchemaComponents): JsonObject {
  const metadata: readonly TableMetadata[] = Object.values(tableMetadata);
  const items = metadata.flatMap(({ noun, events }) => {
    const row = capitalized(noun);
    // A part of the operations is described with the events of what they answer with.
    if (!Object.hasOwn(schemas.schemas, row)) return [];
    return events.map((rule) => [rule.type, { post: webhookOf(rule, row, schemas) }]);
  });
  return Object.fromEntries(items);
}

function webhookOf(rule: EventRule, row: string, schemas: SchemaComponents): JsonObject {
  const { type, description: what } = rule;
  const name = `${pascalCase(type.replaceAll(".", "_"))}Event`;
  const schema = schemas.define(name, {
    type: "object",
    description: `${what} The body of a delivery.`,
    properties: {
      id: {
        type: "string",
        maxLength: 64,
        description: "Id of the event, the same in every attempt and for every endpoint: `webhook-id`.",
      },
      type: { type: "string", const: type, description: "What happened." },
      createdAt: {
        type: "integer",
        format: "int64",
        minimum: 0,
        maximum: 8_640_000_000_000_000,
        description: "When it happened. Milliseconds since the epoch.",
      },
      organizationId: { ...idSchema, description: "The organization that it happened in." },
      data: dataOf(rule, row, schemas),
      omitted: {
        type: "array",
        description: "Fields of `data` that were left out because the body would have been too long.",
        items: { type: "string", maxLength: 64 },
      },
    },
    required: ["id", "type", "createdAt", "organizationId", "data"],
  });
  const data = schemas.example(dataOf(rule, row, schemas), `The event ${type}`);
  const head = { id: eventId, type, createdAt: exampleTimeMs, organizationId: exampleId("organizations") };
  return {
    tags: [tagOf("webhookEndpoints")],
    summary: what.replace(/\.$/, ""),
    description:
      "Sent to endpoints that want it, signed as Standard Webhooks has it (`webhook-id`, `webhook-timestamp`, `webhook-signature`). It may come more than once and in any order; its id tells.",
    security: [],
    parameters: ["WebhookId", "WebhookTimestamp", "WebhookSignature"].map((header) => ({
      $ref: `#/components/parameters/${header}`,
    })),
    requestBody: {
      description: what,
      required: true,
      content: { "application/json": { schema, example: { ...head, data } } },
    },
    responses: {
      "2XX": {
        description: "Taken. Anything else is sent again later; 410 says that the endpoint is gone, and disables it.",
      },
    },
  };
}

/** The row, with the list that the event adds to it: the same of all events that add the same. */
function dataOf({ adds }: EventRule, row: string, schemas: SchemaComponents): JsonObject {
  if (!adds) return { $ref: `#/components/schemas/${row}` };
  const { description, properties, required = [], ...rest } = Object(schemas.schemas[row]);
  const texts = Object.entries(adds.texts).map(([name, [says, example]]) => [
    name,
    { type: "string", maxLength: 256, examples: [example], description: says },
  ]);
  const list = {
    type: "array",
    description: "What it is about, at most fifty at once.",
    items: { type: "object", properties: Object.fromEntries(texts), required: Object.keys(adds.texts) },
  };
  return schemas.define(`${row}With${capitalized(adds.field)}`, {
    ...rest,
    description: `${description} With \`${adds.field}\` that something has happened to.`,
    properties: { ...properties, [adds.field]: list },
    required: [...required, adds.field],
  });
}

/** Request headers of deliveries. */
export const webhookParameters: Readonly<Record<string, JsonObject>> = {
  WebhookId: {
    name: "webhook-id",
    in: "header",
    required: true,
    description: "Id of the event. What has come before under it need not be worked on again.",
    schema: { type: "string", maxLength: 64 },
    example: eventId,
  },
  WebhookTimestamp: {
    name: "webhook-timestamp",
    in: "header",
    required: true,
    description: "When this attempt was sent, in seconds since the epoch.",
    schema: { type: "string", maxLength: 12 },
    example: "1768469400",
  },
  WebhookSignature: {
    name: "webhook-signature",
    in: "header",
    required: true,
    description:
      "`v1,` and the base64 of the HMAC-SHA256 of `<id>.<timestamp>.<body>`; two of them, with a space between, for a day after a rotation.",
    schema: { type: "string", maxLength: 256 },
    example: "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
  },
};
