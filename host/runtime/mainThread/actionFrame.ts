import type { FunctionOutcome } from "../../deployment";
import { isJsonObject, parseJsonObject, textField } from "../../values/convexJson";
import { auditLine } from "../functions/auditLine";
import { callerIdentityText, requestMetadataText } from "../functions/callerIdentity";
import { callerText, metadataText } from "../rpc/callTexts";
import type { ExecutorClient } from "../rpc/executorClient";
import { componentArgument } from "../functions/componentArgument";
import { addressText, createFunctionHandle, resolveAddress } from "../functions/address";
import type { AddressScope } from "../functions/address";
import { addLogLine } from "../sandbox/console";
import { FunctionError } from "../functions/errors";
import { deploymentMetadataText, functionMetadataText } from "../functions/metadata";
import type { CallContext, Frame } from "../functions/frames";
import type { Operation } from "../rpc/protocol";
import type { MainThreadFiles } from "./storedFiles";

/** What a running action can reach. */
export interface ActionHost {
  readonly executor: Pick<ExecutorClient, "call">;
  readonly files: MainThreadFiles;
  readonly deploymentName: string;
  /** Writes a line to the deployment's log, under an address as `addressText` writes it. */
  logLine(address: string, line: string): void;
  /** Runs the action at an address, as `addressText` writes it. */
  runAction(address: string, argsText: string, call: CallContext): Promise<FunctionOutcome>;
  /** What a component can reach. */
  addressScope(componentPath: string): AddressScope;
}

/** One action or HTTP action while it runs on the main thread. */
export class ActionFrame implements Frame {
  readonly type = "action";
  closed = false;
  readonly #host: ActionHost;
  readonly #functionName: string;
  /** Names of the operations that have begun and not ended. */
  readonly #unfinished: string[] = [];

  /**
   * @param path where the action is in the log
   * @param functionName what metadata calls it, where that differs
   */
  constructor(
    host: ActionHost,
    readonly componentPath: string,
    readonly path: string,
    readonly call: CallContext,
    functionName = path,
  ) {
    this.#host = host;
    this.#functionName = functionName;
  }

