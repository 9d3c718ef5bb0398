import { domains } from "./domains";
import type { Operation } from "../convex/core/operations/declaration";

/** Every REST operation of every domain, by path and method: the table of contents of the API. */
export const registry: readonly Operation[] = Object.values(domains)
  .flatMap((operations) => [...operations.values()])
  .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));

function keyOf({ declaration: { path, method } }: Operation): string {
  return `${path} ${method}`;
}
