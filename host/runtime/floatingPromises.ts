import { inspect } from "node:util";

/**
 * Keeps the process alive when a promise is rejected that nobody waits for, or something is thrown outside every promise (a
 * timer, a socket without an `error` listener), as functions may leave behind: Node would end the process, and with it every
 * other call.
 *
 * @param report gets one text for each
 */
export function surviveFloatingPromises(report: (text: string) => void): void {
  process.on("unhandledRejection", (reason) => report(`Unhandled rejection: ${inspect(reason)}`));
  process.on("uncaughtException", (error) => report(`Uncaught exception: ${inspect(error)}`));
}
