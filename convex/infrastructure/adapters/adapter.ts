import type { ResourceTable } from "../tables";

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

/** A resource as a provider has it, in the words that all providers share. */
export interface ProviderResource {
  readonly providerResourceId: string;
  readonly name: string;
  readonly status: string;
  /** What resources of the table have besides (`region` of a server); what the table does not know is left out. */
  readonly details?: Readonly<Record<string, string | number>>;
  /** What the provider itself says of it, as JSON text: the fields that the adapter names, and no other. */
  readonly fullApiData?: string;
}

/** What one answer of a provider lists. */
export interface ResourcePage {
  readonly rows: readonly ProviderResource[];
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
  /** The tables that it brings rows of. */
  readonly resourceTables: readonly ResourceTable[];
  /** Lists all resources of a table, page by page. Complete is what has proven to be read to its end. @throws {ProviderError} */
  fetch(access: ProviderAccess, table: ResourceTable): AsyncGenerator<ResourcePage, { readonly complete: boolean }>;
}
