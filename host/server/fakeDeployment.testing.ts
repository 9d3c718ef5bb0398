import { DeploymentRefusal } from "../deployment";
import type {
  AuthProvider,
  Caller,
  Deployment,
  FunctionCall,
  FunctionLogPage,
  FunctionOutcome,
  QuerySet,
  RequestMetadata,
  StoredFiles,
} from "../deployment";

type HttpAction = (request: Request, caller: Caller, metadata: RequestMetadata) => Response | Promise<Response>;

/** A deployment whose answers a test sets, and which keeps what reached it. */
export class FakeDeployment implements Deployment {
  readonly calls: FunctionCall[] = [];
  readonly variableChanges: ReadonlyMap<string, string | null>[] = [];
  variables: Record<string, string> = {};
  providers: readonly AuthProvider[] = [];
  timestamp = 1_700_000_000_000_000_001n;
  answer: (call: FunctionCall) => FunctionOutcome | Promise<FunctionOutcome> = (call) => ({
    status: "success",
    valueText: call.argsText,
    logLines: [],
    timestamp: 0n,
  });
  httpAction: HttpAction = () => new Response("ok");

  async call(call: FunctionCall): Promise<FunctionOutcome> {
    this.calls.push(call);
    return this.answer(call);
  }

  openQuerySet(): QuerySet {
    throw new Error("Nothing is live here");
  }

  async fetchHttpAction(request: Request, caller: Caller, metadata: RequestMetadata): Promise<Response> {
    return this.httpAction(request, caller, metadata);
  }

  authProviders(): readonly AuthProvider[] {
    return this.providers;
  }

  environmentVariables(): Readonly<Record<string, string>> {
    return this.variables;
  }

  async updateEnvironmentVariables(changes: ReadonlyMap<string, string | null>): Promise<void> {
    this.variableChanges.push(changes);
  }

  jsonWebKeySet(): string {
    return '{"keys":[]}';
  }

  latestTimestamp(): bigint {
    return this.timestamp;
  }

  readonly files: StoredFiles = {
    upload: () => Promise.reject(new DeploymentRefusal(403, "InvalidUploadUrl", "A fake takes no files.")),
    find: async () => null,
  };

  async logsAfter(cursor: number): Promise<FunctionLogPage> {
    return { entries: [], newCursor: cursor };
  }

  async metricsText(): Promise<string> {
    return "";
  }

  analyzePush(): Promise<never> {
    return Promise.reject(new DeploymentRefusal(400, "InvalidPush", "A fake takes no code."));
  }

  backUp(): Promise<string> {
    return Promise.reject(new DeploymentRefusal(409, "NothingToBackUp", "A fake keeps nothing."));
  }

  async close(): Promise<void> {}
}
