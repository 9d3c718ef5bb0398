import * as z from "zod";
import { listRows } from "../core/resources/pages";
import { withPublicId } from "../core/records/documents";
import { credentialKinds } from "../core/wire/credentialKinds";
import { rowId } from "../core/schema/fields";
import { supportedSets } from "../core/records/listPlan";
import { listOperation, mutationOperation, secretOperation } from "../core/operations/define";
import { documentWith, resource } from "../core/resources/resource";
import { tableMetadata } from "../core/schema/tableMetadata";
import { assertEnrollable, tokenExpiry } from "./agents/enrollmentRules";
import { agentEnrollmentTokenFields } from "./tables";

const tokens = {
  ...resource({
    name: "sites/agentEnrollmentTokens",
    table: "agentEnrollmentTokens",
    path: "/agent-enrollment-tokens",
    fields: agentEnrollmentTokenFields,
    serverOwned: ["tokenHash", "tokenPrefix", "useCount", "revokedAt"],
    immutable: ["siteId"],
    defaulted: ["expiresAt"],
    list: { filters: ["siteId"] },
  }),
  idParameter: "tokenId",
};

export const list = listOperation({
  name: "sites/agentEnrollmentTokens:list",
  operationId: "listAgentEnrollmentTokens",
  noun: "agentEnrollmentToken",
  method: "GET",
  path: "/agent-enrollment-tokens",
  summary: "List agent enrolment tokens",
  description: `Newest first unless sorted otherwise. ${supportedSets(tableMetadata.agentEnrollmentTokens, tokens.listOptions)}`,
  access: "permission",
  permission: "agentEnrollment:read",
  query: tokens.listFields,
  output: tokens.document,
  problems: ["unsupported_filter", "invalid_cursor"],
  handler: (ctx, input) => listRows(ctx, "agentEnrollmentTokens", tokens.listOptions, input, "agentEnrollment"),
});

export const create = secretOperation({
  name: "sites/agentEnrollmentTokens:create",
  operationId: "createAgentEnrollmentToken",
  noun: "agentEnrollmentToken",
  audit: "credential.create",
  method: "POST",
  path: "/agent-enrollment-tokens",
  summary: "Create an agent enrolment token",
  description:
    "The answer shows `token` once; devices enrol with it at the site, 30 days long unless `expiresAt` says otherwise.",
  access: "permission",
  permission: "agentEnrollment:create",
  status: 201,
  body: tokens.createFields,
  readOnly: tokens.readOnly,
  secret: { prefix: credentialKinds.enrollment.issued, field: "token" },
  output: documentWith(tokens, {
    token: z.string().optional().meta({ description: "The token itself, shown this once." }),
  }),
  problems: ["site_not_active", "cross_tenant_reference"],
  handler: async (ctx, { expiresAt, ...input }) => {
    assertEnrollable(await ctx.db.get("sites", input.siteId));
    const row = await tokens.insert(ctx, {
      ...input,
      expiresAt: tokenExpiry(expiresAt, ctx.now),
      tokenHash: ctx.secret.hash,
      tokenPrefix: ctx.secret.prefix,
      useCount: 0,
    });
    return withPublicId(row);
  },
});

export const revoke = mutationOperation({
  name: "sites/agentEnrollmentTokens:revoke",
  operationId: "revokeAgentEnrollmentToken",
  noun: "agentEnrollmentToken",
  method: "POST",
  path: "/agent-enrollment-tokens/{tokenId}/revoke",
  summary: "Revoke an agent enrolment token",
  description: "No device enrols with it any more; agents enrolled before stay. Revoking it again changes nothing.",
  access: "permission",
  permission: "agentEnrollment:revoke",
  on: tokens,
  params: { tokenId: rowId("agentEnrollmentTokens") },
  output: tokens.document,
  handler: async (ctx) => withPublicId(await tokens.patch(ctx, ctx.row, { revokedAt: ctx.row.revokedAt ?? ctx.now })),
});
