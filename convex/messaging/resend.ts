import { outboundFetch } from "../core/wire/outboundFetch";
import { retryAfterMsOf } from "../core/wire/retryAfter";
import type { Message } from "./message";
import type { Transport } from "./transport";

/** How handing an e-mail to a provider ended. */
export type Delivery =
  | { readonly kind: "sent"; readonly provider: "resend"; readonly providerMessageId?: string }
  /** The provider has no room now; that is nobody's attempt. */
  | { readonly kind: "postponed"; readonly error: string; readonly retryAfterMs?: number }
  | { readonly kind: "failed"; readonly error: string; readonly isFinal: boolean; readonly retryAfterMs?: number };

const timeoutMs = 30_000;
const maxAnswerBytes = 16 * 1024;
const maxReasonCharacters = 300;
/** Nothing that waiting or a mended setting would change: the e-mail itself is refused. */
const finalStatuses = new Set([400, 413, 422]);

/**
 * Hands an e-mail to Resend. Its id is the idempotency key: whatever happened to the answer of an earlier attempt within a day, the
 * recipient gets one e-mail.
 */
export async function sendByResend(
  { apiKey, apiUrl, from }: Extract<Transport, { kind: "resend" }>,
  { emailId, to, subject, html, text, headers }: Message,
): Promise<Delivery> {
  const answer = await posted(`${apiUrl}/emails`, apiKey, emailId, {
    from,
    to: [to],
    subject,
    html,
    text,
    headers,
    // Comes back with what Resend tells of it later.
    tags: [{ name: "emailId", value: emailId }],
  });
  if ("unanswered" in answer) return { kind: "failed", error: answer.unanswered, isFinal: false };
  const { status, body, retryAfterMs } = answer;
  const named = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status >= 200 && status < 300)
    return { kind: "sent", provider: "resend", ...(body.id === undefined ? {} : { providerMessageId: body.id }) };
  // Another body under the same key: an earlier attempt was taken before a setting changed.
  if (status === 409 && body.name === "invalid_idempotent_request") return { kind: "sent", provider: "resend" };
  const error = `Resend answered ${status}${body.message === undefined ? "" : `: ${body.message}`}`;
  if (status === 429) return { kind: "postponed", error, ...named };
  return { kind: "failed", error, isFinal: finalStatuses.has(status), ...named };
}

interface Answer {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  readonly body: { readonly id?: string; readonly name?: string; readonly message?: string };
}

async function posted(
  url: string,
  apiKey: string,
  idempotencyKey: string,
  body: object,
): Promise<Answer | { readonly unanswered: string }> {
  const result = await outboundFetch({
    url,
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    },
    body: JSON.stringify(body),
    timeoutMs,
    maxBodyBytes: maxAnswerBytes,
  });
  if (result.kind === "failed") return { unanswered: `Resend was not reached: ${result.message}` };
  return {
    status: result.status,
    retryAfterMs: retryAfterMsOf(result.headers.get("retry-after"), Date.now()),
    body: result.isWhole ? answeredBody(new TextDecoder().decode(result.body)) : {},
  };
}

function answeredBody(text: string): Answer["body"] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // A proxy's page, perhaps: its status says enough.
    return {};
  }
  if (typeof parsed !== "object" || parsed === null) return {};
  const texts = Object.entries(parsed).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value).slice(0, maxReasonCharacters)]));
}
