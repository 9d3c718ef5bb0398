import { expect, test } from "vitest";
import { readOperation } from "./operations";

const base = { takesInput: false, paginated: false, idempotencyKey: false, queryNames: [] };
const post = { ...base, method: "POST", idempotencyKey: true };

test.each([
  ["get", { ...base, method: "GET", path: "/v1/agent-api-logs/{}" }],
  ["list", { ...base, method: "GET", path: "/v1/agent-api-logs", takesInput: true, paginated: true }],
  ["rotateKey", { ...post, path: "/v1/agent-api-logs/{}/rotate-key" }],
  ["create-=POST ", { ...post, path: "/v1/agent-api-logs" }],
  ["run+!", { ...post, path: "/v1/agent-api-logs/{}/run", takesInput: true, idempotencyKey: false }],
  ["me=GET /v1/me/{}/logs", { ...base, method: "GET", path: "/v1/me/{}/logs" }],
  [
    "send+=POST send?dryRun,mode",
    {
      ...post,
      path: "/v1/agent-api-logs/send",
      takesInput: true,
      queryNames: ["dryRun", "mode"],
    },
  ],
])("%s", (entry, expected) => {
  expect(readOperation("agentApiLogs", entry)).toEqual({
    verb: /^\w+/.exec(entry)?.[0],
    ...expected,
  });
});
