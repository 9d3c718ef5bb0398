import { everyRow, maximumHolders } from "../core/access/reach";
import { listOperation, mutationOperation } from "../core/operations/define";
import { noContent } from "../core/resources/operations";
import { rowId } from "../core/schema/fields";
import { assertMayBring, assertMayChangePlace, assertRoom, givenRole, givingARole } from "./belonging/roles";
import { clientMembers, clients } from "./clients/resource";
import { clientMemberFields, namedRoleKey } from "./tables";

const clientId = () => rowId("clients");

export const list = listOperation({
  name: "access/clientMembers:list",
  operationId: "listClientMembers",
  noun: "clientMember",
  method: "GET",
  path: "/clients/{clientId}/members",
  summary: "List the members of a client",
  description: "Newest first unless sorted otherwise.",
  access: "organization",
  permission: "client:read",
  on: clients,
  params: () => ({ clientId: clientId() }),
  query: () => clientMembers.listParameters(clientMembers.listOptions),
  output: () => clientMembers.document,
  problems: ["invalid_cursor"],
  handler: async (ctx, input) => {
    // Who reaches the client reaches its members.
    const context = { ...ctx, reach: everyRow };
    const asked = { ...input, clientId: ctx.row._id };
    const result = await clientMembers.rows(context, asked, { filters: ["clientId", "userId"] });
    return { ...result, page: await Promise.all(result.page.map((row) => clientMembers.show(ctx, row))) };
  },
});

export const add = mutationOperation({
  name: "access/clientMembers:add",
  operationId: "addClientMember",
  noun: "clientMember",
  method: "POST",
  path: "/clients/{clientId}/members",
  summary: "Add a member to a client",
  description: `The role is \`client\` unless given, by \`roleId\` or \`roleKey\`; its rights hold for what is assigned to the client. ${givingARole} So must be what the member's own role allows on assigned rows.`,
  access: "permission",
  permission: "client:manageMembers",
  status: 201,
  on: clients,
  params: () => ({ clientId: clientId() }),
  body: () => ({
    userId: clientMemberFields.userId,
    roleId: clientMemberFields.roleId.optional(),
    roleKey: namedRoleKey.optional(),
  }),
  output: () => clientMembers.document,
  problems: ["already_member", "rank_too_low", "limit_reached"],
  handler: async (ctx, { userId, ...named }) => {
    const role = await givenRole(ctx, named, "client");
    await assertMayBring(ctx, userId);
    const places = ctx.db.index("clientMemberships", "by_organizationId_and_userId", (q) => q.eq("userId", userId));
    assertRoom(await places.take(maximumHolders));
    return clientMembers.show(ctx, await clientMembers.insert(ctx, { clientId: ctx.row._id, userId, ...role }));
  },
});

export const update = clientMembers.change("update", {
  summary: "Update a member of a client",
  description: `Gives another role there, by \`roleId\` or \`roleKey\`, to a member whose role there is below one's own. ${givingARole}`,
  permission: "manageMembers",
  input: () => ({
    clientId: clientId(),
    roleId: clientMemberFields.roleId.optional(),
    roleKey: namedRoleKey.optional(),
  }),
  problems: ["rank_too_low"],
  handler: async (ctx, { roleId, roleKey }) => {
    await assertMayChangePlace(ctx, ctx.row);
    return clientMembers.patch(ctx, ctx.row, await givenRole(ctx, { roleId, roleKey }, ctx.row.roleKey));
  },
});

export const remove = clientMembers.change("remove", {
  summary: "Remove a member from a client",
  description:
    "What is assigned to the client is no longer assigned to the member; the membership of the organization stays.",
  permission: "manageMembers",
  input: () => ({ clientId: clientId() }),
  output: noContent,
  problems: ["rank_too_low"],
  handler: async (ctx) => {
    await assertMayChangePlace(ctx, ctx.row);
    await clientMembers.delete(ctx, ctx.row, {});
    return null;
  },
});
