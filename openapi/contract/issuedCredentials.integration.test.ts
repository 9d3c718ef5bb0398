import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialKindOf } from "../../convex/core/wire/credentialKinds";
import { sha256Hex } from "../../convex/core/wire/secrets";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { registry } from "../registry";
import { arrange } from "./arrangements.testing";
import { send, sendOperation } from "./client.testing";
import { createWorld } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { World } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

// An action makes a credential and a mutation stores its hash, at the gateway and among the Convex functions alike.
let portico: TestPortico;
let world: World;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});

afterAll(() => portico.close());

const issuing = registry.filter(({ declaration }) => declaration.secret);
const ofFunctions = issuing.filter(({ declaration }) => !declaration.restOnly);
const named = (operation: Operation) => [operation.action, operation] as const;

describe.each(issuing.map(named))("%s over REST", (_name, operation) => {
  it("shows the credential as the last field of the first answer, and never again", async () => {
    const { prefix = "", field = "" } = operation.declaration.secret ?? {};
    const request = await arrange(world, operation);
    const headers = { "idempotency-key": `issued-${operation.declaration.operationId}` };
    const repeated = () => sendOperation(portico, operation, request, request.credential ?? world.owner, headers);
    const first = await repeated();
    expect(first.text, first.text).toMatch(new RegExp(`,"${field}":"${prefix}[0-9A-Za-z]{43,44}"}$`));
    const again = await repeated();
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const { [field]: _shownOnce, ...rest } = first.body;
    expect(again.body).toEqual(rest);
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
  });
});

// What both sides sign with is shown to nobody here.
const shownToGateway = ofFunctions.filter(({ declaration }) => declaration.secret?.sealedIn === undefined);

describe.each(shownToGateway.map(named))("%s as a Convex function", (_name, operation) => {
  it("answers the document with the credential, which the gateway knows", async () => {
    const { prefix = "", field = "" } = operation.declaration.secret ?? {};
    const document = await issue(operation, {});
    const credential = String(document[field]);
    expect(credential).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{43}$`));
    expect(JSON.stringify(document)).not.toContain(await sha256Hex(credential));
    const isForDevices = credentialKindOf(credential) === "enrollment";
    const [method, path] = isForDevices ? ["POST", "/v1/agents/enroll"] : ["GET", "/v1/agents/self"];
    const { status } = await send(portico, method, path, credential, isForDevices ? {} : undefined);
    // Whatever else is wrong with the request: who is not known gets 401.
    expect([200, 400, 403]).toContain(status);
  });
});

describe.each(ofFunctions.map(named))("%s as a Convex function of an organization", (_name, operation) => {
  it("says in the audit trail who asked, in which request", async () => {
    const { id } = await issue(operation, {});
    const trail = await send(
      portico,
      "GET",
      `/v1/audit-logs?tableName=${operation.resource}&recordId=${String(id)}`,
      world.owner,
    );
    expect(trail.body["data"], trail.text).toContainEqual(
      expect.objectContaining({
        actorType: "user",
        action: operation.declaration.audit || operation.action,
        requestId: expect.any(String),
        userAgent: expect.any(String),
      }),
    );
    expect(trail.text).not.toMatch(/(?:sk_live|agt|enr|whsec)_[0-9A-Za-z]{43}/);
  });

  it("works in the organization that organizationId names, and refuses another one than the token's", async () => {
    const { slug, id } = world.acme;
    for (const organizationId of [slug, id]) {
      expect(await issue(operation, { organizationId })).toMatchObject({ organizationId: id });
    }
    const args = { ...(await argumentsOf(operation)), organizationId: world.globex.id };
    expect(await call(operation, args)).toMatchObject({ status: "error", errorData: { code: "tenant_mismatch" } });
  });
});

async function argumentsOf(operation: Operation): Promise<object> {
  const { params, body } = await arrange(world, operation);
  return { ...params, ...body };
}

async function issue(operation: Operation, more: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await call(operation, { ...(await argumentsOf(operation)), ...more });
  expect(answer, JSON.stringify(answer)).toMatchObject({ status: "success" });
  return Object(answer.value);
}

async function call(operation: Operation, args: object): Promise<{ status?: string; value?: unknown }> {
  const response = await fetch(`${portico.cloudUrl}/api/action`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${world.owner}`, "user-agent": "issuing" },
    body: JSON.stringify({ path: operation.declaration.name, args, format: "json" }),
  });
  return Object(await response.json());
}
