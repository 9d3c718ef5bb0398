import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { noteTries } from "../../scripts/lib/tries.testing";
import { registry } from "../registry";
import { arrange, nameOf } from "./arrangements.testing";
import { send, sendOperation } from "./client.testing";
import { enrolAgent } from "./rows/sites.testing";
import { nextSample } from "./samples.testing";
import { createMember, createWorld } from "./world.testing";
import { uniqueSetsOf } from "./uniqueFields.testing";
import type { Answer } from "./client.testing";
import type { Joined, NewMember, World } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

// What only one may get, asked for by 64 at a time over connections of their own.

const clientCount = 64;

let portico: TestPortico;
let world: World;
let requestCount = 0;
let lastAdminCount = 0;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(async () => {
  noteTries(requestCount);
  process.stdout.write(
    `races: ${requestCount} requests, ${clientCount} at a time; ${lastAdminCount} against the last administrator\n`,
  );
  await portico.close();
});

/** Sends one request per client, all at once. */
function race(request: (client: number) => Promise<Answer>): Promise<readonly Answer[]> {
  requestCount += clientCount;
  return Promise.all(Array.from({ length: clientCount }, (_, client) => request(client)));
}

/** How often each status and code was answered. */
function tally(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const name = typeof body["code"] === "string" ? `${status} ${body["code"]}` : String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const call = (method: string, path: string, token: string, body?: unknown, headers = {}) =>
  send(portico, method, `/v1${path}`, token, body, headers);

async function rowsOf(
  path: string,
  token: string,
  headers = {},
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { body, status, text } = await call("GET", path, token, undefined, headers);
  expect(status, text).toBe(200);
  return Object(body).data;
}

async function found(): Promise<Joined & { readonly ownerId: string }> {
  const name = `racer${nextSample()}`;
  const claims = { sub: name, email: `${name}@races.example`, email_verified: true, name };
  const ownerToken = await portico.issuer.mintUserToken(claims, 3600);
  const { body, status, text } = await call("POST", "/organizations", ownerToken, { name, slug: name });
  expect(status, text).toBe(201);
  return { id: String(body["id"]), slug: name, ownerToken, ownerId: String(body["ownerId"]) };
}

function members(organization: Joined, role: string, count: number): Promise<NewMember[]> {
  return Promise.all(Array.from({ length: count }, () => createMember(portico, organization, role)));
}

const creations = registry.flatMap((operation) => {
  const sets = uniqueSetsOf(operation).filter((set) =>
    set.every((field) => field in (operation.declaration.body ?? {})),
  );
  return operation.verb === "create"
    ? sets.map((set) => [nameOf(operation), set.join(" + "), operation, set] as const)
    : [];
});

describe.each(creations)("%s, %s", (_name, _fields, operation, set) => {
  it("is given to one of all who want it", async () => {
    const { body: wanted = {} } = await arrange(world, operation);
    const shared = Object.fromEntries(set.map((field) => [field, wanted[field]]));
    const requests = await Promise.all(Array.from({ length: clientCount }, () => arrange(world, operation)));
    const answers = await race((client) => {
      const { body, credential = world.owner } = requests[client] ?? {};
      return sendOperation(portico, operation, { body: { ...body, ...shared } }, credential);
    });
    const [made, ...more] = answers.filter(({ status }) => status === 201);
    expect(made, JSON.stringify(tally(answers))).toBeDefined();
    expect(more).toEqual([]);
    // Where the same is no conflict, the others are answered what the one has made.
    const same = answers.filter(({ status, body }) => status === 200 && body["id"] === made?.body["id"]);
    const refused = answers.filter(({ status }) => status === 409);
    expect([same.length, refused.length].toSorted((one, other) => one - other)).toEqual([0, clientCount - 1]);
    expect(new Set(refused.map(({ body }) => body["code"])).size).toBeLessThanOrEqual(1);
  });
});

describe("an idempotency key", () => {
  const created = async (headers: object, bodyOf: (client: number) => object) => {
    const answers = await race((client) => call("POST", "/items", world.owner, bodyOf(client), headers));
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body["id"]));
    return { counts: tally(answers), ids };
  };

  it("makes one row of the same request, and answers it to everybody", async () => {
    const name = `Raced ${nextSample()}`;
    const { counts, ids } = await created({ "idempotency-key": `race-${nextSample()}-same` }, () => ({ name }));
    expect(counts).toEqual({ 201: clientCount });
    expect(ids.size).toBe(1);
  });

  it("makes one row of different requests, and refuses the others", async () => {
    const { counts, ids } = await created({ "idempotency-key": `race-${nextSample()}-other` }, (client) => ({
      name: `Raced ${client}`,
    }));
    expect(counts).toEqual({ 201: 1, "409 idempotency_conflict": clientCount - 1 });
    expect(ids.size).toBe(1);
  });
});

