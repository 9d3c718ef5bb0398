import type { Caller } from "../deployment";

/**
 * What `1.0/getUserIdentity` answers for a caller, as JSON text. Components do not learn who calls the app.
 *
 * @throws for a refused caller: on HTTP actions a bad token only surfaces when the identity is asked for
 */
export function callerIdentityText(caller: Caller, componentPath: string): string {
  if (componentPath !== "") return "null";
  switch (caller.kind) {
    case "user":
      return JSON.stringify(caller.identity);
    case "refused":
      throw new Error(`${caller.code}: ${caller.message}`);
    case "anonymous":
    case "admin":
      return "null";
  }
}
