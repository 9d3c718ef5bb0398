import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { noteTries } from "../../scripts/lib/tries.testing";
import { registry } from "../registry";
import { arrange, foreignCallerOf, nameOf } from "./arrangements.testing";
import { send, sendOperation, withoutRequestId } from "./client.testing";
import { callFunction, functionArgumentsOf, functionOf, postToFunctionApi } from "./functionCalls.testing";
import { nextSample, referencesOf, sharedTables, withValueAt } from "./samples.testing";
import { createWorld, unknownIdLike } from "./world.testing";
import { namingFieldOf } from "../../convex/core/schema/rowNames";
import { tableMetadata } from "../../convex/core/schema/tableMetadata";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Arranged } from "./client.testing";
import type { World } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

// What a tenant can learn of another one by naming its rows, cursors and keys: nothing, in whatever field they are named.

let portico: TestPortico;
let world: World;
let callCount = 0;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(async () => {
  noteTries(callCount);
  process.stdout.write(`foreign ids: ${callCount} calls\n`);
  await portico.close();
});

const named = (operations: readonly Operation[]) =>
  operations.map((operation) => [nameOf(operation), operation] as const);
const scoped = registry.filter(({ declaration: { access } }) => access === "organization" || access === "permission");

/** Ids of another organization's row and of none, of one table. */
function strangeIds(table: string): readonly [foreign: string, missing: string] {
  const missing = unknownIdLike(world.rows[table] ?? "");
  if (sharedTables.has(table)) return [missing, missing];
  return [table === "users" ? world.globex.users.member.id : (world.foreignRows[table] ?? ""), missing];
}

/** What REST answers, without what differs from request to request. */
async function overRest(operation: Operation, arranged: Arranged) {
  callCount += 1;
  const answer = await sendOperation(portico, operation, arranged, arranged.credential ?? world.owner);
  return { status: answer.status, body: withoutRequestId(answer) };
}

async function asFunction(operation: Operation, arranged: Arranged, more = {}, token = world.owner) {
  callCount += 1;
  const { route, path } = functionOf(operation);
  const args = { ...functionArgumentsOf(arranged, operation), ...more };
  const answer = await postToFunctionApi(portico, route, { path, args, format: "json" }, arranged.credential ?? token);
  const { requestId: _requestId, ...problem } = Object(answer.errorData);
  return { status: answer.status, value: answer.value, problem };
}

const bodies = scoped.flatMap((operation) =>
  referencesOf(operation.declaration.body ?? {}).map(
    ({ path, table }) => [nameOf(operation), path.join("/"), operation, path, table] as const,
  ),
);

describe.each(bodies)("%s, /%s of the body", (_name, _path, operation, path, table) => {
  it.concurrent("takes a foreign row for a missing one, at both doors", async () => {
    const request = await arrange(world, operation);
    const [foreign, missing] = strangeIds(table).map((id) => ({
      ...request,
      body: Object(withValueAt(request.body, path, id)),
    }));
    const overRestForeign = await overRest(operation, foreign ?? {});
    expect(overRestForeign.status).toBeGreaterThanOrEqual(400);
    expect(overRestForeign).toEqual(await overRest(operation, missing ?? {}));
    const asFunctionForeign = await asFunction(operation, foreign ?? {});
    expect(asFunctionForeign.status).toBe("error");
    expect(asFunctionForeign).toEqual(await asFunction(operation, missing ?? {}));
  });

  it.concurrent("refuses what has not the form of an id as such, and says where", async () => {
    const request = await arrange(world, operation);
    const pointer = `/${path.join("/").replaceAll("[]", "0")}`;
    for (const text of ["admin", "", "x".repeat(38), `${world.rows[table]}!`]) {
      const { status, body } = await overRest(operation, {
        ...request,
        body: Object(withValueAt(request.body, path, text)),
      });
      // Where rows have other names, any text may be one, but for the empty one.
      const code = !namingFieldOf(table) ? "invalid_format" : text === "" ? "too_small" : "cross_tenant_reference";
      expect(body, text).toMatchObject({ errors: [{ pointer, code }] });
      expect(status).toBe(code === "cross_tenant_reference" ? 422 : 400);
    }
  });
});

const queries = scoped.flatMap((operation) =>
  referencesOf(operation.declaration.query ?? {}).map(
    ({ path, table }) => [nameOf(operation), path.join("/"), operation, table] as const,
  ),
);

