import { domains } from "./resources/inventory";
import { inventoryOperations } from "./resources/operations";

const { list, get, update, delete: remove, restore } = inventoryOperations(domains);
export { list, get, update, remove as delete, restore };
