import { ProblemError } from "../core/wire/errors";
import { isDryRun, readBody } from "./requests";

const maximumFormBytes = 4096;

/**
 * The token of an unsubscribe link.
 * @throws {ProblemError} 404 without one
 */
export function unsubscribeTokenOf(token: string | undefined): string {
  if (token === undefined || token === "") throw unknownLink();
  return token;
}

/** The answer to a link that was not made here. */
export function unknownLink(): ProblemError {
  return new ProblemError("not_found", "This is no unsubscribe link of an e-mail from here; it may have been cut.");
}

/**
 * Reads the form of a one-click unsubscription (RFC 8058), which mail providers send as either kind of form, and the page too.
 * @throws {ProblemError} 400 when it asks for something else or for a dry run, 413, 415
 */
export async function assertOneClick(request: Request): Promise<void> {
  if (isDryRun(request.headers))
    throw new ProblemError("dry_run_unsupported", "Look at the link (GET) to see what it would turn off.");
  const isMultipart = (request.headers.get("content-type") ?? "").toLowerCase().startsWith("multipart/form-data");
  const type = isMultipart ? "multipart/form-data" : "application/x-www-form-urlencoded";
  const body = await readBody(request, type, maximumFormBytes);
  const isOneClick = isMultipart
    ? /name="?List-Unsubscribe"?\r?\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click\r?\n/.test(body)
    : new URLSearchParams(body).get("List-Unsubscribe") === "One-Click";
  if (!isOneClick)
    throw new ProblemError("validation_failed", "The form must say List-Unsubscribe=One-Click (RFC 8058).");
}
