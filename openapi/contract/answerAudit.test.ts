import { createServer } from "node:http";
import { once } from "node:events";
import { expect, it } from "vitest";
import { AnswerAudit, answerFaults } from "./answerAudit.testing";
import { documentOrigin } from "../../convex/documentation/documentOrigin";
import type { AuditedAnswer } from "./answerAudit.testing";

const requestId = "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c";
const problem = (status: number, code: string) =>
  JSON.stringify({ type: `${documentOrigin}/problems/${code}`, title: "T", status, detail: "D", code, requestId });

const refused = { "x-request-id": requestId, "content-type": "application/problem+json" };
const lawful = { method: "GET", path: "/v1/schedules", status: 404, headers: {}, text: "" };

function faultsOf(changes: Partial<Omit<AuditedAnswer, "headers">> & { headers: Record<string, string> }) {
  return answerFaults({ ...lawful, ...changes, headers: new Headers(changes.headers) }).map((fault) =>
    fault.replace(/ in \{.*/, ""),
  );
}

it.each([
  ["a declared refusal", { status: 400, headers: refused, text: problem(400, "invalid_cursor") }, []],
  [
    "a status that is not declared",
    { status: 418, headers: refused, text: "{}" },
    ["listSchedules 418 is not declared: {}"],
  ],
  [
    "a code of another status",
    { status: 400, headers: refused, text: problem(400, "slug_taken") },
    [
      "listSchedules 400: the body/code must be equal to one of the allowed values",
      "listSchedules 400: the code slug_taken is not declared",
    ],
  ],
  [
    "a code of another operation",
    { status: 400, headers: refused, text: problem(400, "idempotency_key_invalid") },
    ["listSchedules 400: the code idempotency_key_invalid is not declared"],
  ],
  [
    "a promise that is not declared",
    { status: 400, headers: { ...refused, location: "/v1/x" }, text: problem(400, "invalid_cursor") },
    ["listSchedules 400: the header Location is not declared"],
  ],
  [
    "a missing promise",
    { status: 401, headers: refused, text: problem(401, "unauthenticated") },
    ["listSchedules 401: the header WWW-Authenticate is missing"],
  ],
  [
    "another content type",
    { status: 400, headers: { ...refused, "content-type": "text/html" }, text: "<p>" },
    ["listSchedules 400: the content type text/html is not declared"],
  ],
  [
    "a body with a field too much",
    {
      status: 200,
      headers: { ...refused, etag: '"x"', "content-type": "application/json" },
      text: '{"data":[],"page":{"nextCursor":null,"hasMore":false,"limit":25},"more":1}',
    },
    ["listSchedules 200: the body must NOT have additional properties"],
  ],
  [
    "a body where none is",
    { status: 304, headers: { "x-request-id": requestId, etag: '"x"' }, text: "x" },
    ["listSchedules 304: a body is not declared"],
  ],
  [
    "a fixed segment beside a parameter",
    { path: "/v1/agents/self", status: 418, headers: {}, text: "" },
    ["getAgentSelf 418 is not declared: "],
  ],
  ["a path that the document has not", { path: "/v1/nothing", headers: {} }, []],
])("finds %s", (_title, answer, faults) => {
  expect(faultsOf(answer)).toEqual(faults);
});

it("sees every answer of its origin, whoever fetches it, and tells of all at the end", async () => {
  const server = createServer((_request, response) => response.writeHead(418).end("tea")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const before = globalThis.fetch;
  const audit = new AnswerAudit(origin);
  await (await fetch(`${origin}/v1/items?limit=1`)).text();
  await fetch(new Request(`${origin}/v1/todos`, { method: "POST", body: "{}" }));
  await fetch(new URL("/v1/health", origin));
  await expect(audit.close()).rejects.toThrow(
    /^3 answers are not[^]*createTodo 418 is not declared: tea[^]*getHealth 418[^]*listItems 418/,
  );
  expect([audit.count, globalThis.fetch]).toEqual([3, before]);
  server.close();
});
