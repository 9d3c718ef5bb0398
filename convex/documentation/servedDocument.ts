import { record } from "./documentJson";
import { documentOrigin } from "./documentOrigin";
import { domainDocument } from "./domainDocument";
import { openApiText } from "./openApiDocument";
import { toOpenApi30 } from "./openApi30";
import type { DocumentDomain } from "./documentDomains";

/** Which document is asked for. */
export interface DocumentChoice {
  readonly version: "3.1" | "3.0";
  /** The whole without one. */
  readonly domain?: DocumentDomain | undefined;
}

/** The text of a document as the deployment at `origin` serves it: every address in it is one of the deployment's own. */
export function servedDocument({ version, domain }: DocumentChoice, origin: string = documentOrigin): string {
  const text = openApiText.replaceAll(documentOrigin, JSON.stringify(origin).slice(1, -1));
  if (version === "3.1" && domain === undefined) return text;
  const whole = record(JSON.parse(text));
  const document = domain === undefined ? whole : domainDocument(whole, domain);
  return JSON.stringify(version === "3.1" ? document : toOpenApi30(document));
}
