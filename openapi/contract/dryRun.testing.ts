import { tableNumberOf } from "../../host/values/documentId";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Answer } from "./client.testing";

/** The header that asks for a dry run. */
export const dryRun = { "portico-dry-run": "true" };

const earliestTimeMs = Date.UTC(2020, 0);

/**
 * Where the answer of a dry run differs from the one that followed it in earnest, beyond what no dry run can promise: ids of new
 * rows, times, and the credential that it does not make.
 */
export function differencesOf(tried: unknown, real: unknown, { declaration: { secret } }: Operation): string[] {
  const isPromised = (left: unknown, right: unknown): boolean => {
    if (left === right) return true;
    if (isTime(left) && isTime(right)) return false;
    if (typeof left !== "string" || typeof right !== "string") return true;
    const isId = tableNumberOf(left) !== null && tableNumberOf(left) === tableNumberOf(right);
    // What shows that somebody holds a row is made anew with each claim.
    const isLockToken = left.startsWith("lck_") && right.startsWith("lck_");
    // What a list shows of a credential begins like it.
    return !isId && !isLockToken && !(secret && left === secret.prefix && right.startsWith(left));
  };
  const compare = (left: unknown, right: unknown, pointer: string): string[] => {
    if (isObject(left) && isObject(right)) {
      const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
      return names
        .filter((name) => !(pointer === "" && name === secret?.field && !(name in left)))
        .flatMap((name) => compare(left[name], right[name], `${pointer}/${name}`));
    }
    if (left === right || !isPromised(left, right)) return [];
    return [`${pointer}: ${JSON.stringify(left)} was to be, ${JSON.stringify(right)} is`];
  };
  return compare(tried, real, "");
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && value > earliestTimeMs;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** What of an answer a dry run has in common with the request in earnest. */
export function statusAndProblemOf({ status, body }: Answer): unknown {
  const { requestId: _requestId, ...problem } = body;
  return { status, problem: status < 400 ? undefined : problem };
}