  close(): void {
    this.closed = true;
    if (this.#unfinished.length === 0) return;
    const count = this.#unfinished.length;
    const line = `[WARN] ${count} unawaited operation${count === 1 ? "" : "s"}: [${this.#unfinished.join(", ")}]. Async operations should be awaited or they might not run. See https://docs.convex.dev/functions/actions#dangling-promises for more information.`;
    addLogLine(this.call.logLines, line);
    this.#host.logLine(addressText({ componentPath: this.componentPath, functionPath: this.path }), line);
  }

  syscall(operation: string): string {
    if (operation === "1.0/componentArgument") return componentArgument(this.componentPath);
    throw new Error(`Unknown operation ${operation}`);
  }

  async jsSyscall(operation: string, args: unknown): Promise<unknown> {
    if (!isJsonObject(args)) throw new Error(`Unknown operation ${operation}`);
    switch (operation) {
      case "storage/storeBlob": {
        const { options } = args;
        const sha256 = isJsonObject(options) && typeof options["sha256"] === "string" ? options["sha256"] : null;
        return await this.#host.files.storeBlob(this.componentPath, blobOf(args), sha256);
      }
      case "storage/getBlob":
        return await this.#host.files.getBlob(this.componentPath, textField(args, "storageId"));
      default:
        throw new Error(`Unknown operation ${operation}`);
    }
  }

  async asyncSyscall(operation: string, argsText: string): Promise<string> {
    const name = operation.replace(/^1\.0\/(actions\/)?/, "");
    this.#unfinished.push(name);
    try {
      return await this.#answer(operation, argsText);
    } finally {
      this.#unfinished.splice(this.#unfinished.indexOf(name), 1);
    }
  }

  async #answer(operation: string, argsText: string): Promise<string> {
    switch (operation) {
      case "1.0/actions/query":
      case "1.0/actions/mutation": {
        const type = operation === "1.0/actions/query" ? "query" : "mutation";
        const { path, argsText: functionArgsText } = this.#splitCall(argsText);
        return await this.#execute("call", type, `internal:${path}`, functionArgsText);
      }
      case "1.0/actions/action": {
        const { path, argsText: functionArgsText } = this.#splitCall(argsText);
        return valueOf(await this.#host.runAction(path, functionArgsText, this.call));
      }
      case "1.0/actions/schedule":
        return await this.#execute("schedule", "any", this.componentPath, argsText);
      case "1.0/actions/cancel_job":
        return await this.#execute("cancelJob", "any", this.componentPath, argsText);
      case "1.0/storageGetUrl":
      case "1.0/storageGetMetadata":
      case "1.0/storageGenerateUploadUrl":
      case "1.0/storageDelete":
        return await this.#host.files.operate(this.componentPath, operation, parseJsonObject(argsText));
      case "1.0/getUserIdentity":
        return callerIdentityText(this.call.caller, this.componentPath);
      case "1.0/createFunctionHandle":
        return JSON.stringify(createFunctionHandle(parseJsonObject(argsText), this.#scope));
      case "1.0/auditLog":
        this.#host.logLine(
          addressText({ componentPath: this.componentPath, functionPath: this.path }),
          auditLine(argsText),
        );
        return "null";
      case "1.0/getFunctionMetadata":
        return functionMetadataText(this.#functionName, this.componentPath);
      case "1.0/getDeploymentMetadata":
        return deploymentMetadataText(this.#host.deploymentName);
      case "1.0/getRequestMetadata":
        return requestMetadataText(this.call, this.componentPath);
      case "1.0/actions/vectorSearch":
        throw new Error(`Vector search is not supported by this host: ${searchedIndex(argsText)} was queried.`);
      default:
        throw new Error(`Unknown async operation ${operation}`);
    }
  }

  get #scope(): AddressScope {
    return this.#host.addressScope(this.componentPath);
  }

  /**
   * Splits `{"name":…,"args":…,"version":…,"requestId":…}` into address and argument text without parsing the arguments:
   * convex/server writes the fields in this order, and neither of the two after `args` can contain the separator.
   */
  #splitCall(text: string): { readonly path: string; readonly argsText: string } {
    const nameEnd = text.indexOf('"', NAME_PREFIX.length);
    const tailAt = text.lastIndexOf(TAIL_SEPARATOR);
    if (text.startsWith(NAME_PREFIX) && text.startsWith(ARGS_SEPARATOR, nameEnd) && tailAt > nameEnd) {
      const functionPath = text.slice(NAME_PREFIX.length, nameEnd);
      return {
        path: addressText({ componentPath: this.componentPath, functionPath }),
        argsText: text.slice(nameEnd + ARGS_SEPARATOR.length, tailAt),
      };
    }
    const args = parseJsonObject(text);
    return { path: addressText(resolveAddress(args, this.#scope)), argsText: JSON.stringify(args["args"] ?? {}) };
  }

  async #execute(
    operation: Operation,
    type: "query" | "mutation" | "any",
    path: string,
    argsText: string,
  ): Promise<string> {
    const { caller, metadata, scheduledFunctionId } = this.call;
    return valueOf(
      await this.#host.executor.call({
        operation,
        type,
        path,
        argsText,
        callerText: callerText(caller),
        metadataText: metadataText(metadata, scheduledFunctionId),
      }),
    );
  }
}

function searchedIndex(argsText: string): string {
  const { query } = parseJsonObject(argsText);
  return isJsonObject(query) ? textField(query, "indexName") : "an index";
}

/** `store()` of any realm's Blob, as convex/server's own check allows. */
function blobOf(args: { readonly blob?: unknown }): Blob {
  if (args.blob instanceof Blob) return args.blob;
  throw new Error("store() expects a Blob.");
}

function valueOf(outcome: FunctionOutcome): string {
  if (outcome.status === "success") return outcome.valueText;
  throw new FunctionError(outcome.errorMessage, outcome.errorDataText);
}

const NAME_PREFIX = '{"name":"';
const ARGS_SEPARATOR = '","args":';
const TAIL_SEPARATOR = ',"version":"';
