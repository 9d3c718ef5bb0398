import { isGrantable, isKnownRight, missingRight, reachOf } from "../../convex/core/access/rights";
import { permissionCatalogue } from "../../convex/core/access/permissions";
import { registry } from "../registry";
import { send, sendOperation } from "./client.testing";
import { putToken } from "./invitations.testing";
import { nextSample, sampleFields } from "./samples.testing";
import { roleKeys } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Rights } from "../../convex/core/access/rights";
import type { Fields } from "../../convex/core/schema/table";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer, Arranged } from "./client.testing";
import type { DemoOrganization } from "./world.testing";

/** Operations that give or take access: every write whose permission is about roles, members, teams, clients or API keys. */
export const accessOperations: readonly Operation[] = registry.filter(
  ({ kind, declaration: { permission = "" } }) =>
    kind === "mutation" && ["role", "member", "team", "client", "apiKey"].includes(permission.split(":")[0] ?? ""),
);

/**
 * The operations that are tried after another one. Making, naming and ending a team or a client gives nobody a right, so that these
 * are tried alone, and before the ones that give places there.
 */
export function secondsAfter(first: Operation): readonly Operation[] {
  const isOfHolder = (operation: Operation) => /^(teams|clients)$/.test(operation.resource);
  const isOfPlace = (operation: Operation) => /^(team|client)Members$/.test(operation.resource);
  const seconds = accessOperations.filter((operation) => !isOfHolder(operation));
  return isOfHolder(first) ? seconds.filter(isOfPlace) : seconds;
}

export interface Standing {
  readonly rights: Rights;
  readonly rank: number;
}

/** A credential that the attacker has: their own, an accomplice's, or that of a key they got. */
export interface Principal {
  readonly name: string;
  readonly credential: string;
  /** Of an API key. */
  readonly keyId: string | undefined;
  /** The membership that they would like to raise, and whose it is. */
  readonly membershipId: string;
  readonly userId: string;
}

/** A principal, and what it may do now. */
export interface Held {
  readonly principal: Principal;
  readonly standing: Standing;
}

interface Attack {
  readonly operation: Operation;
  readonly arranged: Arranged;
}

/** What an attack aims at. */
export interface StageSet {
  /** The role that the accomplice has: it allows nothing. */
  readonly accompliceRole: string;
  readonly accomplice: Principal;
  /** The membership of a viewer who was banned. */
  readonly banned: string;
  /** Every right that a custom role can have, at the lowest rank. */
  readonly strongRole: string;
  readonly trashedRole: string;
  readonly trashedWeakRole: string;
  /** Invitations by the owner: to every right that a role can have, and to none. */
  readonly strongInvitation: string;
  readonly weakInvitation: string;
  /** Every scope, and the owner's rank. */
  readonly ownersKey: string;
  /** Every scope, and its owner was removed. */
  readonly orphanedKey: string;
  /** Nobody is in the first; the accomplice is in the second, with a role that allows nothing; the third is in the trash. */
  readonly team: string;
  readonly joinedTeam: string;
  readonly trashedTeam: string;
  readonly client: string;
  readonly joinedClient: string;
  readonly trashedClient: string;
}

const everyRight = Object.keys(permissionCatalogue);
const everyScope = everyRight.filter(isGrantable);

/** The people, roles and keys around one attacker, renewed by the organization's owner where an attack has used them up. */
export class EscalationStage {
  calls = 0;
  private parts: Partial<StageSet> = {};
  private readonly touched = new Set<unknown>();

  constructor(
    private readonly portico: TestPortico,
    private readonly organization: DemoOrganization,
  ) {}

  /** Sends an attack; what it names is no longer as it was if it is let through. */
  async attempt({ operation, arranged }: Attack, credential: string): Promise<Answer> {
    this.calls += 1;
    const answer = await sendOperation(this.portico, operation, arranged, credential);
    if (answer.status < 300) {
      for (const id of Object.values(arranged.params ?? {})) this.touched.add(id);
    }
    return answer;
  }

