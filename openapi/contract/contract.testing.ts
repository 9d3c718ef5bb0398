import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { holdsTriedItems } from "../../convex/core/operations/triedItems";
import { projectorOf } from "../../convex/core/schema/zod";
import { problems } from "../../convex/core/wire/problems";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { registry } from "../registry";
import {
  arrange,
  arrangeNamesake,
  deleteRow,
  foreignCallerOf,
  nameOf,
  sharedArrangements,
  unaudited,
} from "./arrangements.testing";
import { send, sendOperation as sendOnce, withoutRequestId } from "./client.testing";
import { differencesOf, dryRun, statusAndProblemOf } from "./dryRun.testing";
import { refusedRoles, unassignedRoles } from "./refusals.testing";
import { freedFieldsOf, uniqueFieldsOf } from "./uniqueFields.testing";
import { nextSample, referencesOf, sampleFields, sharedTables, withValueAt } from "./samples.testing";
import { createWorld, unknownIdLike, unknownLike } from "./world.testing";
import { noteTries } from "../../scripts/lib/tries.testing";
import type { ZodType } from "zod";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Answer, Arranged } from "./client.testing";
import type { World } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let portico: TestPortico;
let world: World;
let caseCount = 0;

/** Tests what every operation of a domain owes by its declaration, over REST, on a deployment of its own. */
export function describeContract(domain: string): void {
  const operations = registry.filter((operation) => operation.domain === domain);
  beforeAll(async () => {
    portico = await startTestPortico();
    world = await createWorld(portico);
  });

  afterAll(async () => {
    noteTries(caseCount);
    process.stdout.write(`contract: ${domain}, ${operations.length} operations, ${caseCount} cases over REST\n`);
    await portico.close();
  });

  describe.each(operations.map((operation) => [nameOf(operation), operation] as const))("%s", (_name, operation) => {
    const { declaration } = operation;
    const isChange = declaration.method !== "GET";
    const credentialFor = (arranged: Arranged) => arranged.credential ?? world.owner;
    // Only what succeeds uses a row up, and only where it is a change.
    const shared = sharedArrangements(() => world, operation);
    const arranged = () => (isChange ? arrange(world, operation) : shared.arranged());

    contractCase("succeeds, and answers with its declared shape and nothing else", async () => {
      const request = await arranged();
      const answer = await sendOperation(portico, operation, request, credentialFor(request));
      expectSuccess(operation, answer);
      if (isChange && !unaudited.has(nameOf(operation))) await expectAuditRow(operation, answer);
    });

    contractCase("refuses a caller without a token", async () => {
      const answer = await sendOperation(portico, operation, await shared.arranged(), undefined);
      expectProblem(answer, 401, "unauthenticated");
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer realm=/);
    });

    contractCase("refuses what it does not know", async () => {
      const request = await shared.arranged();
      const unknownParameter = await sendOperation(
        portico,
        operation,
        { ...request, query: { nonsense: "1" } },
        credentialFor(request),
      );
      expectProblem(unknownParameter, 400, "validation_failed");
      expect(unknownParameter.body["errors"]).toMatchObject([{ pointer: "/nonsense", code: "unknown_field" }]);
      if (!isChange || declaration.takesBytes !== undefined) return;
      const unknownField = await sendOperation(
        portico,
        operation,
        { ...request, body: { ...request.body, nonsense: 1 } },
        credentialFor(request),
      );
      expectProblem(unknownField, 400, "validation_failed");
      expect(unknownField.body["errors"]).toContainEqual(
        expect.objectContaining({ pointer: "/nonsense", code: "unknown_field" }),
      );
    });

    const fields = Object.entries(declaration.body ?? {});
    const [alternative = "", beside = ""] = declaration.atMostOneOf ?? [];
    if (alternative && beside)
      contractCase(`refuses ${alternative} beside ${beside}`, async () => {
        const request = await shared.arranged();
        const both = sampleFields(
          Object.fromEntries(fields.filter(([field]) => field === alternative || field === beside)),
          {},
        );
        const body = { ...request.body, ...both };
        const answer = await sendOperation(portico, operation, { ...request, body }, credentialFor(request));
        expectProblem(answer, 400, "validation_failed");
        expect(answer.body["errors"]).toMatchObject([{ pointer: `/${beside}`, code: "at_most_one" }]);
      });

    const { exactlyOneOf = [], exactlyOneProblem = "validation_failed" } = declaration;
    if (exactlyOneOf.length > 0)
      contractCase(`refuses none and all of ${exactlyOneOf.join(", ")}`, async () => {
        const request = await shared.arranged();
        const alternatives = Object.fromEntries(fields.filter(([field]) => exactlyOneOf.includes(field)));
        const none = Object.fromEntries(exactlyOneOf.map((field) => [field, undefined]));
        for (const sent of [none, sampleFields(alternatives, world.rows)]) {
          const body = { ...request.body, ...sent };
          const answer = await sendOperation(portico, operation, { ...request, body }, credentialFor(request));
          expectProblem(answer, problems[exactlyOneProblem][0], exactlyOneProblem);
          expect(answer.body["errors"]).toMatchObject([{ pointer: `/${exactlyOneOf[0]}`, code: "exactly_one" }]);
        }
      });

    // One answer tells of all fields, and each has to be named in it; a secret is taken out before the others are looked at.
    const secrets = fields.filter(([field]) => field === declaration.seals?.input);
    // A list whose items are judged one by one is refused where it is none.
    const wrong = (type: ZodType) => (holdsTriedItems(type) ? "wrong" : [[["wrong"]]]);
    const ofWrongTypes = async (sent: typeof fields) => {
      const request = await shared.arranged();
      const body = { ...request.body, ...Object.fromEntries(sent.map(([field, type]) => [field, wrong(type)])) };
      return sendOperation(portico, operation, { ...request, body }, credentialFor(request));
    };
    for (const sent of [fields.filter((field) => !secrets.includes(field)), secrets]) {
      let refusing: Promise<Answer> | undefined;
      for (const [field] of sent) {
        contractCase(`refuses ${field} of the wrong type`, async () => {
          const answer = await (refusing ??= ofWrongTypes(sent));
          expectProblem(answer, 400, "validation_failed");
          expect(refusedFieldsOf(answer)).toContain(field);
        });
      }
    }

    for (const role of refusedRoles(operation)) {
      contractCase(`refuses ${role}`, async () => {
        const answer = await sendOperation(portico, operation, await shared.refused(), world.tokens[role]);
        expectProblem(answer, 403, "forbidden");
      });
    }

    for (const role of unassignedRoles(operation)) {
      contractCase(`refuses ${role} what is not assigned to them`, async () => {
        const request = await shared.arranged();
        expectProblem(await sendOperation(portico, operation, request, world.tokens[role]), 403, "not_assigned");
      });
    }

    if (declaration.access !== "enrollment") {
      contractCase("refuses an API key without the scope", async () => {
        const key = world.narrowKeys.find(({ scope }) => scope !== declaration.permission)?.key;
        const answer = await sendOperation(portico, operation, await shared.refused(), key);
        expectProblem(answer, 403, "forbidden");
      });
    }

    // What has names of its own is the deployment's, and the same for everybody.
    if (declaration.on && declaration.access !== "platform" && !declaration.on.named) {
      contractCase("answers alike for a foreign and for a missing row", async () => {
        const request = await shared.arranged();
        const id = request.params?.[declaration.on?.idParameter ?? ""] ?? "";
        const foreign = await sendOperation(portico, operation, request, foreignCallerOf(world, operation));
        const missing = await sendOperation(
          portico,
          operation,
          { ...request, params: { ...request.params, [declaration.on?.idParameter ?? ""]: unknownLike(id) } },
          foreignCallerOf(world, operation),
        );
        expectProblem(foreign, 404, "not_found");
        expect(foreign.status).toBe(missing.status);
        expect(withoutRequestId(foreign)).toEqual(withoutRequestId(missing));
      });
    }

    if (declaration.access === "organization" || declaration.access === "permission") {
      contractCase("refuses a request that names another organization than its token", async () => {
        const request = await shared.arranged();
        const answer = await sendOperation(portico, operation, request, credentialFor(request), {
          "portico-organization": world.globex.slug,
        });
        if (declaration.on?.table === "organizations") expectProblem(answer, 404, "not_found");
        else expectProblem(answer, 403, "tenant_mismatch");
      });
    }

    for (const { path, table } of referencesOf(declaration.body ?? {})) {
      if (declaration.access === "user") continue;
      contractCase(`refuses another organization's row at /${path.join("/")}`, async () => {
        const request = await shared.arranged();
        const [field = ""] = path;
        // It takes the place of the one that it excludes.
        const isAlternative = exactlyOneOf.includes(field);
        const others = isAlternative ? Object.fromEntries(exactlyOneOf.map((name) => [name, undefined])) : {};
        const sendWith = (id: string | undefined) => {
          const body = Object(withValueAt({ ...request.body, ...others }, path, id));
          return sendOperation(portico, operation, { ...request, body }, credentialFor(request));
        };
        // What organizations share is nobody else's, and missing where there is none.
        const foreignId = sharedTables.has(table) ? unknownIdLike(world.rows[table] ?? "") : world.foreignRows[table];
        const foreign = await sendWith(table === "users" ? world.globex.users.member.id : foreignId);
        const missing = await sendWith(unknownIdLike(world.rows[table] ?? ""));
        expectProblem(foreign, 422, table === "users" ? "not_an_organization_member" : "cross_tenant_reference");
        expect(withoutRequestId(foreign)).toEqual(withoutRequestId(missing));
      });
    }

    if (declaration.on && isChange) {
      contractCase("refuses a stale If-Match", async () => {
        const request = await shared.arranged();
        const answer = await sendOperation(portico, operation, request, credentialFor(request), {
          "if-match": '"stale"',
        });
        expectProblem(answer, 412, "precondition_failed");
      });
    }

    if (declaration.method === "POST") {
      contractCase(
        "replays the first answer to an idempotency key, and refuses the key for another request",
        async () => {
          const request = await arranged();
          const key = { "idempotency-key": `contract-${nextSample()}-key` };
          const first = await sendOperation(portico, operation, request, credentialFor(request), key);
          expectSuccess(operation, first);
          const again = await sendOperation(portico, operation, request, credentialFor(request), key);
          if (endsItsCredential.has(nameOf(operation))) return;
          expect(again.headers.get("idempotent-replayed")).toBe("true");
          expect(again.body).toEqual(withoutSecret(operation, first));
          const other = { ...request, body: { ...request.body, other: 1 }, bytes: "other bytes" };
          expectProblem(
            await sendOperation(portico, operation, other, credentialFor(request), key),
            409,
            "idempotency_conflict",
          );
        },
      );
    }

    if (operation.verb === "restore" && declaration.noun !== "organization" && freedFieldsOf(operation).length > 0) {
      contractCase("restores under another name what is taken by now, or once its namesake is gone", async () => {
        const { params, names, namesake } = await arrangeNamesake(world, operation);
        const restore = (body: object) => sendOperation(portico, operation, { params, body: { ...body } }, world.owner);
        const refused = await restore({});
        expect(refused.status, refused.text).toBe(409);
        expect(refused.body["detail"]).toContain("Another");
        const pointers = Object(refused.body)["errors"].map(({ pointer }: { pointer: string }) => pointer.slice(1));
        const taken: string[] = pointers.filter((field: string) => Object.hasOwn(declaration.body ?? {}, field));
        // What a restore does not take is a device's own; the other row has to go then.
        if (taken.length === 0) await deleteRow(world, operation, { id: namesake });
        const accepted = await restore(names);
        expectSuccess(operation, accepted);
        expect(accepted.body).toMatchObject(names);
        expect(accepted.body["deletedAt"]).toBeUndefined();
      });
    }

    const isTaken = (field: string) => field in (declaration.body ?? {});
    if (operation.verb === "create" && !declaration.answersExisting && uniqueFieldsOf(operation).some(isTaken)) {
      contractCase("refuses what is taken", async () => {
        const request = await arranged();
        expectSuccess(operation, await sendOperation(portico, operation, request, credentialFor(request)));
        const again = await sendOperation(portico, operation, request, credentialFor(request));
        expect(again.status).toBe(409);
        expect(again.headers.get("content-type")).toBe("application/problem+json");
      });
    }
  });
}

