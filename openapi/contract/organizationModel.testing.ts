import { expect, vi } from "vitest";
import { developmentIssuerUrl } from "../../host/development/issuer";
import { send } from "./client.testing";
import type { Answer } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** What the rules of names and ownership say about a handful of organizations, written without a look at their code. */

type Role = "owner" | "admin" | "member";

interface ModelOrganization {
  readonly id: string;
  slug: string;
  externalId: string | undefined;
  state: "live" | "trash" | "purged";
  /** By the tenant's number. */
  readonly roles: Map<number, Role>;
  readonly items: string[];
}

export interface Model {
  readonly organizations: ModelOrganization[];
}

/** One of three people whose tokens may claim anything. */
interface Tenant {
  readonly userId: string;
  readonly email: string;
  token(claim?: string): Promise<string>;
  /** Reads as the bearer of such a token, without its journey over HTTP; answers the problem of a refusal. */
  read(claim: string | undefined, path: string, args: object): Promise<Readonly<Record<string, unknown>>>;
}

/** A name by its number, so that a shorter counterexample stays the same: of the pool first, then ids of organizations. */
export type NameNumber = number;
export const poolSize = 4;
/** All of them are looked at after every step, so there are few. */
const maximumOrganizations = 4;
/** Stands for whoever owns the organization of a step. */
export const theOwner = 3;

/** The deployment as one sequence sees it: people and names that no other sequence has. */
export interface Real {
  readonly portico: TestPortico;
  readonly tenants: readonly Tenant[];
  readonly names: readonly string[];
  /** What was seen after the last step. */
  seen: Seen;
}

interface Seen {
  /** Each organization as its owner reads it, as text. */
  readonly documents: readonly string[];
  /** Who is what in each organization that is usable, by the users' ids. */
  readonly roles: readonly Readonly<Record<string, string>>[];
  /** Where each text leads each tenant, as a claim and as a header. */
  readonly reach: Readonly<Record<string, string>>;
  /** What each tenant reads in each organization. */
  readonly items: Readonly<Record<string, readonly string[] | string>>;
}

/** A step: who does what, what the model expects of it, and what follows from its success. */
export interface Step {
  readonly title: string;
  /** Undefined where the step makes no sense in this state. */
  expected(model: Model, names: readonly string[]): Expected | undefined;
  act(model: Model, real: Real): Promise<Answer>;
}

interface Expected {
  readonly status: number;
  apply?(answer: Answer, real: Real): void | Promise<void>;
}

let sequence = 0;

/** People and names of a new sequence, and the organizations that it begins with: one of two names and members, one of one. */
export async function begin(portico: TestPortico): Promise<{ model: Model; real: Real }> {
  sequence += 1;
  const tenants = await Promise.all([0, 1, 2].map((number) => newTenant(portico, `model${sequence}-${number}`)));
  const names = Array.from({ length: poolSize }, (_, at) => `name-${at}-${sequence}`);
  const model: Model = { organizations: [] };
  const real: Real = { portico, tenants, names, seen: { documents: [], roles: [], reach: {}, items: {} } };
  for (const step of [create(0, 0, 1), create(1, 2, undefined), join(2, 0, "admin")]) {
    const answer = await step.act(model, real);
    expect(answer.status, answer.text).toBe(201);
    await step.expected(model, names)?.apply?.(answer, real);
  }
  real.seen = await look(model, real);
  return { model, real };
}

async function newTenant(portico: TestPortico, sub: string): Promise<Tenant> {
  const email = `${sub}@model.example`;
  const claims = { sub, email, email_verified: true, name: sub };
  const minted = new Map<string | undefined, Promise<string>>();
  const token = (claim?: string) => {
    const known = minted.get(claim);
    if (known) return known;
    const made = portico.issuer.mintUserToken(claim === undefined ? claims : { ...claims, org_id: claim }, 3600);
    minted.set(claim, made);
    return made;
  };
  const { body } = await send(portico, "POST", "/v1/me/sync", await token(), {});
  const read: Tenant["read"] = async (claim, path, args) => {
    const issuer = developmentIssuerUrl;
    const identity = { tokenIdentifier: `${issuer}|${sub}`, issuer, subject: sub, email, emailVerified: true };
    const outcome = await portico.deployment.call({
      type: "query",
      path,
      argsText: JSON.stringify(args),
      caller: { kind: "user", identity: claim === undefined ? identity : { ...identity, org_id: claim } },
      metadata: { requestId: "model", ip: null, userAgent: null },
      allowInternal: false,
    });
    if (outcome.status === "success") return JSON.parse(outcome.valueText);
    if (outcome.errorDataText === undefined) throw new Error(outcome.errorMessage);
    return JSON.parse(outcome.errorDataText);
  };
  return { userId: String(body["id"]), email, token, read };
}

