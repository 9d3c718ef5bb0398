import { builtInRights, isGrantable, reachOf, roleRights } from "../../convex/core/access/rights";
import { builtInRoles } from "../../convex/core/access/roles";
import { permissionCatalogue } from "../../convex/core/access/permissions";
import { areaRights } from "../../convex/core/access/areas";
import { send } from "./client.testing";
import { functionTokenFor } from "./functionCalls.testing";
import { isReachedBy, newHolder, reachByPath } from "./grantees.testing";
import { enrolAgent } from "./rows/sites.testing";
import { nextSample } from "./samples.testing";
import { createMember, roleKeys } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Arranged } from "./client.testing";
import type { Rights } from "../../convex/core/access/rights";
import type { Path } from "./grantees.testing";
import type { NewMember, World } from "./world.testing";

/** What becomes of a call: refused for who calls, hidden as if nothing were there, or let in, whatever the rules then say. */
export type Outcome = "in" | "401" | "403" | "404";

/** One caller's credential as either door takes it. */
export interface Credential {
  readonly rest: string | undefined;
  readonly convex: string | undefined;
  /** Whose it is, of a member who can be brought to what a row is assigned to. */
  readonly userId?: string;
  /** The team or client that they are with. */
  readonly holder?: string;
}

/** A kind of caller: a column of the matrix. */
export interface CallerKind {
  readonly name: string;
  readonly expected: (operation: Operation) => Outcome;
  /** Makes somebody of the kind, in the organization `acme` unless it says otherwise. */
  readonly make: (world: World) => Promise<Credential>;
  /** The operations that it is a column of; all unless given. */
  readonly domain?: string;
  /** Gives its caller a way to the row that a request names, where rows of that kind are assigned. */
  readonly reachRow?: (world: World, operation: Operation, request: Arranged, caller: Credential) => Promise<void>;
  /** Its own organization is another one: it has to name the one that it is after. */
  readonly isForeign?: boolean;
}

const customRole = {
  rights: [
    "todo:create",
    "schedule:update:own",
    "site:*",
    "item:restore",
    // Clients are assigned; the places that the matrix gives with them have the right of the world's own custom role.
    "client:*",
    "resource:*",
    "schedule:read",
  ],
  rank: 50,
} as const;
const levels = ["full", "read", "none"] as const;
const areaRole = (level: (typeof levels)[number], scope: "organization" | "assigned") => ({
  rights: [],
  areaPermissions: Object.fromEntries(Object.keys(areaRights).map((area) => [area, level])),
  rank: 50,
  scope,
});

/** Members of the organization to whose team or client everything is assigned or granted that they are after. */
function grantee(role: string, rights: Rights, path: Path, make: (world: World) => Promise<NewMember>): CallerKind {
  return {
    name: `${role}, ${path.to} ${path.level}`,
    domain: "infrastructure",
    expected: (operation) => expectedOfMember(operation, rights, false, (asked) => isReachedBy(path, asked)),
    make: async (world) => {
      const { token, userId } = await make(world);
      return { ...ofPerson(token), userId, holder: await newHolder(world, path.to, userId) };
    },
    reachRow: async (world, operation, request, { holder = "" }) =>
      reachByPath(world, operation, request, path, holder),
  };
}

/** Whom infrastructure is granted to, and roles that hold its areas. */
const grantees: readonly CallerKind[] = [
  ...(
    [
      ["developer", { to: "teams", level: "operate" }],
      ["developer", { to: "teams", level: "read" }],
      ["support", { to: "clients", level: "read" }],
      ["client", { to: "clients", level: "operate" }],
    ] as const
  ).map(([role, path]) =>
    grantee(role, builtInRights(role), path, ({ portico, acme }) => createMember(portico, acme, role)),
  ),
  ...levels.map((level): CallerKind => {
    const role = areaRole(level, "organization");
    return {
      name: `areas ${level}`,
      domain: "infrastructure",
      expected: (operation) => expectedOfMember(operation, roleRights({ key: "matrix", ...role }), true),
      make: async (world) => ofPerson((await memberWithRole(world, role)).token),
    };
  }),
  ...levels.flatMap((level) => {
    const role = areaRole(level, "assigned");
    const rights = roleRights({ key: "matrix", ...role });
    const paths = [
      { to: "teams", level: "operate" },
      { to: "clients", level: "read" },
    ] as const;
    return paths.map((path) =>
      grantee(`assigned areas ${level}`, rights, path, (world) => memberWithRole(world, role)),
    );
  }),
];

