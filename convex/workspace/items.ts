import { batchCreation } from "../core/resources/batch";
import { crud } from "../core/resources/crud";
import { resource } from "../core/resources/resource";
import { itemFields } from "./tables";

const items = resource({
  name: "workspace/items",
  table: "items",
  path: "/items",
  fields: itemFields,
  list: { filters: ["status"], sorts: ["name"] },
});

const { list, get, create, update, delete: remove, restore } = crud(items);
export { list, get, create, update, remove as delete, restore };

export const batchCreate = batchCreation(items);
