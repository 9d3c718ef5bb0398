import { Buffer } from "node:buffer";
import { isJsonObject } from "../json";
import { specialPayload, specialTagOf } from "./convexJson";
import type { ConvexJson } from "./convexJson";
import type { ValidatorJson } from "./validatorJson";

/** Writes a value as Convex writes it in validation messages: `1.0`, `5n`, `{name: "a"}`. */
export function displayValue(value: ConvexJson): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return displayFloat64(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (!isJsonObject(value)) return `[${value.map(displayValue).join(", ")}]`;
  switch (specialTagOf(value)) {
    case "$integer":
      return String(Buffer.from(specialPayload(value, "$integer"), "base64").readBigInt64LE());
    case "$float":
      return displayFloat64(Buffer.from(specialPayload(value, "$float"), "base64").readDoubleLE());
    case "$bytes":
      return `b"${Buffer.from(specialPayload(value, "$bytes"), "base64").toString("hex")}"`;
    case "$undefined":
      return "undefined";
    case "$commitTs":
      return "commitTs";
    case null:
      return `{${Object.keys(value)
        .sort()
        .map((name) => `${displayFieldName(name)}: ${displayValue(value[name] ?? null)}`)
        .join(", ")}}`;
  }
}

/** Writes a validator as the `v.…` expression that makes it. */
export function displayValidator(json: ValidatorJson): string {
  switch (json.type) {
    case "number":
      return "v.float64()";
    case "bigint":
      return "v.int64()";
    case "null":
    case "boolean":
    case "string":
    case "bytes":
    case "any":
    case "commitTs":
      return `v.${json.type}()`;
    case "id":
      return `v.id("${json.tableName}")`;
    case "literal":
      return `v.literal(${isJsonObject(json.value) ? "<bigint>" : displayValue(json.value)})`;
    case "array":
      return `v.array(${displayValidator(json.value)})`;
    case "record":
      return `v.record(${displayValidator(json.keys)}, ${displayValidator(json.values.fieldType)})`;
    case "union":
      return `v.union(${json.value.map(displayValidator).join(", ")})`;
    case "object":
      return `v.object({${Object.entries(json.value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, field]) => {
          const type = displayValidator(field.fieldType);
          return `${displayFieldName(name)}: ${field.optional ? `v.optional(${type})` : type}`;
        })
        .join(", ")}})`;
  }
}

function displayFieldName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}

function displayFloat64(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "Infinity";
  if (value === -Infinity) return "-Infinity";
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value);
}
