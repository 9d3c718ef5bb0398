// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

/**
 * What `readOperations` turns into calls, by the folder of the Convex module: `workspace/schedules:get` is `schedules.get`. Under
 * `""` stands what has no Convex function.
 */
export const operations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  access: {
    apiKeys: "adopt;create;get;list;revoke;rotate+;update",
    clientMembers: "/clients/{}/members;add;list;remove;update",
    clientResources: "/clients/{}/resources;list",
    clients: "create;delete;get;list;restore+;update",
    permissions: "list-",
    roles: "create;delete;get;list;restore+;update",
    teamMembers: "/teams/{}/members;add;list;remove;update",
    teams: "create;delete;get;list;listMine=GET /me/teams;restore+;update",
  },
  billing: {
    billLineItems: "/bills/{}/line-items;create;delete-;list;listByIntegration=GET /bill-line-items;update",
    billingAdjustments: "create;delete-;get;list;update",
    bills: "cancel+;delete-;finalize;generate~+;get+;getPage;list;pay+;regenerate;update",
    pricingTiers: "create;delete-;get;list;update",
    subscriptionTiers: "create;delete-;get;list;update",
    subscriptions: "get;getMine=GET /me/subscription;grant+=PUT grant;list;revoke",
    usageRecords: "delete-;getSummary~+;list;record+=POST ;recordBatch+=POST batch",
  },
  infrastructure: {
    databases: "delete;get+;list;restore;update",
    dockPermissions: "/docks/{}/permissions;grant+=POST ;list;revoke=DELETE {};update",
    dockSyncHistory: "/docks/{}/sync-history;list",
    docks: "create;delete;get;list;releaseLock;restore+;rotateKey+=POST {}/rotate;sync+;test;update",
    domains: "delete;get+;list;restore;update",
    operationPermissions: "/operation-services/{}/permissions;grant+=POST ;list;revoke=DELETE {}",
    operationServices: "create;delete;get;list;listRuns;restore+;rotateConfig+=POST {}/config;run+;update",
    projectResources: "/projects/{}/resources;link+=POST ;linkBatch+=POST batch;list;listProjects=GET /resources/{}/{}/projects;unlink=DELETE {}",
    projects: "create;delete;get;getDashboard;list;restore+;update",
    providers: "list-",
    servers: "delete;get+;list;restore;update",
    webServices: "delete;get+;list;restore;update",
  },
  integrations: {
    dataSourceSites: "link+=POST ;list;unlink=DELETE {}",
    dataSources: "create;delete;get;getSyncStatus;list;restore+;setCredentials=POST {}/credentials;setSites;sync+;test;update",
    entities: "bulkUpsert~+;delete;get+;list;prune~+;restore;update",
    entityRelationships: "bulkUpsert~+;create;delete-;list;listRelated=GET /entities/{}/related",
    globalEntities: "bulkUpsert~+;delete-;get+;list",
    integrations: "create;delete-;get;list;update",
  },
  jobs: {
    eventLogs: "claim~+;complete+;create;fail+;get;list;retry",
    scheduledJobs: "claim~+;complete+;create;delete-;fail+;get;getStats~;heartbeat+;list;retry+",
    syncHistory: "get;list",
  },
  observability: {
    apiLogs: "get;list",
    auditLogs: "get;getRecordHistory+*=GET records/{}/{};list",
    healthChecks: "delete-;get;getSummary~;list;record~+;recordBatch~+;reset",
  },
  platform: {
    files: "createUploadUrl~;delete;download#=GET {}/content;get;list;register~+;upload+^=POST ",
    webhookDeliveries: "get;list;redeliver",
    webhookEndpoints: "create;delete-;get;list;replay+;rotate+;test;update",
    webhookEvents: "list;replay",
  },
  sites: {
    agentApiLogs: "get;list",
    agentEnrollmentTokens: "create;list;revoke",
    agents: "checkIn~+;delete;enroll~+;get;getSelf~;list;restore;revoke;rotateKey;update",
    sites: "batchCreate+=POST batch;create;delete;get;getView;list;listView~;restore+;update",
  },
  tenancy: {
    invitations: "accept~+;create;decline~+;get;list;resend;revoke",
    me: "delete~-;get~;getPermissions~;getProfile~;getSettings~;listInvitations~;switchOrganization~+;sync~;update~;updateSettings~;upsertProfile+=PUT profile",
    memberships: "ban+;get;leave~;list;remove;unban;update;updateMine=PATCH me",
    organizations: "create;delete;get;getBySlug=GET by-slug/{};getSummary;list;purge+;restore;setQuotas;setStatus;transferOwnership+;update",
    users: "create;get;getProfile;list",
  },
  workspace: {
    items: "batchCreate+=POST batch;create;delete;get;list;restore;update",
    schedules: "activate;batchCreate+=POST batch;cancel+;complete;create;delete;get;list;restore;update",
    todos: "create;delete-;get;list;toggle;update",
  },
};
