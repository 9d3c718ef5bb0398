import type { Access } from "./declaration";

const tenantless: ReadonlySet<Access> = new Set(["identity", "user", "platform"]);

/** True for operations that no organization is looked up for: nothing of the request names one for them to act in. */
export function isTenantless(access: Access): boolean {
  return tenantless.has(access);
}
