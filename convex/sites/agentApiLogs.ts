import { crud } from "../core/resources/crud";
import { resource } from "../core/resources/resource";
import { agentApiLogFields } from "./tables";

const agentApiLogs = resource({
  name: "sites/agentApiLogs",
  table: "agentApiLogs",
  path: "/agent-api-logs",
  fields: agentApiLogFields,
  idParameter: "logId",
  list: {
    filters: ["siteId", "agentId"],
    ranges: { createdAt: ["from", "to"] },
    sorts: ["createdAt"],
    access: "permission",
  },
});

export const { list, get } = crud(agentApiLogs);
