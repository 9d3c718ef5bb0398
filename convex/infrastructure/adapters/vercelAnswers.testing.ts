import type { JsonObject } from "../../core/wire/unknownJson";

/*
 * What Vercel's REST API answers, in the shape of its reference (`GET /v10/projects`, `GET /v5/domains`, `GET /v5/user/tokens/current`,
 * `GET /v2/user`). Where the reference has a secret, it stands here under `planted`.
 */

export const vercelTeam = "team_nLlpyC6REAqxydlFKbrMDlud";
export const vercelUser = "ySrBhnQ8fBFtGWA3hjs4YDV3";

const planted = (name: string) => `planted-${name}`;
const createdAt = Date.UTC(2026, 0, 1);

function deployment(at: number, more: JsonObject = {}): JsonObject {
  return {
    id: `dpl_${at}`,
    alias: [`shop-${at}.vercel.app`, `shop-${at}.example.com`, `shop-${at}-git-main-acme.vercel.app`],
    aliasAssigned: createdAt,
    aliasError: null,
    automaticAliases: [`shop-${at}-acme.vercel.app`],
    builds: [],
    buildingAt: createdAt,
    createdAt,
    createdIn: "sfo1",
    creator: { uid: vercelUser, email: "ann@example.com", username: "ann", githubLogin: "ann" },
    deploymentHostname: `shop-${at}-f00d`,
    forced: false,
    name: `shop-${at}`,
    meta: { githubCommitMessage: `with ${planted("deployment-meta")}`, githubCommitSha: "cafe" },
    oidcTokenClaims: { sub: planted("oidc-claims"), iss: "https://oidc.vercel.com", environment: "production" },
    plan: "pro",
    private: false,
    readyAt: createdAt,
    readyState: "READY",
    readySubstate: "PROMOTED",
    target: "production",
    teamId: vercelTeam,
    type: "LAMBDAS",
    url: `shop-${at}-f00d-acme.vercel.app`,
    userId: vercelUser,
    ...more,
  };
}