const grantable = Object.keys(permissionCatalogue).filter(isGrantable);

/** Everybody who may turn up at an operation, with what its declaration says of them. */
export const callerKinds: readonly CallerKind[] = [
  ...roleKeys.map((role): CallerKind => {
    const isWide = builtInRoles[role].scope === "organization";
    return {
      name: role,
      expected: (operation) => expectedOfMember(operation, builtInRights(role), isWide),
      make: async (world) => ofPerson(await (role === "owner" ? world.owner : newMember(world, role))),
    };
  }),
  {
    name: "custom role",
    expected: (operation) => expectedOfMember(operation, customRights("organization"), true),
    make: (world) => withCustomRole(world, "organization"),
  },
  {
    name: "assigned role, no path",
    expected: (operation) => expectedOfMember(operation, customRights("assigned"), false),
    make: (world) => withCustomRole(world, "assigned"),
  },
  {
    name: "assigned role, path",
    expected: (operation) => expectedOfMember(operation, customRights("assigned"), false, ofClients),
    make: (world) => withCustomRole(world, "assigned"),
    reachRow: joinClientOf,
  },
  ...grantees,
  {
    name: "removed",
    expected: (operation) => expectedOfFormerMember(operation, "404"),
    make: (world) => formerMember(world, "DELETE", ""),
  },
  {
    name: "banned",
    expected: (operation) => expectedOfFormerMember(operation, "403"),
    make: (world) => formerMember(world, "POST", "/ban", { reason: "Matrix" }),
  },
  {
    name: "inactive",
    expected: (operation) => expectedOfFormerMember(operation, "403"),
    make: (world) => formerMember(world, "PATCH", "", { status: "inactive" }),
  },
  {
    name: "other owner",
    expected: expectedOfStranger,
    make: async ({ foreignOwner }) => ofPerson(foreignOwner),
    isForeign: true,
  },
  {
    name: "key, all scopes",
    expected: (operation) => expectedOfMachine(operation, new Set(grantable)),
    make: async (world) => (await newKey(world, grantable)).credential,
  },
  {
    name: "key, other scope",
    expected: (operation) => expectedOfMachine(operation, new Set(["item:restore"])),
    make: async (world) => (await newKey(world, ["item:restore"])).credential,
  },
  { name: "expired key", expected: () => "401", make: expiredKey },
  { name: "revoked key", expected: () => "401", make: revokedKey },
  { name: "suspended key", expected: () => "401", make: suspendedKey },
  {
    name: "agent",
    expected: (operation) =>
      operation.declaration.access === "agent"
        ? "in"
        : operation.declaration.keysOnly
          ? "403"
          : expectedOfMachine(operation, builtInRights("agent")),
    make: async (world) => ofMachine(world, (await enrolAgent(world)).key),
  },
  { name: "nobody", expected: () => "401", make: async () => ({ rest: undefined, convex: undefined }) },
];

function expectedOfMember(
  operation: Operation,
  rights: Rights,
  isWide: boolean,
  isTheirs: (operation: Operation) => boolean = () => false,
): Outcome {
  const { declaration, kind } = operation;
  const { access, permission = "", on } = declaration;
  if (access === "enrollment") return "401";
  if (access === "agent" || access === "platform" || declaration.keysOnly) return "403";
  if (access === "user" || access === "identity") return "in";
  if (access === "organization" && isWide) return "in";
  const reach = reachOf(rights, permission);
  if (reach === "all") return "in";
  if (reach === undefined) return "403";
  // What names no row lists and makes what is one's own, and lists what is assigned; what is made is assigned to nobody yet.
  if (on === undefined) return reach === "own" || kind === "query" ? "in" : "403";
  // The rows of the matrix are the owner's.
  return reach === "assigned" && isTheirs(operation) ? "in" : "403";
}

/** What belongs to clients, who lose it in the trash; to this caller nothing is granted. */
function ofClients({ declaration: { on }, verb }: Operation): boolean {
  return verb !== "restore" && on?.assigned?.some(({ to, through }) => to === "clients" && !through) === true;
}

/** Whose membership is over keeps what is a user's own; the organization itself is hidden from who has no part in it. */
function expectedOfFormerMember({ declaration }: Operation, ofItsOrganization: Outcome): Outcome {
  const { access, on } = declaration;
  if (access === "enrollment") return "401";
  if (access === "user" || access === "identity") return namesOrganization(declaration) ? "403" : "in";
  if (access === "platform") return "403";
  return on?.table === "organizations" ? ofItsOrganization : "403";
}

