import * as z from "zod";
import { invalidField, ProblemError } from "../wire/errors";
import { InexactNumber } from "../wire/exactNumbers";
import { maximumNameCharacters, shownName } from "../wire/fieldNames";
import type { ProblemFault } from "../wire/errors";
import type { Fields } from "../schema/table";

/** More faults than this are counted but not listed: a body may hold a hundred thousand unknown fields. */
const maximumListedFaults = 100;
const maximumPointerCharacters = 16_384;

const compiled = new WeakMap<Fields, z.ZodType<Record<string, unknown>>>();

/**
 * Parses `input` by `shape`, unknown fields refused.
 * @throws {ProblemError} 400 `validation_failed`, or 422 `read_only_field` for `readOnly` names
 */
export function parseInput(shape: Fields, input: unknown, readOnly: ReadonlySet<string>): Record<string, unknown> {
  let schema = compiled.get(shape);
  if (!schema) {
    schema = z.strictObject(shape);
    compiled.set(shape, schema);
  }
  // Without its input, a value of a wrong type could not be told from a missing one.
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) {
    // Zod leaves it out without a word; deeper down no name of an input is this one, as `storedName` writes it.
    if (Object.hasOwn(Object(input), "__proto__"))
      throw invalidField("/__proto__", "unknown_field", "No field can have this name.");
    return result.data;
  }
  const faults = result.error.issues.flatMap(faultsOf);
  const readOnlyFaults = faults.filter(
    ({ code, pointer }) => code === "unknown_field" && readOnly.has(pointer.slice(1)),
  );
  if (readOnlyFaults.length > 0 && readOnlyFaults.length === faults.length) {
    const names = readOnlyFaults.map(({ pointer }) => pointer.slice(1)).join(", ");
    throw new ProblemError(
      "read_only_field",
      `These fields cannot be set here: ${names}.`,
      readOnlyFaults.map(asReadOnly),
    );
  }
  const detail =
    faults.length === 1
      ? `${faults[0]?.pointer || "The input"}: ${faults[0]?.message}`
      : `${faults.length} fields are not valid.`;
  throw new ProblemError("validation_failed", detail, listed(faults));
}

/** As many faults as an answer should carry. */
function listed(faults: readonly ProblemFault[]): ProblemFault[] {
  let characters = 0;
  return faults.slice(0, maximumListedFaults).filter(({ pointer }, at) => {
    characters += pointer.length;
    return at === 0 || characters <= maximumPointerCharacters;
  });
}

function asReadOnly({ pointer }: ProblemFault): ProblemFault {
  return { pointer, code: "read_only_field", message: "This field is set by the server, or cannot be changed." };
}

/** What is wrong with an input, as answers tell it. */
export function faultsOf(issue: z.core.$ZodIssue): ProblemFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, issue.path.length === 0 ? key : shownName(key)]),
      code: "unknown_field",
      message: "This field is not known here.",
    }));
  }
  if (issue.input instanceof InexactNumber) {
    return [{ pointer: pointerOf(issue.path), code: "inexact_number", message: issue.input.message }];
  }
  const named: unknown = issue.code === "custom" ? issue.params?.["code"] : undefined;
  // An id is a check of its own to zod, which does not tell it from a wrong one.
  const isOfType =
    issue.code === "invalid_type" || issue.code === "invalid_union" || (issue.code === "custom" && named === undefined);
  const missing = isOfType && issue.input === undefined;
  return [
    {
      pointer: pointerOf(issue.path),
      code: missing ? "required" : typeof named === "string" ? named : issue.code,
      message: missing ? "This field is required." : issue.message,
    },
  ];
}

/**
 * JSON Pointer (RFC 6901) to `path`. Names come from the request, so each is cut to what an answer should repeat, and made
 * well-formed: Convex does not carry lone surrogates.
 */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => String(part).slice(0, maximumNameCharacters).toWellFormed())
    .map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}
