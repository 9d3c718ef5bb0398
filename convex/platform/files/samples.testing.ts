type Bytes = Uint8Array<ArrayBuffer>;

const text = (content: string): Bytes => new TextEncoder().encode(content);
const latin = (content: string): Bytes => Uint8Array.from(content, (character) => character.charCodeAt(0));
const base64 = (content: string): Bytes => latin(atob(content));
const joined = (...parts: readonly Bytes[]): Bytes => Uint8Array.from(parts.flatMap((part) => [...part]));

const png = base64("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==");
const gif = base64("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==");
const jpeg = base64(
  "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=",
);
const wholeJpeg = joined(jpeg, latin("\xff\xd9"));
const webp = base64("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");
const pdf = text("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n");
const zip = latin(`PK\x05\x06${"\0".repeat(18)}`);
const zipWithEntry = latin(`PK\x03\x04\x14\0\0\0\0\0${"\0".repeat(16)}\x01\0\0\0aPK\x01\x02`);

/** A PNG whose header says that it has `width` × `height` pixels. */
export function pngOfSize(width: number, height: number): Bytes {
  const bytes = png.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

/** A text of just as many bytes. */
export function bytesOfSize(sizeBytes: number): Bytes {
  return new Uint8Array(sizeBytes).fill(0x61);
}

/** Files that are what they seem. */
export const wholeFiles = {
  png: { bytes: png, contentType: "image/png" },
  gif: { bytes: gif, contentType: "image/gif" },
  jpeg: { bytes: wholeJpeg, contentType: "image/jpeg" },
  webp: { bytes: webp, contentType: "image/webp" },
  ico: { bytes: latin(`\0\0\x01\0\x01\0\x10\x10${"\0".repeat(14)}`), contentType: "image/x-icon" },
  pdf: { bytes: pdf, contentType: "application/pdf" },
  zip: { bytes: zipWithEntry, contentType: "application/zip" },
  gzip: { bytes: latin("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"), contentType: "application/gzip" },
  mp4: { bytes: latin("\0\0\0\x18ftypisom\0\0\x02\0isomiso2"), contentType: "video/mp4" },
  webm: { bytes: latin("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01"), contentType: "video/webm" },
  mp3: { bytes: latin("ID3\x04\0\0\0\0\0\0"), contentType: "audio/mpeg" },
  text: { bytes: text("Grüße, 1 < 2 und 3 > 2.\r\n\tZeile zwei 🙂\n"), contentType: "text/plain" },
  empty: { bytes: text(""), contentType: "text/plain" },
  unknown: { bytes: latin("\0\x01\x02\x03"), contentType: "application/octet-stream" },
} as const;

/** Files that are two things at once, and what each is found to be. */
export const polyglots = {
  // Its size field is the beginning of a comment: a picture of 120 million pixels, which no purpose takes.
  "GIF and JavaScript": { bytes: text("GIF89a/*\x2f\x2a*/=1;alert(1)//;"), found: "image/gif" },
  "PDF and ZIP": { bytes: joined(pdf, zipWithEntry, zip), found: "application/pdf" },
  "PNG and HTML": { bytes: joined(png, text("<script>alert(1)</script>")), found: "image/png" },
  "JPEG and ZIP": { bytes: joined(wholeJpeg, zipWithEntry, zip), found: "image/jpeg" },
  "text and HTML": {
    bytes: text(`${"a".repeat(100_000)}<script>alert(1)</script>`),
    found: "application/octet-stream",
  },
} as const;

/** A JPEG that has `count` comments of no length before its size. */
export function jpegOfComments(count: number): Bytes {
  const comments = Uint8Array.from({ length: 4 * count }, (_, at) => [0xff, 0xfe, 0, 2][at % 4] ?? 0);
  const bytes = new Uint8Array(wholeJpeg.byteLength + comments.byteLength);
  bytes.set(wholeJpeg.subarray(0, 2));
  bytes.set(comments, 2);
  bytes.set(wholeJpeg.subarray(2), 2 + comments.byteLength);
  return bytes;
}

/** A PNG that is nothing but empty chunks. */
export function pngOfEmptyChunks(count: number): Bytes {
  const bytes = new Uint8Array(8 + 12 * count);
  bytes.set(png.subarray(0, 8));
  return bytes;
}

/** What begins like a picture. */
export const brokenImages: Readonly<Record<string, Bytes>> = {
  "the signature of a PNG": png.slice(0, 8),
  "a PNG without its end": png.slice(0, -8),
  "a PNG of no pixels": pngOfSize(0, 1),
  "the beginning of a JPEG": jpeg.slice(0, 20),
  "a JPEG without its end": jpeg,
  "a JPEG without a size": latin("\xff\xd8\xff\xd9\xff\xd9"),
  "a GIF without its end": gif.slice(0, 13),
  "a WebP that is shorter than it says": webp.slice(0, -4),
  "an SVG with the signature of an AVIF": latin('    ftypavif<svg width="8" height="8" onload="alert(1)"></svg>'),
  "a PNM with the signature of an AVIF": latin("P6  ftypavif 8 8 255 "),
  "a BMP with the signature of an AVIF": latin(`BM  ftypavif${"\x01\0\0\0".repeat(8)}`),
  "an AVIF without its boxes": latin("\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"),
};

/** What a browser would run if it took it for what it is. */
export const markupFiles: Readonly<Record<string, string>> = {
  HTML: "<!doctype html><title>x</title><script>alert(1)</script>",
  "HTML after a while": `${" ".repeat(2000)}<img src=x onerror=alert(1)>`,
  SVG: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
  XML: '<?xml version="1.0"?><x/>',
  "XSLT with a mark of order": '\ufeff<?xml-stylesheet href="x"?>',
  "a closing tag": "text</title>",
};
