/** What a provider says of how many requests it allows. */
export interface RateLimit {
  readonly remaining?: number;
  readonly limit?: number;
  readonly resetAt?: number;
}

/** With what a provider is asked. */
export interface ProviderAccess {
  readonly apiKey: string;
  /** Of providers that have no address of their own. */
  readonly baseUrl?: string;
}

/** What is known of a key that a provider takes. */
export interface ValidCredentials {
  /** The account that it is of, where the provider tells. */
  readonly accountId?: string;
  readonly rateLimit?: RateLimit;
}

/** A program that speaks with one provider. */
export interface DockAdapter {
  readonly provider: string;
  readonly label: string;
  readonly baseUrlAllowed: boolean;
  readonly recommendedIntervalSeconds: number;
  readonly minimumIntervalSeconds: number;
  /** Asks for as little as shows that the key holds. @throws {ProviderError} where it does not, or cannot be tried */
  validateCredentials(access: ProviderAccess): Promise<ValidCredentials>;
}
