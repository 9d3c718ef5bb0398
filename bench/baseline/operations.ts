import { sha256Hex } from "../setup";
import { Refusal } from "./http";
import { timeOrderedId } from "./sqliteStore";
import type { BaselineStore } from "./store";

type Document = Record<string, unknown>;
const dayMs = 86_400_000;
const defaultPage = 25;

/** The requests that are measured, written by hand with everything that the product does durably for them. */
export class BaselineOperations {
  readonly #store: BaselineStore;

  constructor(store: BaselineStore) {
    this.#store = store;
  }

  getSchedule(token: string, id: string): Document {
    const { organization } = this.#apiKey(token, "schedule:read");
    const row = this.#store.get(
      "SELECT document FROM schedules WHERE id = ? AND organization_id = ? AND deleted_at IS NULL",
      [id, organization["id"]],
    );
    if (!row) throw new Refusal(404, "No such schedule.");
    return publicSchedule(documentOf(row[0]));
  }

  listSchedules(token: string, limitText: string | null, cursor: string | null): Document {
    const { organization } = this.#apiKey(token, "schedule:read");
    const limit = Number(limitText ?? defaultPage);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100)
      throw new Refusal(400, "limit is an integer from 1 to 100.");
    const before = cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor);
    if (!Number.isInteger(before)) throw new Refusal(400, "The cursor is invalid.");
    const rows = this.#store.all(
      "SELECT created, document FROM schedules WHERE organization_id = ? AND deleted_at IS NULL AND created < ? ORDER BY created DESC LIMIT ?",
      [organization["id"], before, limit],
    );
    const hasMore = rows.length === limit;
    const nextCursor = hasMore ? String(rows.at(-1)?.[0]) : null;
    return { data: rows.map((row) => publicSchedule(documentOf(row[1]))), page: { nextCursor, hasMore, limit } };
  }

  createSchedule(token: string, body: Document, ip: string, requestId: string): Document {
    const { apiKey, organization } = this.#apiKey(token, "schedule:create");
    const { title, description, startDate, endDate, status = "draft", ...unknown } = body;
    if (Object.keys(unknown).length > 0) throw new Refusal(400, "The body has unknown fields.");
    if (typeof title !== "string" || title.length < 1 || title.length > 200)
      throw new Refusal(400, "title is text of 1 to 200 characters.");
    if (description !== undefined && (typeof description !== "string" || description.length > 5000))
      throw new Refusal(400, "description is text.");
    if (!isTime(startDate) || !isTime(endDate) || endDate <= startDate)
      throw new Refusal(400, "endDate is a time after startDate.");
    if (status !== "draft" && status !== "active") throw new Refusal(400, "status is draft or active.");
    const [organizationId, userId, now] = [organization["id"], apiKey["createdBy"], Date.now()];
    const member = this.#store.get("SELECT status FROM memberships WHERE organization_id = ? AND user_id = ?", [
      organizationId,
      userId,
    ]);
    if (member?.[0] !== "active") throw new Refusal(403, "The key's creator is no active member.");
    const schedule = {
      organizationId,
      title,
      ...(description === undefined ? {} : { description }),
      startDate,
      endDate,
      status,
      userId,
      createdAt: now,
      createdBy: userId,
      updatedAt: now,
    };
    const id = this.#store.insertSchedule(schedule);
    this.#audit(apiKey, organization, "schedule.create", "schedules", id, schedule, { ip, requestId, now });
    return publicSchedule({ id, ...schedule });
  }

  checkIn(token: string, body: Document, ip: string): Document {
    const row = this.#store.get("SELECT document FROM agents WHERE key_hash = ?", [sha256Hex(token)]);
    if (!row) throw new Refusal(401, "The agent key is not known.");
    const agent = documentOf(row[0]);
    if (agent["credentialStatus"] !== "active" || agent["deletedAt"] !== undefined)
      throw new Refusal(401, "The agent's key was revoked.");
    const organization = this.#organization(agent["organizationId"]);
    const { version, hostname, ipAddress, facts, errors, ...unknown } = body;
    if (Object.keys(unknown).length > 0) throw new Refusal(400, "The body has unknown fields.");
    if (typeof version !== "string" || !/^\d+\.\d+\.\d+/.test(version)) throw new Refusal(400, "version is a version.");
    if (hostname !== undefined && (typeof hostname !== "string" || hostname.length > 255))
      throw new Refusal(400, "hostname is text.");
    if (ipAddress !== undefined && (typeof ipAddress !== "string" || !/^[0-9a-f.:]{2,45}$/i.test(ipAddress)))
      throw new Refusal(400, "ipAddress is an address.");
    if (facts !== undefined && (!isDocument(facts) || JSON.stringify(facts).length > 16_384))
      throw new Refusal(400, "facts is an object.");
    if (errors !== undefined && !Array.isArray(errors)) throw new Refusal(400, "errors is a list.");
    const now = Date.now();
    const next = {
      ...agent,
      ...body,
      metadata: facts ?? agent["metadata"],
      facts: undefined,
      errors: undefined,
      lastCheckinAt: now,
      connectionStatus: "online",
      extAddress: ip,
      updatedAt: now,
    };
    this.#store.run("UPDATE agents SET document = ?, last_checkin_at = ?, connection_status = 'online' WHERE id = ?", [
      JSON.stringify(next),
      now,
      agent["id"],
    ]);
    this.#logCall(agent, organization, isDocument(facts) ? Object.keys(facts).length : 0, errors?.length ?? 0, now);
    const { agentCheckinIntervalSeconds, timezone } = settingsOf(organization);
    return {
      serverTime: now,
      nextCheckinInSeconds: agentCheckinIntervalSeconds,
      settings: { agentCheckinIntervalSeconds, timezone },
    };
  }

  #logCall(agent: Document, organization: Document, factCount: number, errorCount: number, now: number): void {
    const created = this.#store.nextCreation();
    const id = timeOrderedId(created);
    const { organizationId, siteId } = agent;
    const expiresAt = now + Number(settingsOf(organization)["apiLogRetentionDays"]) * dayMs;
    const log = {
      id,
      organizationId,
      siteId,
      agentId: agent["id"],
      endpoint: "/v1/agents/check-in",
      method: "POST",
      statusCode: 200,
      reqMetadata: { factCount, errorCount },
      createdAt: now,
      expiresAt,
    };
    this.#store.run("INSERT INTO agent_api_logs VALUES (?, ?, ?, ?, ?, ?, ?)", [
      id,
      organizationId,
      siteId,
      agent["id"],
      created,
      expiresAt,
      JSON.stringify(log),
    ]);
  }

  #audit(
    apiKey: Document,
    organization: Document,
    action: string,
    tableName: string,
    recordId: string,
    changes: Document,
    { ip, requestId, now }: { ip: string; requestId: string; now: number },
  ): void {
    const created = this.#store.nextCreation();
    const id = timeOrderedId(created);
    const expiresAt = now + Number(settingsOf(organization)["auditRetentionDays"]) * dayMs;
    const row = {
      id,
      organizationId: organization["id"],
      actorType: "apiKey",
      apiKeyId: apiKey["id"],
      action,
      operation: "create",
      tableName,
      recordId,
      changes,
      result: "success",
      ipAddress: ip,
      requestId,
      createdAt: now,
      expiresAt,
    };
    this.#store.run("INSERT INTO audit_logs VALUES (?, ?, NULL, ?, ?, ?, 'success', ?, ?, ?)", [
      id,
      row.organizationId,
      tableName,
      recordId,
      action,
      created,
      expiresAt,
      JSON.stringify(row),
    ]);
  }

  #apiKey(token: string, scope: string): { apiKey: Document; organization: Document } {
    const row = this.#store.get("SELECT document FROM api_keys WHERE key_hash = ?", [sha256Hex(token)]);
    if (!row) throw new Refusal(401, "The API key is not known.");
    const apiKey = documentOf(row[0]);
    if (apiKey["status"] !== "active") throw new Refusal(401, "The API key was revoked.");
    const { scopes } = apiKey;
    if (!Array.isArray(scopes) || !scopes.includes(scope))
      throw new Refusal(403, `The permission ${scope} is missing.`);
    return { apiKey, organization: this.#organization(apiKey["organizationId"]) };
  }

  #organization(id: unknown): Document {
    const organization = documentOf(this.#store.get("SELECT document FROM organizations WHERE id = ?", [id])?.[0]);
    if (organization["status"] !== "active" || organization["deletedAt"] !== undefined)
      throw new Refusal(403, "The organization is not active.");
    return organization;
  }
}

/** A schedule's public fields and nothing else. */
function publicSchedule(row: Document): Document {
  const {
    id,
    organizationId,
    title,
    description,
    userId,
    startDate,
    endDate,
    status,
    createdAt,
    createdBy,
    updatedAt,
    deletedAt,
  } = row;
  return {
    id,
    organizationId,
    title,
    description,
    userId,
    startDate,
    endDate,
    status,
    createdAt,
    createdBy,
    updatedAt,
    deletedAt,
  };
}

function settingsOf(organization: Document): Document {
  const { settings } = organization;
  return isDocument(settings) ? settings : {};
}

function documentOf(text: unknown): Document {
  const value: unknown = JSON.parse(String(text));
  return isDocument(value) ? value : {};
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
