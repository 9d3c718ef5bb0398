/**
 * The seam between the host's doors (`host/server`, `host/auth`) and the Convex runtime behind them (`host/runtime`).
 * A door knows HTTP, tokens and wire shapes; the runtime knows modules, transactions and storage. Neither imports the other.
 */
import type { Readable } from "node:stream";

/** A verified identity as `ctx.auth.getUserIdentity()` returns it. */
export type UserIdentity = {
  readonly tokenIdentifier: string;
  readonly issuer: string;
  readonly subject: string;
  readonly [claim: string]: JsonValue | undefined;
};

/** Any value of plain JSON (RFC 8259), as `JSON.parse` returns it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Who a call acts as. `refused` only exists on HTTP actions, where a bad token surfaces when it is asked for. */
export type Caller =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "user";
      readonly identity: UserIdentity;
      /** The only component whose functions learn of the identity; the app when absent. */
      readonly knownTo?: string;
    }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | { readonly kind: "admin" };

/** What `ctx.meta.getRequestMetadata()` tells a mutation or action about the request that started it. */
export interface RequestMetadata {
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The token that the caller was verified by, without its scheme; absent for everybody else. It is written to no log. */
  readonly authToken?: string;
}

/** What a registered function is, which decides what it may do and who runs it. */
export type FunctionType = "query" | "mutation" | "action";

/** One call from outside, as a door hands it to the deployment. */
export interface FunctionCall {
  /** The type the door expects; `any` resolves to what the export is. */
  readonly type: FunctionType | "any";
  /** `dir/module:export`, as normalised by the door. */
  readonly path: string;
  /** The single arguments object as Convex JSON text. */
  readonly argsText: string;
  readonly caller: Caller;
  readonly metadata: RequestMetadata;
  /** Internal functions answer to the admin key and to the deployment itself only. */
  readonly allowInternal: boolean;
  /** Queries of `/api/query_at_ts` only: the snapshot to read, nanoseconds since the epoch; absent means the latest. */
  readonly snapshotTimestamp?: bigint;
  /**
   * Mutations only: names a request that its client may send again. Once it has committed under this key, it is answered
   * with the recorded outcome instead of being run again, across restarts too.
   */
  readonly idempotencyKey?: string;
}

/** How a call ended. What a function threw is an outcome; refusals by the deployment and faults of the host reject. */
export type FunctionOutcome =
  | {
      readonly status: "success";
      /** The result as Convex JSON text, exactly as it goes on the wire. */
      readonly valueText: string;
      readonly logLines: readonly string[];
      /** Snapshot of a query or commit timestamp of a mutation, nanoseconds since the epoch; 0n for actions. */
      readonly timestamp: bigint;
    }
  | {
      readonly status: "error";
      /** `Uncaught Error: message\n    at handler (…)`, without the request id prefix the door adds. */
      readonly errorMessage: string;
      /** Convex JSON text of `ConvexError.data`; absent for every other error. */
      readonly errorDataText?: string;
      readonly logLines: readonly string[];
    };

/** A query whose result is kept up to date. */
export interface LiveQuery {
  /** Unique within its set. */
  readonly queryId: number;
  /** `dir/module:export`, as normalised by the door. */
  readonly path: string;
  /** The single arguments object as Convex JSON text. */
  readonly argsText: string;
  /** What an earlier execution answered: keeps the bounds of a page where they were. Null on the first execution. */
  readonly journal: string | null;
}

/** What one live query of a set answers now; its journal goes back with the query when the client subscribes again. */
export interface LiveQueryResult {
  readonly queryId: number;
  readonly outcome: FunctionOutcome;
  readonly journal: string | null;
}

/** What a client adds to its live queries and takes from them, and who it is from now on. */
export interface QuerySetChange {
  /** Who the queries run as from now on; a change of caller runs all of them again. */
  readonly caller: Caller;
  readonly allowInternal: boolean;
  readonly add: readonly LiveQuery[];
  readonly remove: readonly number[];
}

/** What {@link QuerySet.refresh} answers: the changed results of one set, at one timestamp. */
export interface QuerySetUpdate {
  /** All results of the set hold at this timestamp, nanoseconds since the epoch; it never goes back. */
  readonly timestamp: bigint;
  /** The results that differ from those answered before. */
  readonly results: readonly LiveQueryResult[];
}

/** Queries of one client that are always seen at one timestamp. */
export interface QuerySet {
  /** Applies a change and runs what is new or no longer valid. One refresh at a time. @throws {Error} when the host fails */
  refresh(change: QuerySetChange): Promise<QuerySetUpdate>;
  /** Stops watching. */
  close(): Promise<void>;
}

