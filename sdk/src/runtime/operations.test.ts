import { expect, test } from "vitest";
import { readOperation } from "./operations";

const bytes = { takesBytes: false, answersBytes: false };
const base = { ...bytes, takesInput: false, paginated: false, idempotencyKey: false, queryNames: [] };
const post = { ...base, method: "POST", idempotencyKey: true };

test.each([
  ["get", { ...base, method: "GET", path: "/v1/agent-api-logs/{}" }],
  ["list", { ...base, method: "GET", path: "/v1/agent-api-logs", takesInput: true, paginated: true }],
  ["rotateKey", { ...post, path: "/v1/agent-api-logs/{}/rotate-key" }],
  ["create-=POST ", { ...post, path: "/v1/agent-api-logs" }],
  ["run+!", { ...post, path: "/v1/agent-api-logs/{}/run", takesInput: true, idempotencyKey: false }],
  ["upload+^=POST ", { ...post, path: "/v1/agent-api-logs", takesInput: true, takesBytes: true }],
  ["download#=GET {}/content", { ...base, method: "GET", path: "/v1/agent-api-logs/{}/content", answersBytes: true }],
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
