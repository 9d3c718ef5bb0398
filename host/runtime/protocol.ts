import type { BundledModule } from "../bundle/bundleFunctions";
import type { FunctionType, RequestMetadata } from "../deployment";

// Calls and results cross the thread boundary as one flat array of strings per batch, which structured clone copies
// far faster than objects. The constants below name the slots.

/** What the executor is asked to do. */
export type Operation =
  | "call"
  | "schedule"
  | "cancelJob"
  | "claimJobs"
  | "runJob"
  | "finishJob"
  | "failRunningJobs"
  | "storage";

export const CALL_SLOTS = 7;
/** One request: `[sequence, operation, type, path, argsText, callerText, metadataText]`. */
export interface ExecutorCall {
  readonly operation: Operation;
  /** `query`, `mutation` or `any`; ignored by operations that run no function. */
  readonly type: FunctionType | "any";
  /** `public:` or `internal:` followed by the function path; a job id for the job operations; the
   * operation's name for `storage`. */
  readonly path: string;
  readonly argsText: string;
  readonly callerText: string;
  readonly metadataText: string;
}

export const RESULT_SLOTS = 6;
/** One result: `[sequence, status, text, dataText, logLinesText, timestamp]`. Absent texts are empty strings. */
export type ResultStatus = "success" | "error" | "hostError";

export interface LoadRequest {
  readonly kind: "load";
  readonly modules: readonly BundledModule[];
  readonly schemaText: string | null;
  /** Actions of "use node" modules, which only the main thread loads. */
  readonly nodeActions: readonly FunctionSummary[];
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

export type WorkerReply =
  | { readonly kind: "opened"; readonly storedVariables: Readonly<Record<string, string>>; readonly timestamp: bigint }
  | { readonly kind: "openFailed"; readonly message: string; readonly isStoreError: boolean }
  | {
      readonly kind: "loaded";
      readonly functions: readonly FunctionSummary[];
      readonly tableNames: readonly (readonly [number, string])[];
      readonly nextJobAtMs: number | null;
    }
  | { readonly kind: "loadFailed"; readonly message: string }
  | { readonly kind: "environmentSet"; readonly error: string | null }
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
  | { readonly kind: "backupBegun"; readonly error: string | null }
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
