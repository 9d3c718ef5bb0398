import type { BundledModule } from "../../bundle/bundleFunctions";
import type { FunctionType, RequestMetadata } from "../../deployment";
import type { FunctionValidators } from "../../values/validatorJson";
import type { ComponentEnvironment } from "./environment";

// Calls and results cross the thread boundary as one flat array of strings per batch, which structured clone copies
// far faster than objects. The constants below name the slots.

/** What the executor is asked to do. */
export type Operation = "call" | JobOperation | LiveOperation | "storage";

export type JobOperation =
  | "schedule"
  | "cancelJob"
  | "claimJobs"
  | "runJob"
  | "finishJob"
  | "failRunningJobs"
  | "removeFinishedJobs";

/** A job that the main thread has to start: mutations run in the executor, actions on the main thread. */
export interface ClaimedJob {
  readonly id: string;
  readonly type: "mutation" | "action";
  /** As `addressText` writes it. */
  readonly path: string;
  readonly argsText: string;
  readonly isCron: boolean;
}

/** What `claimJobs` answers with; times are milliseconds since the epoch. */
export interface ClaimedJobs {
  readonly jobs: readonly ClaimedJob[];
  readonly nextJobAtMs: number | null;
  readonly nextCronAtMs: number | null;
}

/** What keeps live queries up to date; `argsText` of a refresh is a {@link RefreshRequest}. */
type LiveOperation = "refreshQuerySet" | "dropQuerySet";

export const CALL_SLOTS = 8;
/** One request: `[sequence, operation, type, path, argsText, callerText, metadataText, idempotencyKey]`. */
export interface ExecutorCall {
  readonly operation: Operation;
  /** `query`, `mutation` or `any`; ignored by operations that run no function. */
  readonly type: FunctionType | "any";
  /**
   * `public:` or `internal:` followed by the function's address; the calling component for `schedule` and `cancelJob`;
   * the id of a job or query set for their operations; for `storage`, the operation's name as an address in the component
   * whose files are meant.
   */
  readonly path: string;
  readonly argsText: string;
  readonly callerText: string;
  readonly metadataText: string;
  /** Names a mutation that may be sent again; absent for every other call. */
  readonly idempotencyKey?: string | undefined;
}

/** How the queries of one client change before those that need it run, all at one timestamp. */
export interface RefreshRequest {
  readonly set: string;
  /** Starts the set anew from `add` alone. Without it, a set that the thread does not know is not refreshed. */
  readonly reset: boolean;
  readonly allowInternal: boolean;
  readonly add: readonly {
    readonly queryId: number;
    readonly path: string;
    readonly argsText: string;
    readonly journal: string | null;
  }[];
  readonly remove: readonly number[];
}

export const RESULT_SLOTS = 6;
/**
 * One result: `[sequence, status, text, dataText, logLinesText, timestamp]`. Absent texts are empty strings. A refresh
 * answers with one `item` per changed query before its own result; the last slot of an item is a {@link LiveItemHead}.
 * The dataText of a `hostError` is the code of a refusal, or empty.
 */
export type ResultStatus = "success" | "error" | "hostError" | "item";

/** Why a call is refused whose writes the store could not take. */
export interface StoreRefusal {
  /** What the doors answer as `code`; empty for an error of the host's own, which clients are not told. */
  readonly code: "DiskFull" | "StoreFailed" | "";
  readonly message: string;
}

export interface LiveItemHead {
  readonly queryId: number;
  readonly status: "success" | "error";
  readonly journal: string | null;
}

/** One component to load: its modules, which never hold "use node", and its place in the environment. */
export interface ComponentLoad extends ComponentEnvironment {
  readonly modules: readonly BundledModule[];
  readonly schemaText: string | null;
  readonly globalsKey: string;
}

/** What module scope sees: the same for every thread and every restart of a thread that loads one version of the code. */
export interface ImportPhase {
  /** `Date.now()` while modules are evaluated, milliseconds since the epoch. */
  readonly nowMs: number;
  /** Seed of the randomness of module scope. */
  readonly seed: string;
}

export interface LoadRequest {
  readonly kind: "load";
  readonly modules: readonly BundledModule[];
  readonly schemaText: string | null;
  readonly importPhase: ImportPhase;
  /** Actions of "use node" modules, which only the main thread loads. */
  readonly nodeActions: readonly MainThreadAction[];
  /** Parents before children. */
  readonly components: readonly ComponentLoad[];
}

export type ControlRequest =
  | LoadRequest
  | { readonly kind: "setEnvironment"; readonly stored: Readonly<Record<string, string>> }
  | { readonly kind: "beginBackup"; readonly filesDirectory: string }
  | { readonly kind: "endBackup" }
  | { readonly kind: "close" };

export type WorkerRequest = readonly string[] | ControlRequest;

export interface FunctionSummary {
  readonly path: string;
  readonly type: FunctionType;
  readonly isPublic: boolean;
}

/** An action that the main thread runs, as the executor knows it. */
export interface MainThreadAction {
  readonly path: string;
  readonly isPublic: boolean;
  readonly validators: FunctionValidators;
}

export type WorkerReply =
  | {
      readonly kind: "opened";
      readonly storedVariables: Readonly<Record<string, string>>;
      readonly timestamp: bigint;
      /** The store's; both threads make and read function handles. */
      readonly secret: string;
      /** The public keys of `ctx.auth.signJwt` as a JWK Set. */
      readonly keySetText: string;
    }
  | { readonly kind: "openFailed"; readonly message: string; readonly isStoreError: boolean }
  | {
      readonly kind: "loaded";
      readonly functions: readonly FunctionSummary[];
      readonly componentFunctions: readonly (readonly [componentPath: string, readonly FunctionSummary[]])[];
      /** Qualified names by number. */
      readonly tableNames: readonly (readonly [number, string])[];
      readonly nextJobAtMs: number | null;
    }
  | { readonly kind: "loadFailed"; readonly message: string }
  /** Null, or why nothing was changed, with the code of a refusal or an empty one. */
  | { readonly kind: "environmentSet"; readonly error: StoreRefusal | null }
  | {
      readonly kind: "batch";
      readonly results: readonly string[];
      readonly timestamp: bigint;
      /** How long commit and fsync took; null when the batch wrote nothing or was refused. */
      readonly commitMs: number | null;
      /** Earliest time at which a job or cron is due; undefined when nothing changed. */
      readonly nextJobAtMs?: number | null;
      readonly tableNames?: readonly (readonly [number, string])[];
    }
  | { readonly kind: "log"; readonly path: string; readonly line: string }
  /** Query sets in which a result may have changed; each is named once until it is refreshed. */
  | { readonly kind: "invalidated"; readonly sets: readonly string[] }
  | { readonly kind: "backupBegun"; readonly error: StoreRefusal | null }
  | { readonly kind: "backupEnded" }
  | { readonly kind: "closed" };

export interface WorkerOptions {
  readonly file: string;
  readonly durable: boolean;
  readonly systemVariables: Readonly<Record<string, string>>;
  readonly deploymentName: string;
  /** The key under which bundled modules look for their globals. */
  readonly globalsKey: string;
  /** Where stored files lie. */
  readonly filesDirectory: string;
  /** Shared with the main thread; see `executionState.ts`. */
  readonly state: SharedArrayBuffer;
}

export const NO_METADATA: RequestMetadata = { requestId: "", ip: null, userAgent: null };
