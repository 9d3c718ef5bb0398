import { withPublicId } from "../../core/records/documents";
import { reachOf } from "../../core/access/rights";
import { resource } from "../../core/resources/resource";
import { membershipFields } from "../tables";

/** Memberships as every module of the domain reads and writes them. */
export const memberships = resource({
  name: "tenancy/memberships",
  table: "memberships",
  path: "/memberships",
  fields: membershipFields,
  permissions: "member",
  list: { filters: ["status", "roleId", "userId"] },
  states: { field: "status", transitions: { active: ["inactive"], inactive: ["active"] } },
  // Why somebody was banned is for those who may ban.
  show: ({ tenant }, row) =>
    reachOf(tenant.rights, "member:ban") ? withPublicId(row) : withPublicId({ ...row, banReason: undefined }),
});
