import type { FunctionType } from "../../../deployment";
import { parseJsonObject, textField } from "../../../json";
import { hasLoneSurrogate } from "../../../values/convexJson";
import type { ConvexJsonObject } from "../../../values/convexJson";
import { resolveAddress } from "../../functions/address";
import type { AddressScope } from "../../functions/address";
import { FunctionError, HostRefusal, toFunctionError } from "../../functions/errors";
import { runInFrame } from "../../functions/frames";
import type { CallContext, Frame } from "../../functions/frames";
import { validateArgs, validateReturns } from "../../functions/registry";
import type { RegisteredFunction } from "../../functions/registry";
import { commonSyscall, componentArgument, requestMetadataText } from "../../functions/commonSyscalls";
import type { CommonSyscallFrame } from "../../functions/commonSyscalls";
import * as database from "./databaseSyscalls";
import { cancelJob, scheduleJob } from "./jobs";
import { OpenQueries } from "./querySyscalls";
import * as storage from "./storageSyscalls";
import type { Transaction } from "../transaction/transaction";
import { holdsCommitTs, int64Text } from "../transaction/commitTimestamp";

const maxCallDepth = 8;

/** One query or mutation while it runs: its open queries, and its place below the functions that called it. */
export class ExecutionFrame implements Frame, CommonSyscallFrame {
  readonly type: FunctionType;
  readonly componentPath: string;
  readonly path: string;
  readonly call: CallContext;
  readonly #transaction: Transaction;
  readonly #parent: ExecutionFrame | null;
  readonly #depth: number;
  readonly #queries = new OpenQueries();
  #settled = false;
  /** Settles when the nested call that holds the transaction has finished; later syscalls wait in line behind it. */
  #nestedCall: Promise<unknown> | null = null;
  #nestedMark = 0;

  constructor(transaction: Transaction, target: RegisteredFunction, parent: ExecutionFrame | null) {
    this.#transaction = transaction;
    this.#parent = parent;
    this.#depth = parent === null ? 0 : parent.#depth + 1;
    this.type = target.type;
    this.componentPath = transaction.host.componentPath;
    this.path = target.path;
    this.call = transaction.call;
  }

  get functionName(): string {
    return this.path;
  }

  get deploymentName(): string {
    return this.#transaction.host.deploymentName;
  }

  get addressScope(): AddressScope {
    return this.#transaction.host;
  }

  log(line: string): void {
    this.#transaction.host.log(`${this.componentPath}/${this.path}`.replace(/^\//, ""), line);
  }

  /** A nested function that nobody awaited must not outlive its caller, so closing a frame closes those below it. */
  get closed(): boolean {
    return this.#settled || (this.#parent?.closed ?? false);
  }

