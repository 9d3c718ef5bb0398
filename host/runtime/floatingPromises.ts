import { inspect } from "node:util";

/**
 * Keeps the process alive when a promise is rejected that nobody waits for, as functions may leave behind: Node would end
 * the process, and with it every other call.
 *
 * @param report gets one text per rejection
 */
export function surviveFloatingPromises(report: (text: string) => void): void {
  process.on("unhandledRejection", (reason) => report(`Unhandled rejection: ${inspect(reason)}`));
}
