// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

/** A permission that an API key may carry as a scope. */
export type ApiKeyScope =
  | "agent:delete"
  | "agent:read"
  | "agent:restore"
  | "agent:revoke"
  | "agent:update"
  | "agentApiLog:read"
  | "agentEnrollment:create"
  | "agentEnrollment:read"
  | "agentEnrollment:revoke"
  | "apiLog:read"
  | "auditLog:read"
  | "client:create"
  | "client:delete"
  | "client:manageMembers"
  | "client:read"
  | "client:restore"
  | "client:update"
  | "entity:delete"
  | "entity:read"
  | "entity:relate"
  | "entity:update"
  | "entity:upsert"
  | "eventLog:create"
  | "eventLog:process"
  | "eventLog:read"
  | "file:create"
  | "file:delete"
  | "file:read"
  | "healthCheck:delete"
  | "healthCheck:read"
  | "healthCheck:record"
  | "healthCheck:update"
  | "item:create"
  | "item:delete"
  | "item:read"
  | "item:restore"
  | "item:update"
  | "job:claim"
  | "job:create"
  | "job:delete"
  | "job:read"
  | "job:retry"
  | "member:invite"
  | "member:read"
  | "member:remove"
  | "member:update"
  | "organization:read"
  | "organization:update"
  | "resource:read"
  | "role:read"
  | "schedule:create"
  | "schedule:delete"
  | "schedule:read"
  | "schedule:restore"
  | "schedule:update"
  | "site:create"
  | "site:delete"
  | "site:read"
  | "site:restore"
  | "site:update"
  | "syncHistory:read"
  | "team:create"
  | "team:delete"
  | "team:manageMembers"
  | "team:read"
  | "team:restore"
  | "team:update"
  | "todo:create"
  | "todo:delete"
  | "todo:read"
  | "todo:update"
  | "user:read"
  | "webhook:create"
  | "webhook:delete"
  | "webhook:manage"
  | "webhook:read"
  | "webhook:update";

/** Scopes of API keys for common uses: `portico.apiKeys.create({ name, scopes: [...scopePresets.readOnly] })`. */
export const scopePresets = {
  /** Reads everything that an API key may read. */
  readOnly: ["agent:read", "agentApiLog:read", "agentEnrollment:read", "apiLog:read", "auditLog:read", "client:read", "entity:read", "eventLog:read", "file:read", "healthCheck:read", "item:read", "job:read", "member:read", "organization:read", "resource:read", "role:read", "schedule:read", "site:read", "syncHistory:read", "team:read", "todo:read", "user:read", "webhook:read"],
  /** Brings data in: entities, health, usage and events. */
  ingest: ["entity:delete", "entity:relate", "entity:upsert", "eventLog:create", "healthCheck:record"],
  /** Claims jobs and events, and works on them. */
  worker: ["eventLog:process", "eventLog:read", "job:claim", "job:read"],
  /** Enrols and manages device agents. */
  deviceAdmin: ["agent:read", "agent:revoke", "agent:update", "agentApiLog:read", "agentEnrollment:create", "agentEnrollment:read", "agentEnrollment:revoke", "site:read"],
  /** Everything that an API key may carry. */
  full: ["agent:delete", "agent:read", "agent:restore", "agent:revoke", "agent:update", "agentApiLog:read", "agentEnrollment:create", "agentEnrollment:read", "agentEnrollment:revoke", "apiLog:read", "auditLog:read", "client:create", "client:delete", "client:manageMembers", "client:read", "client:restore", "client:update", "entity:delete", "entity:read", "entity:relate", "entity:update", "entity:upsert", "eventLog:create", "eventLog:process", "eventLog:read", "file:create", "file:delete", "file:read", "healthCheck:delete", "healthCheck:read", "healthCheck:record", "healthCheck:update", "item:create", "item:delete", "item:read", "item:restore", "item:update", "job:claim", "job:create", "job:delete", "job:read", "job:retry", "member:invite", "member:read", "member:remove", "member:update", "organization:read", "organization:update", "resource:read", "role:read", "schedule:create", "schedule:delete", "schedule:read", "schedule:restore", "schedule:update", "site:create", "site:delete", "site:read", "site:restore", "site:update", "syncHistory:read", "team:create", "team:delete", "team:manageMembers", "team:read", "team:restore", "team:update", "todo:create", "todo:delete", "todo:read", "todo:update", "user:read", "webhook:create", "webhook:delete", "webhook:manage", "webhook:read", "webhook:update"],
} as const satisfies Readonly<Record<string, readonly ApiKeyScope[]>>;
