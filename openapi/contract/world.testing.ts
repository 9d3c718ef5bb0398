import { organizationQuotaFields } from "../../convex/tenancy/tables";
import { encodeDocumentId, tableNumberOf } from "../../host/values/documentId";
import { send } from "./client.testing";
import { invite } from "./invitations.testing";
import { uploadFile } from "./uploads.testing";
import { nextSample } from "./samples.testing";
import { platformAdminSubject } from "../../scripts/portico/testPortico.testing";
import type { RowIds } from "./samples.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { DemoData } from "../../scripts/portico/demo";

export type DemoOrganization = DemoData["organizations"][number];

/** Every built-in role that a person can have. */
export const roleKeys = ["owner", "admin", "moderator", "member", "viewer", "developer", "support", "client"] as const;
export type RoleKey = (typeof roleKeys)[number];

/** Credentials and rows of two organizations; `acme` acts, `globex` must never be reached from it. */
export interface World {
  readonly portico: TestPortico;
  readonly acme: DemoOrganization;
  readonly globex: DemoOrganization;
  readonly owner: string;
  readonly foreignOwner: string;
  /** Tokens of members of `acme`, one for each role. */
  readonly tokens: Readonly<Record<RoleKey, string>>;
  /** Token of a platform administrator, who is a member of no organization. */
  readonly platformAdmin: string;
  /** API keys of `acme` that hold one scope each. */
  readonly narrowKeys: readonly { readonly scope: string; readonly key: string }[];
  readonly rows: RowIds;
  readonly foreignRows: RowIds;
}

/** Collects credentials and rows from the demo data; assigned roles get members of their own. */
export async function createWorld(portico: TestPortico): Promise<World> {
  const [acme, globex] = portico.demo.organizations;
  if (!acme || !globex) throw new Error("The demo data has two organizations.");
  const [developer, support, client] = await Promise.all(
    (["developer", "support", "client"] as const).map(async (role) => (await createMember(portico, acme, role)).token),
  );
  const tokens = {
    owner: acme.users.owner.token,
    admin: acme.users.admin.token,
    moderator: acme.users.moderator.token,
    member: acme.users.member.token,
    viewer: acme.users.viewer.token,
    developer: developer ?? "",
    support: support ?? "",
    client: client ?? "",
  };
  const platform = await platformAdmin(portico);
  const integrations = await newIntegration(portico, platform);
  await Promise.all([enrol(portico, acme), enrol(portico, globex)]);
  await Promise.all([acme, globex].map(({ users }) => invite(portico, users.owner.token)));
  return {
    portico,
    acme,
    globex,
    owner: acme.users.owner.token,
    foreignOwner: globex.users.owner.token,
    tokens,
    platformAdmin: platform,
    narrowKeys: await Promise.all(
      ["item:restore", "todo:delete", "job:claim", "eventLog:process"].map((scope) => narrowKey(portico, acme, scope)),
    ),
    rows: await rowsOf(portico, acme, integrations),
    foreignRows: await rowsOf(portico, globex, integrations),
  };
}

async function platformAdmin(portico: TestPortico): Promise<string> {
  const claims = {
    sub: platformAdminSubject,
    email: "platform@portico.example",
    email_verified: true,
    name: "Platform",
  };
  const token = await portico.issuer.mintUserToken(claims, 3600);
  await send(portico, "POST", "/v1/me/sync", token, {});
  return token;
}

/** Lets an organization have as much as a test of it makes: what runs for minutes invites and issues more than anybody does in a day. */
export async function raiseQuotas(portico: TestPortico, organizationId: string): Promise<void> {
  const quotas = Object.fromEntries(Object.keys(organizationQuotaFields).map((name) => [name, 1_000_000_000]));
  const body = { quotas, reason: "A test of many requests." };
  const platform = await platformAdmin(portico);
  const { status, text } = await send(portico, "PUT", `/v1/organizations/${organizationId}/quotas`, platform, body);
  if (status !== 200) throw new Error(`No quota could be raised: ${text}`);
}

/** An integration that workers sync. */
async function newIntegration(portico: TestPortico, platform: string): Promise<string> {
  const made = await send(portico, "POST", "/v1/integrations", platform, {
    slug: `remote-monitoring-${nextSample()}`,
    name: "Remote monitoring",
    description: "Devices and their tickets.",
    category: "rmm",
    supportedTypes: ["devices", "tickets", "articles"],
  });
  if (made.status !== 201) throw new Error(`No integration could be created: ${made.text}`);
  return String(made.body["id"]);
}

/** An active data source of an organization, which workers sync. */
export async function newDataSource(portico: TestPortico, token: string, integrationId: string): Promise<string> {
  const made = await send(portico, "POST", "/v1/data-sources", token, {
    integrationId,
    name: `Data source ${nextSample()}`,
    credentials: { apiToken: "correct-horse-battery-staple" },
  });
  if (made.status !== 201) throw new Error(`No data source could be created: ${made.text}`);
  const id = String(made.body["id"]);
  const activated = await send(portico, "PATCH", `/v1/data-sources/${id}`, token, { status: "active" });
  if (activated.status !== 200) throw new Error(`A data source could not be activated: ${activated.text}`);
  return id;
}

/** A device that a data source has brought. */
export async function newEntity(portico: TestPortico, token: string, dataSourceId: string): Promise<string> {
  const items = [{ externalId: `device-${nextSample()}`, rawData: "{}", normalizedData: { name: "PC-RECEPTION" } }];
  const body = { dataSourceId, entityType: "devices", items };
  const brought = await send(portico, "POST", "/v1/entities/bulk-upsert", token, body);
  const [result]: readonly { id?: string }[] = Object(brought.body).results ?? [];
  if (result?.id === undefined) throw new Error(`An entity was answered with ${brought.status}: ${brought.text}`);
  return result.id;
}

