import type { FunctionOutcome } from "../../deployment";
import { isJsonObject, parseJsonObject, textField } from "../../json";
import { commonSyscall, componentArgument, requestMetadataText } from "../functions/commonSyscalls";
import type { CommonSyscallFrame } from "../functions/commonSyscalls";
import type { ExecutorClient } from "../rpc/executorClient";
import { addressText, resolveAddress } from "../functions/address";
import type { AddressScope } from "../functions/address";
import { addLogLine } from "../sandbox/console";
import { FunctionError } from "../functions/errors";
import type { CallContext, Frame } from "../functions/frames";
import type { ExecutorCall } from "../rpc/calls";
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
export class ActionFrame implements Frame, CommonSyscallFrame {
  readonly type = "action";
  closed = false;
  readonly #host: ActionHost;
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
    readonly functionName = path,
  ) {
    this.#host = host;
  }

  close(): void {
    this.closed = true;
    if (this.#unfinished.length === 0) return;
    const count = this.#unfinished.length;
    const line = `[WARN] ${count} unawaited operation${count === 1 ? "" : "s"}: [${this.#unfinished.join(", ")}]. Async operations should be awaited or they might not run. See https://docs.convex.dev/functions/actions#dangling-promises for more information.`;
    addLogLine(this.call.logLines, line);
    this.log(line);
  }

  log(line: string): void {
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
        const { caller, metadata, scheduledFunctionId } = this.call;
        return await this.#execute({
          operation: "call",
          type: operation === "1.0/actions/query" ? "query" : "mutation",
          allowInternal: true,
          ...this.#splitCall(argsText),
          caller,
          metadata,
          scheduledFunctionId,
        });
      }
      case "1.0/actions/action": {
        const { address, argsText: functionArgsText } = this.#splitCall(argsText);
        return valueOf(await this.#host.runAction(address, functionArgsText, this.call));
      }
      case "1.0/actions/schedule":
      case "1.0/actions/cancel_job": {
        const { caller, metadata, scheduledFunctionId } = this.call;
        return await this.#execute({
          operation: operation === "1.0/actions/schedule" ? "schedule" : "cancelJob",
          componentPath: this.componentPath,
          argsText,
          caller,
          metadata,
          scheduledFunctionId,
        });
      }
      case "1.0/storageGetUrl":
      case "1.0/storageGetMetadata":
      case "1.0/storageGenerateUploadUrl":
      case "1.0/storageDelete":
        return await this.#host.files.operate(this.componentPath, operation, parseJsonObject(argsText));
      case "1.0/getRequestMetadata":
        return requestMetadataText(this.call, this.componentPath);
      case "1.0/actions/vectorSearch":
        throw new Error(`Vector search is not supported by this host: ${searchedIndex(argsText)} was queried.`);
      default:
        return commonSyscall(operation, argsText, this) ?? unknownOperation(operation);
    }
  }

  get deploymentName(): string {
    return this.#host.deploymentName;
  }

  get addressScope(): AddressScope {
    return this.#host.addressScope(this.componentPath);
  }

  /**
   * Splits `{"name":…,"args":…,"version":…,"requestId":…}` into address and argument text without parsing the arguments:
   * convex/server writes the fields in this order, and neither of the two after `args` can contain the separator.
   */
  #splitCall(text: string): { readonly address: string; readonly argsText: string } {
    const nameEnd = text.indexOf('"', namePrefix.length);
    const tailAt = text.lastIndexOf(tailSeparator);
    if (text.startsWith(namePrefix) && text.startsWith(argsSeparator, nameEnd) && tailAt > nameEnd) {
      const functionPath = text.slice(namePrefix.length, nameEnd);
      return {
        address: addressText({ componentPath: this.componentPath, functionPath }),
        argsText: text.slice(nameEnd + argsSeparator.length, tailAt),
      };
    }
    const args = parseJsonObject(text);
    return {
      address: addressText(resolveAddress(args, this.addressScope)),
      argsText: JSON.stringify(args["args"] ?? {}),
    };
  }

  async #execute(call: ExecutorCall): Promise<string> {
    return valueOf(await this.#host.executor.call(call));
  }
}

function unknownOperation(operation: string): never {
  throw new Error(`Unknown async operation ${operation}`);
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

const namePrefix = '{"name":"';
const argsSeparator = '","args":';
const tailSeparator = ',"version":"';
