import type { FunctionOutcome, JsonValue } from "../deployment";
import { isJsonObject, parseJson } from "../json";
import type { ValueFormat } from "./functionRequest";

/**
 * The response body of a function call. Function errors are HTTP 200 on Convex; `logLines` is left out when empty, and
 * `redactErrors` drops error messages and log lines but never `errorData`.
 */
export function outcomeText(
  outcome: FunctionOutcome,
  format: ValueFormat,
  requestId: string,
  redactErrors: boolean,
): string {
  const logLines =
    redactErrors || outcome.logLines.length === 0 ? "" : `,"logLines":${JSON.stringify(outcome.logLines)}`;
  if (outcome.status === "success") {
    return `{"status":"success","value":${valueText(outcome.valueText, format)}${logLines}}`;
  }
  const detail = redactErrors ? "" : `\n${outcome.errorMessage}`;
  const errorMessage = JSON.stringify(`[Request ID: ${requestId}] Server Error${detail}`);
  const errorData =
    outcome.errorDataText === undefined ? "" : `,"errorData":${valueText(outcome.errorDataText, format)}`;
  return `{"status":"error","errorMessage":${errorMessage}${errorData}${logLines}}`;
}

// Only `$integer`, `$float` and `$bytes` objects differ between the formats; all other text is spliced as it is.
function valueText(encoded: string, format: ValueFormat): string {
  return format === "encoded" || !encoded.includes('"$') ? encoded : JSON.stringify(cleanValue(parseJson(encoded)));
}

function cleanValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(cleanValue);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && typeof only[1] === "string") {
    const [key, encoded] = only;
    if (key === "$integer") return Buffer.from(encoded, "base64").readBigInt64LE().toString();
    if (key === "$bytes") return encoded;
    if (key === "$float") return cleanFloat(Buffer.from(encoded, "base64").readDoubleLE());
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, cleanValue(inner)]));
}

/** NaN and the infinities are strings; negative zero has no clean form and becomes zero. */
function cleanFloat(value: number): JsonValue {
  return Number.isFinite(value) ? value : String(value);
}