async function narrowKey(portico: TestPortico, { users }: DemoOrganization, scope: string) {
  const { body } = await send(portico, "POST", "/v1/api-keys", users.owner.token, { name: scope, scopes: [scope] });
  return { scope, key: String(body["key"]) };
}

/** Enrols one device, and has one request refused, so that the organization has both to show. */
async function enrol(portico: TestPortico, { enrollmentToken, users }: DemoOrganization): Promise<void> {
  await send(portico, "GET", "/v1/items/none", users.owner.token);
  const body = { guid: `guid-world-${nextSample()}`, hostname: "world", platform: "linux", version: "1.0.0" };
  await send(portico, "POST", "/v1/agents/enroll", enrollmentToken, body);
}

const lists: Readonly<Record<string, string>> = {
  agentApiLogs: "/v1/agent-api-logs",
  agentEnrollmentTokens: "/v1/agent-enrollment-tokens",
  apiKeys: "/v1/api-keys",
  apiLogs: "/v1/api-logs",
  auditLogs: "/v1/audit-logs",
  healthChecks: "/v1/health-checks",
  integrationPricingTiers: "/v1/pricing-tiers",
  items: "/v1/items",
  memberships: "/v1/memberships",
  invitations: "/v1/invitations",
  schedules: "/v1/schedules",
  todos: "/v1/todos",
};

/** The newest row of every listed table, and the demo's own ids. */
async function rowsOf(portico: TestPortico, organization: DemoOrganization, integrations: string): Promise<RowIds> {
  const token = organization.users.owner.token;
  const listed = await Promise.all(
    Object.entries(lists).map(async ([table, path]) => [table, await firstId(portico, path, token)] as const),
  );
  const dataSources = await newDataSource(portico, token, integrations);
  return {
    ...Object.fromEntries(listed),
    teams: await newNamed(portico, token, "/v1/teams"),
    clients: await newNamed(portico, token, "/v1/clients"),
    integrations,
    dataSources,
    entities: await newEntity(portico, token, dataSources),
    ...(await grantedSubscription(portico, token, organization.users.admin.id)),
    organizations: organization.id,
    // Not the member: a right over own rows would then be no refusal.
    users: organization.users.admin.id,
    sites: organization.siteId,
    agents: organization.agents[0]?.id ?? "",
    roles: await customRole(portico, token),
    _storage: (await uploadFile(portico, token, "logo")).storageId,
  };
}

async function firstId(portico: TestPortico, path: string, token: string): Promise<string> {
  const { body } = await send(portico, "GET", `${path}?limit=1`, token);
  return String(Object(Object(body)["data"]?.[0]).id ?? "");
}

/** A row that takes a name and no more. */
async function newNamed(portico: TestPortico, token: string, path: string): Promise<string> {
  return String((await send(portico, "POST", path, token, { name: `Sample ${nextSample()}` })).body["id"]);
}

/** A tier of its own that somebody has been granted. */
export async function grantedSubscription(
  portico: TestPortico,
  ownerToken: string,
  userId: string,
): Promise<{ readonly subscriptionTiers: string; readonly subscriptions: string; readonly tier: string }> {
  const key = `tier${nextSample()}`;
  const tier = await send(portico, "POST", "/v1/subscription-tiers", ownerToken, { key, name: key });
  const granted = await send(portico, "PUT", "/v1/subscriptions/grant", ownerToken, { userId, tier: key });
  if (granted.status !== 200) throw new Error(`Nothing could be granted: ${tier.text} ${granted.text}`);
  return { subscriptionTiers: String(tier.body["id"]), subscriptions: String(granted.body["id"]), tier: key };
}

async function customRole(portico: TestPortico, token: string): Promise<string> {
  const body = {
    key: `custom${nextSample()}`,
    name: `Custom ${nextSample()}`,
    rights: ["schedule:read"],
    rank: 10,
    scope: "assigned",
  };
  return String((await send(portico, "POST", "/v1/roles", token, body)).body["id"]);
}

export interface NewMember {
  readonly userId: string;
  readonly membershipId: string;
  readonly token: string;
}

/** An organization that members are added to, by its owner. */
export interface Joined {
  readonly id: string;
  readonly slug: string;
  readonly ownerToken: string;
}

/** Adds a person to an organization as its administrator would, and signs them in for the first time. */
export async function createMember(
  portico: TestPortico,
  organization: DemoOrganization | Joined,
  role: string,
): Promise<NewMember> {
  const ownerToken = "users" in organization ? organization.users.owner.token : organization.ownerToken;
  const name = `member${nextSample()}`;
  const email = `${name}@${organization.slug}.example`;
  const created = await send(portico, "POST", "/v1/users", ownerToken, {
    email,
    name,
    roleKey: role,
  });
  if (created.status !== 201) throw new Error(`A member could not be created: ${created.text}`);
  const token = await portico.issuer.mintUserToken(
    { sub: name, email, email_verified: true, name, org_id: organization.id },
    3600,
  );
  const synced = await send(portico, "POST", "/v1/me/sync", token, {});
  if (synced.status !== 200) throw new Error(`A member could not sign in: ${synced.text}`);
  return { userId: String(created.body["id"]), membershipId: String(created.body["membershipId"]), token };
}

/** A well-formed id of the table of `id` that no row has. */
export function unknownIdLike(id: string): string {
  return encodeDocumentId(tableNumberOf(id) ?? 0, new Uint8Array(16).fill(7));
}

/** A name or an id in the path that nothing has. */
export function unknownLike(nameOrId: string): string {
  return tableNumberOf(nameOrId) === null ? "no-such-name" : unknownIdLike(nameOrId);
}