/** One `auth.config.ts` provider, as evaluated when the functions were loaded. */
export type AuthProvider =
  | { readonly type: "oidc"; readonly domain: string; readonly applicationID: string }
  | {
      readonly type: "customJwt";
      readonly issuer: string;
      readonly jwks: string;
      readonly algorithm: "RS256" | "ES256";
      readonly applicationID?: string;
    };

/**
 * A refusal by the deployment itself, not by one of its functions: a snapshot out of retention, a queue that is full, an
 * environment variable the auth configuration needs, a store that takes no writes. The door answers `{code, message}` with this status.
 */
export class DeploymentRefusal extends Error {
  override readonly name = "DeploymentRefusal";

  constructor(
    readonly status: 400 | 403 | 404 | 409 | 413 | 429 | 503,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** One upload to a URL that `generateUploadUrl` made. */
export interface FileUpload {
  readonly token: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentType: string | null;
  /** The announced SHA-256, base64 or hexadecimal; a file that has another one is refused. */
  readonly sha256: string | null;
}

/** A stored file, ready to be read. */
export interface ServedFile {
  readonly sizeBytes: number;
  readonly sha256Hex: string;
  readonly contentType: string | null;
  /** The bytes from `start` to `end`, both inclusive. */
  read(range: { readonly start: number; readonly end: number }): Readable;
}

/** File storage as the door uses it. */
export interface StoredFiles {
  /**
   * @returns the storage id
   * @throws {DeploymentRefusal} 403 used or expired, 413 too large, 400 another digest, 503 no space; then nothing is kept
   */
  upload(upload: FileUpload): Promise<string>;
  /** The file that `storage.getUrl` gave this name, or null. */
  find(urlName: string): Promise<ServedFile | null>;
}

/** One line that a function or the host logged, or the failure of a call; the form is that of Convex's log stream. */
export interface FunctionLog {
  readonly kind: "Progress" | "Completion";
  readonly udfType: "Query" | "Mutation" | "Action" | "HttpAction";
  /** `module:export`, or method and path of an HTTP action. */
  readonly identifier: string;
  readonly componentPath: string | null;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  /** `[LEVEL] text`. */
  readonly logLines: readonly string[];
  readonly error?: string;
  /** Seconds. */
  readonly executionTime?: number;
}

/** The entries that came after a cursor, and the cursor to ask with next. */
export interface FunctionLogPage {
  readonly entries: readonly FunctionLog[];
  readonly newCursor: number;
}

/** A loaded `convex/` folder on an open store. */
export interface Deployment {
  /** Runs a public function, or an internal one where the call allows it. @throws {DeploymentRefusal} when the deployment refuses it */
  call(call: FunctionCall): Promise<FunctionOutcome>;
  /** Opens a set of live queries; `onInvalidated` is called when a commit may have changed results of it. */
  openQuerySet(onInvalidated: () => void): QuerySet;
  /** Runs `http.ts`'s router; resolves for every request, 404 and 500 included. */
  fetchHttpAction(request: Request, caller: Caller, metadata: RequestMetadata): Promise<Response>;
  readonly files: StoredFiles;
  /** What `auth.config.ts` says now; the same array until it changes. */
  authProviders(): readonly AuthProvider[];
  /** The variables stored in the file, without those that only this start has set. */
  environmentVariables(): Readonly<Record<string, string>>;
  /** Stores changed variables (null deletes) and re-evaluates `auth.config.ts`; throws and changes nothing if that fails. */
  updateEnvironmentVariables(changes: ReadonlyMap<string, string | null>): Promise<void>;
  /** The public keys of `ctx.auth.signJwt` as JSON text of a JWK Set (RFC 7517). */
  jsonWebKeySet(): string;
  /** Latest committed timestamp, nanoseconds since the epoch; strictly increasing across restarts. */
  latestTimestamp(): bigint;
  /** What the deployment has done and does, in Prometheus' text form. */
  metricsText(): Promise<string>;
  /**
   * The last lines and failures of the log that came after a cursor. Waits for the first one, until the signal aborts;
   * cursor 0 waits for nothing.
   */
  logsAfter(cursor: number, signal: AbortSignal): Promise<FunctionLogPage>;
  /** Evaluates the component definitions of a push, for code generation. Deploys nothing. @throws {DeploymentRefusal} 400 */
  analyzePush(push: { readonly [key: string]: JsonValue }): Promise<{ readonly [key: string]: JsonValue }>;
  /** Writes a consistent backup beside the store while it serves. @returns the backup's directory */
  backUp(): Promise<string>;
  /**
   * Waits for running calls, then closes the store. Actions that still run after `graceMs` milliseconds are left behind:
   * their further calls fail, and scheduled ones are recorded as failed at the next start.
   */
  close(graceMs?: number): Promise<void>;
}