function expectedOfStranger({ declaration }: Operation): Outcome {
  const { access, on } = declaration;
  if (access === "enrollment") return "401";
  if (access === "user" || access === "identity") return namesOrganization(declaration) ? "403" : "in";
  if (access === "agent" || access === "platform" || declaration.keysOnly) return "403";
  // What is the deployment's is read in every organization.
  if (on?.named || on?.table === "globalEntities") return "in";
  return on ? "404" : "403";
}

function expectedOfMachine({ declaration }: Operation, rights: Rights): Outcome {
  const { access, permission = "" } = declaration;
  if (access === "enrollment") return "401";
  if (access === "agent" || access === "platform" || access === "user" || access === "identity") return "403";
  return reachOf(rights, permission) === "all" ? "in" : "403";
}

function namesOrganization({ body = {} }: Operation["declaration"]): boolean {
  return "organizationId" in body;
}

function customRights(scope: "organization" | "assigned"): Rights {
  return roleRights({ key: "matrix", rights: [...customRole.rights], scope });
}

function ofPerson(token: string): Credential {
  return { rest: token, convex: token };
}

async function ofMachine({ portico }: World, secret: string): Promise<Credential> {
  return { rest: secret, convex: await functionTokenFor(portico, secret) };
}

async function newMember({ portico, acme }: World, role: string): Promise<string> {
  return (await createMember(portico, acme, role)).token;
}

async function withCustomRole(world: World, scope: "organization" | "assigned"): Promise<Credential> {
  const { token, userId } = await memberWithRole(world, { ...customRole, scope });
  return { ...ofPerson(token), userId };
}

async function memberWithRole(world: World, role: object): Promise<NewMember> {
  const key = `matrix${nextSample()}`;
  await arranged(world, "POST", "/v1/roles", { key, name: key, ...role });
  return createMember(world.portico, world.acme, key);
}

/** Brings the caller to the client that the request's path names, which is the way to all that is assigned to it. */
async function joinClientOf(
  { portico, owner, rows }: World,
  _operation: Operation,
  { params = {} }: Arranged,
  { userId }: Credential,
): Promise<void> {
  const { clientId } = params;
  if (clientId === undefined) return;
  const place = { userId, roleId: rows["roles"] };
  const { status, text } = await send(portico, "POST", `/v1/clients/${clientId}/members`, owner, place);
  // They are there from the other door, or the client is in the trash.
  if (![201, 404, 409].includes(status)) throw new Error(`The client's members answered ${status}: ${text}`);
}

/** An administrator, so that nothing but the end of the membership refuses them. */
async function formerMember(world: World, method: string, path: string, body?: object): Promise<Credential> {
  const { membershipId, token } = await createMember(world.portico, world.acme, "admin");
  await arranged(world, method, `/v1/memberships/${membershipId}${path}`, body);
  return ofPerson(token);
}

async function newKey(world: World, scopes: readonly string[], fields: object = {}, owner = world.owner) {
  const { body } = await arranged(world, "POST", "/v1/api-keys", { name: "Matrix", scopes, ...fields }, owner);
  return { address: `/v1/api-keys/${String(body["id"])}`, credential: await ofMachine(world, String(body["key"])) };
}

/** Exchanged while it lived, and used when it no longer does. */
async function expiredKey(world: World): Promise<Credential> {
  const expiresAt = Date.now() + 5000;
  const { credential } = await newKey(world, grantable, { expiresAt });
  await new Promise((resolve) => setTimeout(resolve, expiresAt - Date.now() + 50));
  return credential;
}

async function revokedKey(world: World): Promise<Credential> {
  const { address, credential } = await newKey(world, grantable);
  await arranged(world, "POST", `${address}/revoke`, {});
  return credential;
}

async function suspendedKey(world: World): Promise<Credential> {
  const { membershipId, token } = await createMember(world.portico, world.acme, "admin");
  const scopes = grantable.filter((scope) => reachOf(builtInRights("admin"), scope) === "all");
  const { credential } = await newKey(world, scopes, {}, token);
  await arranged(world, "POST", `/v1/memberships/${membershipId}/ban`, { reason: "Matrix" });
  return credential;
}

/** Sends what must succeed, by the owner unless somebody else is named. */
async function arranged({ portico, owner }: World, method: string, path: string, body?: object, token = owner) {
  const answer = await send(portico, method, path, token, body);
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  return answer;
}
