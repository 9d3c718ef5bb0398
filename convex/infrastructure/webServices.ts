import { webServices } from "./resources/inventory";
import { inventoryOperations } from "./resources/operations";

const { list, get, update, delete: remove, restore } = inventoryOperations(webServices);
export { list, get, update, remove as delete, restore };
