import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { OpenApiDocument } from "../../generator/document";
import { tableEntries } from "../../generator/table";
import { Call } from "./call";
import { ListCall } from "./listCall";
import { defineResources, type RequestParts } from "./resources";
import type { RequestOptions } from "./engine";

/** The request alone matters here: no answer ever comes. */
const unanswered = () => new Promise<never>(() => undefined);

/** The table entry that the generator makes of an operation which the API itself has no like of. */
async function generatedEntry(operationId: string): Promise<string> {
  const fixture = await readFile(new URL("../../fixtures/openapi.json", import.meta.url), "utf8");
  const spec = new OpenApiDocument(JSON.parse(fixture)).operations().find((one) => one.operationId === operationId);
  if (!spec) throw new Error(`The fixture has no ${operationId}`);
  return tableEntries([spec]);
}

test("a POST of two ids sends its input as its body, and has no key unless the API deduplicates it", async () => {
  const requests: { parts: RequestParts; options: RequestOptions }[] = [];
  const client: { agents?: Record<string, (...args: unknown[]) => unknown> } = {};
  defineResources(
    client,
    { agents: await generatedEntry("moveAgent") },
    {
      call: (parts, options) => {
        requests.push({ parts, options });
        return new Call<unknown>(parts, unanswered);
      },
      list: (parts) => new ListCall<unknown>(parts, unanswered, undefined),
    },
  );
  client.agents?.["move"]?.("a1", "s/1", { note: "rack 4" }, { requestId: "req_mine" });
  expect(requests).toEqual([
    {
      parts: {
        operation: "agents.move",
        route: "POST /v1/agents/{id}/sites/{id}/move",
        method: "POST",
        path: "/v1/agents/a1/sites/s%2F1/move",
        query: {},
        body: { note: "rack 4" },
        idempotencyKey: false,
      },
      options: { requestId: "req_mine" },
    },
  ]);
});