  close(): void {
    if (!this.closed) this.#transaction.showWrites(this.#depth);
    // The writes of an abandoned nested call were never accepted by its caller.
    if (this.#nestedCall !== null && !this.closed) this.#transaction.host.store.undoTo(this.#nestedMark);
    this.#settled = true;
  }

  syscall(operation: string, argsText: string): string {
    if (operation === "1.0/queryStream") return this.#queries.open(this.#transaction, argsText);
    const args = parseJsonObject(argsText);
    switch (operation) {
      case "1.0/queryCleanup":
        return this.#queries.cleanup(args);
      case "1.0/db/normalizeId":
        return database.normalizeId(this.#transaction, args);
      case "1.0/componentArgument":
        return componentArgument(this.componentPath);
      case "1.0/getSnapshotTs":
        return int64Text(this.#transaction.snapshotTimestamp(this.#rootType() === "mutation"));
      default:
        throw new Error(`Unknown operation ${operation}`);
    }
  }

  asyncSyscall(operation: string, argsText: string): Promise<string> {
    if (this.#nestedCall !== null) return this.#nestedCall.then(() => this.asyncSyscall(operation, argsText));
    if (this.closed) return Promise.reject(new Error(`${operation} was called after ${this.path} had returned.`));
    // The nested call is registered before anything is awaited, so that syscalls keep the order they were issued in.
    if (operation === "1.0/runUdf") {
      this.#nestedMark = this.#transaction.host.store.mark();
      const result = this.#runNested(parseJsonObject(argsText));
      const nestedCall: Promise<void> = result.then(
        () => this.#endNested(nestedCall),
        () => this.#endNested(nestedCall),
      );
      this.#nestedCall = nestedCall;
      return result;
    }
    return Promise.resolve(this.#answer(operation, argsText));
  }

  jsSyscall(operation: string): never {
    throw new Error(`Unknown operation ${operation}`);
  }

  /**
   * Convex's documentation forbids this, but its own published components do it. So it works, and is logged once per
   * function.
   */
  #tellOfPaging(): void {
    const { host } = this.#transaction;
    const caller = `${this.componentPath}/${this.path}`;
    if (host.pagingComponentFunctions.has(caller)) return;
    host.pagingComponentFunctions.add(caller);
    host.log(
      caller,
      "[WARN] paginate() is only supported in the app. Learn more at https://docs.convex.dev/components/authoring#pagination",
    );
  }

  #answer(operation: string, argsText: string): string {
    const transaction = this.#transaction;
    switch (operation) {
      case "1.0/get":
        return database.getDocument(transaction, parseJsonObject(argsText));
      case "1.0/queryStreamNext":
        return this.#queries.next(parseJsonObject(argsText));
      case "1.0/queryPage":
        if (this.componentPath !== "") this.#tellOfPaging();
        return this.#queries.page(transaction, parseJsonObject(argsText));
      case "1.0/count":
        return database.countDocuments(transaction, parseJsonObject(argsText));
      case "1.0/storageGetUrl":
        return storage.getUrl(transaction, parseJsonObject(argsText));
      case "1.0/storageGetMetadata":
        return storage.getMetadata(transaction, parseJsonObject(argsText));
      case "1.0/getTransactionMetrics":
        return transaction.usage.metricsText();
      default:
        return commonSyscall(operation, argsText, this) ?? this.#answerInMutation(operation, argsText);
    }
  }

  #answerInMutation(operation: string, argsText: string): string {
    const handler = mutationSyscalls[operation];
    if (handler === undefined) throw new Error(`Unknown async operation ${operation}`);
    if (this.type !== "mutation")
      throw new Error(`${operation.slice("1.0/".length)} is not supported in a query, only in a mutation.`);
    if (hasLoneSurrogate(argsText)) throw new Error("Strings must be valid Unicode: found a lone surrogate.");
    return handler(this.#transaction, parseJsonObject(argsText));
  }

  async #runNested(args: ConvexJsonObject): Promise<string> {
    const udfType = args["udfType"] === "snapshotQuery" ? "query" : args["udfType"];
    if (udfType !== "query" && udfType !== "mutation")
      throw new Error(`Unsupported nested call of type ${JSON.stringify(udfType)}.`);
    if (this.type === "query" && (udfType === "mutation" || args["udfType"] === "snapshotQuery"))
      throw new Error(`Cannot call a ${textField(args, "udfType")} function from a query function`);
    if (this.#depth + 1 > maxCallDepth)
      throw new Error("Cross component call depth limit exceeded. Do you have an infinite loop in your app?");
    const { componentPath, functionPath } = resolveAddress(args, this.#transaction.host);
    const host = this.#transaction.host.components.get(componentPath);
    const target = host?.functions.get(functionPath);
    if (host === undefined || target === undefined)
      throw new HostRefusal(`Could not find function for '${functionPath}'.`);
    if (target.type !== udfType)
      throw new HostRefusal(`Trying to execute ${functionPath} as ${udfType}, but it is defined as ${target.type}.`);
    const transaction = this.#transaction.within(host);
    const run = (): Promise<string> => runFunction(transaction, target, JSON.stringify(args["args"] ?? {}), this);
    return await transaction.usage.withBudget(args["transactionLimits"], () =>
      args["udfType"] === "snapshotQuery" ? this.#runOnSnapshot(run) : run(),
    );
  }

  /** Runs a query on the state that the transaction began with. */
  async #runOnSnapshot(run: () => Promise<string>): Promise<string> {
    this.#transaction.hideWrites(this.#depth);
    try {
      return await run();
    } finally {
      this.#transaction.showWrites(this.#depth);
    }
  }

  #rootType(): FunctionType {
    return this.#parent === null ? this.type : this.#parent.#rootType();
  }

  #endNested(nestedCall: Promise<unknown>): void {
    if (this.#nestedCall === nestedCall) this.#nestedCall = null;
  }
}

const mutationSyscalls: Readonly<Record<string, (transaction: Transaction, args: ConvexJsonObject) => string>> = {
  "1.0/insert": database.insertDocument,
  "1.0/shallowMerge": database.patchDocument,
  "1.0/replace": database.replaceDocument,
  "1.0/remove": database.removeDocument,
  "1.0/storageGenerateUploadUrl": storage.generateUploadUrl,
  "1.0/storageDelete": storage.deleteFile,
  "1.0/storageStore": storage.storeFile,
  "1.0/storageGet": storage.getFile,
  "1.0/schedule": scheduleJob,
  "1.0/cancel_job": cancelJob,
  "1.0/signJwt": (transaction, args) => JSON.stringify(transaction.host.signer.signJwt(args, transaction.call.nowMs)),
  "1.0/getRequestMetadata": ({ call, host }) => requestMetadataText(call, host.componentPath),
};

/**
 * Runs one query or mutation inside a transaction, with its arguments and result validated. When it fails, its own
 * writes, and only those, are undone.
 *
 * @returns the result as Convex JSON text
 * @throws {FunctionError} as the caller sees it
 */
export async function runFunction(
  transaction: Transaction,
  target: RegisteredFunction,
  argsText: string,
  parent: ExecutionFrame | null = null,
): Promise<string> {
  const { store } = transaction.host;
  const mark = store.mark();
  const usageMark = transaction.usage.writeMark();
  try {
    if (parent === null && holdsCommitTs(argsText))
      throw new HostRefusal("ArgumentValidationError: Only a mutation can pass an unresolved commit timestamp.");
    validateArgs(target, argsText);
    const valueText = await runInFrame(new ExecutionFrame(transaction, target, parent), () => target.invoke(argsText));
    validateReturns(target, valueText);
    if (parent !== null) return valueText;
    if (target.type === "mutation") return transaction.resolveCommitTs(valueText);
    if (holdsCommitTs(valueText))
      throw new HostRefusal(
        `Function ${target.path} return value invalid: queries cannot return an unresolved commit timestamp`,
      );
    return valueText;
  } catch (error) {
    // Once the caller has returned, the undo log belongs to another call. Closing the caller has already undone this one.
    if (parent?.closed !== true) {
      store.undoTo(mark);
      transaction.usage.forgetWritesSince(usageMark);
    }
    throw error instanceof FunctionError
      ? error
      : toFunctionError(error, (stack) => transaction.host.describeStack(stack));
  }
}
