/** Why a provider's answer cannot be used: in words for people, without what the provider wrote. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";

  constructor(
    readonly kind: "refused" | "unavailable" | "rateLimited",
    message: string,
  ) {
    super(message);
  }
}
