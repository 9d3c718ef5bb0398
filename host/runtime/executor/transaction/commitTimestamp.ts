import { Buffer } from "node:buffer";
import type { ConvexJson } from "../../../values/convexJson";
import { parseJson } from "../../../json";

/** How `db.vars.commitTs` stands in Convex JSON. Quotes inside a string are escaped, so no string holds this text. */
const commitTsPlaceholder = '{"$commitTs":null}';
const largestInt64 = (1n << 63n) - 1n;

/** Tells whether JSON text holds a commit timestamp that is not known yet. */
export function holdsCommitTs(text: string): boolean {
  return text.includes(commitTsPlaceholder);
}

/** Replaces every placeholder in JSON text by the commit timestamp, nanoseconds since the epoch. */
export function resolveCommitTs(text: string, timestamp: bigint): string {
  return holdsCommitTs(text) ? text.replaceAll(commitTsPlaceholder, int64Text(timestamp)) : text;
}

/** The value as its own transaction compares it: a commit timestamp that is not known yet lies after every other. */
export function beforeCommit(value: ConvexJson): ConvexJson {
  if (typeof value !== "object" || value === null) return value;
  const text = JSON.stringify(value);
  return holdsCommitTs(text) ? parseJson(resolveCommitTs(text, largestInt64)) : value;
}

/** The Convex JSON of an Int64. */
export function int64Text(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return `{"$integer":"${bytes.toString("base64")}"}`;
}
