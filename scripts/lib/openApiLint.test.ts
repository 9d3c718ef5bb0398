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

test("a document that shows what it does not take does not pass, wherever it shows it", async () => {
  const wrong: readonly (readonly [place: string, shown: string, wrong: string])[] = [
    ["parameter", '"example":"open"', '"example":7'],
    ["media-type", '"name":"Pressure sensor"', '"name":7'],
    ["schema", '"examples":["Pressure sensor","Flow meter"]', '"examples":[7]'],
    ["media-type", '"status":404', '"status":"404"'],
  ];
  const domain = documentDomains.find(({ name }) => name === "workspace");
  const text = servedDocument({ version: "3.1", domain });
  expect(wrong.filter(([, shown]) => !text.includes(shown))).toEqual([]);
  const damaged = wrong.reduce((damagedText, [, shown, put]) => damagedText.replace(shown, put), text);
  const { hasPassed, output } = await withDocumentFiles((write) => lintOpenApi([write("wrong.json", damaged)], []));
  expect(hasPassed).toBe(false);
  const unfound = wrong.filter(([place]) => !output.includes(`no-invalid-${place}-examples`));
  expect(unfound).toEqual([]);
  expect(output).toContain("`status` property type must be integer");
});
