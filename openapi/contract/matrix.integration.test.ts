import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { isLongRun, noteTries } from "../../scripts/lib/tries.testing";
import { textTable } from "../../scripts/lib/textTable";
import { registry } from "../registry";
import { arrange, arrangeFor, nameOf, sharedArrangements } from "./arrangements.testing";
import { sendOperation } from "./client.testing";
import { dryRun } from "./dryRun.testing";
import { functionArgumentsOf, functionOf, postToFunctionApi } from "./functionCalls.testing";
import { callerKinds } from "./matrix.testing";
import { createWorld } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Arranged } from "./client.testing";
import type { CallerKind, Credential, Outcome } from "./matrix.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { World } from "./world.testing";

// Every operation by everybody, at both doors: what the declarations say of each against what happens. Of those who are let in for
// a change all but the last only try it (a dry run is refused as the change is, which the contract's cases hold), so that one
// arrangement does for all; in `npm run attack` everybody does it. The table goes to standard output there, and where
// `PORTICO_MATRIX=1` says so.

const doors = ["convex", "rest"] as const;
type Door = (typeof doors)[number];

/** A request, and whose it is where it is not the caller's that the others use. */
interface Posed {
  readonly arranged: Arranged;
  readonly credential?: Credential;
}

let portico: TestPortico;
let world: World;
let standing: ReadonlyMap<CallerKind, Credential>;
let callCount = 0;
let differenceCount = 0;
const found = new Map<string, ReadonlyMap<CallerKind, string>>();

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
  standing = new Map(await Promise.all(callerKinds.map(async (kind) => [kind, await kind.make(world)] as const)));
});

afterAll(async () => {
  noteTries(callCount);
  if (process.env["PORTICO_MATRIX"] === "1" || process.env["PORTICO_TRIES_FILE"] !== undefined) {
    for (const domain of new Set(["", ...callerKinds.map((kind) => kind.domain ?? "")])) printTable(domain);
  }
  const cellCount = [...found.values()].reduce((sum, cells) => sum + cells.size, 0);
  process.stdout.write(
    `matrix: ${registry.length} operations × ${callerKinds.length} kinds of callers, ${cellCount} cells, ${callCount} calls at two doors, ${differenceCount} differences\n`,
  );
  await portico.close();
});

function isOf({ domain }: CallerKind, operation: Operation): boolean {
  return domain === undefined || domain === operation.domain;
}

/** Every operation with the kinds that are columns of all, or those of a domain with the kinds that are its own. */
function printTable(domain: string): void {
  const kinds = callerKinds.filter((kind) => (kind.domain ?? "") === domain);
  const rows = registry
    .filter((operation) => domain === "" || operation.domain === domain)
    .map((operation) => {
      const cells = found.get(nameOf(operation));
      return [nameOf(operation), ...kinds.map((kind) => cells?.get(kind) ?? "")];
    });
  process.stdout.write(`${textTable([["operation", ...kinds.map(({ name }) => name)], ...rows])}\n`);
}

describe.each(registry.map((operation) => [nameOf(operation), operation] as const))("%s", (name, operation) => {
  it.concurrent("lets in whom its declaration lets in, and nobody else", async () => {
    const shared = sharedArrangements(() => world, operation);
    // What nobody is let in for can be asked by everybody: nothing of it happens.
    const refused = await shared.refused();
    const kinds = callerKinds.filter((kind) => isOf(kind, operation));
    const last = kinds.findLast((kind) => kind.expected(operation) === "in");
    const differences: string[] = [];
    const cells = new Map<CallerKind, string>();
    for (const kind of kinds) {
      const expected = kind.expected(operation);
      const isDone = expected !== "in" || kind === last || isLongRun;
      const outcomes: Outcome[] = [];
      let request: Posed | undefined;
      for (const door of doors) {
        if (door === "convex" && operation.declaration.restOnly) continue;
        const isNew = request === undefined;
        request ??= expected === "in" ? await permitted(operation, kind, shared, isDone) : { arranged: refused };
        const credential = request.credential ?? standing.get(kind);
        if (credential && isNew) await kind.reachRow?.(world, operation, request.arranged, credential);
        const isTried = operation.supportsDryRun && !(isDone && door === "rest");
        const outcome = await outcomeAt(door, operation, kind, request.arranged, credential?.[door], isTried);
        if (!isTried) request = undefined;
        if (outcome.outcome !== expected)
          differences.push(`${kind.name} at ${door}: ${expected} expected, ${outcome.outcome} found: ${outcome.text}`);
        outcomes.push(outcome.outcome);
      }
      cells.set(kind, [...new Set(outcomes)].join("/"));
    }
    found.set(name, cells);
    differenceCount += differences.length;
    expect(differences).toEqual([]);
  });
});

