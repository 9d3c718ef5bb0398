import { describe, expect, it } from "vitest";
import { childrenOf, parseXml, textOf, XmlFault } from "./xml";

describe("parseXml", () => {
  it("reads elements, text and what is written by entities", () => {
    const list = parseXml(
      '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<List xmlns="http://s3.example/" a = \'b\'><Key>a &amp; b &#252; &#xFC; &lt;</Key><Empty/><Key>2</Key>\n</List>\n',
    );
    expect(list.name).toBe("List");
    expect(childrenOf(list, "Key").map(({ text }) => text)).toEqual(["a & b ü ü <", "2"]);
    expect(textOf(list, "Empty")).toBe("");
    expect(textOf(list, "Nothing")).toBeUndefined();
  });

  it.each([
    ["nothing", ""],
    ["text", "Service Unavailable"],
    ["half of it", "<List><Key>a</Key"],
    ["an element that stays open", "<List><Key>a</Key>"],
    ["elements that cross", "<List><Key>a</List></Key>"],
    ["two documents", "<List/><List/>"],
    ["text behind it", "<List/>more"],
    ["an end without a beginning", "</List>"],
    ["a document type", '<!DOCTYPE List [<!ENTITY a "b">]><List>&a;</List>'],
    ["a file from elsewhere", '<!DOCTYPE List SYSTEM "file:///etc/passwd"><List/>'],
    ["an entity of its own", "<List>&mine;</List>"],
    ["an entity of the object's prototype", "<List>&constructor;</List>"],
    ["an ampersand alone", "<List>a & b</List>"],
    ["a character without a number", "<List>&#0;</List>"],
    ["a character beyond all", "<List>&#x110000;</List>"],
    ["a comment", "<List><!-- a --></List>"],
    ["a section", "<List><![CDATA[a]]></List>"],
    ["an instruction", "<List><?php a ?></List>"],
    ["a page", "<html><body><br></body></html>"],
    ["too many levels", `${"<a>".repeat(20)}${"</a>".repeat(20)}`],
    ["too many elements", `<List>${"<a/>".repeat(20_001)}</List>`],
  ])("refuses %s", (_what, xml) => {
    expect(() => parseXml(xml)).toThrow(XmlFault);
  });

  it("looks at no text twice, whatever it is", () => {
    const size = 200_000;
    for (const part of ["<", "&", "<a ", '<a b="', "<a b='c' ", "<a><", " "])
      expect(() => parseXml(`<List>${part.repeat(size)}`)).toThrow(XmlFault);
    expect(() => parseXml(`<a${" ".repeat(size)}`)).toThrow(XmlFault);
  });
});
