import { builtInRoles, reaches } from "../../convex/core/access/roles";
import { faultIn } from "../lib/declarationFaults";
import { banner } from "./banner";
import { claim, domainVocabularies } from "./domains";

/** What a domain declares of a permission, before anything is known of it. */
type Declared = Readonly<Record<string, unknown>>;

/** The source of `convex/core/access/permissions.ts`: what every domain's `grants.ts` says, as one closed union. */
export async function permissionsSource(): Promise<string> {
  const owners = new Map<string, string>();
  const lines: string[] = [];
  for (const { file, rows } of await domainVocabularies("grants")) {
    lines.push(`  // ${file}`);
    for (const [permission, declared] of Object.entries(rows)) {
      claim(owners, permission, file);
      lines.push(
        `  ${JSON.stringify(permission)}: ${JSON.stringify(completeRow(file, permission, Object(declared)))},`,
      );
    }
  }
  return `${banner}import type { PermissionRow } from "./roles";

export const permissionCatalogue = {
${lines.join("\n")}
} as const satisfies Readonly<Record<string, PermissionRow>>;

export type Permission = keyof typeof permissionCatalogue;
`;
}

/** A permission as the catalogue has it: every reach is there. Refuses what its declaration gets wrong. */
export function completeRow(file: string, permission: string, { keys, description, ...grants }: Declared): object {
  if (!/^[a-z][a-zA-Z]*:[a-z][a-zA-Z]*$/.test(permission))
    throw faultIn(file, `${permission} is no permission: write \`resource:action\`.`);
  if (typeof keys !== "boolean" || typeof description !== "string")
    throw faultIn(file, `${permission} needs \`keys\` (whether API keys may carry it) and a \`description\`.`);
  const holders = new Set<string>();
  for (const [reach, roles] of Object.entries(grants)) {
    if (!reaches.some((known) => known === reach))
      throw faultIn(file, `${permission}: ${reach} is no reach; they are ${reaches.join(", ")}.`);
    for (const role of rolesIn(roles)) {
      if (!Object.hasOwn(builtInRoles, role)) throw faultIn(file, `${permission}: there is no role ${role}.`);
      if (holders.has(role)) throw faultIn(file, `${permission}: ${role} holds it twice.`);
      holders.add(role);
    }
  }
  const byReach = Object.fromEntries(reaches.map((reach) => [reach, rolesIn(grants[reach])]));
  return { ...byReach, keys, description };
}

function rolesIn(roles: unknown): readonly string[] {
  return Array.isArray(roles) ? roles.map(String) : [];
}