/**
 * Sends a request as `sendOnce` does, and before it, where that can be, as a dry run: it has to answer what the request then
 * answers, whatever the case is about.
 */
async function sendOperation(...[to, operation, arranged, credential, headers = {}]: Parameters<typeof sendOnce>) {
  // An idempotency key counts for nothing in a dry run, which is therefore not answered with what was stored.
  if (!operation.supportsDryRun || "idempotency-key" in headers)
    return sendOnce(to, operation, arranged, credential, headers);
  const tried = await sendOnce(to, operation, arranged, credential, { ...headers, ...dryRun });
  const real = await sendOnce(to, operation, arranged, credential, headers);
  expect(statusAndProblemOf(tried), tried.text).toEqual(statusAndProblemOf(real));
  // Without a credential nothing of a request is read.
  expect(tried.headers.get("portico-dry-run")).toBe(credential === undefined ? null : "true");
  expect(real.headers.get("portico-dry-run")).toBeNull();
  if (real.status < 400) expect(differencesOf(tried.body, real.body, operation)).toEqual([]);
  return real;
}

/** Cases share the deployment and nothing in it, so that several run at once. */
function contractCase(name: string, run: () => Promise<void>): void {
  it.concurrent(name, async () => {
    caseCount += 1;
    await run();
  });
}

