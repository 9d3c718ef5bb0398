/** Why a message was not taken. */
export type WebhookErrorCode =
  | "headers_missing"
  | "timestamp_out_of_tolerance"
  | "signature_invalid"
  | "body_too_large"
  | "body_not_an_event";

/** A message that is not taken: nobody who knows the secret has sent it, or not in this form. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
  readonly code: WebhookErrorCode;

  constructor(code: WebhookErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  /** What to answer: 413 for too large a body, else 400. */
  get status(): 400 | 413 {
    return this.code === "body_too_large" ? 413 : 400;
  }
}