describe("an API key", () => {
  const newKey = async () => {
    const { body } = await call("POST", "/api-keys", world.owner, { name: "Raced", scopes: ["item:read"] });
    return { address: `/api-keys/${String(body["id"])}`, secret: String(body["key"]) };
  };
  const working = async (secrets: readonly string[]) => {
    const answers = await Promise.all(secrets.map((secret) => call("GET", "/items?limit=1", secret)));
    return answers.filter(({ status }) => status === 200).length;
  };

  it.each([
    ["one secret, where there is no grace", 0, 1],
    ["two secrets, where there is", 3600, 2],
  ])("has after all rotations %s", async (_title, graceSeconds, expected) => {
    const { address, secret } = await newKey();
    const answers = await race(() => call("POST", `${address}/rotate`, world.owner, { graceSeconds }));
    expect(tally(answers)).toEqual({ 200: clientCount });
    const secrets = answers.map(({ body }) => String(body["key"]));
    expect(new Set(secrets).size).toBe(clientCount);
    expect(await working([secret, ...secrets])).toBe(expected);
  });

  it("is dead after its revocation, whatever was rotated meanwhile", async () => {
    const { address, secret } = await newKey();
    const answers = await race((client) =>
      call("POST", `${address}/${client === 20 ? "revoke" : "rotate"}`, world.owner, {}),
    );
    expect(answers[20]?.status).toBe(200);
    const secrets = answers.flatMap(({ body }) => (typeof body["key"] === "string" ? [body["key"]] : []));
    expect(await working([secret, ...secrets])).toBe(0);
  });
});