/** Takes a step and holds everything against the model. Answers whether there was a step to take. */
export async function take(step: Step, model: Model, real: Real): Promise<boolean> {
  const expected = step.expected(model, real.names);
  if (!expected) return false;
  const answer = await step.act(model, real);
  expect([step.title, answer.status], answer.text).toEqual([step.title, expected.status]);
  if (answer.status < 300) await expected.apply?.(answer, real);
  const seen = await look(model, real);
  if (answer.status >= 300) expect(seen, "A refused step has changed something.").toEqual(real.seen);
  await expectAsModelled(seen, model, real);
  real.seen = seen;
  return true;
}

async function expectAsModelled(seen: Seen, model: Model, { tenants, names }: Real): Promise<void> {
  const bearers = new Map<string, Set<string>>();
  for (const [at, organization] of model.organizations.entries()) {
    const { id, slug, externalId, state } = organization;
    const document = seen.documents[at] ?? "";
    if (state === "purged") {
      expect(document).toContain('"not_found"');
      continue;
    }
    const { slug: shownSlug, externalId: shownExternalId, ownerId, deletedAt } = Object(JSON.parse(document));
    expect({ shownSlug, shownExternalId, ownerId, isDeleted: deletedAt !== undefined }).toEqual({
      shownSlug: slug,
      shownExternalId: externalId,
      ownerId: tenants[ownerOf(organization)]?.userId,
      isDeleted: state === "trash",
    });
    for (const name of [id, shownSlug, shownExternalId]) bearers.set(name, (bearers.get(name) ?? new Set()).add(id));
  }
  bearers.delete("undefined");
  for (const [name, ids] of bearers)
    if (name !== undefined) expect([name, ids.size], "Two organizations bear one name.").toEqual([name, 1]);
  expect(seen.roles).toEqual(model.organizations.map((organization) => expectedRoles(organization, tenants)));
  const reach = await reachOf(model, names, (way, text, tenant) => accessOf(named(model, way, text), tenant));
  expect(seen.reach).toEqual(reach);
  expect(seen.items).toEqual(await itemsOf(model, expectedItems));
}

const ways = ["claim", "header"] as const;
type Way = (typeof ways)[number];

/** Who looks where a text leads: the owners of all that bear it, who would be let in, and somebody else. */
function lookersAt(model: Model, text: string, at: number): readonly number[] {
  const bearers = model.organizations.filter(({ id, slug, externalId }) => [id, slug, externalId].includes(text));
  return [...new Set([...bearers.map(ownerOf), at % 3])];
}

/** Where each name leads, by claim and by header, for those who look. */
async function reachOf(
  model: Model,
  names: readonly string[],
  reached: (way: Way, text: string, tenant: number) => string | Promise<string>,
): Promise<Record<string, string>> {
  const looks = names.flatMap((text, at) =>
    lookersAt(model, text, at).flatMap((tenant) => ways.map((way) => [way, text, tenant] as const)),
  );
  const found = looks.map(async (place) => [place.join(" "), await reached(...place)] as const);
  return Object.fromEntries(await Promise.all(found));
}

function expectedRoles({ state, roles }: ModelOrganization, tenants: readonly Tenant[]): Record<string, string> {
  if (state !== "live") return {};
  return Object.fromEntries([...roles].map(([tenant, role]) => [tenants[tenant]?.userId, role]));
}

