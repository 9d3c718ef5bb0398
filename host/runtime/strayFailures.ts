import { inspect } from "node:util";

type Report = (text: string) => void;
const reports = new Set<Report>();

/**
 * Keeps the process alive when a promise is rejected that nobody waits for, or something is thrown outside every promise (a
 * timer, a socket without an `error` listener), as functions may leave behind: Node would end the process, and with it every
 * other call. Nothing tells whose failure it is, so every open deployment of the process reports it.
 *
 * @param report gets one text for each
 * @returns ends it; without any report left, Node does again what it does by itself
 */
export function reportStrayFailures(report: Report): () => void {
  if (reports.size === 0) process.on("unhandledRejection", onRejection).on("uncaughtException", onException);
  reports.add(report);
  return () => {
    reports.delete(report);
    if (reports.size === 0) process.off("unhandledRejection", onRejection).off("uncaughtException", onException);
  };
}

function onRejection(reason: unknown): void {
  tell(`Unhandled rejection: ${inspect(reason)}`);
}

function onException(error: unknown): void {
  tell(`Uncaught exception: ${inspect(error)}`);
}

function tell(text: string): void {
  for (const report of reports) report(text);
}
