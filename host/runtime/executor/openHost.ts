import { Catalog } from "../../store/catalog";
import { DocumentStore } from "../../store/documentStore";
import { FileStore } from "../../store/fileStore";
import { StorageTokens } from "../../store/storageTokens";
import type { StoreFile } from "../../store/storeFile";
import { FunctionHandles } from "../functions/handles";
import type { WorkerOptions } from "../rpc/protocol";
import { sourceStack } from "../functions/sourceStack";
import { Clock, CreationClock } from "./transaction/clock";
import { CursorCodec } from "./transaction/cursor";
import { ExecutorStorage } from "./transaction/fileAccess";
import { JwtSigner } from "./transaction/jwtSigner";
import { emptySchema } from "./transaction/schema";
import type { ExecutionHost } from "./transaction/transaction";
import { Variables } from "./variables";

/** What the executor thread keeps for as long as it lives. */
export interface OpenedHost {
  /** The app, without functions yet. */
  readonly host: ExecutionHost;
  readonly clock: Clock;
  readonly variables: Variables;
}

/**
 * Makes the app of a store that has just been opened.
 *
 * @param log writes a line to the deployment's log
 */
export function openHost(
  { connection, meta, secret }: StoreFile,
  {
    systemVariables,
    deploymentName,
    filesDirectory,
  }: Pick<WorkerOptions, "systemVariables" | "deploymentName" | "filesDirectory">,
  log: (path: string, line: string) => void,
): OpenedHost {
  const store = new DocumentStore(connection);
  const clock = new Clock(BigInt(meta.get("clock") ?? "0"));
  store.ensureTransaction();
  const catalog = new Catalog(meta);
  // The first timestamp of this run lies above every timestamp of earlier runs.
  meta.set("clock", String(clock.next()));
  store.backfillSystemIndexes(catalog);
  const signer = JwtSigner.ofStore(meta, systemVariables["CONVEX_CLOUD_URL"] ?? "");
  store.commit();
  const variables = new Variables(meta, store, systemVariables);
  const host: ExecutionHost = {
    componentPath: "",
    components: new Map(),
    handles: new FunctionHandles(secret),
    store,
    catalog,
    cursors: new CursorCodec(secret),
    signer,
    creationClock: new CreationClock(),
    deploymentName,
    storage: new ExecutorStorage(
      new FileStore(filesDirectory),
      new StorageTokens(secret),
      meta,
      () => variables.app.variables["CONVEX_CLOUD_URL"] ?? "",
    ),
    schema: emptySchema,
    functions: new Map(),
    pagingComponentFunctions: new Set(),
    describeStack: sourceStack,
    log,
  };
  host.components = new Map([["", host]]);
  return { host, clock, variables };
}
