import { describe, expect, test } from "vitest";
import { planList } from "../core/records/listPlan";
import { operations } from "./rest";
import { agents } from "./agents/resource";
import { sites } from "./sites/resource";
import type { ListOptions } from "../core/records/listPlan";

const logOptions: ListOptions = {
  filters: ["siteId", "agentId"],
  ranges: { createdAt: ["from", "to"] },
  sorts: ["createdAt"],
};

describe("every filter and sort of the domain is one index", () => {
  test.each([
    ["sites", sites.listOptions, {}, "by_organizationId_and_deletedAt", "desc"],
    ["sites", sites.listOptions, { status: "active" }, "by_organizationId_and_deletedAt_and_status", "desc"],
    ["sites", sites.listOptions, { slug: "hq" }, "by_organizationId_and_deletedAt_and_slug", "desc"],
    ["sites", sites.listOptions, { psaCompanyId: "7" }, "by_organizationId_and_deletedAt_and_psaCompanyId", "desc"],
    ["sites", sites.listOptions, { sort: "name" }, "by_organizationId_and_deletedAt_and_name", "asc"],
    ["agents", agents.listOptions, { siteId: "s" }, "by_organizationId_and_deletedAt_and_siteId", "desc"],
    ["agents", agents.listOptions, { guid: "g" }, "by_organizationId_and_deletedAt_and_guid", "desc"],
    [
      "agents",
      agents.listOptions,
      { connectionStatus: "offline" },
      "by_organizationId_and_deletedAt_and_connectionStatus",
      "desc",
    ],
    [
      "agents",
      agents.listOptions,
      { lastCheckinFrom: 1, sort: "lastCheckinAt" },
      "by_organizationId_and_deletedAt_and_lastCheckinAt",
      "asc",
    ],
    ["agentEnrollmentTokens", { filters: ["siteId"] }, { sort: "created" }, "by_organizationId", "asc"],
    ["agentEnrollmentTokens", { filters: ["siteId"] }, { siteId: "s" }, "by_organizationId_and_siteId", "desc"],
    ["agentApiLogs", logOptions, {}, "by_organizationId_and_createdAt", "desc"],
    ["agentApiLogs", logOptions, { createdFrom: 1, sort: "created" }, "by_organizationId_and_createdAt", "asc"],
    ["agentApiLogs", logOptions, { siteId: "s", from: 1, to: 2 }, "by_organizationId_and_siteId_and_createdAt", "desc"],
    [
      "agentApiLogs",
      logOptions,
      { agentId: "a", sort: "-createdAt" },
      "by_organizationId_and_agentId_and_createdAt",
      "desc",
    ],
  ] as const)("%s %j %j", (table, options, input, index, order) => {
    expect(planList(table, options, input)).toMatchObject({ index, order });
  });

  test.each([
    ["sites", sites.listOptions, { status: "active", slug: "hq" }],
    ["sites", sites.listOptions, { status: "active", sort: "name" }],
    ["agents", agents.listOptions, { siteId: "s", lastCheckinFrom: 1 }],
    ["agentApiLogs", logOptions, { siteId: "s", agentId: "a" }],
    ["agentApiLogs", logOptions, { from: 1, createdTo: 2 }],
  ] as const)("%s refuses %j %j", (table, options, input) => {
    expect(() => planList(table, options, input)).toThrow(expect.objectContaining({ code: "unsupported_filter" }));
  });
});

test("every operation has the name of its module and its export", () => {
  expect(operations.size).toBeGreaterThan(0);
  for (const { declaration, verb, resource } of operations.values()) {
    expect(declaration.name).toBe(`sites/${resource}:${verb}`);
  }
});
