import * as z from "zod";
import { ProblemError } from "./errors";
import type { ProblemFault } from "./problems";
import type { Fields } from "./table";

const compiled = new WeakMap<Fields, z.ZodType<Record<string, unknown>>>();

/** Parses `input` by `shape`, unknown fields refused. Throws 400 `validation_failed`, or 422 `read_only_field` for `readOnly` names. */
export function parseInput(shape: Fields, input: unknown, readOnly: ReadonlySet<string>): Record<string, unknown> {
  let schema = compiled.get(shape);
  if (!schema) {
    schema = z.strictObject(shape);
    compiled.set(shape, schema);
  }
  const result = schema.safeParse(input);
  if (result.success) return result.data;
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
  throw new ProblemError("validation_failed", detail, faults);
}

function asReadOnly({ pointer }: ProblemFault): ProblemFault {
  return { pointer, code: "read_only_field", message: "This field is set by the server, or cannot be changed." };
}

function faultsOf(issue: z.core.$ZodIssue): ProblemFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      code: "unknown_field",
      message: "This field is not known here.",
    }));
  }
  const missing = issue.code === "invalid_type" && issue.input === undefined;
  return [
    {
      pointer: pointerOf(issue.path),
      code: missing ? "required" : issue.code,
      message: missing ? "This field is required." : issue.message,
    },
  ];
}

/** RFC 6901 */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
