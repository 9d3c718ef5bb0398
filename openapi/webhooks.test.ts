import { expect, it } from "vitest";
import { eventTypes } from "../convex/core/records/events";
import { tableMetadata } from "../convex/core/schema/tableMetadata";
import { openApiDocument } from "./document";
import { isObject } from "./json";
import { registry } from "./registry";
import type { TableMetadata } from "../convex/core/schema/table";

const document = openApiDocument(registry);

it("describes every event, with a payload of its own", () => {
  const webhooks = Object(document["webhooks"]);
  expect(Object.keys(webhooks).sort()).toEqual([...eventTypes()].sort());
  for (const [type, { post }] of Object.entries<{ post: object }>(webhooks)) {
    const { schema, example } = Object(post).requestBody.content["application/json"];
    expect(schema.$ref, type).toMatch(/^#\/components\/schemas\/[A-Za-z]+Event$/);
    expect(example).toMatchObject({ type, data: { id: expect.any(String) } });
  }
});

it("shows of a row what it is told of, and no more", () => {
  const schemas = Object(document["components"])["schemas"];
  const metadata: readonly TableMetadata[] = Object.values(tableMetadata);
  for (const { noun, secret } of metadata.filter(({ events }) => events.length > 0)) {
    const row: unknown = schemas[noun.charAt(0).toUpperCase() + noun.slice(1)];
    const properties = isObject(row) ? Object.keys(Object(row["properties"])) : [];
    expect(properties).toContain("id");
    expect(properties.filter((field) => secret.includes(field))).toEqual([]);
  }
});
