// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

/** What `readOperation` turns into calls. */
export const operations: Readonly<Record<string, string>> = {
  items: "batchCreate;create;delete;get;list;restore;update",
  schedules: "activate;batchCreate;cancel+;complete;create;delete;get;list;restore;update",
  todos: "create;delete-;get;list;toggle;update",
};
