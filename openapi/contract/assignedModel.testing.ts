import { expect } from "vitest";
import { send } from "./client.testing";
import { nextSample } from "./samples.testing";
import { createMember } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer } from "./client.testing";
import type { DemoOrganization } from "./world.testing";

/** What the rules say about a handful of people, clients and teams, written without a look at their code. */

export const peopleCount = 2;
/** As many clients, and as many teams. */
export const maximumHolders = 3;

type Reach = "all" | "assigned" | "none";
interface Power {
  readonly read: Reach;
  readonly update: Reach;
}

/** What each role of the history allows on clients; roles that are not built in list that, and nothing else. */
const roles = {
  admin: { read: "all", update: "all" },
  viewer: { read: "all", update: "none" },
  client: { read: "assigned", update: "none" },
  keeper: { read: "assigned", update: "assigned" },
  nothing: { read: "none", update: "none" },
} as const satisfies Record<string, Power>;
type RoleName = keyof typeof roles;
export const roleNames: readonly RoleName[] = ["admin", "viewer", "client", "keeper", "nothing"];

export const kinds = [
  "createClient",
  "deleteClient",
  "restoreClient",
  "addToClient",
  "addToClient",
  "changeAtClient",
  "removeFromClient",
  "addToTeam",
  "removeFromTeam",
  "deleteTeam",
  "changeRole",
  "changeRole",
  "deactivate",
  "activate",
  "ban",
  "unban",
  "endMembership",
] as const;

export interface Step {
  readonly kind: (typeof kinds)[number];
  readonly person: number;
  readonly holder: number;
  readonly role: number;
}

interface Person {
  readonly userId: string;
  readonly token: string;
  readonly membershipId: string;
  role: RoleName;
  state: "active" | "inactive" | "gone";
  isBanned: boolean;
}

interface Holder {
  readonly id: string;
  isLive: boolean;
  readonly places: Map<number, RoleName>;
}

export interface Stage {
  readonly portico: TestPortico;
  readonly owner: string;
  readonly roleIds: Readonly<Record<RoleName, string>>;
  readonly people: readonly Person[];
  readonly clients: Holder[];
  readonly teams: Holder[];
}

/** People, one client and one team of a new history. */
export async function begin(portico: TestPortico): Promise<Stage> {
  const [acme] = portico.demo.organizations;
  if (!acme) throw new Error("The demo has no organization.");
  const owner = acme.users.owner.token;
  const roleIds = {
    admin: await builtIn(portico, owner, "admin"),
    viewer: await builtIn(portico, owner, "viewer"),
    client: await builtIn(portico, owner, "client"),
    keeper: await custom(portico, owner, ["client:read", "client:update"]),
    nothing: await custom(portico, owner, []),
  };
  const people = await Promise.all(Array.from({ length: peopleCount }, () => newPerson(portico, acme)));
  const stage: Stage = { portico, owner, roleIds, people, clients: [], teams: [] };
  stage.clients.push(await newHolder(stage, "clients"));
  stage.teams.push(await newHolder(stage, "teams"));
  return stage;
}

async function builtIn(portico: TestPortico, owner: string, key: string): Promise<string> {
  const { body } = await send(portico, "GET", `/v1/roles?includeGlobal=true&key=${key}`, owner);
  return String(Object(body)["data"][0].id);
}

async function custom(portico: TestPortico, owner: string, rights: readonly string[]): Promise<string> {
  const role = { name: `Model ${nextSample()}`, key: `model${nextSample()}`, rights, rank: 10, scope: "assigned" };
  return String((await send(portico, "POST", "/v1/roles", owner, role)).body["id"]);
}

async function newPerson(portico: TestPortico, acme: DemoOrganization): Promise<Person> {
  return { ...(await createMember(portico, acme, "client")), role: "client", state: "active", isBanned: false };
}

async function newHolder({ portico, owner }: Stage, kind: "clients" | "teams"): Promise<Holder> {
  const { status, body, text } = await send(portico, "POST", `/v1/${kind}`, owner, { name: `Model ${nextSample()}` });
  expect(status, text).toBe(201);
  return { id: String(body["id"]), isLive: true, places: new Map() };
}

