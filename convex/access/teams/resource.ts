import { rowId } from "../../core/schema/fields";
import { resource } from "../../core/resources/resource";
import { teamFields, teamMemberFields } from "../tables";

/** Teams as every module of the domain reads and writes them. A role in a team holds for the team itself, too. */
export const teams = resource({
  name: "access/teams",
  table: "teams",
  path: "/teams",
  fields: teamFields,
  assigned: [{ to: "teams", field: "_id" }],
  list: { filters: ["name"], sorts: ["name"] },
  problems: { delete: ["team_in_use"] },
  hooks: {
    beforeDelete: async (ctx, team) => {
      await ctx.db.release("teams", team, "team_in_use");
      return undefined;
    },
  },
});

/** Places in teams: the path names the team and the person. */
export const teamMembers = resource({
  name: "access/teamMembers",
  table: "teamMemberships",
  path: "/teams/{teamId}/members",
  idParameter: "userId",
  idInPath: () => rowId("users"),
  permissions: "team",
  fields: teamMemberFields,
  assigned: [{ to: "teams", field: "teamId" }],
  list: { filters: ["userId"] },
  find: async ({ db }, person, { teamId }) => {
    const team = typeof teamId === "string" ? await db.get("teams", teamId) : null;
    // Whether somebody elsewhere has the id is not looked at, so that not even the time tells.
    const userId = db.idOf("users", person);
    if (!userId || !team || team.deletedAt !== undefined) return null;
    return db
      .index("teamMemberships", "by_organizationId_and_teamId_and_userId", (q) =>
        q.eq("teamId", team._id).eq("userId", userId),
      )
      .unique();
  },
});
