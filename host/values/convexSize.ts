import { Buffer } from "node:buffer";
import { isJsonObject, parseJson } from "../json";
import { specialPayload, specialTagOf } from "./convexJson";
import type { ConvexJson, ConvexJsonObject } from "./convexJson";

const numberBytes = 9;
const delimiterBytes = 2;
/** `1,` are two characters of JSON for nine bytes of value; nothing encodes a byte in less text. */
const maxBytesPerCharacter = 4.5;

/**
 * The size of a value in bytes by Convex's formula, from its JSON encoding: numbers count 9, strings and bytes 2 more
 * than their content, arrays and objects 2 more than their parts, and every field name one more than its length.
 */
export function convexSizeBytes(value: ConvexJson): number {
  switch (typeof value) {
    case "string":
      return delimiterBytes + Buffer.byteLength(value);
    case "number":
      return numberBytes;
    case "boolean":
      return 1;
    default:
  }
  if (value === null) return 1;
  if (isJsonObject(value)) return objectSizeBytes(value);
  let size = delimiterBytes;
  for (const element of value) size += convexSizeBytes(element);
  return size;
}

function objectSizeBytes(value: ConvexJsonObject): number {
  switch (specialTagOf(value)) {
    case "$integer":
    case "$float":
    case "$commitTs":
      return numberBytes;
    case "$bytes":
      return delimiterBytes + Buffer.byteLength(specialPayload(value, "$bytes"), "base64");
    case "$undefined":
      return 0;
    case null: {
      let size = delimiterBytes;
      for (const name in value) size += Buffer.byteLength(name) + 1 + convexSizeBytes(value[name] ?? null);
      return size;
    }
  }
}

/** The most that {@link convexSizeBytes} can answer for JSON text of this length; what is below a limit needs no parsing. */
export function largestSizeBytes(textLength: number): number {
  return textLength * maxBytesPerCharacter + numberBytes;
}

/** The size of the value that JSON text encodes, or null when it cannot exceed the limit. */
export function sizeOverLimit(text: string, limitBytes: number): number | null {
  if (largestSizeBytes(text.length) <= limitBytes) return null;
  const sizeBytes = convexSizeBytes(parseJson(text));
  return sizeBytes > limitBytes ? sizeBytes : null;
}

/** A size as Convex prints it in messages: `16 MiB`, `1.5 KiB`. */
export function displaySize(sizeBytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(2))} ${units[unit] ?? ""}`;
}
