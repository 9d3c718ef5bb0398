import { crud } from "../core/resources/crud";
import { clients } from "./clients/resource";

const { list, get, create, update, delete: remove, restore } = crud(clients);
export { list, get, create, update, remove as delete, restore };
