import { expect, test } from "vitest";
import { documentDomains } from "./documentDomains";
import { record } from "./documentJson";
import { domainDocument } from "./domainDocument";
import { servedDocument } from "./servedDocument";
import type { Json } from "./documentJson";

const whole: Json = JSON.parse(servedDocument({ version: "3.1" }));
const documents = documentDomains.map((domain) => ({ domain, document: domainDocument(whole, domain) }));

/** `<path> <method>` of every operation, with the operation. */
function operationsOf(document: Json): (readonly [name: string, operation: Json])[] {
  return Object.entries(record(document["paths"])).flatMap(([path, item]) =>
    Object.entries(record(item)).map(([method, operation]) => [`${path} ${method}`, record(operation)] as const),
  );
}

/** `<kind>/<name>` of every component. */
function componentsOf(document: Json): string[] {
  return Object.entries(record(document["components"])).flatMap(([kind, named]) =>
    Object.keys(record(named)).map((name) => `${kind}/${name}`),
  );
}

/** `<kind>/<name>` of what a part of a document refers to, found in its text rather than by walking it. */
function referencesIn(part: unknown): string[] {
  return Array.from(JSON.stringify(part).matchAll(/"#\/components\/([^"]+)"/g), ([, name = ""]) => name);
}

test("every operation is in just one of the documents, as it is in the whole", () => {
  const parts = documents.flatMap(({ document }) => operationsOf(document));
  expect(parts.map(([name]) => name).toSorted()).toEqual(
    operationsOf(whole)
      .map(([name]) => name)
      .toSorted(),
  );
  expect(Object.fromEntries(parts)).toEqual(Object.fromEntries(operationsOf(whole)));
});

test("every component of the whole is in some document, and unchanged wherever it is", () => {
  expect(new Set(documents.flatMap(({ document }) => componentsOf(document)))).toEqual(new Set(componentsOf(whole)));
  for (const { document } of documents) expect(whole["components"]).toMatchObject(record(document["components"]));
});

test.each(documents)("the document of $domain.name holds what it refers to and nothing else", ({ document }) => {
  const schemes = operationsOf(document)
    .flatMap(([, { security }]) => (Array.isArray(security) ? security : []))
    .flatMap((way) => Object.keys(record(way)).map((scheme) => `securitySchemes/${scheme}`));
  expect(new Set([...referencesIn(document), ...schemes])).toEqual(new Set(componentsOf(document)));
  expect(operationsOf(document).length).toBeGreaterThan(0);
});

test.each(documents)("the document of $domain.name has its operations' tags in the order of the whole", (part) => {
  const namesOf = ({ tags }: Json) => (Array.isArray(tags) ? tags : []).map((tag) => record(tag)["name"]);
  const used = new Set(operationsOf(part.document).flatMap(([, { tags }]) => tags));
  expect(namesOf(part.document)).toEqual(namesOf(whole).filter((name) => used.has(name)));
  expect(namesOf(part.document)).toEqual(part.domain.tags);
});

test.each(documents)("the document of $domain.name says which part of the API it is", ({ domain, document }) => {
  expect(document).toMatchObject({
    openapi: whole["openapi"],
    servers: whole["servers"],
    externalDocs: whole["externalDocs"],
    info: { title: `Portico: ${domain.title}`, description: expect.stringContaining(`\`${domain.name}\``) },
  });
});

test("what leads to itself and what a discriminator names is taken along once", () => {
  const discriminator = { propertyName: "kind", mapping: { leaf: "#/components/schemas/Leaf" } };
  const document = {
    info: { title: "T", description: "D" },
    tags: [{ name: "A" }, { name: "B" }],
    paths: {
      "/a": {
        get: { tags: ["A"], security: [{ key: [] }], schema: { $ref: "#/components/schemas/Tree" } },
        post: { tags: ["B"] },
      },
      "/b": { get: { tags: ["B"], schema: { $ref: "#/components/schemas/Other" } } },
    },
    components: {
      schemas: { Leaf: {}, Other: {}, Tree: { oneOf: [{ $ref: "#/components/schemas/Tree" }], discriminator } },
      responses: { Never: {} },
      securitySchemes: { key: { type: "http" }, other: { type: "http" } },
    },
  };
  const cut = domainDocument(document, { name: "a", title: "A", tags: ["A"] });
  expect(Object.keys(record(cut["paths"]))).toEqual(["/a"]);
  expect(componentsOf(cut)).toEqual(["schemas/Leaf", "schemas/Tree", "securitySchemes/key"]);
  expect(operationsOf(cut).map(([name]) => name)).toEqual(["/a get"]);
});

test("a reference that leads nowhere is not passed on in silence", () => {
  const paths = { "/a": { get: { tags: ["A"], schema: { $ref: "#/components/schemas/Gone" } } } };
  const document = { info: {}, paths, components: {} };
  expect(() => domainDocument(document, { name: "a", title: "A", tags: ["A"] })).toThrow(/should be an object/);
});
