import { operations as access } from "../convex/access/rest";
import { operations as observability } from "../convex/observability/rest";
import { operations as sites } from "../convex/sites/rest";
import { operations as tenancy } from "../convex/tenancy/rest";
import { operations as workspace } from "../convex/workspace/rest";
import type { Operation } from "../convex/core/operation";

/** Every REST operation of every domain, by path and method: the table of contents of the API. */
export const registry: readonly Operation[] = [access, observability, sites, tenancy, workspace]
  .flatMap((operations) => [...operations.values()])
  .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));

function keyOf({ declaration: { path, method } }: Operation): string {
  return `${path} ${method}`;
}
