import { randomUUID } from "node:crypto";
import path from "node:path";
import { spreadSample } from "../seed/spreadSample";
import {
  agentDocument,
  apiKeyDocument,
  membershipDocument,
  organizationDocument,
  scheduleDocument,
  siteDocument,
  userDocument,
} from "../setup";
import { SqliteStore, timeOrderedId } from "./sqliteStore";
import type { SetupKeys } from "../setup";

/** The product's tables of these requests with all their indexes, as a careful author writes them by hand. */
const tables = `
CREATE TABLE organizations (id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE memberships (organization_id TEXT, user_id TEXT, status TEXT, PRIMARY KEY (organization_id, user_id)) WITHOUT ROWID;
CREATE TABLE api_keys (id TEXT PRIMARY KEY, key_hash TEXT NOT NULL, document TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (key_hash);
CREATE TABLE agents (id TEXT PRIMARY KEY, organization_id TEXT, deleted_at INTEGER, site_id TEXT, guid TEXT,
  last_checkin_at INTEGER, connection_status TEXT, key_hash TEXT, created INTEGER, document TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX agents_1 ON agents (organization_id, deleted_at, created);
CREATE INDEX agents_2 ON agents (organization_id, deleted_at, site_id, created);
CREATE INDEX agents_3 ON agents (organization_id, deleted_at, guid, created);
CREATE INDEX agents_4 ON agents (organization_id, deleted_at, last_checkin_at, created);
CREATE INDEX agents_5 ON agents (organization_id, deleted_at, connection_status, created);
CREATE UNIQUE INDEX agents_6 ON agents (key_hash);
CREATE INDEX agents_7 ON agents (connection_status, last_checkin_at);
CREATE TABLE agent_api_logs (id TEXT PRIMARY KEY, organization_id TEXT, site_id TEXT, agent_id TEXT, created INTEGER,
  expires_at INTEGER, document TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX agent_api_logs_1 ON agent_api_logs (organization_id, created);
CREATE INDEX agent_api_logs_2 ON agent_api_logs (organization_id, site_id, created);
CREATE INDEX agent_api_logs_3 ON agent_api_logs (organization_id, agent_id, created);
CREATE INDEX agent_api_logs_4 ON agent_api_logs (expires_at);
CREATE TABLE schedules (id TEXT PRIMARY KEY, organization_id TEXT, deleted_at INTEGER, status TEXT, user_id TEXT,
  start_date INTEGER, created INTEGER, document TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX schedules_1 ON schedules (organization_id, deleted_at, created);
CREATE INDEX schedules_2 ON schedules (organization_id, deleted_at, status, start_date, created);
CREATE INDEX schedules_3 ON schedules (organization_id, deleted_at, user_id, start_date, created);
CREATE INDEX schedules_4 ON schedules (organization_id, deleted_at, start_date, created);
CREATE TABLE audit_logs (id TEXT PRIMARY KEY, organization_id TEXT, user_id TEXT, table_name TEXT, record_id TEXT,
  action TEXT, result TEXT, created INTEGER, expires_at INTEGER, document TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX audit_logs_1 ON audit_logs (organization_id, created);
CREATE INDEX audit_logs_2 ON audit_logs (organization_id, user_id, created);
CREATE INDEX audit_logs_3 ON audit_logs (organization_id, table_name, created);
CREATE INDEX audit_logs_4 ON audit_logs (organization_id, table_name, record_id, created);
CREATE INDEX audit_logs_5 ON audit_logs (organization_id, action, created);
CREATE INDEX audit_logs_6 ON audit_logs (organization_id, result, created);
CREATE INDEX audit_logs_7 ON audit_logs (expires_at);
`;

type Row = Readonly<Record<string, unknown>>;

/** The product's rows as a hand-written server keeps them. */
export class BaselineStore extends SqliteStore {
  constructor(directory: string) {
    super(path.join(directory, "baseline.sqlite"), tables);
  }

  insertSchedule(document: Row): string {
    const created = this.nextCreation();
    const id = timeOrderedId(created);
    this.run("INSERT INTO schedules VALUES (?, ?, NULL, ?, ?, ?, ?, ?)", [
      id,
      document["organizationId"],
      document["status"],
      document["userId"],
      document["startDate"],
      created,
      JSON.stringify({ id, ...document }),
    ]);
    return id;
  }

  /** Fills the database with what the product's store is filled with. */
  seed(keys: SetupKeys, scheduleCount: number): readonly string[] {
    const now = Date.now();
    const [userId, organizationId, siteId] = [randomUUID(), randomUUID(), randomUUID()];
    const owners = { organizationId, userId };
    this.run("BEGIN");
    this.run("INSERT INTO organizations VALUES (?, ?)", [
      organizationId,
      JSON.stringify({ id: organizationId, ...organizationDocument(now, userDocument(now).email) }),
    ]);
    const membership = membershipDocument(now, owners, "");
    this.run("INSERT INTO memberships VALUES (?, ?, ?)", [organizationId, userId, membership.status]);
    const apiKey = { id: randomUUID(), ...apiKeyDocument(now, owners, keys.apiKey), lastUsedAt: now };
    this.run("INSERT INTO api_keys VALUES (?, ?, ?)", [apiKey.id, apiKey.keyHash, JSON.stringify(apiKey)]);
    siteDocument(now, owners);
    for (const [at, key] of keys.agentKeys.entries()) {
      const agent = { id: randomUUID(), ...agentDocument(now, owners, siteId, key, at) };
      this.run("INSERT INTO agents VALUES (?, ?, NULL, ?, ?, NULL, ?, ?, ?, ?)", [
        agent.id,
        organizationId,
        siteId,
        agent.guid,
        agent.connectionStatus,
        agent.keyHash,
        this.nextCreation(),
        JSON.stringify(agent),
      ]);
    }
    const sampleOf = spreadSample(scheduleCount);
    const sample: string[] = [];
    for (let at = 0; at < scheduleCount; at++) {
      sample.push(...sampleOf([this.insertSchedule(scheduleDocument(now, owners, at))], at));
    }
    this.run("COMMIT");
    return sample;
  }
}