  /** Sends as the owner, for what must succeed. */
  async arrange(method: string, path: string, body?: unknown, credential?: string): Promise<Answer> {
    this.calls += 1;
    const answer = await send(this.portico, method, path, credential ?? this.organization.users.owner.token, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer;
  }

  /** What a principal may do now, as the product says; nothing when it is refused. */
  async standingOf({ credential, keyId }: Principal): Promise<Standing> {
    this.calls += 1;
    if (keyId !== undefined) {
      const form = new URLSearchParams({ grant_type: "client_credentials", client_secret: credential }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const { body } = await send(this.portico, "POST", "/v1/oauth/token", undefined, form, headers);
      const scope = typeof body["scope"] === "string" ? body["scope"] : "";
      return { rights: new Set(scope.split(" ").filter((name) => name !== "")), rank: 0 };
    }
    const { status, body } = await send(this.portico, "GET", "/v1/me/permissions", credential);
    if (status !== 200) return { rights: new Set(), rank: 0 };
    const rights: readonly string[] = Object(body["rights"]);
    return { rights: new Set(rights), rank: Number(body["rank"]) };
  }

  /** Somebody with this role who has signed in. */
  async newMember(role: Readonly<Record<string, string>>): Promise<Principal> {
    const email = `stage${nextSample()}@escalation.example`;
    const { body } = await this.arrange("POST", "/v1/users", { email, ...role });
    return this.signIn(email, String(body["membershipId"]), String(body["id"]));
  }

  /** Signs in whoever an invitation was for. */
  async signIn(email: string, membershipId: string, userId: string): Promise<Principal> {
    const claims = { sub: email, email, email_verified: true, name: email, org_id: this.organization.id };
    const credential = await this.portico.issuer.mintUserToken(claims, 3600);
    await this.arrange("POST", "/v1/me/sync", {}, credential);
    return { name: "an accomplice", credential, keyId: undefined, membershipId, userId };
  }

  /** An invitation to a role, by the owner. */
  async newInvitation(roleId: string): Promise<string> {
    const email = `stage${nextSample()}@escalation.example`;
    return String((await this.arrange("POST", "/v1/invitations", { email, roleId })).body["id"]);
  }

  /** Signs in whoever was invited, and accepts as long as the invitation holds. */
  async join(email: string, invitationId: string, sendCount: number): Promise<Principal | undefined> {
    this.calls += 2;
    const claims = { sub: email, email, email_verified: true, name: email, org_id: this.organization.id };
    const credential = await this.portico.issuer.mintUserToken(claims, 3600);
    await this.arrange("POST", "/v1/me/sync", {}, credential);
    const accepted = async () => {
      const token = await putToken(this.portico, invitationId, sendCount);
      return send(this.portico, "POST", "/v1/invitations/accept", credential, { token });
    };
    let answer = await accepted();
    // The e-mail was sent in between, with a token that nobody knows.
    if (answer.status === 404) answer = await accepted();
    const { status, body } = answer;
    if (status !== 200) return undefined;
    const membership = Object(body["membership"]);
    const [membershipId, userId] = [String(membership.id), String(membership.userId)];
    return { name: "an invitee", credential, keyId: undefined, membershipId, userId };
  }

  async newRole(rights: readonly string[], rank: number, scope: "assigned" | "organization"): Promise<string> {
    const name = `stage${nextSample()}`;
    const { body } = await this.arrange("POST", "/v1/roles", { name, key: name, rights, rank, scope });
    return String(body["id"]);
  }

  async newKey(scopes: readonly string[], credential?: string) {
    const { body } = await this.arrange("POST", "/v1/api-keys", { name: "stage", scopes }, credential);
    return { id: String(body["id"]), key: String(body["key"]) };
  }

  /** What an attack aims at, made anew where something was let through on it before. */
  async renewed(): Promise<StageSet> {
    const { accomplice, accompliceRole } = this.parts;
    // The accomplice and their role go together, and a role with the invitation to it.
    if (this.touched.has(accomplice?.membershipId) || this.touched.has(accompliceRole)) {
      const { joinedTeam, joinedClient } = this.parts;
      this.touched.add(accomplice).add(accompliceRole).add(joinedTeam).add(joinedClient);
      this.touched.add(this.parts.weakInvitation);
    }
    if (this.touched.has(this.parts.strongRole)) this.touched.add(this.parts.strongInvitation);
    this.parts = Object.fromEntries(Object.entries(this.parts).filter(([, part]) => !this.touched.has(part)));
    this.touched.clear();
    return this.ready();
  }

  /** What an attack aims at. */
  async ready(): Promise<StageSet> {
    const { parts } = this;
    const accompliceRole = parts.accompliceRole ?? (await this.newRole([], 1, "assigned"));
    const strong = () => this.newRole(customisable, 1, "assigned");
    const strongRole = parts.strongRole ?? (await strong());
    const [accomplice, banned, strongInvitation, weakInvitation, trashedRole, trashedWeakRole, ownersKey, orphanedKey] =
      await Promise.all([
        parts.accomplice ?? this.newMember({ roleId: accompliceRole }),
        parts.banned ?? this.newBanned(),
        parts.strongInvitation ?? this.newInvitation(strongRole),
        parts.weakInvitation ?? this.newInvitation(accompliceRole),
        parts.trashedRole ?? strong().then((id) => this.trashed(id)),
        parts.trashedWeakRole ?? this.newRole([], 1, "assigned").then((id) => this.trashed(id)),
        parts.ownersKey ?? this.newKey(everyScope).then(({ id }) => id),
        parts.orphanedKey ?? this.orphaned(),
      ]);
    const [team, joinedTeam, trashedTeam, client, joinedClient, trashedClient] = await Promise.all([
      parts.team ?? this.newHolder("team"),
      parts.joinedTeam ?? this.joined("team", accomplice, accompliceRole),
      parts.trashedTeam ?? this.trashedHolder("team"),
      parts.client ?? this.newHolder("client"),
      parts.joinedClient ?? this.joined("client", accomplice, accompliceRole),
      parts.trashedClient ?? this.trashedHolder("client"),
    ]);
    const invitations = { strongInvitation, weakInvitation };
    const keys = { ownersKey, orphanedKey };
    const roles = { accompliceRole, strongRole, trashedRole, trashedWeakRole };
    const holders = { team, joinedTeam, trashedTeam, client, joinedClient, trashedClient };
    const set = { ...roles, ...invitations, ...keys, ...holders, accomplice, banned };
    this.parts = set;
    return set;
  }

  private async newBanned(): Promise<string> {
    const { body } = await this.arrange("POST", "/v1/users", {
      email: `stage${nextSample()}@escalation.example`,
      roleKey: "viewer",
    });
    const membershipId = String(body["membershipId"]);
    await this.arrange("POST", `/v1/memberships/${membershipId}/ban`, { reason: "Stage" });
    return membershipId;
  }

  private async newHolder(kind: "team" | "client"): Promise<string> {
    const { body } = await this.arrange("POST", `/v1/${kind}s`, { name: `stage${nextSample()}` });
    return String(body["id"]);
  }

  private async joined(kind: "team" | "client", { userId }: Principal, roleId: string): Promise<string> {
    const id = await this.newHolder(kind);
    await this.arrange("POST", `/v1/${kind}s/${id}/members`, { userId, roleId });
    return id;
  }

  private async trashedHolder(kind: "team" | "client"): Promise<string> {
    const id = await this.newHolder(kind);
    await this.arrange("DELETE", `/v1/${kind}s/${id}`);
    return id;
  }

  private async trashed(roleId: string): Promise<string> {
    await this.arrange("DELETE", `/v1/roles/${roleId}`);
    return roleId;
  }

  private async orphaned(): Promise<string> {
    const admin = await this.newMember({ roleKey: "admin" });
    const { id } = await this.newKey(everyScope, admin.credential);
    await this.arrange("DELETE", `/v1/memberships/${admin.membershipId}`);
    return id;
  }
}

/** Rights that a custom role may list: `*` and ownership are no such. */
const customisable = everyRight.filter((right) => isKnownRight(right) && !right.startsWith("me:"));

/** Every request of an operation by which `attacker` might raise somebody: all targets, each field that carries power. */
export function attacksOf(
  operation: Operation,
  stage: StageSet,
  attacker: Principal,
  { rights }: Standing,
  got: readonly Held[] = [],
): readonly Attack[] {
  const { params = {}, body = {} } = operation.declaration;
  const people = [stage.accomplice.userId, attacker.userId];
  const targets: Readonly<Record<string, readonly string[]>> = {
    membershipId: [operation.verb === "unban" ? stage.banned : stage.accomplice.membershipId, attacker.membershipId],
    roleId: [stage.accompliceRole, stage.strongRole, stage.trashedRole, stage.trashedWeakRole],
    invitationId: [stage.weakInvitation, stage.strongInvitation],
    apiKeyId: [stage.ownersKey, stage.orphanedKey, ...got.flatMap(({ principal }) => principal.keyId ?? [])],
    teamId: operation.verb === "restore" ? [stage.trashedTeam] : [stage.team, stage.joinedTeam],
    clientId: operation.verb === "restore" ? [stage.trashedClient] : [stage.client, stage.joinedClient],
    userId: people,
  };
  const held = everyRight.filter((right) => reachOf(rights, right) === "all" && !right.startsWith("me:"));
  const isOfPlace = /^(team|client)Members$/.test(operation.resource);
  const powers: Readonly<Record<string, readonly unknown[]>> = {
    // A place is given by the same rule as a membership, and each of these is tried with each place and person.
    roleKey: isOfPlace ? ["admin", "developer"] : roleKeys,
    roleId: [stage.strongRole, stage.accompliceRole],
    rights: [customisable, held, ["role:*", "member:*", "team:*", "client:*", "apiKey:*"]],
    areaPermissions: [{ settings: "full" }],
    scopes: [everyScope, held.filter(isGrantable)],
    scope: ["organization", "assigned"],
    rank: [1, 99],
    status: ["active"],
  };
  const paths = Object.keys(params).reduce<readonly Readonly<Record<string, string>>[]>(
    (known, name) => known.flatMap((path) => (targets[name] ?? []).map((id) => ({ ...path, [name]: id }))),
    [{}],
  );
  const whom = Object.hasOwn(body, "userId") ? people.map((userId) => ({ userId })) : [{}];
  return paths.flatMap((path) =>
    whom.flatMap((who) =>
      bodiesOf(body, powers).map((sent) => ({ operation, arranged: { params: path, body: { ...sent, ...who } } })),
    ),
  );
}

/** The body of required fields alone, and that with each value of each field that carries power. */
function bodiesOf(
  body: Fields,
  powers: Readonly<Record<string, readonly unknown[]>>,
): readonly Readonly<Record<string, unknown>>[] {
  const required = Object.entries(body).filter(([, type]) => !type.safeParse(undefined).success);
  // Names and addresses differ from request to request.
  const base = () => sampleFields(Object.fromEntries(required), {});
  const empowered = Object.keys(body).flatMap((field) =>
    (powers[field] ?? []).map((value) => ({ ...base(), [field]: value })),
  );
  return [base(), ...empowered];
}

/** A right, or the rank, that somebody has beyond what the attacker had, or undefined. */
export function gained(before: Standing, after: Standing): string | undefined {
  const beyond = missingRight(
    before.rights,
    [...after.rights].filter((right) => !right.startsWith("me:")),
  );
  return beyond ?? (after.rank > before.rank ? `rank ${after.rank}` : undefined);
}
