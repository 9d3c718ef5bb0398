import { resource } from "../../core/resources/resource";
import { grantedResources } from "../reaching";
import { databaseFields, domainFields, observedNames, serverFields, webServiceFields } from "../tables";

/** What people do with resources is the same of each kind, and so is who may. */
const permissions = "resource";
const filters = ["dockId", "provider", "status"];
const list = { access: "permission", filters } as const;
const problems = { restore: ["dock_deleted"] } as const;

/** The four kinds of resources as every module of the domain reads and writes them; syncs write what they bring past it. */
export const servers = resource({
  name: "infrastructure/servers",
  table: "servers",
  path: "/servers",
  fields: serverFields,
  serverOwned: [...observedNames, "name", "primaryIpAddress", "region"],
  permissions,
  list,
  problems,
  assigned: grantedResources("servers"),
});
export const webServices = resource({
  name: "infrastructure/webServices",
  table: "webServices",
  path: "/web-services",
  fields: webServiceFields,
  serverOwned: [...observedNames, "name", "productionUrl", "environment", "gitRepo"],
  permissions,
  list,
  problems,
  assigned: grantedResources("webServices"),
});
export const domains = resource({
  name: "infrastructure/domains",
  table: "domains",
  path: "/domains",
  fields: domainFields,
  serverOwned: [...observedNames, "domainName", "expiresAt", "expiryNotices"],
  permissions,
  list: { ...list, ranges: { expiresAt: ["expiresFrom", "expiresTo"] }, sorts: ["expiresAt"] },
  problems,
  assigned: grantedResources("domains"),
});
export const databases = resource({
  name: "infrastructure/databases",
  table: "databases",
  path: "/databases",
  fields: databaseFields,
  serverOwned: [...observedNames, "name", "engine", "version"],
  permissions,
  list,
  problems,
  assigned: grantedResources("databases"),
});

/** The kinds by their tables. */
export const inventory = { servers, webServices, domains, databases } as const;
