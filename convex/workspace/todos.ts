import { crud } from "../core/resources/crud";
import { withPublicId } from "../core/records/documents";
import { rowId } from "../core/schema/fields";
import { mutationOperation } from "../core/operations/define";
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

export const toggle = mutationOperation({
  name: "workspace/todos:toggle",
  operationId: "toggleTodo",
  noun: "todo",
  method: "POST",
  path: "/todos/{todoId}/toggle",
  summary: "Toggle a todo",
  description: "Flips `completed`.",
  access: "permission",
  permission: "todo:update",
  on: todos,
  params: { todoId: rowId("todos") },
  output: todos.document,
  handler: async (ctx) => withPublicId(await todos.patch(ctx, ctx.row, { completed: !ctx.row.completed })),
});
