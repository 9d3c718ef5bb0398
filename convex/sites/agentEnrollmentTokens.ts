import { credentialKinds } from "../core/wire/credentialKinds";
import { resource } from "../core/resources/resource";
import { assertEnrollable, tokenExpiry } from "./agents/enrollmentRules";
import { agentEnrollmentTokenFields } from "./tables";

const tokens = resource({
  name: "sites/agentEnrollmentTokens",
  table: "agentEnrollmentTokens",
  path: "/agent-enrollment-tokens",
  fields: agentEnrollmentTokenFields,
  idParameter: "tokenId",
  permissions: "agentEnrollment",
  credential: {
    prefix: credentialKinds.enrollment.issued,
    field: "token",
    description: "The token itself, shown this once.",
  },
  serverOwned: ["tokenHash", "tokenPrefix", "useCount", "revokedAt"],
  immutable: ["siteId"],
  defaulted: ["expiresAt"],
  list: { filters: ["siteId"], access: "permission" },
});

export const list = tokens.list("list", { summary: "List agent enrolment tokens" });

export const create = tokens.at("/").issue("create", {
  summary: "Create an agent enrolment token",
  description:
    "The answer shows `token` once; devices enrol with it at the site, 30 days long unless `expiresAt` says otherwise.",
  input: () => tokens.createFields,
  problems: ["site_not_active", "cross_tenant_reference"],
  handler: async (ctx, { expiresAt, ...input }) => {
    assertEnrollable(await ctx.db.get("sites", input.siteId));
    return tokens.insert(ctx, {
      ...input,
      expiresAt: tokenExpiry(expiresAt, ctx.now),
      tokenHash: ctx.secret.hash,
      tokenPrefix: ctx.secret.prefix,
      useCount: 0,
    });
  },
});

export const revoke = tokens.change("revoke", {
  summary: "Revoke an agent enrolment token",
  description: "No device enrols with it any more; agents enrolled before stay. Revoking it again changes nothing.",
  permission: "revoke",
  handler: (ctx) => tokens.patch(ctx, ctx.row, { revokedAt: ctx.row.revokedAt ?? ctx.now }),
});