/** What is read in each organization, by its owner and by somebody else. */
async function itemsOf(
  model: Model,
  read: (organization: ModelOrganization, tenant: number) => Promise<readonly string[] | string>,
): Promise<Record<string, readonly string[] | string>> {
  const looks = model.organizations.flatMap((organization, at) =>
    lookersAt(model, organization.id, at + 1).map((tenant) => [organization, tenant] as const),
  );
  const found = looks.map(async (place) => [`${place[1]} in ${place[0].id}`, await read(...place)] as const);
  return Object.fromEntries(await Promise.all(found));
}

async function expectedItems(organization: ModelOrganization, tenant: number): Promise<readonly string[] | string> {
  const access = accessOf(organization.state === "purged" ? undefined : organization, tenant);
  return access === organization.id ? organization.items.toSorted(compare) : access;
}

/** The organization that a text names; a claim never by slug, a header never by external id. */
function named(model: Model, way: Way, text: string | undefined): ModelOrganization | undefined {
  return model.organizations.find(
    ({ id, slug, externalId, state }) =>
      state !== "purged" && (id === text || (way === "claim" ? externalId : slug) === text),
  );
}

/** The organization's id where the tenant may work there, else the code of the refusal. */
function accessOf(organization: ModelOrganization | undefined, tenant: number): string {
  if (!organization?.roles.has(tenant)) return "not_a_member";
  return organization.state === "trash" ? "organization_deleted" : organization.id;
}

/** Everything that names, ownership and data show from outside. */
async function look(model: Model, real: Real): Promise<Seen> {
  const documents = model.organizations.map((organization) =>
    tenantAt(real, ownerOf(organization)).read(undefined, "tenancy/organizations:get", {
      organizationId: organization.id,
    }),
  );
  const roles = model.organizations.map(async (organization) => {
    const args = { organizationId: organization.id, paginationOpts: { numItems: 100, cursor: null } };
    const answer = await tenantAt(real, ownerOf(organization)).read(undefined, "tenancy/memberships:list", args);
    const rows: { userId: string; roleKey: string }[] = Object(answer).page ?? [];
    return Object.fromEntries(rows.map(({ userId, roleKey }) => [userId, roleKey]));
  });
  const reach = reachOf(model, real.names, async (way, text, tenant) => {
    const claim = way === "claim" ? text : undefined;
    const args = way === "header" ? { organizationId: text } : {};
    const answer = await tenantAt(real, tenant).read(claim, "tenancy/me:getPermissions", args);
    return String(answer["organizationId"] ?? answer["code"]);
  });
  const items = itemsOf(model, async ({ id }, tenant) => {
    const args = { organizationId: id, paginationOpts: { numItems: 100, cursor: null } };
    const answer = Object(await tenantAt(real, tenant).read(undefined, "workspace/items:list", args));
    const rows: { name: string; organizationId: string }[] = answer.page ?? [];
    for (const row of rows) expect(row.organizationId).toBe(id);
    return answer.page === undefined ? String(answer.code) : rows.map(({ name }) => name).toSorted(compare);
  });
  return {
    documents: (await Promise.all(documents)).map((document) => JSON.stringify(document)),
    roles: await Promise.all(roles),
    reach: await reach,
    items: await items,
  };
}

const compare = (left: string, right: string) => (left < right ? -1 : 1);

function ownerOf({ roles }: ModelOrganization): number {
  return [...roles].find(([, role]) => role === "owner")?.[0] ?? 0;
}

function tenantAt({ tenants }: Real, number: number): Tenant {
  const tenant = tenants[number];
  if (!tenant) throw new Error(`There is no tenant ${number}.`);
  return tenant;
}

function tokenOf(real: Real, number: number): Promise<string> {
  return tenantAt(real, number).token();
}

function actorIn(organization: ModelOrganization, by: number): number {
  return by === theOwner ? ownerOf(organization) : by;
}

function nameOf(number: NameNumber | undefined, { organizations }: Model, names: readonly string[]) {
  if (number === undefined || number < poolSize) return number === undefined ? undefined : names[number];
  return organizations[(number - poolSize) % Math.max(1, organizations.length)]?.id;
}

function organizationAt({ organizations }: Model, at: number): ModelOrganization | undefined {
  return organizations[at % organizations.length];
}

