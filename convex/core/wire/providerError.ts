/** Why a provider's answer cannot be used: in words for people, without what the provider wrote. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";

  constructor(
    message: string,
    /** Whether the same might succeed later. */
    readonly isRetryable: boolean,
    /** How long the provider asks to wait. */
    readonly retryAfterMs?: number,
    /** The HTTP status that it is about, where the provider answered with one that says no. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** The provider takes the credentials for no good ones. */
export class CredentialsRefused extends ProviderError {
  constructor(message: string, status?: number) {
    super(message, false, undefined, status);
  }
}

/** The provider asks to be left alone, for as long as it says where it does. */
export class AskedToWait extends ProviderError {
  constructor(message: string, retryAfterMs?: number) {
    super(message, true, retryAfterMs);
  }
}
