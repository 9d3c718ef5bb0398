import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tableMetadata } from "../../convex/core/schema/tableMetadata";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { unknownIdLike } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

// Jobs that an earlier version scheduled name functions by the paths of then, and so does a gateway that still runs while
// this version is deployed. The paths stay for one release.
let portico: TestPortico;

beforeAll(async () => {
  portico = await startTestPortico();
});

afterAll(() => portico.close());

const cascade = tableMetadata.agents.references.find(({ path: [field] }) => field === "siteId");
const principal = { organizationId: "", action: "site.create" };
const oldCalls: Readonly<Record<string, { type: "query" | "mutation"; args: object }>> = {
  "core/builtInRoles:ensure": { type: "mutation", args: {} },
  "core/callers:assertKnown": { type: "query", args: { credential: { kind: "apiKey", hash: "unknown" } } },
  "core/cascades:resume": {
    type: "mutation",
    args: { table: "agents", field: "siteId", onDelete: cascade?.onDelete, id: "gone", tenant: null },
  },
  "core/followUps:record": { type: "mutation", args: { denial: principal, access: principal, detail: "Refused." } },
  "core/retention:deleteExpired": { type: "mutation", args: { table: "auditLogs" } },
};

async function call(functionPath: string, type: "query" | "mutation", args: object) {
  return portico.deployment.call({
    type,
    path: functionPath,
    argsText: JSON.stringify(args),
    caller: { kind: "admin" },
    metadata: { requestId: "moved", ip: null, userAgent: null },
    allowInternal: true,
  });
}

it("knows every old path that the engine keeps", () => {
  const kept = readdirSync(path.join(import.meta.dirname, "../../convex/core"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `core/${file.slice(0, -3)}`);
  expect(kept.sort()).toEqual(Object.keys(oldCalls).map((name) => name.split(":", 1)[0]));
});

it.each(Object.entries(oldCalls))("%s runs under its old path", async (functionPath, { type, args }) => {
  const organizationId = portico.demo.organizations[0]?.id;
  const gone = unknownIdLike(portico.demo.organizations[0]?.siteId ?? "");
  const text = JSON.stringify(args)
    .replaceAll('"organizationId":""', `"organizationId":"${organizationId}"`)
    .replaceAll('"gone"', `"${gone}"`);
  const outcome = await call(functionPath, type, JSON.parse(text));
  // An unknown credential is refused by the function, and not for its path.
  const said = outcome.status === "success" ? "success" : (outcome.errorDataText ?? outcome.errorMessage);
  expect(said).toContain(type === "query" ? "unauthenticated" : "success");
});
