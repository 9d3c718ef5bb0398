import { currentFrame } from "../functions/frames";

const actionsHint = "Please consider using an action. See https://docs.convex.dev/functions/actions for more details.";

/** @throws {Error} in Convex's words unless an action is running (CONTRACT.md, section 7: fetch, timers, cryptographic randomness) */
export function requireAction(what: string): void {
  const type = currentFrame()?.type;
  if (type === "import") throw new Error(`${what} unsupported at import time`);
  if (type === "query" || type === "mutation")
    throw new Error(`Can't use ${what} in queries and mutations. ${actionsHint}`);
}
