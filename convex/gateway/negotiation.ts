import { parseAccept } from "hono/utils/accept";
import { ProblemError } from "../core/wire/errors";
import type { Accept } from "hono/utils/accept";

const jsonTypes = ["application/json", "application/problem+json"];
const htmlTypes = ["text/html", "application/xhtml+xml"];
const anyJson = [...jsonTypes, "application/*", "*/*"];

/**
 * Refuses a caller that JSON is of no use to.
 * @throws {ProblemError} 406 when `Accept` names neither JSON nor anything (RFC 9110, 12.5.1)
 */
export function assertAcceptsJson(headers: Headers): void {
  const accept = headers.get("accept");
  if (accept === null || accept === "" || preferred(accept, anyJson) !== undefined) return;
  throw new ProblemError("not_acceptable", "The answer is application/json; accept it.");
}

/** True if `accept` prefers JSON to HTML, or weighs them equally and names JSON first. Without a preference, HTML. */
export function prefersJson(accept: string): boolean {
  return jsonTypes.includes(preferred(accept, [...jsonTypes, ...htmlTypes]) ?? "");
}

/** True if `accept` names HTML and prefers it to JSON, as browsers do. Without a preference, JSON. */
export function prefersHtml(accept: string): boolean {
  return htmlTypes.includes(preferred(accept, [...htmlTypes, ...anyJson]) ?? "");
}

/** True if `accept` names plain text and prefers it to JSON. */
export function prefersText(accept: string): boolean {
  return preferred(accept, ["text/plain", ...anyJson]) === "text/plain";
}

/** RFC 9110, 12.5.3: without the header every coding is acceptable; a browser always lists gzip. */
export function refusesGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false;
  const codings = parseAccept(acceptEncoding.toLowerCase());
  const coding = codings.find(({ type }) => type === "gzip") ?? codings.find(({ type }) => type === "*");
  return !(coding && isWanted(coding));
}

/** The one of `types` that `accept` names with the greatest weight, of equal ones the first. */
function preferred(accept: string, types: readonly string[]): string | undefined {
  return parseAccept(accept.toLowerCase()).find((range) => types.includes(range.type) && isWanted(range))?.type;
}

/** The parser reads a weight that is not a number as 1; no client means that. */
function isWanted({ q, params }: Accept): boolean {
  return q > 0 && !Number.isNaN(Number(params["q"] ?? 1));
}
