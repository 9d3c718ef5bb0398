/**
 * Error codes of the token endpoints (RFC 6749, 5.2; RFC 7009, 2.2.1) with their statuses; `temporarily_unavailable` is RFC 6749,
 * 4.1.2.1's, `dry_run_unsupported` and `rate_limited` are this API's.
 */
export const oauthErrors = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_scope: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_token_type: 400,
  dry_run_unsupported: 400,
  rate_limited: 429,
  temporarily_unavailable: 503,
} as const;

export type OAuthErrorCode = keyof typeof oauthErrors;

/** A refusal of the token endpoint, as OAuth clients understand it. */
export interface OAuthError {
  readonly error: OAuthErrorCode;
  readonly error_description: string;
  /** For `Retry-After`; no part of the body. */
  readonly retryAfterSeconds?: number;
}

/** The refusal of `error`. The description must hold nothing of the request's credential. */
export function oauthErrorOf(error: OAuthErrorCode, description: string): OAuthError {
  return { error, error_description: description };
}
