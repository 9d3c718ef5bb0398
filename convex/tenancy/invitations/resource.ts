import { withPublicId } from "../../core/records/documents";
import { resource } from "../../core/resources/resource";
import { invitationFields } from "../tables";
import { asOf } from "./rules";

/** Invitations as every module of the domain reads and writes them. */
export const invitations = resource({
  name: "tenancy/invitations",
  table: "invitations",
  path: "/invitations",
  fields: invitationFields,
  permissions: "member",
  list: { filters: ["status", "email"], access: "permission" },
  states: { field: "status", transitions: { pending: ["accepted", "declined", "revoked", "expired"] } },
  show: ({ now }, row) => withPublicId(asOf(row, now)),
});
