import { expect, it } from "vitest";
import { permissionCatalogue } from "../convex/core/access/permissions";
import { registry } from "./registry";

// Permissions are put together of a resource's name and a verb, where no type sees whether there is such a one.
it("every operation asks for a permission of the catalogue, and only enrolment for none", () => {
  const asked = registry.map(({ declaration: { name, permission, access } }) => ({ name, permission, access }));
  const unknown = asked.filter(({ permission }) => permission === undefined || !(permission in permissionCatalogue));
  expect(unknown).toEqual([{ name: "sites/agents:enroll", permission: undefined, access: "enrollment" }]);
});
