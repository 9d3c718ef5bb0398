import { ProblemError } from "../core/wire/errors";
import { entityTagMatches } from "../core/wire/etag";
import type { ServedFile } from "../core/wire/restProtocol";
import type { ActionCtx } from "../_generated/server";

/** What Convex lets an HTTP action answer. */
const maximumAnswerBytes = 20 * 1024 * 1024;

/**
 * Sends a stored file under `headers`: whole, one range of it, or nothing where the caller has it (RFC 9110, 13 and 14). A larger one
 * than an answer may be is at the storage's own address.
 * @throws {ProblemError} 404 when its bytes are gone by now, 416 for a range that it does not have
 */
export async function fileResponse(
  ctx: ActionCtx,
  request: Request,
  headers: Readonly<Record<string, string>>,
  { storageId, sizeBytes }: ServedFile,
): Promise<Response> {
  const tag = headers["etag"] ?? "";
  const known = request.headers.get("if-none-match");
  if (known !== null && entityTagMatches(known, tag))
    return new Response(null, { status: 304, headers: { ...headers } });
  if (sizeBytes > maximumAnswerBytes) {
    const location = await ctx.storage.getUrl(storageId);
    if (location === null) throw gone();
    return new Response(null, { status: 302, headers: { ...headers, location } });
  }
  const blob = await ctx.storage.get(storageId);
  if (!blob) throw gone();
  const range = rangeOf(request.headers, tag, sizeBytes);
  // Either has the type of `headers`; a blob's own is what its sender named.
  if (!range) return new Response(blob, { status: 200, headers: { ...headers } });
  const { start, end } = range;
  return new Response(blob.slice(start, end + 1), {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${end}/${sizeBytes}` },
  });
}

/** The one range that is asked for, its ends included; undefined where the whole file is. @throws {ProblemError} 416 */
function rangeOf(headers: Headers, tag: string, sizeBytes: number) {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.get("range") ?? "") ?? [];
  const condition = headers.get("if-range");
  if ((first === "" && last === "") || (condition !== null && condition !== tag)) return undefined;
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (first !== "" && last !== "" && Number(last) < start) return undefined;
  if (start >= sizeBytes || end < start)
    throw new ProblemError("range_not_satisfiable", `The file has ${sizeBytes} bytes, and none of those.`);
  return { start, end };
}

function gone(): ProblemError {
  return new ProblemError("not_found", "The file's bytes are gone.");
}