export function vercelProject(at: number, more: JsonObject = {}): JsonObject {
  return {
    accountId: vercelTeam,
    alias: [],
    analytics: { id: planted("analytics-id"), disabledAt: 0, enabledAt: createdAt },
    autoExposeSystemEnvs: true,
    buildCommand: `NPM_TOKEN=${planted("build-command")} next build`,
    commandForIgnoringBuildStep: `curl -H 'Authorization: Bearer ${planted("ignore-command")}' https://ci.example`,
    connectConfigurations: [{ envId: "production", connectConfigurationId: planted("connect-configuration") }],
    crons: {
      enabledAt: createdAt,
      definitions: [{ host: "shop.example.com", path: `/cron?secret=${planted("cron-path")}`, schedule: "0 0 * * *" }],
    },
    createdAt: createdAt + at,
    devCommand: `API_KEY=${planted("dev-command")} next dev`,
    directoryListing: false,
    env: [
      {
        id: "env_1",
        key: "DATABASE_URL",
        value: `postgres://shop:${planted("env-value")}@db.example/shop`,
        vsmValue: planted("env-vsm-value"),
        type: "plain",
        target: ["production"],
        comment: planted("env-comment"),
        contentHint: { type: "postgres-url", storeId: planted("env-store-id") },
        internalContentHint: { type: "flags-secret", encryptedValue: planted("env-encrypted-value") },
      },
    ],
    customEnvironments: [
      {
        id: "env_staging",
        slug: "staging",
        domains: [
          { name: "staging.example.com", verification: [{ type: "TXT", value: planted("verification-value") }] },
        ],
      },
    ],
    framework: "nextjs",
    gitForkProtection: true,
    id: `prj_${at}`,
    installCommand: `npm config set //npm.example/:_authToken ${planted("install-command")}`,
    integrations: [{ token: planted("integration-token") }],
    latestDeployments: [deployment(at, { id: `dpl_latest_${at}`, url: `shop-${at}-latest-acme.vercel.app` })],
    link: {
      type: "github",
      org: "acme",
      repo: `shop-${at}`,
      repoId: 4711,
      repoOwnerId: 42,
      createdAt,
      deployHooks: [
        {
          id: planted("deploy-hook-id"),
          name: "nightly",
          ref: "main",
          url: `https://api.vercel.com/v1/integrations/deploy/prj_1/${planted("deploy-hook-url")}`,
        },
      ],
      gitCredentialId: planted("git-credential-id"),
      productionBranch: "main",
    },
    live: false,
    name: `shop-${at}`,
    nodeVersion: "22.x",
    oidcTokenConfig: { enabled: true, issuerMode: "team", token: planted("oidc-token") },
    optionsAllowlist: { paths: [{ value: `/${planted("allowlisted-path")}` }] },
    outputDirectory: null,
    passwordProtection: { deploymentType: "all", password: planted("password-protection") },
    paused: false,
    permissions: { project: ["read"] },
    // Not what stands under it is the secret, but its name.
    protectionBypass: { [planted("protection-bypass-name")]: { scope: "automation-bypass", createdBy: vercelUser } },
    resourceConfig: { functionDefaultRegions: ["iad1"], connectionString: planted("resource-config") },
    rootDirectory: "apps/shop",
    security: { firewallRoutes: [{ has: [{ type: "header", value: planted("firewall-header") }] }] },
    serverlessFunctionRegion: "iad1",
    speedInsights: { id: planted("speed-insights-id") },
    ssoProtection: { deploymentType: "all", cookie: planted("sso-cookie") },
    targets: { production: deployment(at), preview: deployment(at, { target: null, token: planted("target-token") }) },
    trustedIps: { deploymentType: "all", addresses: [{ value: "203.0.113.9", note: planted("trusted-ip-note") }] },
    trustedSources: { secret: planted("trusted-sources") },
    updatedAt: createdAt + at,
    webAnalytics: { id: planted("web-analytics-id") },
    webhook: { url: `https://hooks.example/${planted("webhook-url")}`, secret: planted("webhook-secret") },
    ...more,
  };
}

export function vercelDomain(at: number, more: JsonObject = {}): JsonObject {
  return {
    boughtAt: createdAt,
    createdAt: createdAt - at,
    creator: {
      id: vercelUser,
      username: "ann",
      email: `${planted("creator-email")}@example.com`,
      customerId: planted("creator-customer-id"),
      isDomainReseller: false,
    },
    customNameservers: [],
    expiresAt: Date.UTC(2040, 0, 1 + at),
    id: `domain_${at}`,
    intendedNameservers: ["ns1.vercel-dns.com", "ns2.vercel-dns.com"],
    name: `Shop-${at}.Example.com`,
    nameservers: ["ns1.vercel-dns.com", "ns2.vercel-dns.com"],
    orderedAt: createdAt,
    renew: true,
    serviceType: "zeit.world",
    suffix: false,
    teamId: vercelTeam,
    transferredAt: null,
    transferAuthCode: planted("transfer-auth-code"),
    userId: vercelUser,
    verified: true,
    verificationRecord: planted("verification-record"),
    zone: true,
    ...more,
  };
}

export function vercelToken(...scopes: readonly JsonObject[]): JsonObject {
  return {
    token: {
      id: "5d9f2ebd38ddca62e5d51e9c1704c72530bdc8bfdd41e782a6687c48399e8391",
      name: "Portico",
      type: "oauth2-token",
      prefix: "vcp_",
      suffix: "9f3c",
      origin: "manual",
      scopes: scopes.map((scope) => ({ origin: "manual", createdAt, ...scope })),
      createdAt,
      activeAt: createdAt,
    },
  };
}

export const vercelTeamScope = { type: "team", teamId: vercelTeam };

export function vercelPerson(defaultTeamId: string | null = vercelTeam): JsonObject {
  return {
    user: { id: vercelUser, email: "ann@example.com", name: "Ann", username: "ann", avatar: null, defaultTeamId },
  };
}
