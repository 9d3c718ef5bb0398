import { secondMs } from "../../core/wire/durations";
import { AskedToWait, CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { retryAfterMsOf } from "../../core/wire/retryAfter";
import type { OutboundResult } from "../../core/wire/outboundFetch";
import type { RunTools } from "./operationType";

const api = "https://api.cloudflare.com/client/v4";
const timeoutMs = 30 * secondMs;
const maximumAnswerBytes = 64 * 1024;
/** What Cloudflare asks for where it says nothing: its slowest bucket gives a request in twelve seconds. */
const usualWaitMs = 15 * secondMs;

/** A zone and the token that opens it. A type, as what is parsed is. */
export type CloudflareConfig = { readonly apiToken: string; readonly zoneId: string };

/** Errors of Cloudflare that people can mend, in words of our own: theirs may hold what was sent. */
const refusals: Readonly<Record<number, string>> = {
  1107: "Only a zone of the Enterprise plan purges in this way.",
  7000: "Cloudflare knows no such zone.",
  7003: "Cloudflare knows no such zone.",
};
/** Too many purges, by its number and not by the status. */
const tooMany = new Set([971, 1134]);
const wrongToken = new Set([1000, 6003, 6111, 9106, 9109, 10000]);

interface CloudflareRequest {
  readonly path: string;
  readonly body?: object;
  /** A token that may not do this is an answer and no error. */
  readonly mayBeRefused?: true;
}

/** Asks Cloudflare. @throws {ProviderError} for whatever is no success */
export async function askCloudflare(
  { apiToken }: CloudflareConfig,
  send: RunTools["send"],
  { path, body, mayBeRefused }: CloudflareRequest,
): Promise<{ readonly isRefused?: true; readonly result: unknown }> {
  const answer = await send({
    url: api + path,
    headers: { authorization: `Bearer ${apiToken}`, accept: "application/json", "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    timeoutMs,
    maxBodyBytes: maximumAnswerBytes,
  });
  if (answer.kind === "failed")
    throw new ProviderError(answer.message, answer.reason === "timed_out" || answer.reason === "unreachable");
  const { status } = answer;
  const { success, result, codes } = envelopeOf(answer);
  if (status === 200 && success) return { result };
  if (mayBeRefused && status === 403) return { isRefused: true, result: null };
  throw errorOf(answer, codes);
}

function errorOf({ status, headers }: Extract<OutboundResult, { kind: "answered" }>, codes: readonly number[]) {
  if (status === 429 || codes.some((code) => tooMany.has(code))) {
    const waitMs = retryAfterMsOf(headers.get("retry-after"), Date.now()) ?? usualWaitMs;
    return new AskedToWait(`Cloudflare asks to wait (${status}).`, waitMs);
  }
  if (status === 401 || status === 403 || codes.some((code) => wrongToken.has(code)))
    return new CredentialsRefused(`Cloudflare refused the token (${status}).`);
  const [known] = codes.flatMap((code) => refusals[code] ?? []);
  const numbers = codes.length === 0 ? `${status}` : `${status}, ${codes.join(", ")}`;
  return new ProviderError(known ?? `Cloudflare answered an error (${numbers}).`, status >= 500);
}

/** What every answer of Cloudflare is; of what is none, nothing is taken for a success. */
function envelopeOf({ body, isWhole }: Extract<OutboundResult, { kind: "answered" }>) {
  const none = { success: false, result: null, codes: [] as const };
  if (!isWhole) return none;
  let parsed: { success?: unknown; result?: unknown; errors?: unknown };
  try {
    parsed = Object(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)));
  } catch {
    return none;
  }
  const { success, result, errors } = parsed;
  const codes = (Array.isArray(errors) ? errors : []).flatMap((error: unknown) => {
    const { code }: { code?: unknown } = Object(error);
    return typeof code === "number" && Number.isInteger(code) ? [code] : [];
  });
  return { success: success === true, result, codes: codes.slice(0, 5) };
}
