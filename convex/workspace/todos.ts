import { crud } from "../core/resources/crud";
import { resource } from "../core/resources/resource";
import { todoFields } from "./tables";

const todos = resource({
  name: "workspace/todos",
  table: "todos",
  path: "/todos",
  fields: todoFields,
  list: { filters: ["completed", "createdBy"] },
});

const { list, get, create, update, delete: remove } = crud(todos);
export { list, get, create, update, remove as delete };

export const toggle = todos.change("toggle", {
  summary: "Toggle a todo",
  description: "Flips `completed`.",
  handler: (ctx) => todos.patch(ctx, ctx.row, { completed: !ctx.row.completed }),
});
