import type { OutboundRequest, OutboundResult } from "../../core/wire/outboundFetch";
import type { ResourceTable } from "../tables";
import type { KeptFields } from "./payload";

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
  /** The outbound door, by which requests are logged, and the clock; tests have others. */
  readonly send?: (request: OutboundRequest) => Promise<OutboundResult>;
  readonly wait?: (waitMs: number) => Promise<void>;
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
  /** What the provider itself says of it, as JSON text: the fields that the adapter keeps, and no other. */
  readonly fullApiData?: string;
}

/** What one answer of a provider lists. */
export interface ResourcePage {
  readonly rows: readonly ProviderResource[];
  readonly rateLimit?: RateLimit;
  /** What `fetch` goes on behind this page with, in another process as well; absent where it cannot, or where this was the last. */
  readonly next?: string;
}

/** How the reading of a table ended. */
export interface ReadingEnd {
  /** Whether all there is was read, as the provider has proven: by its count of rows, or by its mark of the end. */
  readonly complete: boolean;
  /** Whether the provider has no such list: nothing was read, nothing is gone, and nothing went wrong. */
  readonly isUnlisted?: boolean;
  /** Why not, in words for people. */
  readonly why?: string;
  /** How many different resources that makes: a sync that has resumed has seen as many, or has not seen all. */
  readonly count?: number;
}

/** A program that speaks with one provider: a file here and a line in `registry.ts` are all that a provider needs. */
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
  /** What is kept of the provider's own objects in `fullApiData`, by table; nothing else of them is stored. */
  readonly keeps: Readonly<Partial<Record<ResourceTable, KeptFields>>>;
  /**
   * Lists all resources of a table, page by page, from the beginning or from behind a page that said `next`. A row that is none is left
   * out, and the table is not complete then. @throws {ProviderError}
   */
  fetch(access: ProviderAccess, table: ResourceTable, from?: string): AsyncGenerator<ResourcePage, ReadingEnd>;
}
