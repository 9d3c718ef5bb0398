import * as fc from "fast-check";
import { convexToJson } from "convex/values";
import type { Value } from "convex/values";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { convexTestBackend, hostBackend } from "./backends.testing";
import type { Backend, Outcome } from "./backends.testing";
import { programOf, schemaArbitrary } from "./programs.testing";
import type { Call } from "./programs.testing";

// CONVEX_HOST_PROGRAMS=10000 makes the long run; CONVEX_HOST_SEED repeats a run.
const defaultPrograms = 180;
const programs = Number(process.env["CONVEX_HOST_PROGRAMS"] ?? defaultPrograms);
const seed = Number(process.env["CONVEX_HOST_SEED"] ?? (programs > defaultPrograms ? Date.now() % 2 ** 31 : 1));
const programsPerSchema = Math.min(200, Math.ceil(programs / 6));
const maxPages = 40;

beforeAll(() => {
  // convex-test reports every failed job, and programs fail on purpose.
  vi.spyOn(console, "error").mockReturnValue(undefined);
});

afterAll(() => vi.restoreAllMocks());

/** Runs a program and answers with everything that it observed, in terms that do not depend on the backend's ids. */
async function observe(backend: Backend, program: readonly Call[]): Promise<readonly string[]> {
  await backend.reset();
  const ids: string[] = [];
  const known = new Map<string, string>();
  const observations: string[] = [];
  for (const call of program) {
    if (call.kind === "pages") {
      observations.push(canonical(await allPages(backend, call, ids), known));
      continue;
    }
    const type = call.kind === "mutate" ? "mutation" : "query";
    const outcome = await backend.call(type, call.kind, { operations: plainValue(call.operations), ids });
    ids.push(...insertedBy(outcome));
    observations.push(canonical(outcome, known));
    const jobs = JSON.stringify(call.operations, bigintless).split('"kind":"schedule').length - 1;
    if (jobs === 0) continue;
    await backend.settle();
    if (!("failed" in outcome))
      observations.push(canonical(await backend.call("query", "jobStates", { count: 1 }), known));
  }
  return observations;
}

/** Programs are made of plain objects, arrays and Convex values; only their readonly types are narrower than Value. */
function plainValue(program: unknown): Value {
  return program as Value;
}

const bigintless = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);

async function allPages(backend: Backend, call: Extract<Call, { kind: "pages" }>, ids: string[]): Promise<Outcome> {
  const documents: Value[] = [];
  let cursor: Value = null;
  for (let page = 0; page < maxPages; page++) {
    const args = { query: plainValue(call.query), ids, count: call.count, cursor };
    const outcome = await backend.call("query", "page", args);
    if ("failed" in outcome) return outcome;
    const { value } = outcome;
    if (typeof value !== "object" || value === null || !("page" in value) || !Array.isArray(value.page)) return outcome;
    documents.push(...value.page);
    if (value.isDone === true) return { value: documents };
    cursor = value.continueCursor ?? null;
  }
  return { value: "endless" };
}

function insertedBy(outcome: Outcome): readonly string[] {
  const value = "failed" in outcome ? null : outcome.value;
  return typeof value === "object" && value !== null && "ids" in value && Array.isArray(value.ids)
    ? value.ids.map(String)
    : [];
}

/** An id of either backend. */
const idPattern = /^(?:[0-9a-hjkmnp-tv-z]{32}|0{8,}\d+t\d)$/;

/** JSON with sorted keys, ids by their order of appearance in the program, and no creation times. */
function canonical(outcome: Outcome, known: Map<string, string>): string {
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") {
      if (!known.has(value) && idPattern.test(value)) known.set(value, `#${known.size}`);
      return known.get(value) ?? value;
    }
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    const isDocument = "_id" in value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !(isDocument && name === "_creationTime"))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, field]) => [name, walk(field)]),
    );
  };
  const json =
    "failed" in outcome
      ? { failed: outcome.data === undefined ? true : convexToJson(outcome.data) }
      : convexToJson(outcome.value);
  return JSON.stringify(walk(json));
}

describe("the host and convex-test", () => {
  const schemas = fc.sample(schemaArbitrary, { seed, numRuns: Math.ceil(programs / programsPerSchema) });
  it.each(schemas.map((schema, i) => [i, schema] as const))(
    "observe the same in random programs against schema %i",
    async (_i, schema) => {
      const host = await hostBackend(schema);
      const reference = convexTestBackend(schema);
      try {
        await fc.assert(
          fc.asyncProperty(programOf(schema), async (program) => {
            expect(await observe(host, program)).toEqual(await observe(reference, program));
          }),
          { seed, numRuns: programsPerSchema, interruptAfterTimeLimit: 600_000 },
        );
      } finally {
        await host.close();
      }
    },
    700_000,
  );
});
