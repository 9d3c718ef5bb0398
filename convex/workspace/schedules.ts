import { batchCreation } from "../core/resources/batch";
import { crud } from "../core/resources/crud";
import { transition } from "../core/resources/transition";
import { requireActingMember } from "../core/operations/actingMember";
import { invalidField } from "../core/wire/errors";
import { described, text } from "../core/schema/fields";
import { resource } from "../core/resources/resource";
import { scheduleFields } from "./tables";

const schedules = resource({
  name: "workspace/schedules",
  table: "schedules",
  path: "/schedules",
  fields: scheduleFields,
  defaulted: ["userId"],
  list: {
    filters: ["status", "userId"],
    ranges: { startDate: ["startFrom", "startTo"] },
    sorts: ["startDate"],
  },
  states: {
    field: "status",
    transitions: { draft: ["active", "cancelled"], active: ["completed", "cancelled"] },
  },
  hooks: {
    defaults: (ctx, { userId }) => ({ userId: userId ?? requireActingMember(ctx) }),
    rules: (_ctx, { startDate, endDate }) => {
      if (endDate <= startDate) throw invalidField("/endDate", "too_small", "endDate must be after startDate.");
    },
  },
});

const { list, get, create, update, delete: remove, restore } = crud(schedules);
export { list, get, create, update, remove as delete, restore };

export const batchCreate = batchCreation(schedules);
export const activate = transition(schedules, { verb: "activate", changes: { status: "active" } });
export const complete = transition(schedules, { verb: "complete", changes: { status: "completed" } });

export const cancel = schedules.change("cancel", {
  summary: "Cancel a schedule",
  description: "The reason, if given, stands in the audit trail.",
  input: () => ({
    reason: described(
      text(1, 500),
      "Why it is cancelled; kept in the audit trail.",
      "Rescheduled to next week.",
    ).optional(),
  }),
  problems: ["invalid_state_transition"],
  handler: (ctx, { reason }) => schedules.patch(ctx, ctx.row, { status: "cancelled" }, { reason }),
});