/** True if another organization that is not purged bears the name, in whatever field; ids of any are never free. */
function isTaken({ organizations }: Model, name: string | undefined, self?: ModelOrganization): boolean {
  if (name === undefined) return false;
  if (organizations.some(({ id }) => id === name)) return true;
  const others = organizations.filter((other) => other !== self && other.state !== "purged");
  return others.some(({ slug, externalId }) => slug === name || externalId === name);
}

export function create(by: number, slugNumber: NameNumber, externalNumber: NameNumber | undefined): Step {
  const namesOf = (model: Model, names: readonly string[]) => ({
    slug: nameOf(slugNumber, model, names) ?? "",
    externalId: nameOf(externalNumber, model, names),
  });
  const person = by % 3;
  return {
    title: `${person} creates with slug ${slugNumber} and external id ${externalNumber}`,
    expected(model, names) {
      const { slug, externalId } = namesOf(model, names);
      if (model.organizations.length === maximumOrganizations) return undefined;
      if (isTaken(model, slug) || isTaken(model, externalId)) return { status: 409 };
      const roles = new Map([[person, "owner" as const]]);
      const apply = ({ body }: Answer) => {
        model.organizations.push({ id: String(body["id"]), slug, externalId, state: "live", roles, items: [] });
      };
      return { status: 201, apply };
    },
    act: async (model, real) =>
      send(real.portico, "POST", "/v1/organizations", await tokenOf(real, person), {
        name: "Model",
        ...namesOf(model, real.names),
      }),
  };
}

/** A step on one organization: the refusals that depend on who asks and whether it is there are the same for all. */
function onOrganization(
  title: string,
  by: number,
  at: number,
  request: (organization: ModelOrganization, model: Model, real: Real) => [method: string, path: string, body?: object],
  expected: (organization: ModelOrganization, role: Role, model: Model, names: readonly string[]) => Expected,
): Step {
  return {
    title: `${by === theOwner ? "the owner" : by} ${title} organization ${at}`,
    expected(model, names) {
      const organization = organizationAt(model, at);
      if (!organization) return undefined;
      const role = organization.roles.get(actorIn(organization, by));
      if (organization.state === "purged" || !role) return { status: 404 };
      return expected(organization, role, model, names);
    },
    act: async (model, real) => {
      const organization = organizationAt(model, at);
      if (!organization) throw new Error("The step is not expected.");
      const [method, path, body] = request(organization, model, real);
      return send(
        real.portico,
        method,
        `/v1/organizations/${organization.id}${path}`,
        await tokenOf(real, actorIn(organization, by)),
        body,
      );
    },
  };
}

export function rename(by: number, at: number, number: NameNumber): Step {
  return onOrganization(
    `gives name ${number} as slug to`,
    by,
    at,
    (_organization, model, { names }) => ["PATCH", "", { slug: nameOf(number, model, names) }],
    (organization, role, model, names) => {
      if (organization.state === "trash" || role === "member") return { status: 403 };
      const slug = nameOf(number, model, names) ?? "";
      if (isTaken(model, slug, organization)) return { status: 409 };
      return { status: 200, apply: () => void (organization.slug = slug) };
    },
  );
}

export function setExternalId(by: number, at: number, number: NameNumber): Step {
  return onOrganization(
    `gives name ${number} as external id to`,
    by,
    at,
    (_organization, model, { names }) => ["PATCH", "", { externalId: nameOf(number, model, names) }],
    (organization, role, model, names) => {
      if (organization.state === "trash" || role === "member") return { status: 403 };
      const externalId = nameOf(number, model, names);
      if (externalId === organization.externalId) return { status: 200 };
      if (organization.externalId !== undefined) return { status: 422 };
      if (role !== "owner") return { status: 403 };
      if (isTaken(model, externalId, organization)) return { status: 409 };
      return { status: 200, apply: () => void (organization.externalId = externalId) };
    },
  );
}

export function remove(by: number, at: number): Step {
  return onOrganization(
    "deletes",
    by,
    at,
    ({ slug }) => ["DELETE", `?confirmSlug=${slug}`],
    (organization, role) => {
      if (role !== "owner") return { status: 403 };
      if (organization.state === "trash") return { status: 409 };
      return { status: 204, apply: () => void (organization.state = "trash") };
    },
  );
}