/** Does one thing as the owner, expects what the model expects of it, and brings the model up to date. */
export async function take(stage: Stage, { kind, person: at, holder, role: roleAt }: Step): Promise<void> {
  const person = stage.people[at];
  const role = roleNames[roleAt];
  if (!person || !role) throw new Error("The step names nobody, or no role.");
  const { clients, teams, roleIds } = stage;
  const client = clients[holder % clients.length];
  const team = teams[holder % teams.length];
  if (!client || !team) throw new Error("There is no client or no team.");
  const act = (method: string, path: string, body?: object) =>
    send(stage.portico, method, `/v1${path}`, stage.owner, body);
  const membership = `/memberships/${person.membershipId}`;
  const isMember = person.state !== "gone";

  switch (kind) {
    case "createClient":
      if (clients.length < maximumHolders) clients.push(await newHolder(stage, "clients"));
      return;
    case "deleteClient":
      expectStatus(await act("DELETE", `/clients/${client.id}`), client.isLive ? 204 : 409);
      end(client);
      return;
    case "restoreClient":
      expectStatus(await act("POST", `/clients/${client.id}/restore`, {}), client.isLive ? 409 : 200);
      client.isLive = true;
      return;
    case "addToClient":
      return add(stage, "clients", client, at, role);
    case "addToTeam":
      return add(stage, "teams", team, at, role);
    case "changeAtClient": {
      const answer = await act("PATCH", `/clients/${client.id}/members/${person.userId}`, { roleId: roleIds[role] });
      const isThere = client.places.has(at);
      expectStatus(answer, isThere ? 200 : 404);
      if (isThere) client.places.set(at, role);
      return;
    }
    case "removeFromClient":
      expectStatus(
        await act("DELETE", `/clients/${client.id}/members/${person.userId}`),
        client.places.delete(at) ? 204 : 404,
      );
      return;
    case "removeFromTeam":
      expectStatus(
        await act("DELETE", `/teams/${team.id}/members/${person.userId}`),
        team.places.delete(at) ? 204 : 404,
      );
      return;
    case "deleteTeam":
      expectStatus(await act("DELETE", `/teams/${team.id}`), team.isLive ? 204 : 409);
      end(team);
      if (teams.length < maximumHolders) teams.push(await newHolder(stage, "teams"));
      return;
    case "changeRole":
      expectStatus(await act("PATCH", membership, { roleId: roleIds[role] }), isMember ? 200 : 404);
      if (isMember) person.role = role;
      return;
    case "deactivate":
      expectStatus(await act("PATCH", membership, { status: "inactive" }), isMember ? 200 : 404);
      if (isMember) person.state = "inactive";
      return;
    case "activate":
      expectStatus(await act("PATCH", membership, { status: "active" }), isMember ? 200 : 404);
      if (isMember) person.state = "active";
      return;
    case "ban":
      expectStatus(await act("POST", `${membership}/ban`, { reason: "model" }), isMember ? 200 : 404);
      person.isBanned = true;
      return;
    case "unban":
      expectStatus(await act("POST", `${membership}/unban`, {}), isMember ? (person.isBanned ? 200 : 409) : 404);
      person.isBanned = false;
      return;
    case "endMembership":
      expectStatus(await act("DELETE", membership), isMember ? 204 : 404);
      person.state = "gone";
      for (const { places } of [...clients, ...teams]) places.delete(at);
      return;
  }
}

function end(holder: Holder): void {
  holder.isLive = false;
  holder.places.clear();
}

async function add(stage: Stage, kind: "clients" | "teams", to: Holder, at: number, role: RoleName): Promise<void> {
  const { portico, owner, roleIds, people } = stage;
  const person = people[at];
  const body = { userId: person?.userId, roleId: roleIds[role] };
  const answer = await send(portico, "POST", `/v1/${kind}/${to.id}/members`, owner, body);
  const isAdded = to.isLive && person?.state === "active" && !to.places.has(at);
  const refusal = !to.isLive ? 404 : person?.state === "active" ? 409 : 422;
  expectStatus(answer, isAdded ? 201 : refusal);
  if (isAdded) to.places.set(at, role);
}

function expectStatus({ status, text }: Answer, expected: number): void {
  expect(status, text).toBe(expected);
}

/** Compares what everybody reaches with what the model says. */
export async function look(stage: Stage): Promise<void> {
  const everyRow = new Set(stage.clients.map(({ id }) => id));
  for (const [at, person] of stage.people.entries()) {
    const list = await send(stage.portico, "GET", "/v1/clients?limit=100", person.token);
    const ids: string[] = list.status === 200 ? Object(list.body)["data"].map(({ id }: { id: string }) => id) : [];
    const seen: object[] = [{ list: list.status, rows: ids.filter((id) => everyRow.has(id)).sort() }];
    const expected: object[] = [
      {
        list: mayAnywhere(stage, at, "read") ? 200 : 403,
        rows: stage.clients.flatMap((client) => (reaches(stage, at, client, "read") ? [client.id] : [])).sort(),
      },
    ];
    // Whatever else it holds, the page of who reaches assigned rows has none but these.
    if (isInForce(person) && roles[person.role].read !== "all")
      expect(ids.filter((id) => !everyRow.has(id))).toEqual([]);
    for (const client of stage.clients) {
      const get = await send(stage.portico, "GET", `/v1/clients/${client.id}`, person.token);
      // A tag that no client has: whoever may change it is told so, and nothing is changed.
      const update = await send(
        stage.portico,
        "PATCH",
        `/v1/clients/${client.id}`,
        person.token,
        {},
        { "if-match": '"x"' },
      );
      seen.push({ get: get.status, update: update.status });
      expected.push({
        get: expectedOf(stage, at, client, "read", 200),
        update: expectedOf(stage, at, client, "update", 412),
      });
    }
    expect(seen).toEqual(expected);
  }
}

function expectedOf(stage: Stage, at: number, client: Holder, action: keyof Power, success: number): number {
  if (!mayAnywhere(stage, at, action)) return 403;
  if (!client.isLive) return 404;
  return reaches(stage, at, client, action) ? success : 403;
}

function isInForce({ state, isBanned }: Person): boolean {
  return state === "active" && !isBanned;
}

/** True if the person's roles, in the organization or anywhere in it, allow the action on some row there might be. */
function mayAnywhere({ people, clients, teams }: Stage, at: number, action: keyof Power): boolean {
  const person = people[at];
  if (!person || !isInForce(person)) return false;
  const places = [...clients, ...teams].flatMap(({ places: all }) => all.get(at) ?? []);
  return [person.role, ...places].some((role) => roles[role][action] !== "none");
}

/** The role in the organization, on every row or where one is with the client; else the role with this client. */
function reaches({ people }: Stage, at: number, { isLive, places }: Holder, action: keyof Power): boolean {
  const person = people[at];
  if (!person || !isLive || !isInForce(person)) return false;
  const base: Reach = roles[person.role][action];
  const place = places.get(at);
  return base === "all" || (place !== undefined && (base === "assigned" || roles[place][action] !== "none"));
}
