/**
 * A bearer token or `Authorization` header that was not accepted. The function API answers it as `{code, message}` with
 * `status` before any function runs; an HTTP action sees it as a refused caller.
 */
export class AuthError extends Error {
  override readonly name = "AuthError";

  constructor(
    readonly code: string,
    message: string,
    readonly status: 400 | 401 = 401,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
