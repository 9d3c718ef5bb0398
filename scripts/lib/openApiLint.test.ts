import { beforeAll, describe, expect, test } from "vitest";
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

describe("what is damaged", () => {
  /** What each example is replaced by, and the rule that finds it. */
  const wrong: readonly (readonly [place: string, shown: string, wrong: string])[] = [
    ["parameter", '"example":"open"', '"example":7'],
    ["media-type", '"name":"Pressure sensor"', '"name":7'],
    ["schema", '"examples":["Pressure sensor","Flow meter"]', '"examples":[7]'],
    ["media-type", '"status":404', '"status":"404"'],
  ];
  const domain = documentDomains.find(({ name }) => name === "workspace");
  const text = servedDocument({ version: "3.1", domain });
  let output: string;
  let hasPassed: boolean;

  // In one run, since most of what the linters take is to start.
  beforeAll(async () => {
    const withoutSchemas = (version: "3.1" | "3.0") =>
      servedDocument({ version, domain: documentDomains[0] }).replace('"schemas":{', '"schemas":{},"x-schemas":{');
    const withWrongExamples = wrong.reduce((damaged, [, shown, put]) => damaged.replace(shown, put), text);
    ({ hasPassed, output } = await withDocumentFiles((write) =>
      lintOpenApi(
        [write("lacking.json", withoutSchemas("3.1")), write("wrong.json", withWrongExamples)],
        [write("lacking-3.0.json", withoutSchemas("3.0"))],
      ),
    ));
  });

  test("does not pass where a document lacks a component", () => {
    expect(hasPassed).toBe(false);
    expect(output).toContain("invalid-ref");
    expect(output).toContain("no-unresolved-refs");
  });

  test("does not pass where a document shows what it does not take, wherever it shows it", () => {
    expect(wrong.filter(([, shown]) => !text.includes(shown))).toEqual([]);
    const unfound = wrong.filter(([place]) => !output.includes(`no-invalid-${place}-examples`));
    expect(unfound).toEqual([]);
    expect(output).toContain("`status` property type must be integer");
  });
});
