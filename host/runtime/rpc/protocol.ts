import type { BundledModule } from "../../bundle/bundleFunctions";
import type { FunctionType } from "../../deployment";
import type { FunctionValidators } from "../../values/validatorJson";
import type { ComponentEnvironment } from "./environment";
import type { StoreRefusal } from "./results";

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

/** Puts new code in place of the old: bundled modules, schema and components of one push. */
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

/** What the main thread asks of the executor besides calls, one at a time. */
export type ControlRequest =
  | LoadRequest
  | { readonly kind: "setEnvironment"; readonly stored: Readonly<Record<string, string>> }
  | { readonly kind: "beginBackup"; readonly filesDirectory: string }
  | { readonly kind: "endBackup" }
  | { readonly kind: "close" };

/** Calls, as `encodeCall` writes them, or one request that runs between batches. */
export type WorkerRequest = readonly string[] | ControlRequest;

/** What the main thread knows of a loaded function before it calls it. */
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

/** What the executor thread posts to the main thread: answers to control requests, batches of answered calls, and news. */
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
  | { readonly kind: "openFailed"; readonly message: string; readonly fault: "inUse" | "store" | "other" }
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
      /** As `results.ts` writes them. */
      readonly results: readonly string[];
      readonly timestamp: bigint;
      /** How long commit and fsync took; null when the batch wrote nothing or was refused. */
      readonly commitMs: number | null;
      /** How many documents the batch wrote, by their tables. */
      readonly written: ReadonlyMap<string, number>;
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

/** What the executor thread is started with. */
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
