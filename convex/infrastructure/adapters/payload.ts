import { isJsonObject } from "../../core/wire/unknownJson";
import { maximumPayloadBytes } from "../tables";
import type { JsonObject } from "../../core/wire/unknownJson";

/**
 * What is kept of a provider's objects. `true` keeps a value, or a list of values, and never an object: where a provider turns a field into
 * one, nothing of it is stored. Named fields keep an object's, or those of each object of a list.
 */
export interface KeptFields {
  readonly [field: string]: true | KeptFields;
}

/** A note is no place for a certificate. */
const longestText = 1000;
const longestList = 200;

/** The JSON text of the fields that are kept, in their order and as far as all of it may be long. */
export function payloadOf(row: JsonObject, keeps: KeptFields): string {
  const encoder = new TextEncoder();
  const parts: string[] = [];
  let bytes = "{}".length;
  for (const [name, value] of Object.entries(keptOf(row, keeps))) {
    const part = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
    const more = encoder.encode(part).length + ",".length;
    if (bytes + more > maximumPayloadBytes) continue;
    bytes += more;
    parts.push(part);
  }
  return `{${parts.join(",")}}`;
}

function keptOf(row: JsonObject, keeps: KeptFields): JsonObject {
  const kept = Object.entries(keeps).flatMap(([name, inner]): [string, unknown][] => {
    const value = Object.hasOwn(row, name) ? keptValue(row[name], inner) : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(kept);
}

function keptValue(value: unknown, keeps: true | KeptFields): unknown {
  if (!Array.isArray(value)) return keptSingle(value, keeps);
  const items: readonly unknown[] = value.slice(0, longestList);
  return items.map((item) => keptSingle(item, keeps)).filter((item) => item !== undefined);
}

function keptSingle(value: unknown, keeps: true | KeptFields): unknown {
  if (keeps !== true) return isJsonObject(value) ? keptOf(value, keeps) : undefined;
  const isShort = typeof value === "string" && value.length <= longestText;
  return isShort || typeof value === "number" || typeof value === "boolean" || value === null ? value : undefined;
}
