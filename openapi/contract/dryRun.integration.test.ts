import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { noteTries } from "../../scripts/lib/tries.testing";
import { registry } from "../registry";
import { arrange, nameOf, operationNamed } from "./arrangements.testing";
import { sendOperation } from "./client.testing";
import { differencesOf, dryRun, statusAndProblemOf } from "./dryRun.testing";
import { callFunction, functionArgumentsOf, functionTokenFor } from "./functionCalls.testing";
import { nextSample, sampleFields } from "./samples.testing";
import { settled, tablesOf } from "./tables.testing";
import { createWorld } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Answer, Arranged } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { World } from "./world.testing";

const changes = registry.filter(({ supportsDryRun }) => supportsDryRun);

/** The arranged member works in that organization already, and the organization is active already. */
const changesNothing: ReadonlySet<string> = new Set(["me.switchOrganization", "organizations.setStatus"]);

let portico: TestPortico;
let world: World;
let tries = 0;

/** Every row is read and compared after every step, so that a world in which much has happened makes each step dear. */
const operationsPerWorld = 100;
const worlds = Array.from({ length: Math.ceil(changes.length / operationsPerWorld) }, (_, at) =>
  changes.slice(at * operationsPerWorld, (at + 1) * operationsPerWorld),
);

function inNewWorld(): void {
  beforeAll(async () => {
    portico = await startTestPortico();
    world = await createWorld(portico);
  });
  afterAll(() => portico.close());
}

afterAll(() => {
  noteTries(tries);
  process.stdout.write(`dry run: ${changes.length} operations, ${tries} dry runs\n`);
});

/** Sends a dry run that must leave every table, job and file as it was. */
async function sendDry(operation: Operation, request: Arranged, credential: string, headers = {}): Promise<Answer> {
  await settled(portico);
  const before = await tablesOf(portico);
  const answer = await sendOperation(portico, operation, request, credential, { ...headers, ...dryRun });
  tries += 1;
  expect(await tablesOf(portico)).toEqual(before);
  return answer;
}

describe.each(worlds)("of a world", (...operations) => {
  inNewWorld();

  describe.each(operations.map((operation) => [nameOf(operation), operation] as const))("%s", (_name, operation) => {
    const { secret, restOnly, status = 200 } = operation.declaration;

    it("is tried without a trace, over REST and as a function, and then does what was foretold", async () => {
      const request = await arrange(world, operation);
      const credential = request.credential ?? world.owner;
      const token = restOnly ? undefined : await functionTokenFor(portico, credential);
      const tried = await sendDry(operation, request, credential);
      expect(tried.headers.get("portico-dry-run"), tried.text).toBe("true");
      expect([status, 200]).toContain(tried.status);
      expect(tried.body).not.toHaveProperty([secret?.field ?? "no secret"]);

      const called = token === undefined ? undefined : await tryFunction(operation, request, token);
      const before = await tablesOf(portico);
      const real = await sendOperation(portico, operation, request, credential);
      // What finds no trace of a dry run has to find one of the change.
      const hasChanged = JSON.stringify(await tablesOf(portico)) !== JSON.stringify(before);
      expect(hasChanged).toBe(!changesNothing.has(nameOf(operation)));
      expect(statusAndProblemOf(tried)).toEqual(statusAndProblemOf(real));
      expect(differencesOf(tried.body, real.body, operation)).toEqual([]);
      expect(called === undefined ? [] : differencesOf(called, real.text === "" ? null : real.body, operation)).toEqual(
        [],
      );
    });
  });
});

/** A dry run by the function API, without a trace as well. */
async function tryFunction(operation: Operation, request: Arranged, token: string): Promise<unknown> {
  await settled(portico);
  const before = await tablesOf(portico);
  const args = { ...functionArgumentsOf(request, operation), dryRun: true };
  const type = operation.isAction ? "action" : "mutation";
  const answer = await callFunction(portico, type, operation.declaration.name, args, token);
  tries += 1;
  expect(await tablesOf(portico)).toEqual(before);
  expect(answer, JSON.stringify(answer)).toMatchObject({ status: "success" });
  return answer.value;
}

