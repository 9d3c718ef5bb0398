/** An element of XML; of one with both, text beside elements is dropped. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** Text that is no XML of the kind that storages answer. */
export class XmlFault extends Error {
  override readonly name = "XmlFault";
}

const mostLevels = 8;
const mostElements = 20_000;
const declaration = /^\uFEFF?\s*(?:<\?xml\s[^?]{0,200}\?>\s*)?/;
/** A tag, or text up to the next one. Both are read at one place, so that no text is looked at twice. */
const token = /<(\/?)([A-Za-z_][\w.-]{0,99})((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

interface OpenElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads the XML that storages answer: elements and text. Comments, sections, instructions and document types are none of it and refused,
 * so that nothing is expanded, fetched or guessed; so is what does not end.
 * @throws {XmlFault}
 */
export function parseXml(xml: string): XmlElement {
  const root: OpenElement = { name: "", children: [], text: "" };
  const open: OpenElement[] = [root];
  let elements = 0;
  token.lastIndex = declaration.exec(xml)?.[0].length ?? 0;
  while (token.lastIndex < xml.length) {
    const found = token.exec(xml);
    const top = open.at(-1);
    if (!found || !top) throw new XmlFault("It is no XML.");
    const [, closes = "", name = "", , closesItself = "", text] = found;
    if (text !== undefined) {
      if (top === root && text.trim() !== "") throw new XmlFault("There is text outside of the document.");
      top.text += decoded(text);
      continue;
    }
    if (closes !== "") {
      if (top === root || top.name !== name) throw new XmlFault("An element is closed that is not open.");
      open.pop();
      continue;
    }
    elements += 1;
    if (elements > mostElements || open.length > mostLevels) throw new XmlFault("It is larger than any answer.");
    if (top === root && root.children.length > 0) throw new XmlFault("There is more than one document.");
    const element: OpenElement = { name, children: [], text: "" };
    top.children.push(element);
    if (closesItself === "") open.push(element);
  }
  const [document] = root.children;
  if (open.length !== 1 || !document) throw new XmlFault("It ends before its end.");
  return document;
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,10}));|&/gi, (whole, decimal, hex, name) => {
    if (typeof name === "string") {
      const known = Object.hasOwn(entities, name) ? entities[name] : undefined;
      if (known !== undefined) return known;
      throw new XmlFault(`There is no entity ${whole}.`);
    }
    const point = typeof hex === "string" ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
    if (!(point > 0 && point <= 0x10ffff)) throw new XmlFault("A character has no such number.");
    return String.fromCodePoint(point);
  });
}

/** The elements of a name right below another one. */
export function childrenOf({ children }: XmlElement, name: string): readonly XmlElement[] {
  return children.filter((child) => child.name === name);
}

/** The text of the first element of a name right below another one. */
export function textOf(element: XmlElement, name: string): string | undefined {
  return childrenOf(element, name)[0]?.text;
}