describe.each(queries)("%s, ?%s", (_name, parameter, operation, table) => {
  it.concurrent("finds as little by a foreign row as by a missing one, at both doors", async () => {
    const request = await arrange(world, operation);
    const [foreign, missing] = strangeIds(table).map((id) => ({
      ...request,
      query: { ...request.query, [parameter]: id },
    }));
    const found = await overRest(operation, foreign ?? {});
    expect(found).toEqual(await overRest(operation, missing ?? {}));
    expect(found.body["data"] ?? []).toEqual([]);
    const value = await asFunction(operation, foreign ?? {});
    expect(Object(value.value).page ?? []).toEqual([]);
    expect(value.problem).toEqual((await asFunction(operation, missing ?? {})).problem);
  });

  it.concurrent("refuses what has not the form of an id as such, and says where", async () => {
    const request = await arrange(world, operation);
    const found = await overRest(operation, { ...request, query: { ...request.query, [parameter]: "admin" } });
    expect(found).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: `/${parameter}`, code: "invalid_format" }] },
    });
  });
});

// Lists of what is the deployment's reach the same rows from everywhere.
const everybodys = new Set<string>(
  Object.values(tableMetadata).flatMap(({ tenant, noun }) => (tenant === "none" ? [noun] : [])),
);
const lists = scoped.filter(
  ({ isList, declaration }) => isList && declaration.params === undefined && !everybodys.has(declaration.noun),
);

it("refuses every cursor of another organization, at both doors", async () => {
  const refusals: (readonly unknown[])[] = [];
  for (const operation of lists) {
    const pageAt = (cursor: unknown) => ({ paginationOpts: { numItems: 1, cursor } });
    const theirs = await sendOperation(portico, operation, { query: { limit: "1" } }, world.foreignOwner);
    const cursor = Object(theirs.body["page"]).nextCursor;
    const { value } = await asFunction(operation, {}, pageAt(null), world.foreignOwner);
    if (typeof cursor !== "string" || Object(value).isDone) continue;
    const rest = await overRest(operation, { query: { limit: "1", cursor } });
    const functions = [Object(value).continueCursor, cursor].map(async (asked) => {
      const { problem } = await asFunction(operation, {}, pageAt(asked));
      return Object(problem).code;
    });
    refusals.push([nameOf(operation), rest.status, rest.body["code"], ...(await Promise.all(functions))]);
  }
  const code = "invalid_cursor";
  expect(refusals).toEqual(refusals.map(([name]) => [name, 400, code, code, code]));
  // Most lists of the demo's organization have a second page of one.
  expect(refusals.length).toBeGreaterThan(5);
});

describe.each(named(scoped.filter(({ declaration }) => declaration.method === "POST")))("%s", (_name, operation) => {
  it.concurrent("answers nothing that another organization's idempotency key has kept", async () => {
    const request = await arrange(world, operation);
    const key = { "idempotency-key": `foreign-${nextSample()}-key` };
    const first = await sendOperation(portico, operation, request, request.credential ?? world.owner, key);
    callCount += 1;
    const theirs = await sendOperation(portico, operation, request, foreignCallerOf(world, operation), key);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(theirs.headers.get("idempotent-replayed")).toBeNull();
    expect(theirs.body["code"]).not.toBe("idempotency_conflict");
  });
});

it("keeps idempotency keys of REST from Convex functions, which take none, whoever names them", async () => {
  const key = `foreign-${nextSample()}-door`;
  const body = { name: "One" };
  const kept = await send(portico, "POST", "/v1/items", world.owner, body, { "idempotency-key": key });
  expect(kept.status).toBe(201);
  for (const token of [world.owner, world.foreignOwner]) {
    const argument = await callFunction(
      portico,
      "mutation",
      "workspace/items:create",
      { ...body, idempotencyKey: key },
      token,
    );
    expect(argument.status).toBe("error");
    const response = await fetch(`${portico.cloudUrl}/api/mutation`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${token}`,
        "idempotency-key": key,
      },
      body: JSON.stringify({ path: "workspace/items:create", args: body, format: "json" }),
    });
    const { value }: { value?: { id?: string } } = Object(await response.json());
    expect(value?.id).toEqual(expect.any(String));
    expect(value?.id).not.toBe(kept.body["id"]);
    callCount += 2;
  }
});

it("finds no idempotency key of another organization by its caller's name", async () => {
  const key = { "idempotency-key": `foreign-${nextSample()}-name` };
  const body = { name: "One" };
  const [ours, theirs] = [world.owner, world.foreignOwner].map((token) =>
    send(portico, "POST", "/v1/items", token, body, key),
  );
  expect([(await ours)?.status, (await theirs)?.status]).toEqual([201, 201]);
  expect((await ours)?.body["id"]).not.toBe((await theirs)?.body["id"]);
});
