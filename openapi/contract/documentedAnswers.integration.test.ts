import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import document from "../openapi.json" with { type: "json" };
import { documentDomains } from "../../convex/documentation/documentDomains";
import { isObject } from "../json";
import { registry } from "../registry";
import { arrange, nameOf, sharedArrangements } from "./arrangements.testing";
import { pathOf, send, sendOperation } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { nextSample } from "./samples.testing";
import { createMember, createWorld, unknownIdLike } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { JsonObject } from "../json";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer, Arranged } from "./client.testing";
import type { World } from "./world.testing";

/**
 * Sends to every operation what refuses it in every way, and to every list what the document says that it takes. Whether the
 * answers are declared is checked by the audit of `startTestPortico`, which fails this file with one list at its end.
 */

let portico: TestPortico;
let world: World;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(() => portico.close());

const owner = (method: string, path: string, body?: unknown) => send(portico, method, `/v1${path}`, world.owner, body);

async function created(path: string, body: object): Promise<Answer["body"]> {
  const answer = await owner("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

const enrol = (token: string, guid: string, headers: Record<string, string> = {}) =>
  send(
    portico,
    "POST",
    "/v1/agents/enroll",
    token,
    { guid, hostname: "documented", platform: "linux", version: "1.0.0" },
    headers,
  );

async function newAgent(): Promise<Answer["body"]> {
  const answer = await enrol(world.acme.enrollmentToken, `documented-${nextSample()}`);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

/** An organization of its own, deleted, with what it had issued. */
async function deletedOrganization(): Promise<{ person: string; apiKey: string; enrollmentToken: string }> {
  const name = `gone${nextSample()}`;
  const claims = { sub: name, email: `${name}@gone.example`, email_verified: true, name };
  const person = await portico.issuer.mintUserToken(claims, 3600);
  const post = (path: string, body: object) => send(portico, "POST", path, person, body);
  const { body: organization } = await post("/v1/organizations", { name });
  const { body: key } = await post("/v1/api-keys", { name, scopes: ["item:read"] });
  const { body: site } = await post("/v1/sites", { name });
  const { body: token } = await post("/v1/agent-enrollment-tokens", { siteId: site["id"], name });
  const path = `/v1/organizations/${String(organization["id"])}?confirmSlug=${String(organization["slug"])}`;
  expect((await send(portico, "DELETE", path, person)).status).toBe(204);
  return { person, apiKey: String(key["key"]), enrollmentToken: String(token["token"]) };
}

describe("credentials of every kind", () => {
  const credentials = new Map<string, string | undefined>();
  beforeAll(async () => {
    const { acme, tokens, owner: ownerToken } = world;
    const narrow = () => created("/api-keys", { name: `dead ${nextSample()}`, scopes: ["item:read"] });
    const [revokedKey, liveKey] = [await narrow(), await narrow()];
    await owner("POST", `/api-keys/${String(revokedKey["id"])}/revoke`);
    const expiresAt = Date.now() + 500;
    const expiredKey = await created("/api-keys", { name: "expired", scopes: ["item:read"], expiresAt });
    const [revokedAgent, liveAgent] = [await newAgent(), await newAgent()];
    await owner("POST", `/agents/${String(revokedAgent["id"])}/revoke`);
    const enrollment = await created("/agent-enrollment-tokens", { siteId: acme.siteId, name: "revoked" });
    await owner("POST", `/agent-enrollment-tokens/${String(enrollment["id"])}/revoke`);
    const banned = await createMember(portico, acme, "member");
    await owner("POST", `/memberships/${banned.membershipId}/ban`, { reason: "Spam" });
    const inactive = await createMember(portico, acme, "member");
    await owner("PATCH", `/memberships/${inactive.membershipId}`, { status: "inactive" });
    const deleted = await createMember(portico, acme, "member");
    expect((await send(portico, "DELETE", "/v1/me", deleted.token)).status).toBe(204);
    const gone = await deletedOrganization();
    const claims = { sub: "second", email: `owner@${acme.slug}.example`, email_verified: true, name: "Second" };
    const entries: [string, string | undefined][] = [
      ["none", undefined],
      ["no token", "nonsense"],
      ["an owner", ownerToken],
      ["a viewer", tokens.viewer],
      ["a live key", String(liveKey["key"])],
      ["a revoked key", String(revokedKey["key"])],
      ["an expired key", String(expiredKey["key"])],
      ["a live agent", String(liveAgent["key"])],
      ["a revoked agent", String(revokedAgent["key"])],
      ["a live enrolment token", acme.enrollmentToken],
      ["a revoked enrolment token", String(enrollment["token"])],
      ["a banned member", banned.token],
      ["an inactive member", inactive.token],
      ["a deleted user", deleted.token],
      ["a second user of one address", await portico.issuer.mintUserToken(claims, 3600)],
      ["a member of a deleted organization", gone.person],
      ["a key of a deleted organization", gone.apiKey],
      ["an enrolment token of a deleted organization", gone.enrollmentToken],
    ];
    for (const [name, credential] of entries) credentials.set(name, credential);
    await vi.waitFor(
      async () => {
        const { body } = await send(portico, "GET", "/v1/items", String(expiredKey["key"]));
        expect(body["code"]).toBe("key_expired");
      },
      { timeout: 15_000 },
    );
  });

  /** With a credential that lives these would end it, or the user behind it. */
  const endings: ReadonlySet<string> = new Set(["me.delete", "memberships.leave"]);

  it.each(
    registry
      .filter((operation) => !endings.has(nameOf(operation)))
      .map((operation) => [nameOf(operation), operation] as const),
  )("get an answer that is declared from %s", async (_name, operation) => {
    const { declaration } = operation;
    const names = Object.keys(declaration.params ?? {});
    const id = unknownIdLike(world.rows[declaration.on?.table ?? ""] ?? world.acme.id);
    const path = pathOf(operation, { params: Object.fromEntries(names.map((name) => [name, id])) });
    const body = declaration.method === "GET" || declaration.method === "DELETE" ? undefined : {};
    await Promise.all(
      [...credentials.values()].flatMap((credential) =>
        [{}, { "portico-organization": world.globex.slug }].map((headers) =>
          send(portico, declaration.method, path, credential, body, headers),
        ),
      ),
    );
    if (declaration.method === "GET") return;
    const otherTypes = declaration.takesBytes === undefined ? [{ "content-type": "text/plain" }] : [];
    for (const headers of [...otherTypes, { "content-encoding": "gzip" }]) {
      const answer = await send(portico, declaration.method, path, world.owner, "{}", headers);
      expect(answer.status).toBe(415);
    }
  });
});

describe("states", () => {
  it("of a device that enrols are declared", async () => {
    const guid = `documented-${nextSample()}`;
    const token = world.acme.enrollmentToken;
    expect((await enrol(token, guid)).status).toBe(201);
    const again = await enrol(token, guid);
    expect(again.status).toBe(200);
    expectProblem(await enrol(token, guid, { "portico-organization": world.globex.slug }), 403, "tenant_mismatch");
    await owner("POST", `/agents/${String(again.body["id"])}/revoke`);
    expectProblem(await enrol(token, guid), 409, "agent_revoked");
    const { enrollmentToken } = await deletedOrganization();
    expectProblem(await enrol(enrollmentToken, guid), 403, "organization_deleted");
  });

  it("of credentials as targets are declared", async () => {
    const key = `/api-keys/${String((await created("/api-keys", { name: "twice", scopes: ["item:read"] }))["id"])}`;
    expect((await owner("POST", `${key}/revoke`)).status).toBe(200);
    expectProblem(await owner("POST", `${key}/revoke`), 409, "key_revoked");
    expectProblem(await owner("POST", `${key}/rotate`), 409, "key_revoked");
    const agent = `/agents/${String((await newAgent())["id"])}`;
    expect((await owner("POST", `${agent}/revoke`)).status).toBe(200);
    expectProblem(await owner("POST", `${agent}/revoke`), 409, "agent_revoked");
  });

  it("of rows that a change does not fit are declared", async () => {
    const schedule = `/schedules/${String((await created("/schedules", { title: "Done", startDate: 1, endDate: 2 }))["id"])}`;
    for (const verb of ["activate", "complete"]) expect((await owner("POST", `${schedule}/${verb}`)).status).toBe(200);
    expectProblem(await owner("PATCH", schedule, { status: "draft" }), 409, "invalid_state_transition");
    const site = `/sites/${String((await created("/sites", { name: "Archived", status: "archived" }))["id"])}`;
    expectProblem(await owner("PATCH", site, { status: "inactive" }), 409, "invalid_state_transition");
    const member = await createMember(portico, world.acme, "member");
    const role = await created("/roles", { key: `used${nextSample()}`, name: "Used", rights: [], rank: 10 });
    await owner("PATCH", `/memberships/${member.membershipId}`, { roleId: role["id"] });
    expectProblem(await owner("DELETE", `/roles/${String(role["id"])}`), 409, "role_in_use");
    const { body } = await owner("GET", "/roles?includeGlobal=true");
    const { data }: { data?: { id: string; isSystem: boolean }[] } = Object(body);
    const builtIn = `/roles/${data?.find(({ isSystem }) => isSystem)?.id ?? ""}`;
    expectProblem(await owner("PATCH", builtIn, { name: "Other" }), 409, "system_role");
    expectProblem(await owner("DELETE", builtIn), 409, "system_role");
    await owner("POST", `${builtIn}/restore`);
  });

  it("of an agent whose site is in the trash is declared", async () => {
    const siteId = String((await created("/sites", { name: `Trash ${nextSample()}` }))["id"]);
    const { token } = await created("/agent-enrollment-tokens", { siteId, name: "Trash" });
    const { body: agent } = await enrol(String(token), `documented-${nextSample()}`);
    expect((await owner("DELETE", `/sites/${siteId}?cascade=true`)).status).toBe(204);
    expectProblem(await owner("POST", `/agents/${String(agent["id"])}/restore`), 409, "site_not_active");
  });
});

const rawOperations = new Map<string, JsonObject>(
  Object.values(document.paths)
    .flatMap((item) => Object.values<unknown>(item))
    .filter(isObject)
    .map((operation) => [String(operation["operationId"]), operation]),
);

interface ListParameter {
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly schema?: { readonly default?: string | number };
}

describe("lists", () => {
  const lists = registry.filter(({ isList }) => isList);

  // The integration that the document's examples name.
  beforeAll(async () => {
    const answer = await send(portico, "POST", "/v1/integrations", world.platformAdmin, {
      slug: "halo-psa",
      name: "HaloPSA",
      description: "Tickets.",
      category: "psa",
      supportedTypes: ["tickets"],
    });
    expect(answer.status, answer.text).toBe(201);
  });

  /** The sets that the prose names, each as the parameters that stand in it: alternatives in a list of their own. */
  function setsOf(operation: Operation): string[][][] {
    const { description = "" } = Object(rawOperations.get(operation.declaration.operationId));
    const sets = Array.from(String(description).matchAll(/\{([^}]*)\}/g), ([, set = ""]) => set);
    return sets.map((set) =>
      set.split(", ").map((part) => {
        const [name = "", value] = part.split("=");
        if (value !== undefined) return value.split(" or ").map((one) => `${name}=${one}`);
        return part.split(" or ").map((one) => one.replace("/", "&"));
      }),
    );
  }

  function exampleOf(operation: Operation, name: string): string {
    const { parameters = [] }: { parameters?: { name?: string; example?: unknown }[] } = Object(
      rawOperations.get(operation.declaration.operationId),
    );
    const found = parameters.find((parameter) => parameter.name === name);
    if (!found) throw new Error(`${nameOf(operation)} has no parameter ${name}.`);
    return encodeURIComponent(String(found.example));
  }

  /** The parts of a set as a query string: what has no value in the prose gets that of the document's example. */
  function queryOf(operation: Operation, parts: readonly string[]): string {
    const pairs = parts
      .flatMap((part) => part.split("&"))
      .map((part) => {
        const [name = "", value] = part.split("=");
        const example = exampleOf(operation, name);
        return `${name}=${value ?? example}`;
      });
    return `?${pairs.join("&")}`;
  }

  const arranged = new Map<Operation, Promise<Arranged>>();

  /** Each list is asked about the same rows every time: one under a path would find another parent's there. */
  async function listed(operation: Operation, query: string): Promise<unknown[]> {
    const arranging = arranged.get(operation) ?? arrange(world, operation);
    arranged.set(operation, arranging);
    const { params = {} } = await arranging;
    const answer = await send(portico, "GET", pathOf(operation, { params }) + query, world.owner);
    expect([query, answer.status], answer.text).toEqual([query, 200]);
    const { data }: { data?: unknown[] } = Object(answer.body);
    return data ?? [];
  }

  it.each(lists.map((operation) => [nameOf(operation), operation] as const))(
    "%s takes every set that its prose names",
    async (_name, operation) => {
      for (const set of setsOf(operation)) {
        const [first = [], ...others] = set;
        for (const part of first) await listed(operation, queryOf(operation, [part]));
        for (const last of others.at(-1) ?? []) {
          const rest = others.slice(0, -1).map(([one = ""]) => one);
          await listed(operation, queryOf(operation, [first[0] ?? "", ...rest, last]));
        }
      }
    },
  );

  it.each(lists.map((operation) => [nameOf(operation), operation] as const))(
    "%s does without a sort and a limit what it does with their defaults",
    async (_name, operation) => {
      const { parameters = [] }: { parameters?: ListParameter[] } = Object(
        rawOperations.get(operation.declaration.operationId),
      );
      const required = parameters
        .filter((parameter) => parameter.in === "query" && parameter.required)
        .map(({ name = "" }) => `${name}=${exampleOf(operation, name)}`);
      const defaults = parameters.flatMap(({ name, schema }) =>
        schema?.default === undefined ? [] : [`${name}=${String(schema.default)}`],
      );
      expect(defaults).toContain("limit=25");
      const filters = setsOf(operation).flatMap(([[first = ""] = []]) =>
        /^(sort|deleted)=/.test(first) ? [] : [queryOf(operation, [first]).slice(1)],
      );
      for (const filter of new Set([required.join("&"), ...filters])) {
        const query = [filter, ...defaults].filter((part) => part !== "").join("&");
        // Reading the audit trail may leave a row of its own, once.
        await listed(operation, `?${filter}`);
        expect(await listed(operation, `?${query}`)).toEqual(await listed(operation, `?${filter}`));
      }
    },
  );
});

describe("bodies", () => {
  it.each(
    registry
      .filter(({ declaration }) => Object.keys(declaration.body ?? {}).length > 0)
      .map((operation) => [nameOf(operation), operation] as const),
  )("of %s are required just where none and an empty one are refused", async (_name, operation) => {
    const { requestBody } = rawOperations.get(operation.declaration.operationId) ?? {};
    const isRequired = isObject(requestBody) && requestBody["required"] === true;
    // What is refused leaves the row to the next.
    const shared = sharedArrangements(() => world, operation);
    for (const body of [{}, undefined]) {
      const { body: _arranged, ...request } = await (isRequired ? shared.arranged() : arrange(world, operation));
      const credential = request.credential ?? world.owner;
      const { method } = operation.declaration;
      const answer =
        body === undefined
          ? await send(portico, method, pathOf(operation, request), credential)
          : await sendOperation(portico, operation, { ...request, body }, credential);
      // What a body lacks is 400, or a problem of the operation's own.
      const isRefused = answer.status === 400 || answer.status === 422;
      expect([isRequired, isRefused, answer.status < 300], answer.text).toEqual([isRequired, isRequired, !isRequired]);
    }
  });
});

it("names the deployment's own origin in both editions of the document, and sends every type of its files", async () => {
  const names = documentDomains.map(({ name }) => name);
  for (const [path, version] of [
    ["/v1/openapi.json", "3.1.0"],
    ["/v1/openapi-3.0.json", "3.0.3"],
    ...names.map((name) => [`/v1/openapi/${name}`, "3.1.0"] as const),
    ...names.map((name) => [`/v1/openapi-3.0/${name}`, "3.0.3"] as const),
  ] as const) {
    const { body, headers } = await send(portico, "GET", path, undefined);
    expect(body).toMatchObject({ openapi: version, servers: [{ url: portico.siteUrl }] });
    const { url }: { url?: string } = Object(body["externalDocs"]);
    expect(await (await fetch(url ?? "")).text()).toContain("# Conventions of the API");
    const again = await send(portico, "GET", path, undefined, undefined, {
      "if-none-match": headers.get("etag") ?? "",
    });
    expect(again.status).toBe(304);
    const head = await send(portico, "HEAD", path, undefined);
    expect([head.status, head.text, head.headers.get("etag")]).toEqual([200, "", headers.get("etag")]);
  }
  for (const file of [
    "swagger-ui.css",
    "swagger-ui-bundle.js",
    "favicon-32x32.png",
    "oauth2-redirect.html",
    "conventions.md",
  ]) {
    expect((await fetch(`${portico.siteUrl}/v1/docs/${file}`)).status, file).toBe(200);
  }
});

it("has no document for what is no domain", async () => {
  for (const path of ["/v1/openapi/nothing", "/v1/openapi-3.0/nothing", "/v1/openapi/constructor", "/v1/openapi/%00"]) {
    expectProblem(await send(portico, "GET", path, undefined), 404, "not_found");
  }
});
