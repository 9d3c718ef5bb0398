import { maximumFileBytes } from "../convex/platform/tables";
import { headersOf } from "./headers";
import type { JsonObject } from "./json";

/** Bytes of whatever they are. */
const bytes = { type: "string", format: "binary" } as const;

/** The body of an operation that takes bytes. */
export function bytesBody(maximumBytes: number): JsonObject {
  const description =
    "The bytes as they are. Any `Content-Type` may be sent with them; it is held against the purpose.";
  const schema = { ...bytes, description, maxLength: maximumBytes };
  return { required: true, content: { "application/octet-stream": { schema } } };
}

/** The answers of an operation that sends a stored file. */
export function fileAnswers(commonHeaders: JsonObject): Record<string, JsonObject> {
  const content = {
    "*/*": { schema: { ...bytes, description: "The bytes of the file.", maxLength: maximumFileBytes } },
  };
  const headers = { ...commonHeaders, ...headersOf("ETag", "Content-Disposition") };
  const location = {
    required: true,
    description: "The storage's own address of the file.",
    schema: { type: "string", format: "uri", maxLength: 2048 },
    example: "https://convex.example.com/api/storage/0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
  };
  return {
    "200": { description: "The file.", headers, content },
    "206": { description: "A part of the file.", headers: { ...headers, ...headersOf("Content-Range") }, content },
    "302": { description: "The file is too large to be sent from here.", headers: { ...headers, Location: location } },
    "304": { $ref: "#/components/responses/NotModified" },
  };
}
