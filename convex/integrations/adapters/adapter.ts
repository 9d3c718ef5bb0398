import type { OutboundRequest, OutboundResult } from "../../core/wire/outboundFetch";
import type { ProviderClient } from "../../core/wire/providerClient";

/** What a provider tells of one thing, as it is and as it is compared across providers. */
export interface ProviderItem {
  /** Its id at the provider, unique among its type. */
  readonly externalId: string;
  /** The provider's id of the customer or site that it belongs to. */
  readonly siteExternalId?: string | undefined;
  /** When it last changed, as the provider writes times: what the next sync begins from. */
  readonly changedAt?: string | undefined;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly normalized: Readonly<Record<string, string | number | boolean>>;
}

/** What is asked for on every page of a run alike: all of a type, or what has changed since a time of the provider. */
export interface Listing {
  readonly type: string;
  readonly changedSince?: string | undefined;
}

/** A page, with what the provider says of the whole list: it proves the end, which a short page does not. */
export interface ProviderPage {
  /** Which one the provider says it is, from 1 up. */
  readonly page: number;
  /** How many things the whole list has, by the provider's count. */
  readonly total: number;
  readonly items: readonly ProviderItem[];
}

/** How this deployment speaks with one kind of provider. It reads; rows are written by whoever runs it. */
export interface Adapter {
  /** The types of entities that it can bring. */
  readonly types: readonly string[];
  /** What `config` must hold beside what the integration's own schema says, for the adapter to work; a JSON Schema. */
  readonly configSchema: Readonly<Record<string, unknown>>;
  /** Names of the credentials that it signs in with. */
  readonly credentials: readonly string[];
  /** A client for a data source. @throws {ProviderError} for a configuration or credentials that lack something */
  connect(settings: ConnectionSettings): ProviderClient;
  /** Asks for as little as shows that credentials and rights hold. */
  test(client: ProviderClient): Promise<void>;
  page(client: ProviderClient, listing: Listing, page: number): Promise<ProviderPage>;
}

/** What a connection is made with. */
export interface ConnectionSettings {
  readonly config: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Requests that it may make. */
  readonly maximumCalls: number;
  /** The outbound door, by which requests are logged. */
  readonly send?: (request: OutboundRequest) => Promise<OutboundResult>;
}
