// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

/** What `readOperation` turns into calls. */
export const operations: Readonly<Record<string, string>> = {
  agents: "checkIn+=POST check-in;delete;get;list;move+!=POST {}/sites/{}/move?dryRun;restore;self=GET self;update",
  me: "get=GET ",
  organizations: "batchCreate;create;delete;get;list;restore;update",
  schedules: "activate;batchCreate;cancel+;create;delete;get;list;restore;update",
};