export function restore(by: number, at: number): Step {
  return onOrganization(
    "restores",
    by,
    at,
    () => ["POST", "/restore", {}],
    (organization, role) => {
      if (role !== "owner") return { status: 403 };
      if (organization.state === "live") return { status: 409 };
      return { status: 200, apply: () => void (organization.state = "live") };
    },
  );
}

export function purge(by: number, at: number): Step {
  return onOrganization(
    "purges",
    by,
    at,
    ({ slug }) => ["POST", "/purge", { confirmSlug: slug }],
    (organization, role) => {
      if (role !== "owner") return { status: 403 };
      if (organization.state === "live") return { status: 409 };
      const apply = async (_answer: Answer, real: Real) => {
        organization.state = "purged";
        const token = await tokenOf(real, actorIn(organization, by));
        const isGone = async () =>
          (await send(real.portico, "GET", `/v1/organizations/${organization.id}`, token)).status === 404;
        await vi.waitUntil(isGone, { timeout: 120_000 });
      };
      return { status: 202, apply };
    },
  );
}

export function transfer(by: number, at: number, to: number): Step {
  return onOrganization(
    `gives ${to} the ownership of`,
    by,
    at,
    (_organization, _model, { tenants }) => ["POST", "/transfer-ownership", { userId: tenants[to]?.userId }],
    (organization, role) => {
      if (organization.state === "trash" || role !== "owner") return { status: 403 };
      if (!organization.roles.has(to)) return { status: 409 };
      const apply = () => void organization.roles.set(ownerOf(organization), "admin").set(to, "owner");
      return { status: 200, apply };
    },
  );
}

/** The owner adds a tenant, who accepts at once. */
export function join(who: number, at: number, role: "admin" | "member"): Step {
  return {
    title: `${who} joins organization ${at} as ${role}`,
    expected(model) {
      const organization = organizationAt(model, at);
      if (organization?.state !== "live") return undefined;
      if (organization.roles.has(who)) return { status: 409 };
      const apply = async (_answer: Answer, real: Real) => {
        const synced = await send(real.portico, "POST", "/v1/me/sync", await tokenOf(real, who), {});
        expect(synced.status, synced.text).toBe(200);
        organization.roles.set(who, role);
      };
      return { status: 201, apply };
    },
    async act(model, real) {
      const organization = organizationAt(model, at);
      if (!organization) throw new Error("The step is not expected.");
      const body = { email: real.tenants[who]?.email, roleKey: role };
      const header = { "portico-organization": organization.id };
      return send(real.portico, "POST", "/v1/users", await tokenOf(real, ownerOf(organization)), body, header);
    },
  };
}

/** Writes an item where a claim and a header say, or one of them. */
export function write(by: number, claimNumber: NameNumber | undefined, headerNumber: NameNumber | undefined): Step {
  let written = "";
  return {
    title: `${by} writes by claim ${claimNumber} and header ${headerNumber}`,
    expected(model, names) {
      const [claim, header] = [nameOf(claimNumber, model, names), nameOf(headerNumber, model, names)];
      if (claim === undefined && header === undefined) return undefined;
      const byHeader = named(model, "header", header);
      const organization = claim === undefined ? byHeader : named(model, "claim", claim);
      if (claim !== undefined && header !== undefined && header !== claim && byHeader !== organization)
        return { status: 403 };
      if (!organization || accessOf(organization, by) !== organization.id) return { status: 403 };
      const apply = ({ body }: Answer) => {
        expect(body["organizationId"]).toBe(organization.id);
        organization.items.push(written);
      };
      return { status: 201, apply };
    },
    async act(model, real) {
      const { names, tenants } = real;
      const [claim, header] = [nameOf(claimNumber, model, names), nameOf(headerNumber, model, names)];
      const headers = header === undefined ? undefined : { "portico-organization": header };
      itemCount += 1;
      written = `item ${itemCount}`;
      return send(real.portico, "POST", "/v1/items", await tenants[by]?.token(claim), { name: written }, headers);
    },
  };
}

let itemCount = 0;
