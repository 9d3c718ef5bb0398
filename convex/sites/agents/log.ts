import { logExpiry } from "../../core/records/requestLog";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

/** One call of an agent, as its log row tells of it. */
export interface AgentCall {
  readonly endpoint: `/v1/${string}`;
  readonly statusCode: number;
  /** Sizes and counts, never payload. */
  readonly reqMetadata?: Readonly<Record<string, number>>;
  readonly errorMessage?: string;
}

/** Appends a call of `agent` to its log, in the transaction of its effect. */
export async function logAgentCall(
  { db, tenant, now }: Pick<TenantMutationContext, "db" | "tenant" | "now">,
  agent: Pick<Doc<"agents">, "_id" | "siteId">,
  call: AgentCall,
): Promise<void> {
  await db.insert("agentApiLogs", {
    ...call,
    siteId: agent.siteId,
    agentId: agent._id,
    method: "POST",
    createdAt: now,
    expiresAt: logExpiry(tenant.organization, now),
  });
}
