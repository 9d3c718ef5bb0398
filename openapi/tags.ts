import { capitalized, wordsOf } from "../convex/core/resources/words";
import { byText } from "./json";
import type { JsonObject } from "./json";

/**
 * What each resource is, in the order in which the reference shows them: people and their rights, work, devices, and what
 * the deployment says of itself. A resource that is not here is described by its name and comes last.
 */
const descriptions: Readonly<Record<string, string>> = {
  me: "The signed-in person: user, profile, settings, rights and organizations.",
  organizations: "The tenants: every other row belongs to one.",
  memberships: "Who belongs to an organization, in which role.",
  users: "People, as members of an organization see them.",
  userProfiles: "What people tell about themselves.",
  userSettings: "How people want to use the product.",
  roles: "Sets of permissions: the built-in ones, and an organization's own.",
  permissions: "The catalogue of permissions.",
  apiKeys:
    "Credentials of machines, with scopes of their own. A key does no more than its owner may at the moment, and is suspended while its owner is no active member.",
  schedules: "Planned work, from draft to completion.",
  todos: "Small things to do.",
  items: "The reference resource of an organization.",
  sites: "Places where device agents run.",
  agents: "Devices that check in from a site, with keys of their own, which act for no person.",
  agentEnrollmentTokens: "Tokens with which device agents join a site.",
  agentApiLogs: "What device agents called, and how it went.",
  auditLogs: "Who did what, and when; written with every change and never changed itself.",
  batch: "Several rows in one transaction.",
  oauth: "Access tokens for machines, and how OAuth clients discover this deployment.",
  platform: "The deployment itself.",
  documentation: "This reference, its document, and the pages that explain problem codes.",
};

/** Names that are written otherwise than their words. */
const names: Readonly<Record<string, string>> = { oauth: "OAuth" };

/** The tag of a resource: `agentApiLogs` is `Agent api logs`. */
export function tagOf(resource: string): string {
  return names[resource] ?? capitalized(wordsOf(resource));
}

/** Where the reference shows a resource, counted from 0. */
export function placeOf(resource: string): number {
  const order = Object.keys(descriptions);
  return order.includes(resource) ? order.indexOf(resource) : order.length;
}

/** The tags of `resources`, in order, each with its description. */
export function tagList(resources: Iterable<string>): JsonObject[] {
  return [...new Set(resources)]
    .toSorted((left, right) => placeOf(left) - placeOf(right) || byText(tagOf(left), tagOf(right)))
    .map((resource) => ({
      name: tagOf(resource),
      description: descriptions[resource] ?? `Operations on ${wordsOf(resource)}.`,
    }));
}
