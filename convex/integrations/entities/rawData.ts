import * as z from "zod";
import { canonicalJson } from "../../core/wire/canonicalJson";
import { isNestedDeeper } from "../../core/wire/jsonDepth";
import { InexactNumber, isExactJson } from "../../core/wire/exactNumbers";
import { jsonTextOf } from "../../core/wire/jsonText";
import { sha256Hex } from "../../core/wire/secrets";
import { described } from "../../core/schema/fields";
import { maximumRawBytes } from "../tables";

/** Far beyond what systems send, and far from where recursion ends. */
export const maximumRawDepth = 200;

/** What is wrong with raw data, below it. */
interface RawFault {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

/**
 * Raw data as a request has it: JSON text, which is kept byte for byte, or an object or array, which is kept as JSON text that says
 * the same. Convex holds no names with `$` in front or beyond ASCII and few levels; text holds whatever a system sends.
 */
export function rawDataInput() {
  const form = z.union([z.string(), z.record(z.string(), z.any()), z.array(z.any())]);
  described(
    form,
    `What the connected system itself says: its JSON as text, which is kept byte for byte and counts as one value of the body, or as an object or array. ${maximumRawBytes} bytes at most, ${maximumRawDepth} levels deep.`,
    '{"id":4711,"name":"PC-RECEPTION","$type":"Workstation"}',
  );
  return form.transform((given, context): string => {
    const result = rawTextOf(given);
    if (typeof result === "string") return result;
    const { path, code, message } = result;
    context.addIssue({ code: "custom", path: [...path], message, params: { code } });
    return z.NEVER;
  });
}

/** The JSON text to keep of what was sent, or what is wrong with it. */
export function rawTextOf(given: unknown): string | RawFault {
  if (typeof given !== "string") {
    const fault = valueFault(given, []);
    return fault ?? sized(jsonTextOf(given));
  }
  if (!given.isWellFormed()) return { path: [], code: "invalid_text", message: "Text must be well-formed Unicode." };
  if (isNestedDeeper(given, maximumRawDepth)) return tooDeep([]);
  try {
    JSON.parse(given);
  } catch {
    return { path: [], code: "invalid_json", message: "This is no JSON text; send text as JSON, in its quotes." };
  }
  return sized(given);
}

function sized(text: string): string | RawFault {
  const sizeBytes = new TextEncoder().encode(text).length;
  if (sizeBytes <= maximumRawBytes) return text;
  const message = `It may take ${maximumRawBytes} bytes at most; it takes ${sizeBytes}.`;
  return { path: [], code: "too_big", message };
}

function tooDeep(path: RawFault["path"]): RawFault {
  return { path: path.slice(0, 8), code: "too_deep", message: `JSON may be nested ${maximumRawDepth} levels deep.` };
}

/** What JSON text of a value would not say as it was sent. */
function valueFault(value: unknown, path: RawFault["path"]): RawFault | undefined {
  if (path.length > maximumRawDepth) return tooDeep(path);
  if (value instanceof InexactNumber) return { path, code: "inexact_number", message: value.message };
  if (typeof value !== "object" || value === null) return undefined;
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [name, part] of inner) {
    const fault = valueFault(part, [...path, name]);
    if (fault) return fault;
  }
  return undefined;
}

/**
 * The hash by which a change is told, over the canonical JSON of normalized data, raw data and site. Raw data with a number that
 * a double would round counts by its text: another number must be another hash.
 */
export function dataHashOf(known: {
  readonly rawData: string;
  readonly normalizedData: unknown;
  readonly siteId?: string | undefined;
}): Promise<string> {
  const { rawData, normalizedData, siteId } = known;
  const raw = isExactJson(rawData) ? canonicalJson(JSON.parse(rawData)) : rawData;
  const site = siteId === undefined ? "" : `,"siteId":${JSON.stringify(siteId)}`;
  return sha256Hex(`{"normalized":${canonicalJson(normalizedData)},"raw":${raw}${site}}`);
}

/** UTF-8 bytes of a text. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
