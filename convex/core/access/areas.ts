import type { Permission } from "./permissions";

type ResourceOf<Name extends string> = Name extends `${infer Resource}:${string}` ? Resource : never;
/** A permission that exists, or all permissions of a resource that has some. */
type ExistingRight = Permission | `${ResourceOf<Permission>}:*`;

interface AreaRow {
  readonly read: readonly ExistingRight[];
  /** Added to `read`. */
  readonly full: readonly ExistingRight[];
}

/** Area permissions of a custom role, as rights. */
export const areaRights = {
  projects: {
    read: ["project:read"],
    full: ["project:create", "project:update", "project:delete", "project:restore", "project:link"],
  },
  resources: {
    read: ["resource:read", "healthCheck:read"],
    full: ["resource:update", "resource:delete", "resource:restore"],
  },
  docks: {
    read: ["dock:read", "syncHistory:read"],
    full: ["dock:create", "dock:update", "dock:rotate", "dock:sync", "dock:grant", "dock:delete", "dock:restore"],
  },
  operations: {
    read: ["operation:read"],
    full: [
      "operation:create",
      "operation:update",
      "operation:rotate",
      "operation:run",
      "operation:grant",
      "operation:delete",
      "operation:restore",
    ],
  },
  settings: {
    read: ["organization:read", "member:read", "team:read", "client:read", "role:read"],
    full: [
      "organization:update",
      "member:invite",
      "member:update",
      "member:remove",
      "team:*",
      "client:*",
      "role:*",
      "apiKey:*",
      "auditLog:read",
    ],
  },
} as const satisfies Readonly<Record<string, AreaRow>>;

/**
 * The rights that a level of an area stands for. The area's own name is among them: whoever hands an area on must hold it, and not
 * just what it stands for today.
 */
export function rightsOfArea(area: keyof typeof areaRights, level: "read" | "full"): readonly string[] {
  const { read, full }: AreaRow = areaRights[area];
  const reading = [`${area}:read`, ...read];
  return level === "full" ? [...reading, `${area}:*`, ...full] : reading;
}
