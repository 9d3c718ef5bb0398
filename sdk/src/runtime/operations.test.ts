import { expect, test } from "vitest";
import { readOperations } from "./operations";

const bytes = { takesBytes: false, answersBytes: false };
const base = { ...bytes, takesInput: false, paginated: false, idempotencyKey: false };
const post = { ...base, method: "POST", idempotencyKey: true };

test.each([
  ["get", { ...base, method: "GET", path: "/v1/agent-api-logs/{}" }],
  ["list", { ...base, method: "GET", path: "/v1/agent-api-logs", takesInput: true, paginated: true }],
  ["rotateKey", { ...post, path: "/v1/agent-api-logs/{}/rotate-key" }],
  ["create-=POST ", { ...post, path: "/v1/agent-api-logs" }],
  ["run+!", { ...post, path: "/v1/agent-api-logs/{}/run", takesInput: true, idempotencyKey: false }],
  ["upload+^=POST ", { ...post, path: "/v1/agent-api-logs", takesInput: true, takesBytes: true }],
  ["download#=GET {}/content", { ...base, method: "GET", path: "/v1/agent-api-logs/{}/content", answersBytes: true }],
  ["me=GET /me/{}/logs", { ...base, method: "GET", path: "/v1/me/{}/logs" }],
  ["getView", { ...base, method: "GET", path: "/v1/agent-api-logs/{}/view" }],
  ["getSyncStatus~", { ...base, method: "GET", path: "/v1/agent-api-logs/sync-status" }],
  ["get~", { ...base, method: "GET", path: "/v1/agent-api-logs" }],
  ["setQuotas", { ...base, method: "PUT", path: "/v1/agent-api-logs/{}/quotas", takesInput: true }],
  ["claim~+", { ...post, path: "/v1/agent-api-logs/claim", takesInput: true }],
])("%s", (entry, expected) => {
  expect(readOperations("agentApiLogs", entry)).toEqual([{ verb: /^\w+/.exec(entry)?.[0], ...expected }]);
});

test("a resource may lie below another one", () => {
  expect(readOperations("clientMembers", "/clients/{}/members;add;remove").map(({ path }) => path)).toEqual([
    "/v1/clients/{}/members",
    "/v1/clients/{}/members/{}",
  ]);
});
