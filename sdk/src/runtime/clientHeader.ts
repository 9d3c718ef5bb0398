import { isRecord } from "./json";

/** Of package.json; a test compares them. */
const version = "0.1.0";

/**
 * Names this package and its version. Browsers reserve `User-Agent`, so they send another header; Node, Deno and Bun send
 * the usual one, which servers log.
 */
export const clientHeader: Readonly<Record<string, string>> = /* @__PURE__ */ headerOf(
  /* @__PURE__ */ Reflect.get(globalThis, "process"),
);

/** Exported for its test: the header for a runtime by its global `process`, which browsers do not have. */
export function headerOf(process: unknown): Record<string, string> {
  const versions = isRecord(process) && isRecord(process["versions"]) ? process["versions"] : {};
  const node = versions["node"];
  const name = `portico-sdk/${version}`;
  return typeof node === "string" ? { "user-agent": `${name} node/${node}` } : { "portico-client": name };
}
