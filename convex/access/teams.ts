import { crud } from "../core/resources/crud";
import { documentWith } from "../core/resources/resource";
import { lazily } from "../core/operations/once";
import { listOperation } from "../core/operations/define";
import { pageOf } from "../core/resources/pages";
import { requireActingMember } from "../core/operations/actingMember";
import { teams } from "./teams/resource";
import { teamMemberFields } from "./tables";

const { list, get, create, update, delete: remove, restore } = crud(teams);
export { list, get, create, update, remove as delete, restore };

const ownTeam = lazily(() =>
  documentWith(teams, { roleId: teamMemberFields.roleId, roleKey: teamMemberFields.roleKey }),
);

export const listMine = listOperation({
  name: "access/teams:listMine",
  operationId: "listMyTeams",
  noun: "team",
  method: "GET",
  path: "/me/teams",
  summary: "List one's own teams",
  description: "The teams that the caller is in, the one joined last first, each with the caller's role there.",
  access: "organization",
  permission: "me:read",
  output: ownTeam,
  problems: ["invalid_cursor"],
  handler: async (ctx, input) => {
    const userId = requireActingMember(ctx);
    const places = ctx.db.index("teamMemberships", "by_organizationId_and_userId", (q) => q.eq("userId", userId));
    const result = await pageOf(places.order("desc"), input);
    const page: object[] = [];
    for (const { teamId, roleId, roleKey } of result.page) {
      const team = await ctx.db.get("teams", teamId);
      if (team && team.deletedAt === undefined) page.push({ ...(await teams.show(ctx, team)), roleId, roleKey });
    }
    return { ...result, page };
  },
});
