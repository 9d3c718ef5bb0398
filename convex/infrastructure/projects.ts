import * as z from "zod";
import { crud } from "../core/resources/crud";
import { changesOf } from "../core/resources/casts";
import { described, integer, rowId, text } from "../core/schema/fields";
import { lazily } from "../core/operations/once";
import { healthStatuses } from "../observability/tables";
import { dashboardOf } from "./projects/dashboard";
import { projects } from "./projects/resource";
import { slugFor } from "./projects/slugs";
import { projectResourceFields, resourceTables } from "./tables";

const { list, get, create, delete: remove } = crud(projects);
export { list, get, create, remove as delete };

export const update = projects.change("update", {
  summary: "Update a project",
  description:
    "Fields left out stay as they are; null clears an optional field. The slug follows the name. `status` archives a project and takes it back.",
  input: () => projects.updateFields,
  problems: projects.problemsOf("update"),
  handler: async (ctx, input) => {
    const { row, db } = ctx;
    const changes = changesOf<"projects">(input, projects.idParameter);
    const { name } = changes;
    const slug = name === undefined || name === row.name ? row.slug : await slugFor(db, name, row._id);
    return projects.patch(ctx, row, { ...changes, slug });
  },
});

export const restore = projects.change("restore", {
  summary: "Restore a project",
  description:
    "Takes it out of the trash, without the resources that it had. Send another `name` where it is taken by now; a slug that is taken is made anew.",
  permission: "restore",
  input: () => projects.restoreFields,
  problems: ["not_deleted", ...projects.problemsOf("restore")],
  departs: { includesDeleted: true },
  handler: async (ctx, input) => {
    const { row, db } = ctx;
    const changes = changesOf<"projects">(input, projects.idParameter);
    return projects.restore(ctx, row, { ...changes, slug: await slugFor(db, changes.name ?? row.name, row._id) });
  },
});

const health = () => z.enum(healthStatuses);

/** A link as a dashboard shows it. */
const shownLink = lazily(() =>
  z.object({
    linkId: described(rowId("projectResources"), "The link."),
    resourceId: projectResourceFields.resourceId,
    name: described(text(1, 253), "What the resource is called.", "web-1"),
    status: described(text(1, 20), "How it is; `deleted` where it is in the trash or gone.", "running"),
    health: described(health(), "Its health, where it is watched.").optional(),
  }),
);

export const getDashboard = projects.read("getDashboard", {
  summary: "Get the dashboard of a project",
  description:
    "The project with all its resources by their tables, as its links know them: no resource is read for it. `health` is the worst of them.",
  output: lazily(() =>
    z.object({
      project: projects.document,
      resources: described(
        z.object(
          Object.fromEntries(
            resourceTables.map((table) => [
              table,
              described(z.array(shownLink()), `Its ${table}, the first linked first.`),
            ]),
          ),
        ),
        "Its resources by their tables.",
      ),
      resourceCount: described(integer(0, 500), "How many they are.", 2),
      health: described(health(), "The worst health among them; absent where none is watched.").optional(),
    }),
  ),
  handler: async (ctx) => ({ project: await projects.show(ctx, ctx.row), ...(await dashboardOf(ctx, ctx.row._id)) }),
});
