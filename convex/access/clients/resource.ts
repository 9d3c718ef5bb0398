import { rowId } from "../../core/schema/fields";
import { resource } from "../../core/resources/resource";
import { clientFields, clientMemberFields } from "../tables";

/** Clients as every module of the domain reads and writes them. A client is assigned to those who are with it. */
export const clients = resource({
  name: "access/clients",
  table: "clients",
  path: "/clients",
  fields: clientFields,
  defaulted: ["status"],
  assigned: [{ to: "clients", field: "_id" }],
  list: { filters: ["status", "name"], sorts: ["name"] },
  hooks: {
    defaults: () => ({ status: "active" as const }),
    beforeDelete: async (ctx, client) => {
      await ctx.db.release("clients", client);
      return undefined;
    },
  },
});

/** Places with clients: the path names the client and the person. */
export const clientMembers = resource({
  name: "access/clientMembers",
  table: "clientMemberships",
  path: "/clients/{clientId}/members",
  idParameter: "userId",
  idInPath: () => rowId("users"),
  permissions: "client",
  fields: clientMemberFields,
  assigned: [{ to: "clients", field: "clientId" }],
  list: { filters: ["userId"] },
  find: async ({ db }, person, { clientId }) => {
    const client = typeof clientId === "string" ? await db.get("clients", clientId) : null;
    // Whether somebody elsewhere has the id is not looked at, so that not even the time tells.
    const userId = db.idOf("users", person);
    if (!userId || !client || client.deletedAt !== undefined) return null;
    return db
      .index("clientMemberships", "by_organizationId_and_clientId_and_userId", (q) =>
        q.eq("clientId", client._id).eq("userId", userId),
      )
      .unique();
  },
});
