// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

/**
 * What `readOperation` turns into calls, by the folder of the Convex module: `workspace/schedules:get` is `schedules.get`. Under
 * `""` stands what has no Convex function.
 */
export const operations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  access: {
    apiKeys: "adopt;create;get;list;revoke;rotate+;update",
    clientMembers: "add+=POST /v1/clients/{}/members;list=GET /v1/clients/{}/members;remove=DELETE /v1/clients/{}/members/{};update=PATCH /v1/clients/{}/members/{}",
    clientResources: "list=GET /v1/clients/{}/resources",
    clients: "create;delete;get;list;restore+;update",
    permissions: "list-",
    roles: "create;delete;get;list;restore+;update",
    teamMembers: "add+=POST /v1/teams/{}/members;list=GET /v1/teams/{}/members;remove=DELETE /v1/teams/{}/members/{};update=PATCH /v1/teams/{}/members/{}",
    teams: "create;delete;get;list;listMine+*=GET /v1/me/teams;restore+;update",
  },
  billing: {
    billLineItems: "create=POST /v1/bills/{}/line-items;delete-=DELETE /v1/bills/{}/line-items/{};list=GET /v1/bills/{}/line-items;listByIntegration+*=GET ;update=PATCH /v1/bills/{}/line-items/{}",
    billingAdjustments: "create;delete-;get;list;update",
    bills: "cancel+;delete-;finalize;generate+=POST generate;get+;getPage=GET {}/page;list;pay+;regenerate;update",
    pricingTiers: "create;delete-;get;list;update",
    subscriptionTiers: "create;delete-;get;list;update",
    subscriptions: "get;getMine=GET /v1/me/subscription;grant+=PUT grant;list;revoke",
    usageRecords: "delete-;getSummary+=GET summary;list;record+=POST ;recordBatch+=POST batch",
  },
  integrations: {
    dataSourceSites: "link+=POST ;list;unlink=DELETE {}",
    dataSources: "create;delete;get;getSyncStatus=GET {}/sync-status;list;restore+;setCredentials+=POST {}/credentials;setSites+=PUT {}/sites;sync+;test;update",
    entities: "bulkUpsert+=POST bulk-upsert;delete;get+;list;prune+=POST prune;restore;update",
    entityRelationships: "bulkUpsert+=POST bulk-upsert;create;delete-;list;listRelated+*=GET /v1/entities/{}/related",
    globalEntities: "bulkUpsert+=POST bulk-upsert;delete-;get+;list",
    integrations: "create;delete-;get;list;update",
  },
  jobs: {
    eventLogs: "claim+=POST claim;complete+;create;fail+;get;list;retry",
    scheduledJobs: "claim+=POST claim;complete+;create;delete-;fail+;get;getStats=GET stats;heartbeat+;list;retry+",
    syncHistory: "get;list",
  },
  observability: {
    apiLogs: "get;list",
    auditLogs: "get;getRecordHistory+*=GET records/{}/{};list",
    healthChecks: "delete-;get;getSummary=GET summary;list;record+=POST record;recordBatch+=POST record-batch;reset",
  },
  platform: {
    files: "createUploadUrl+=POST upload-url;delete;download#=GET {}/content;get;list;register+=POST register;upload+^=POST ",
    webhookDeliveries: "get;list;redeliver",
    webhookEndpoints: "create;delete-;get;list;replay+;rotate+;test;update",
    webhookEvents: "list;replay",
  },
  sites: {
    agentApiLogs: "get;list",
    agentEnrollmentTokens: "create;list;revoke",
    agents: "checkIn+=POST check-in;delete;enroll+=POST enroll;get;getSelf=GET self;list;restore;revoke;rotateKey;update",
    sites: "batchCreate;create;delete;get;getView=GET {}/view;list;listView+*=GET view;restore+;update",
  },
  tenancy: {
    invitations: "accept+=POST accept;create;decline+=POST decline;get;list;resend;revoke",
    me: "delete-=DELETE ;get=GET ;getPermissions=GET permissions;getProfile=GET profile;getSettings=GET settings;listInvitations+*=GET invitations;switchOrganization+=POST switch-organization;sync=POST sync;update=PATCH ;updateSettings+=PATCH settings;upsertProfile+=PUT profile",
    memberships: "ban+;get;leave=POST leave;list;remove=DELETE {};unban;update;updateMine+=PATCH me",
    organizations: "create;delete;get;getBySlug=GET by-slug/{};getSummary=GET {}/summary;list;purge+;restore;setQuotas+=PUT {}/quotas;setStatus+=PUT {}/status;transferOwnership+;update",
    users: "create;get;getProfile=GET {}/profile;list",
  },
  workspace: {
    items: "batchCreate;create;delete;get;list;restore;update",
    schedules: "activate;batchCreate;cancel+;complete;create;delete;get;list;restore;update",
    todos: "create;delete-;get;list;toggle;update",
  },
};
