import { crud } from "../core/resources/crud";
import { resource } from "../core/resources/resource";
import { apiLogFields } from "./tables";

const apiLogs = resource({
  name: "observability/apiLogs",
  table: "apiLogs",
  path: "/api-logs",
  fields: apiLogFields,
  list: {
    filters: ["statusCode", "operationId", "requestId"],
    ranges: { createdAt: ["from", "to"] },
    sorts: ["createdAt"],
    access: "permission",
  },
});

export const { list, get } = crud(apiLogs);
