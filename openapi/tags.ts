import { capitalized, wordsOf } from "../convex/core/crud";
import { byText } from "./json";
import type { JsonObject } from "./json";

/** What each resource is, for readers of the reference; a resource that is not here is described by its name. */
const descriptions: Readonly<Record<string, string>> = {
  agentApiLogs: "What device agents called, and how it went.",
  agentEnrollmentTokens: "Tokens with which device agents join a site.",
  agents: "Devices that check in from a site, with keys of their own.",
  apiKeys: "Credentials of machines, with scopes of their own.",
  auditLogs: "Who did what, and when; written with every change and never changed itself.",
  batch: "Several rows in one transaction.",
  documentation: "This reference, its document, and the pages that explain problem codes.",
  items: "The reference resource of an organization.",
  me: "The signed-in person: user, profile, settings, rights and organizations.",
  memberships: "Who belongs to an organization, in which role.",
  oauth: "Access tokens for machines, and how OAuth clients discover this deployment.",
  organizations: "The tenants: every other row belongs to one.",
  permissions: "The catalogue of permissions.",
  platform: "The deployment itself.",
  roles: "Sets of permissions: the built-in ones, and an organization's own.",
  schedules: "Planned work, from draft to completion.",
  sites: "Places where device agents run.",
  todos: "Small things to do.",
  userProfiles: "What people tell about themselves.",
  userSettings: "How people want to use the product.",
  users: "People, as members of an organization see them.",
};

/** The tag of a resource: `agentApiLogs` is `Agent api logs`. */
export function tagOf(resource: string): string {
  return capitalized(wordsOf(resource));
}

/** The tags of `resources`, in order, each with its description. */
export function tagList(resources: Iterable<string>): JsonObject[] {
  return [...new Set(resources)]
    .toSorted((left, right) => byText(tagOf(left), tagOf(right)))
    .map((resource) => ({
      name: tagOf(resource),
      description: descriptions[resource] ?? `Operations on ${wordsOf(resource)}.`,
    }));
}
