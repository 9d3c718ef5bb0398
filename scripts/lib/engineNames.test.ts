import { describe, expect, test } from "vitest";
import { domainNamesIn } from "./engineNames";

const names = new Set(["roles", "auditLogs", "site:update", "site_not_active"]);

describe("names of domains in the engine", () => {
  test.each([
    `export const rows = db.query("roles");`,
    `if (table === "auditLogs") keep();`,
    `if (table === 'auditLogs') keep();`,
    "const table = `roles`;",
    `type Given<Table> = Table extends "auditLogs" | "others" ? 1 : 2;`,
    `const byTable = { "roles": 1 };`,
    `reachOf(rights, "site:update");`,
    `throw new ProblemError("site_not_active", "No.");`,
  ])("refuses %s", (line) => {
    expect(domainNamesIn(`first();\n${line}\nlast();`, names)).toEqual([{ line: 2, name: expect.any(String) }]);
  });

  test.each([
    `function show(row: Doc<"roles">, id: Id<"auditLogs">): void {}`,
    `import { builtInRoles } from "../access/roles";`,
    `// What "roles" are, and "auditLogs".`,
    `db.query(engineTables.roles);`,
    `const roles = "rolesAndMore";`,
  ])("accepts %s", (line) => {
    expect(domainNamesIn(line, names)).toEqual([]);
  });
});
