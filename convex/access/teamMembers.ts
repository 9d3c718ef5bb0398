import { everyRow, maximumHolders } from "../core/access/reach";
import { listOperation, mutationOperation } from "../core/operations/define";
import { noContent } from "../core/resources/operations";
import { rowId } from "../core/schema/fields";
import { assertMayBring, assertMayChangePlace, assertRoom, givenRole, givingARole } from "./belonging/roles";
import { teamMembers, teams } from "./teams/resource";
import { namedRoleKey, teamMemberFields } from "./tables";

const teamId = () => rowId("teams");

export const list = listOperation({
  name: "access/teamMembers:list",
  operationId: "listTeamMembers",
  noun: "teamMember",
  method: "GET",
  path: "/teams/{teamId}/members",
  summary: "List the members of a team",
  description: "Newest first unless sorted otherwise.",
  access: "organization",
  permission: "team:read",
  on: teams,
  params: () => ({ teamId: teamId() }),
  query: () => teamMembers.listParameters(teamMembers.listOptions),
  output: () => teamMembers.document,
  problems: ["invalid_cursor"],
  handler: async (ctx, input) => {
    // Who reaches the team reaches its members.
    const context = { ...ctx, reach: everyRow };
    const asked = { ...input, teamId: ctx.row._id };
    const result = await teamMembers.rows(context, asked, { filters: ["teamId", "userId"] });
    return { ...result, page: await Promise.all(result.page.map((row) => teamMembers.show(ctx, row))) };
  },
});

export const add = mutationOperation({
  name: "access/teamMembers:add",
  operationId: "addTeamMember",
  noun: "teamMember",
  method: "POST",
  path: "/teams/{teamId}/members",
  summary: "Add a member to a team",
  description: `The role is \`developer\` unless given, by \`roleId\` or \`roleKey\`; its rights hold for what is assigned to the team. ${givingARole} So must be what the member's own role allows on assigned rows.`,
  access: "permission",
  permission: "team:manageMembers",
  status: 201,
  on: teams,
  params: () => ({ teamId: teamId() }),
  body: () => ({
    userId: teamMemberFields.userId,
    roleId: teamMemberFields.roleId.optional(),
    roleKey: namedRoleKey.optional(),
  }),
  output: () => teamMembers.document,
  problems: ["already_member", "rank_too_low", "limit_reached"],
  handler: async (ctx, { userId, ...named }) => {
    const role = await givenRole(ctx, named, "developer");
    await assertMayBring(ctx, userId);
    const places = ctx.db.index("teamMemberships", "by_organizationId_and_userId", (q) => q.eq("userId", userId));
    assertRoom(await places.take(maximumHolders));
    return teamMembers.show(ctx, await teamMembers.insert(ctx, { teamId: ctx.row._id, userId, ...role }));
  },
});

export const update = teamMembers.change("update", {
  summary: "Update a member of a team",
  description: `Gives another role there, by \`roleId\` or \`roleKey\`, to a member whose role there is below one's own. ${givingARole}`,
  permission: "manageMembers",
  input: () => ({
    teamId: teamId(),
    roleId: teamMemberFields.roleId.optional(),
    roleKey: namedRoleKey.optional(),
  }),
  problems: ["rank_too_low"],
  handler: async (ctx, { roleId, roleKey }) => {
    await assertMayChangePlace(ctx, ctx.row);
    return teamMembers.patch(ctx, ctx.row, await givenRole(ctx, { roleId, roleKey }, ctx.row.roleKey));
  },
});

export const remove = teamMembers.change("remove", {
  summary: "Remove a member from a team",
  description:
    "What is assigned to the team is no longer assigned to the member; the membership of the organization stays.",
  permission: "manageMembers",
  input: () => ({ teamId: teamId() }),
  output: noContent,
  problems: ["rank_too_low"],
  handler: async (ctx) => {
    await assertMayChangePlace(ctx, ctx.row);
    await teamMembers.delete(ctx, ctx.row, {});
    return null;
  },
});
