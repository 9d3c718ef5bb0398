import { describe, expect, it } from "vitest";
import { assertFits, fileNameOf, maximumRequestBytes, purposeRules } from "./rules";
import { filePurposes } from "../../core/schema/fields";
import { maximumFileBytes } from "../tables";
import { contentOf, unknownType } from "./contentTypes";
import { brokenImages, jpegOfComments, markupFiles, pngOfEmptyChunks, polyglots, wholeFiles } from "./samples.testing";

describe("contentOf", () => {
  it.each(Object.entries(wholeFiles))("knows %s", (_name, { bytes, contentType }) => {
    expect(contentOf(bytes).contentType).toBe(contentType);
  });

  it.each(Object.entries(polyglots))(
    "takes %s for the one that it begins as, or for nothing known",
    (_name, { bytes, found }) => {
      expect(contentOf(bytes).contentType).toBe(found);
    },
  );

  it.each(Object.entries(brokenImages))("takes %s for no picture", (_name, bytes) => {
    expect(contentOf(bytes)).toEqual({ contentType: unknownType });
  });

  it.each(Object.entries(markupFiles))("takes %s for nothing known", (_name, text) => {
    expect(contentOf(new TextEncoder().encode(text)).contentType).toBe(unknownType);
  });

  it("takes no beginning of a picture for one, wherever it is cut", () => {
    const { bytes } = wholeFiles.png;
    for (let length = 0; length < bytes.byteLength - 4; length++) {
      expect(contentOf(bytes.slice(0, length)).contentType, String(length)).not.toBe("image/png");
    }
  });

  it("takes a picture of too many parts for none, before it costs anybody's time", () => {
    expect(contentOf(jpegOfComments(1000)).contentType).toBe("image/jpeg");
    expect(contentOf(jpegOfComments(5000)).contentType).toBe(unknownType);
    expect(contentOf(pngOfEmptyChunks(100_000)).contentType).toBe(unknownType);
  });

  it("takes each control character that text does not have for none of text's, in one byte or two", () => {
    const written = new Set(["\t", "\n", "\f", "\r"]);
    for (let code = 0; code < 0x100; code++) {
      const character = String.fromCharCode(code);
      const isText = written.has(character) || !/\p{Cc}/u.test(character);
      const { contentType } = contentOf(new TextEncoder().encode(`a ${character} b`));
      expect(contentType, String(code)).toBe(isText ? "text/plain" : unknownType);
    }
  });

  it("takes no beginning of a file for text", () => {
    expect(contentOf(wholeFiles.text.bytes, false).contentType).toBe(unknownType);
    expect(contentOf(wholeFiles.pdf.bytes, false).contentType).toBe("application/pdf");
  });

  it("never throws, whatever follows a signature", () => {
    for (const { bytes } of Object.values(wholeFiles)) {
      for (let at = 0; at < Math.min(bytes.byteLength, 200); at++) {
        const changed = bytes.slice();
        changed.fill(0xff, at, at + 4);
        expect(contentOf(changed).contentType).toEqual(expect.any(String));
      }
    }
  });
});

describe("assertFits", () => {
  const codeOf = (...args: Parameters<typeof assertFits>) => {
    try {
      assertFits(...args);
      return "fits";
    } catch (error) {
      return Object(error).code;
    }
  };
  const image = { contentType: "image/png", width: 1, height: 1 };

  it.each(filePurposes)("takes %s to its limit and not a byte more", (purpose) => {
    const { maximumBytes } = purposeRules[purpose];
    expect(codeOf(purpose, { sizeBytes: maximumBytes }, image)).toBe("fits");
    expect(codeOf(purpose, { sizeBytes: maximumBytes + 1 }, image)).toBe("payload_too_large");
  });

  it.each([
    ["logo", undefined, image, "fits"],
    ["logo", "application/octet-stream", image, "fits"],
    ["logo", "image/gif", image, "fits"],
    ["logo", "text/html; charset=utf-8", image, "unsupported_media_type"],
    ["logo", "image/png", { contentType: unknownType }, "not_an_image"],
    ["logo", "image/png", { contentType: "application/pdf" }, "not_an_image"],
    ["logo", undefined, { contentType: "image/x-icon", width: 16, height: 16 }, "unsupported_media_type"],
    ["favicon", undefined, { contentType: "image/x-icon", width: 16, height: 16 }, "fits"],
    ["logo", undefined, { contentType: "image/png", width: 40_000, height: 1000 }, "fits"],
    ["logo", undefined, { contentType: "image/png", width: 40_001, height: 1000 }, "image_too_large"],
    ["other", undefined, { contentType: "image/png", width: 2 ** 31, height: 2 ** 31 }, "image_too_large"],
    ["other", "text/html", { contentType: unknownType }, "fits"],
    ["lesson_attachment", "application/pdf", { contentType: "application/pdf" }, "fits"],
    ["lesson_attachment", "application/pdf", { contentType: unknownType }, "unsupported_media_type"],
  ] as const)("of %s, said to be %s, found to be %o: %s", (purpose, declaredType, found, expected) => {
    expect(codeOf(purpose, { sizeBytes: 10, declaredType }, found)).toBe(expected);
  });

  it("keeps every limit within what can be uploaded", () => {
    for (const { maximumBytes } of Object.values(purposeRules))
      expect(maximumBytes).toBeLessThanOrEqual(maximumFileBytes);
    expect(maximumRequestBytes).toBeLessThan(maximumFileBytes);
  });
});

it.each([
  ["logo.png", "logo.png"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\dana\\logo.png", "logo.png"],
  ["/", ""],
  [" a b ", "a b"],
])("calls %j %j", (given, name) => {
  expect(fileNameOf(given)).toBe(name);
});
