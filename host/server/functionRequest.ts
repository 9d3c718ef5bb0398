import type { JsonValue } from "../deployment";
import { isJsonObject, type JsonObject } from "../json";
import { badJsonBody } from "./jsonBody";
import { TransportError } from "./transportError";

/** How result values are written: losslessly, or as plain JSON with integers and bytes as strings. */
export type ValueFormat = "encoded" | "clean";

/**
 * The single arguments object of a call as Convex JSON text, from `args: {…}` or `args: [{…}]`.
 * @throws {TransportError} 400
 */
export function argsTextOf(args: JsonValue | undefined): string {
  if (args === undefined) throw badJsonBody("missing field `args`");
  const single = Array.isArray(args) && args.length === 1 ? args[0] : args;
  if (!isJsonObject(single)) {
    throw new TransportError(400, "InvalidArguments", "`args` must be an object, or an array that holds one object.");
  }
  return JSON.stringify(single);
}

/** @throws {TransportError} 400 when the field is missing or not a string. */
export function textField(body: JsonObject, field: string): string {
  const value = body[field];
  if (typeof value !== "string") throw badJsonBody(`field \`${field}\` must be a string`);
  return value;
}

/**
 * The value format a request asks for; Convex also accepts the older names of both.
 * @throws {TransportError} 400 for an unknown format.
 */
export function valueFormatOf(format: JsonValue | undefined, fallback: ValueFormat): ValueFormat {
  if (format === undefined || format === null) return fallback;
  if (format === "convex_encoded_json" || format === "convex_json") return "encoded";
  if (format === "json" || format === "convex_clean_json") return "clean";
  throw new TransportError(400, "BadFormat", `format must be one of [\`json\`]. Got ${JSON.stringify(format)}`);
}

/** Timestamps travel as base64 of an unsigned 64-bit little-endian number of nanoseconds. */
export function encodeTimestamp(timestamp: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(timestamp);
  return bytes.toString("base64");
}

/** @throws {TransportError} 400 when the text is not base64 of eight bytes. */
export function decodeTimestamp(text: string): bigint {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 8 || bytes.toString("base64") !== text) {
    throw new TransportError(400, "BadTimestamp", "`ts` must be the base64 text that /api/query_ts gave.");
  }
  return bytes.readBigUInt64LE();
}
