/** Why a provider's answer cannot be used: in words for people, without what the provider wrote. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";

  constructor(
    message: string,
    /** Whether the same might succeed later. */
    readonly isRetryable: boolean,
    /** How long the provider asks to wait. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}