describe("an enrolment token", () => {
  const device = (guid: string) => ({ guid, hostname: "raced", platform: "linux", version: "1.0.0" });
  const newToken = async (fields: object) => {
    const { id: siteId, slug } = await newSite();
    const created = await call("POST", "/agent-enrollment-tokens", world.owner, { siteId, name: slug, ...fields });
    expect(created.status, created.text).toBe(201);
    return { siteId, secret: String(created.body["token"]), id: created.body["id"] };
  };
  const newSite = async () => {
    const slug = `raced-${nextSample()}`;
    const { body } = await call("POST", "/sites", world.owner, { name: slug, slug });
    return { id: String(body["id"]), slug };
  };

  it("enrols as many devices as it may, and no more", async () => {
    const maxUses = 9;
    const { siteId, secret, id } = await newToken({ maxUses });
    const answers = await race((client) => call("POST", "/agents/enroll", secret, device(`raced-${siteId}-${client}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(maxUses);
    expect(answers.filter(({ status }) => status >= 400)).toHaveLength(clientCount - maxUses);
    expect(await rowsOf(`/agents?siteId=${siteId}&limit=100`, world.owner)).toHaveLength(maxUses);
    const tokens = await rowsOf(`/agent-enrollment-tokens?siteId=${siteId}`, world.owner);
    expect(tokens).toMatchObject([{ id, useCount: maxUses }]);
  });

  it("makes one agent of one device, with one key that works", async () => {
    const { siteId, secret } = await newToken({});
    const answers = await race(() => call("POST", "/agents/enroll", secret, device(`raced-${siteId}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const keys = answers.flatMap(({ body }) => (typeof body["key"] === "string" ? [body["key"]] : []));
    const selves = await Promise.all(keys.map((key) => call("GET", "/agents/self", key)));
    expect(selves.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await rowsOf(`/agents?siteId=${siteId}`, world.owner)).toHaveLength(1);
  });
});

it("an agent has one key after all rotations", async () => {
  const { id } = await enrolAgent(world);
  const answers = await race(() => call("POST", `/agents/${id}/rotate-key`, world.owner, {}));
  expect(tally(answers)).toEqual({ 200: clientCount });
  const selves = await Promise.all(answers.map(({ body }) => call("GET", "/agents/self", String(body["key"]))));
  expect(selves.filter(({ status }) => status === 200)).toHaveLength(1);
});

describe("an organization", () => {
  const standing = async (organization: Joined & { readonly ownerId: string }) => {
    const headers = { "portico-organization": organization.id };
    // Whoever owns it now: every member that is left sees the same.
    const rows = await rowsOf("/memberships?limit=100", organization.ownerToken, headers);
    return rows.filter(({ roleKey, status }) => roleKey === "owner" && status === "active").map(({ userId }) => userId);
  };

  it("goes to one heir, however many transfers are sent", async () => {
    const organization = await found();
    const heirs = await members(organization, "admin", 8);
    const answers = await race((client) =>
      call("POST", `/organizations/${organization.id}/transfer-ownership`, organization.ownerToken, {
        userId: heirs[client % heirs.length]?.userId,
      }),
    );
    expect(tally(answers)).toEqual({ 200: 1, "403 forbidden": clientCount - 1 });
    const winner = answers.find(({ status }) => status === 200)?.body["ownerId"];
    expect(await standing(organization)).toEqual([winner]);
    const { body } = await call("GET", `/organizations/${organization.id}`, organization.ownerToken);
    expect(body["ownerId"]).toBe(winner);
  });

  it("keeps its one owner when everybody removes, demotes and bans everybody, and leaves", async () => {
    const organization = await found();
    const administrators = await members(organization, "admin", 8);
    const rows = await rowsOf("/memberships?limit=100", organization.ownerToken);
    const everybody = [organization.ownerToken, ...administrators.map(({ token }) => token)];
    const answers = await race((client) => {
      const token = everybody[client % everybody.length] ?? "";
      const target = `/memberships/${String(rows[(client * 5) % rows.length]?.["id"])}`;
      if (client % 4 === 0) return call("DELETE", target, token);
      if (client % 4 === 1) return call("PATCH", target, token, { roleKey: "viewer" });
      if (client % 4 === 2) return call("POST", `${target}/ban`, token, { reason: "Race" });
      return call("POST", "/memberships/leave", token, {});
    });
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(await standing(organization)).toEqual([organization.ownerId]);
  });

  it.each([
    ["removed", (path: string, token: string) => call("DELETE", path, token)],
    ["demoted", (path: string, token: string) => call("PATCH", path, token, { roleKey: "viewer" })],
    ["made inactive", (path: string, token: string) => call("PATCH", path, token, { status: "inactive" })],
    ["banned", (path: string, token: string) => call("POST", `${path}/ban`, token, { reason: "Race" })],
  ])("keeps its last administrator when all of them are %s at once", async (_name, end) => {
    const organization = await found();
    const { ownerToken, ownerId } = organization;
    const [own] = await rowsOf("/memberships?limit=1", ownerToken);
    const administrators = await members(organization, "admin", 7);
    const paths = [String(own?.["id"]), ...administrators.map(({ membershipId }) => membershipId)].map(
      (id) => `/memberships/${id}`,
    );
    const answers = await race((client) => end(paths[client % 8] ?? "", ownerToken));
    const ofLast = answers.filter((_, client) => client % 8 === 0).map(({ body }) => body["code"]);
    expect(ofLast.filter((code) => code !== "last_admin" && code !== "sole_owner")).toEqual([]);
    expect((await end(paths[0] ?? "", ownerToken)).body["code"]).toBe("last_admin");
    expect(await standing(organization)).toEqual([ownerId]);
    lastAdminCount += clientCount;
  });

  it("is either purged or restored, and never both", async () => {
    const organization = await found();
    const { id, slug, ownerToken } = organization;
    expect((await call("DELETE", `/organizations/${id}?confirmSlug=${slug}`, ownerToken)).status).toBe(204);
    const answers = await race((client) =>
      client % 2 === 0
        ? call("POST", `/organizations/${id}/restore`, ownerToken, {})
        : call("POST", `/organizations/${id}/purge`, ownerToken, { confirmSlug: slug }),
    );
    const restored = answers.filter(({ status }) => status === 200).length;
    const purged = answers.filter(({ status }) => status === 202).length;
    expect(Math.min(restored, purged)).toBe(0);
    expect(restored + purged).toBeGreaterThan(0);
  });
});

it("left no unexpected failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