type Shared = ReturnType<typeof sharedArrangements>;

/** A request that succeeds, and somebody whom nobody misses where it is done and about the caller. */
async function permitted(operation: Operation, kind: CallerKind, shared: Shared, isDone: boolean): Promise<Posed> {
  const { access, method, on } = operation.declaration;
  if (method === "GET") return { arranged: await shared.refused() };
  const own = await arrangeFor(world, operation, standing.get(kind)?.rest);
  if (own) return { arranged: own };
  const isSpent = isDone || !operation.supportsDryRun;
  const arrangement = () => (isSpent ? arrange(world, operation) : shared.arranged());
  if (on?.table === "organizations") return permittedOnOrganization(kind, shared, arrangement);
  const isOfOneself = access !== "permission" && on === undefined;
  const arranged = await arrangement();
  return isOfOneself && isSpent ? { arranged, credential: await kind.make(world) } : { arranged };
}

/** The owner has an organization to spend; everybody else changes the one that the others need, but not its names. */
async function permittedOnOrganization({ name }: CallerKind, shared: Shared, arrangement: () => Promise<Arranged>) {
  if (name !== "owner") return { arranged: { ...(await shared.refused()), body: { name: "Acme" } } };
  const arranged = await arrangement();
  return { arranged, credential: { rest: arranged.credential, convex: arranged.credential } };
}

/** Refusals for who calls; any other 403 or 404 is a rule about what was asked for. */
const refusals: ReadonlySet<unknown> = new Set([
  "forbidden",
  "not_assigned",
  "membership_banned",
  "not_a_member",
  "tenant_mismatch",
  "user_inactive",
]);

async function outcomeAt(
  door: Door,
  operation: Operation,
  { isForeign = false }: CallerKind,
  arranged: Arranged,
  credential: string | undefined,
  isTried: boolean,
): Promise<{ readonly outcome: Outcome; readonly text: string }> {
  callCount += 1;
  const { access, on } = operation.declaration;
  const namesOrganization = on === undefined && !["user", "identity", "platform"].includes(access);
  const named = isForeign && namesOrganization ? world.acme.id : undefined;
  if (door === "rest") {
    const headers = { ...(named === undefined ? {} : { "portico-organization": named }), ...(isTried ? dryRun : {}) };
    const { status, body, text } = await sendOperation(portico, operation, arranged, credential, headers);
    return { outcome: outcomeOf(status, body["code"]), text };
  }
  const { route, path } = functionOf(operation);
  const args = {
    ...functionArgumentsOf(arranged, operation),
    ...(named === undefined ? {} : { organizationId: named }),
    ...(isTried ? { dryRun: true } : {}),
  };
  const answer = await postToFunctionApi(portico, route, { path, args, format: "json" }, credential);
  const { status, code }: { status?: number; code?: string } = Object(answer.errorData);
  // An answer without a problem is the host's own: a dead token, or arguments that the matrix got wrong.
  const text = JSON.stringify(answer);
  return { outcome: answer.status === undefined ? "401" : outcomeOf(status ?? 200, code), text };
}

function outcomeOf(status: number, code: unknown): Outcome {
  if (status === 401) return "401";
  if (status === 404) return "404";
  return status === 403 && refusals.has(code) ? "403" : "in";
}
