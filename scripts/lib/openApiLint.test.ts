import { expect, test } from "vitest";
import { documentDomains } from "../../convex/documentation/documentDomains";
import { servedDocument } from "../../convex/documentation/servedDocument";
import { lintOpenApi, withDocumentFiles } from "./openApiLint";

test("the document of every domain passes the rule sets of the whole, in both editions", async () => {
  const { hasPassed, output } = await withDocumentFiles((write) =>
    lintOpenApi(
      documentDomains.map((domain) => write(`${domain.name}.json`, servedDocument({ version: "3.1", domain }))),
      documentDomains.map((domain) => write(`${domain.name}-3.0.json`, servedDocument({ version: "3.0", domain }))),
    ),
  );
  expect(hasPassed, output).toBe(true);
});

test("a document that lacks a component does not pass", async () => {
  const [domain] = documentDomains;
  const damaged = (version: "3.1" | "3.0") =>
    servedDocument({ version, domain }).replace('"schemas":{', '"schemas":{},"x-schemas":{');
  const { hasPassed, output } = await withDocumentFiles((write) =>
    lintOpenApi([write("damaged.json", damaged("3.1"))], [write("damaged-3.0.json", damaged("3.0"))]),
  );
  expect(hasPassed).toBe(false);
  expect(output).toContain("invalid-ref");
  expect(output).toContain("no-unresolved-refs");
});
