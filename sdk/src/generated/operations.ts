// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

/** What `readOperation` turns into calls. */
export const operations: Readonly<Record<string, string>> = {
  agentApiLogs: "get;list",
  agentEnrollmentTokens: "create;list;revoke",
  agents: "checkIn+=POST check-in;delete;enroll+=POST enroll;get;getSelf=GET self;list;restore;revoke;rotateKey;update",
  apiKeys: "adopt;create;get;list;revoke;rotate+;update",
  auditLogs: "get;getRecordHistory+*=GET records/{}/{};list",
  items: "batchCreate;create;delete;get;list;restore;update",
  me: "delete-=DELETE ;get=GET ;getPermissions=GET permissions;getProfile=GET profile;getSettings=GET settings;switchOrganization+=POST switch-organization;sync=POST sync;update=PATCH ;updateSettings+=PATCH settings;upsertProfile+=PUT profile",
  memberships: "ban+;get;leave=POST leave;list;remove=DELETE {};unban;update;updateMine+=PATCH me",
  organizations: "create;delete;get;getBySlug=GET by-slug/{};list;purge+;restore;transferOwnership+;update",
  permissions: "list-",
  roles: "create;delete;get;list;restore+;update",
  schedules: "activate;batchCreate;cancel+;complete;create;delete;get;list;restore;update",
  sites: "batchCreate;create;delete;get;getView=GET {}/view;list;listView+*=GET view;restore+;update",
  todos: "create;delete-;get;list;toggle;update",
  users: "create;get;getProfile=GET {}/profile;list",
};

/** The folder of the Convex module of each resource: `workspace/schedules:get` is `schedules.get`. */
export const functionFolders: Readonly<Record<string, string>> = {
  agentApiLogs: "sites",
  agentEnrollmentTokens: "sites",
  agents: "sites",
  apiKeys: "access",
  auditLogs: "observability",
  items: "workspace",
  me: "tenancy",
  memberships: "tenancy",
  organizations: "tenancy",
  permissions: "access",
  roles: "access",
  schedules: "workspace",
  sites: "sites",
  todos: "workspace",
  users: "tenancy",
};
