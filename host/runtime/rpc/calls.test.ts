import { describe, expect, it } from "vitest";
import type { Caller, RequestMetadata } from "../../deployment";
import { anonymous, callSlots, decodeCall, encodeCall, operationAt } from "./calls";
import type { ExecutorCall } from "./calls";

const caller: Caller = { kind: "admin" };
const metadata: RequestMetadata = { requestId: "r1", ip: "::1", userAgent: null, authToken: "t" };

// By operation, so that an operation without a sample does not compile.
const samples: { readonly [O in ExecutorCall["operation"]]: readonly (ExecutorCall & { operation: O })[] } = {
  call: ["query", "mutation", "any"].flatMap((type) =>
    [true, false].map((allowInternal) => ({
      operation: "call" as const,
      type: type === "query" || type === "mutation" ? type : "any",
      address: "public:component/internal:path;a/b:c",
      allowInternal,
      argsText: '{"a":1}',
      caller: allowInternal ? caller : anonymous,
      metadata,
      scheduledFunctionId: allowInternal ? "job" : null,
      idempotencyKey: allowInternal ? undefined : "once",
    })),
  ),
  schedule: [
    { operation: "schedule", componentPath: "a/b", argsText: "{}", caller, metadata, scheduledFunctionId: "job" },
  ],
  cancelJob: [
    {
      operation: "cancelJob",
      componentPath: "",
      argsText: "{}",
      caller: anonymous,
      metadata,
      scheduledFunctionId: null,
    },
  ],
  claimJobs: [{ operation: "claimJobs", freeSlots: 0 }],
  runJob: [{ operation: "runJob", jobId: "j" }],
  finishJob: [
    { operation: "finishJob", jobId: "j", errorText: "" },
    { operation: "finishJob", jobId: "j", errorText: "failed" },
  ],
  failRunningJobs: [{ operation: "failRunningJobs" }],
  removeFinishedJobs: [{ operation: "removeFinishedJobs" }],
  storage: [{ operation: "storage", name: "1.0/storageGetUrl", componentPath: "a", argsText: "{}" }],
  refreshQuerySet: [
    {
      operation: "refreshQuerySet",
      request: {
        set: "1",
        reset: true,
        allowInternal: false,
        add: [{ queryId: 1, path: "a:b", argsText: "{}", journal: null }],
        remove: [2],
      },
      callerText: "",
    },
  ],
  dropQuerySet: [{ operation: "dropQuerySet", set: "1" }],
};

describe.each(Object.entries(samples))("%s", (operation, calls: readonly ExecutorCall[]) => {
  it.each(calls)("comes out as it went in, wherever it lies in a batch: %j", (call) => {
    const before = encodeCall("1", { operation: "failRunningJobs" });
    const slots = encodeCall("2", call);
    expect(slots).toHaveLength(callSlots);
    const batch = [...before, ...slots, ...before];
    expect(batch[callSlots]).toBe("2");
    expect(operationAt(batch, callSlots)).toBe(operation);
    // The job is part of the metadata as it crosses, and stays there: taking it out would cost each call a copy.
    expect(decodeCall(batch, callSlots)).toMatchObject(call);
  });
});
