import { documentOrigin } from "./documentOrigin";
import { openApiText } from "./openApiDocument";
import { toOpenApi30 } from "./openApi30";

/** The text of the document as the deployment at `origin` serves it: every address in it is one of the deployment's own. */
export function servedDocument(version: "3.1" | "3.0", origin: string = documentOrigin): string {
  const text = openApiText.replaceAll(documentOrigin, JSON.stringify(origin).slice(1, -1));
  return version === "3.1" ? text : JSON.stringify(toOpenApi30(JSON.parse(text)));
}
