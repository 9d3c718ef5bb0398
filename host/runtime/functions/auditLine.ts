import { parseJsonObject } from "../../values/convexJson";

/** What the deployment's log says of `log.audit(body)`: there is no audit stream here that would take it. */
export function auditLine(argsText: string): string {
  return `[AUDIT] ${JSON.stringify(parseJsonObject(argsText)["body"] ?? {})}`;
}
