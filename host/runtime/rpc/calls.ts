import type { Caller, FunctionType, RequestMetadata } from "../../deployment";

// Calls cross to the executor as one flat array of strings per batch, which structured clone copies far faster than
// objects. Only `encodeCall` and `decodeCall` know what each operation puts into the slots.

/** What is asked of the executor. */
export type ExecutorCall = FunctionCall | CallersJobCall | JobCall | StorageCall | LiveCall;

/** Who calls, for a function that may ask. */
interface CallOrigin {
  readonly caller: Caller;
  readonly metadata: RequestMetadata;
  /** The job that the call belongs to, directly or through the action that made it. */
  readonly scheduledFunctionId?: string | null;
}

/** Runs a query or mutation. */
export interface FunctionCall extends CallOrigin {
  readonly operation: "call";
  readonly type: FunctionType | "any";
  /** As `addressText` writes it. */
  readonly address: string;
  /** Whether internal functions, and those of components, may be meant. */
  readonly allowInternal: boolean;
  readonly argsText: string;
  /** Names a mutation that may be sent again. */
  readonly idempotencyKey?: string | undefined;
}

/** `ctx.scheduler` of an action. */
interface CallersJobCall extends CallOrigin {
  readonly operation: "schedule" | "cancelJob";
  /** The component that schedules or cancels. */
  readonly componentPath: string;
  readonly argsText: string;
}

/** What the scheduler asks. */
type JobCall =
  /** Lists what is due; crons take none of the free slots. Answers with {@link ClaimedJobs}. */
  | { readonly operation: "claimJobs"; readonly freeSlots: number }
  /** Runs a scheduled mutation. */
  | { readonly operation: "runJob"; readonly jobId: string }
  /** Records how an action ended, or that a mutation was stopped; the text is empty when it did not fail. */
  | { readonly operation: "finishJob"; readonly jobId: string; readonly errorText: string }
  | { readonly operation: "failRunningJobs" }
  /** Answers with how many were removed, zero when none is left. */
  | { readonly operation: "removeFinishedJobs" };

/** Scheduling, whoever asks for it. */
export type SchedulingCall = CallersJobCall | JobCall;

/** An operation on the files of a component. */
export interface StorageCall {
  readonly operation: "storage";
  readonly name: string;
  readonly componentPath: string;
  readonly argsText: string;
}

/** What keeps live queries up to date. These join no batch. */
export type LiveCall =
  | {
      readonly operation: "refreshQuerySet";
      readonly request: RefreshRequest;
      /** As {@link callerText} writes it: equal texts are one caller, whose equal queries run once. */
      readonly callerText: string;
    }
  | { readonly operation: "dropQuerySet"; readonly set: string };

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

type Operation = ExecutorCall["operation"];

/** `[sequence, operation, kind, subject, argsText, callerText, metadataText, idempotencyKey]`; empty where there is none. */
export const callSlots = 8;

const internalPrefix = "internal:";
const publicPrefix = "public:";

/** A call as it crosses to the executor, {@link callSlots} texts. */
export function encodeCall(sequence: string, call: ExecutorCall): readonly string[] {
  const { operation } = call;
  switch (call.operation) {
    case "call": {
      const subject = (call.allowInternal ? internalPrefix : publicPrefix) + call.address;
      const { type, argsText, idempotencyKey = "" } = call;
      return [
        sequence,
        operation,
        type,
        subject,
        argsText,
        callerText(call.caller),
        metadataText(call),
        idempotencyKey,
      ];
    }
    case "schedule":
    case "cancelJob": {
      const { componentPath, argsText, caller } = call;
      return [sequence, operation, "", componentPath, argsText, callerText(caller), metadataText(call), ""];
    }
    case "claimJobs":
      return [sequence, operation, "", "", String(call.freeSlots), "", "", ""];
    case "runJob":
      return [sequence, operation, "", call.jobId, "", "", "", ""];
    case "finishJob":
      return [sequence, operation, "", call.jobId, call.errorText, "", "", ""];
    case "failRunningJobs":
    case "removeFinishedJobs":
      return [sequence, operation, "", "", "", "", "", ""];
    case "storage":
      return [sequence, operation, call.name, call.componentPath, call.argsText, "", "", ""];
    case "refreshQuerySet":
      return [sequence, operation, "", "", JSON.stringify(call.request), call.callerText, "", ""];
    case "dropQuerySet":
      return [sequence, operation, "", call.set, "", "", "", ""];
  }
}

