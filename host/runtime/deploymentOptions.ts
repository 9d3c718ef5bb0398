import type { bundleFunctions } from "../bundle/bundleFunctions";
import type { EgressOptions } from "./mainThread/egress";

/** One line that a function or the host logged; `path` is empty for the host and for module scope. */
export interface LogEntry {
  readonly path: string;
  readonly line: string;
}

/** What to load, where to keep its data, and which limits to set. */
export interface DeploymentOptions {
  /** The `convex/` folder, or the project's folder when it holds a `convex.json`, which then names the former. */
  readonly functionsDirectory: string;
  /** Path of the SQLite file, or `:memory:` for a store that disappears when the deployment is closed. */
  readonly file: string;
  /** Where the function API and the HTTP actions will be reachable: `CONVEX_CLOUD_URL` and `CONVEX_SITE_URL`. */
  readonly cloudUrl: string;
  readonly siteUrl: string;
  /** Variables set on every start, on top of those stored in the file. */
  readonly environmentVariables?: Readonly<Record<string, string>>;
  readonly deploymentName?: string;
  /** How long one query or mutation may run, wall time; Convex allows 1 s of CPU time. Default 5000. */
  readonly functionTimeLimitMs?: number;
  /** The largest file that storage takes. Default 1 GiB. */
  readonly maxStoredFileBytes?: number;
  /** To whom the `fetch` of actions connects beside the public internet. */
  readonly egress?: EgressOptions;
  readonly onLog?: (entry: LogEntry) => void;
  /** Replaces {@link bundleFunctions}, for callers that reuse a bundle instead of building one per version. */
  readonly bundle?: typeof bundleFunctions;
}