/** Operations after which the credential that called them is refused, or its organization is gone. */
const endsItsCredential: ReadonlySet<string> = new Set(["me.delete", "memberships.leave", "organizations.purge"]);

function expectSuccess(operation: Operation, answer: Answer): void {
  const { status = 200, output, secret, answersFile } = operation.declaration;
  expect(answer.status, answer.text).toSatisfy(
    (actual: number) => actual === status || (status === 201 && actual === 200),
  );
  expect(answer.headers.get("x-request-id")).toBeTruthy();
  if (status === 204) {
    expect(answer.text).toBe("");
    return;
  }
  if (answersFile) {
    expect(answer.headers.get("content-disposition")).toContain("filename*=UTF-8''");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    return;
  }
  const documents: unknown[] = operation.isList ? listed(answer) : [answer.body];
  for (const document of documents) {
    expect(projectorOf(output)(document)).toEqual(document);
    expect(output.safeParse(document).error).toBeUndefined();
  }
  if (secret) expect(answer.body[secret.field]).toMatch(new RegExp(`^${secret.prefix}[0-9A-Za-z]{43,44}$`));
}

function listed(answer: Answer): unknown[] {
  const { data, page } = Object(answer.body);
  expect(page).toMatchObject({ hasMore: expect.any(Boolean), limit: expect.any(Number) });
  return data;
}

function withoutSecret({ declaration }: Operation, answer: Answer): unknown {
  const { [declaration.secret?.field ?? ""]: _secret, ...document } = answer.body;
  return document;
}

function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body["code"]], answer.text).toEqual([status, code]);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body["requestId"]).toBe(answer.headers.get("x-request-id"));
  expect(answer.body["type"]).toBe(`${portico.siteUrl}/problems/${code}`);
}

/** The fields of the body that a refusal names. */
function refusedFieldsOf({ body }: Answer): unknown[] {
  const { errors }: { errors?: { pointer?: string }[] } = Object(body);
  return (errors ?? []).map(({ pointer }) => pointer?.split("/")[1]);
}

async function expectAuditRow(operation: Operation, answer: Answer): Promise<void> {
  const action = operation.declaration.audit || operation.action;
  const logs = await send(portico, "GET", `/v1/audit-logs?action=${action}&limit=20`, world.owner);
  const rows: { requestId?: string }[] = Object(logs.body).data ?? [];
  expect(rows.map(({ requestId }) => requestId)).toContain(answer.headers.get("x-request-id"));
}