describe("the header", () => {
  inNewWorld();
  const create = operationNamed("schedules.create");

  it.each(["1", "TRUE", "", "true, true", "yes"])("is refused as %j, of reads as well", async (value) => {
    const request = await arrange(world, create);
    const headers = { "portico-dry-run": value };
    await settled(portico);
    const before = await tablesOf(portico);
    for (const operation of [create, operationNamed("schedules.list")]) {
      const answer = await sendOperation(portico, operation, operation === create ? request : {}, world.owner, headers);
      expect(answer.body).toMatchObject({
        code: "validation_failed",
        detail: expect.stringContaining("Portico-Dry-Run"),
      });
    }
    expect(await tablesOf(portico)).toEqual(before);
  });

  it("means nothing as false, and nothing to a read", async () => {
    const real = await sendOperation(portico, create, await arrange(world, create), world.owner, {
      "portico-dry-run": "false",
    });
    expect(real.headers.get("portico-dry-run")).toBeNull();
    const get = operationNamed("schedules.get");
    const read = { params: { scheduleId: String(real.body["id"]) } };
    const answer = await sendOperation(portico, get, read, world.owner, dryRun);
    expect(answer.body).toEqual(real.body);
    expect(answer.headers.get("portico-dry-run")).toBeNull();
  });

  it("neither spends an idempotency key nor is answered from one", async () => {
    const request = await arrange(world, create);
    const key = { "idempotency-key": `dry-run-${nextSample()}` };
    const tried = await sendDry(create, request, world.owner, key);
    const real = await sendOperation(portico, create, request, world.owner, key);
    expect([tried.status, real.status]).toEqual([201, 201]);
    expect(real.headers.get("idempotent-replayed")).toBeNull();
    const again = await sendDry(create, request, world.owner, key);
    expect(again.headers.get("idempotent-replayed")).toBeNull();
    expect(again.body["id"]).not.toBe(real.body["id"]);
  });

  it("leaves what the request itself does: the audit row of a denial", async () => {
    const before = await tablesOf(portico);
    const request = await arrange(world, create);
    const answer = await sendOperation(portico, create, request, world.tokens.viewer, dryRun);
    expect(answer.body).toMatchObject({ code: "forbidden" });
    const after = await tablesOf(portico);
    const changed = Object.keys(after).filter((table) => after[table]?.length !== before[table]?.length);
    expect(changed).toEqual(["auditLogs"]);
    expect(JSON.parse(after["auditLogs"]?.at(-1) ?? "{}")).toMatchObject({
      action: "rbac.deny",
      requestId: answer.body["requestId"],
    });
  });

  it("is refused by the token endpoint, as OAuth clients understand it", async () => {
    const before = await tablesOf(portico);
    const response = await fetch(`${portico.siteUrl}/v1/oauth/token`, {
      method: "POST",
      headers: dryRun,
      body: new URLSearchParams({ grant_type: "client_credentials", client_secret: world.acme.apiKey }),
    });
    expect([response.status, await response.json()]).toMatchObject([400, { error: "dry_run_unsupported" }]);
    expect(await tablesOf(portico)).toEqual(before);
  });

  it("may be sent and read by pages of other origins", async () => {
    const { headers } = await fetch(`${portico.siteUrl}/v1/schedules`, { method: "OPTIONS" });
    expect(headers.get("access-control-allow-headers")).toContain("Portico-Dry-Run");
    expect(headers.get("access-control-expose-headers")).toContain("Portico-Dry-Run");
  });
});

/** What a step of a random history does: an operation, the how-manieth row it works on, and whether it is done or only tried. */
const step = fc.record({
  operation: fc.constantFrom(
    ...["schedules", "todos", "items"].flatMap((resource) =>
      changes.filter((operation) => operation.resource === resource && operation.verb !== "batchCreate"),
    ),
  ),
  row: fc.nat(5),
  // A name that may be taken, or one that is new.
  isTaken: fc.boolean(),
  isReal: fc.boolean(),
});

describe("a history", () => {
  inNewWorld();

  it("foretells what a request does in any state, and leaves the state as it is", async () => {
    const rows: Record<string, string[]> = {};
    const bodies: Record<string, object> = {};
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24, size: "max" }), async (history) => {
        for (const { operation, row, isTaken, isReal } of history) {
          const { declaration, resource, verb } = operation;
          const ids = (rows[resource] ??= []);
          const fresh = sampleFields(declaration.body ?? {}, world.rows);
          const body = isTaken ? (bodies[nameOf(operation)] ?? fresh) : fresh;
          const id = ids[row % Math.max(ids.length, 1)] ?? world.rows[declaration.on?.table ?? ""] ?? "";
          const request = {
            params: declaration.on ? { [declaration.on.idParameter]: id } : {},
            ...(declaration.body ? { body: { ...body } } : {}),
          };
          const tried = await sendDry(operation, request, world.owner);
          steps += 1;
          if (!isReal) continue;
          const real = await sendOperation(portico, operation, request, world.owner);
          expect(statusAndProblemOf(tried), `${nameOf(operation)} ${tried.text}`).toEqual(statusAndProblemOf(real));
          expect(real.status < 400 ? differencesOf(tried.body, real.body, operation) : []).toEqual([]);
          if (verb === "create" && real.status === 201) ids.push(String(real.body["id"]));
          if (real.status < 400) bodies[nameOf(operation)] = body;
        }
      }),
      { numRuns: 30 },
    );
    process.stdout.write(`dry run: ${steps} random steps\n`);
    expect(steps).toBeGreaterThan(0);
  });
});
