import { describe, expect, test } from "vitest";
import { registry } from "../../openapi/registry";
import { globalTable } from "../../convex/core/schema/table";
import { text } from "../../convex/core/schema/fields";
import { permissionCatalogue } from "../../convex/core/access/permissions";
import { claim, domainVocabularies } from "./domains";
import { assertKnownCodes, assertKnownNames, assertUsed } from "./permissionMatrix";
import type { PermissionRow } from "../../convex/core/access/roles";
import type { Operation } from "../../convex/core/operations/declaration";

const rename: Operation["declaration"] | undefined = registry.find(
  ({ declaration }) => declaration.name === "sites/sites:update",
)?.declaration;
const permissions = new Set<string>(["site:update"]);
const codes = new Set<string>(["slug_taken", "agent_revoked"]);

/** The site's update with problems of its own choice. */
function operation(problems: NonNullable<Operation["declaration"]["problems"]>): Pick<Operation, "declaration"> {
  if (!rename) throw new Error("Sites can be updated.");
  return { declaration: { ...rename, problems } };
}

describe("what a declaration names", () => {
  test("is accepted where it exists", () => {
    expect(() =>
      assertKnownNames([operation(["slug_taken", { target: "agent_revoked" }])], permissions, codes),
    ).not.toThrow();
    expect(() => assertKnownCodes("convex/sites/tables.ts", { fields: {}, table }, codes)).not.toThrow();
    expect(() => assertUsed([{ file: "convex/sites/grants.ts", rows: { "site:update": {} } }], registry)).not.toThrow();
  });

  test("is refused where no vocabulary has it, in one line with the file", () => {
    const unknownPermission = "convex/sites/sites.ts: update asks for the permission site:update, which no grants.ts";
    expect(() => assertKnownNames([operation([])], new Set(), codes)).toThrow(unknownPermission);
    const unknownProblem = "convex/sites/sites.ts: update refuses with in_use, which no problems.ts declares.";
    expect(() => assertKnownNames([operation(["in_use"])], permissions, codes)).toThrow(unknownProblem);
    const unknownTarget = "convex/sites/sites.ts: update refuses with key_revoked, which no problems.ts declares.";
    expect(() => assertKnownNames([operation([{ target: "key_revoked" }])], permissions, codes)).toThrow(unknownTarget);
    const unknownCode = "convex/sites/tables.ts: table refuses with slug_taken, which no problems.ts declares.";
    expect(() => assertKnownCodes("convex/sites/tables.ts", { fields: {}, table }, new Set())).toThrow(unknownCode);
    const unused = "convex/sites/grants.ts: No operation asks for site:fly.";
    expect(() =>
      assertUsed([{ file: "convex/sites/grants.ts", rows: { "site:update": {}, "site:fly": {} } }], registry),
    ).toThrow(unused);
  });
});

const table = globalTable({ slug: text(1, 9) }, "", {
  noun: "thing",
  description: "A thing.",
  unique: [{ fields: ["slug"], index: "by_slug", code: "slug_taken" }],
});

describe("the vocabulary of the domains", () => {
  test("has one owner for each name", () => {
    const owners = new Map([["slug_taken", "convex/core/wire/generalProblems.ts"]]);
    claim(owners, "site_not_active", "convex/sites/problems.ts");
    expect(() => claim(owners, "slug_taken", "convex/sites/problems.ts")).toThrow(
      "convex/sites/problems.ts: slug_taken is declared in convex/core/wire/generalProblems.ts already.",
    );
    expect(() => claim(owners, "site_not_active", "convex/fleet/problems.ts")).toThrow(
      "convex/sites/problems.ts already",
    );
  });

  test("comes in the order of the reference", async () => {
    const files = (await domainVocabularies("grants")).map(({ file }) => file);
    expect(files.slice(0, 2)).toEqual(["convex/workspace/grants.ts", "convex/tenancy/grants.ts"]);
    expect(Object.keys(permissionCatalogue)[0]).toBe("schedule:read");
  });

  test("gives permissions that no role holds to operations for people without a membership, and to no other", () => {
    const heldByNobody = Object.entries(permissionCatalogue).filter(
      ([, { all, assigned, own }]: [string, PermissionRow]) => [...all, ...assigned, ...own].length === 0,
    );
    const asking = registry.filter(({ declaration }) =>
      heldByNobody.some(([permission]) => permission === declaration.permission),
    );
    expect(asking.length).toBeGreaterThan(0);
    for (const { declaration } of asking)
      expect(["user", "platform"], declaration.operationId).toContain(declaration.access);
  });
});