/** The operation of the call whose slots begin at `at`; {@link encodeCall} wrote it. */
export function operationAt(slots: readonly string[], at: number): Operation {
  return slots[at + 1] as Operation;
}

/** The call whose slots begin at `at`. */
export function decodeCall(slots: readonly string[], at: number): ExecutorCall {
  const kind = slots[at + 2] ?? "";
  const subject = slots[at + 3] ?? "";
  const argsText = slots[at + 4] ?? "";
  const operation = operationAt(slots, at);
  switch (operation) {
    case "call": {
      const allowInternal = subject.startsWith(internalPrefix);
      const metadata = metadataAt(slots, at);
      const idempotencyKey = slots[at + 7];
      return {
        operation,
        type: functionTypeOf(kind),
        address: subject.slice(allowInternal ? internalPrefix.length : publicPrefix.length),
        allowInternal,
        argsText,
        caller: callerAt(slots, at),
        metadata,
        scheduledFunctionId: metadata.scheduledFunctionId ?? null,
        idempotencyKey: idempotencyKey === "" ? undefined : idempotencyKey,
      };
    }
    case "schedule":
    case "cancelJob": {
      const metadata = metadataAt(slots, at);
      const scheduledFunctionId = metadata.scheduledFunctionId ?? null;
      const caller = callerAt(slots, at);
      return { operation, componentPath: subject, argsText, caller, metadata, scheduledFunctionId };
    }
    case "claimJobs":
      return { operation, freeSlots: Number(argsText) };
    case "runJob":
      return { operation, jobId: subject };
    case "finishJob":
      return { operation, jobId: subject, errorText: argsText };
    case "failRunningJobs":
    case "removeFinishedJobs":
      return { operation };
    case "storage":
      return { operation, name: kind, componentPath: subject, argsText };
    case "refreshQuerySet":
      return { operation, request: readRefreshRequest(argsText), callerText: slots[at + 5] ?? "" };
    case "dropQuerySet":
      return { operation, set: subject };
  }
}

export const anonymous: Caller = { kind: "anonymous" };

export const noMetadata: RequestMetadata = { requestId: "", ip: null, userAgent: null };

const callerTexts = new WeakMap<Caller, string>();

/** A caller as it crosses to the executor; the empty text stands for the anonymous caller. */
export function callerText(caller: Caller): string {
  if (caller.kind === "anonymous") return "";
  let text = callerTexts.get(caller);
  if (text === undefined) {
    text = JSON.stringify(caller);
    callerTexts.set(caller, text);
  }
  return text;
}

/** The caller that {@link callerText} wrote. */
export function parseCaller(text: string): Caller {
  return text === "" ? anonymous : (JSON.parse(text) as Caller);
}

function callerAt(slots: readonly string[], at: number): Caller {
  return parseCaller(slots[at + 5] ?? "");
}

function metadataText({ metadata, scheduledFunctionId }: CallOrigin): string {
  const { requestId, ip, userAgent, authToken } = metadata;
  return scheduledFunctionId
    ? JSON.stringify({ requestId, ip, userAgent, authToken, scheduledFunctionId })
    : JSON.stringify({ requestId, ip, userAgent, authToken });
}

type CallMetadata = RequestMetadata & { readonly scheduledFunctionId?: string };

/** {@link metadataText} wrote exactly this. */
function metadataAt(slots: readonly string[], at: number): CallMetadata {
  return JSON.parse(slots[at + 6] ?? "") as CallMetadata;
}

/** {@link encodeCall} wrote the type of a {@link FunctionCall}. */
function functionTypeOf(kind: string): FunctionCall["type"] {
  return kind as FunctionCall["type"];
}

/** {@link encodeCall} wrote a RefreshRequest. */
function readRefreshRequest(text: string): RefreshRequest {
  return JSON.parse(text) as RefreshRequest;
}
