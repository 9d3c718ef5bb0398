import { describe, expect, it } from "vitest";
import { contentDisposition, headersOfFile } from "./fileHeaders";

describe("contentDisposition", () => {
  it.each([
    ["logo.png", `attachment; filename="logo.png"; filename*=UTF-8''logo.png`],
    ["Ein Bild.png", `attachment; filename="Ein Bild.png"; filename*=UTF-8''Ein%20Bild.png`],
    [`a"b\\c.txt`, `attachment; filename="a_b_c.txt"; filename*=UTF-8''a%22b%5Cc.txt`],
    [
      "a\r\nSet-Cookie: x=1.txt",
      `attachment; filename="a__Set-Cookie: x=1.txt"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3D1.txt`,
    ],
    ["Größe 🙂.pdf", `attachment; filename="Gr__e _.pdf"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%F0%9F%99%82.pdf`],
    ["invoice\u202efdp.exe", `attachment; filename="invoice_fdp.exe"; filename*=UTF-8''invoice%E2%80%AEfdp.exe`],
    ["it's (1)*.txt", `attachment; filename="it's (1)*.txt"; filename*=UTF-8''it%27s%20%281%29%2A.txt`],
    ["100%.txt", `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
    ["\ud800.txt", `attachment; filename="_.txt"; filename*=UTF-8''%EF%BF%BD.txt`],
  ])("writes %j", (name, header) => {
    expect(contentDisposition("attachment", name)).toBe(header);
    // Whatever it is called, it is one header that HTTP can carry.
    expect(new Headers({ "content-disposition": header }).get("content-disposition")).toBe(header);
  });
});

it.each([
  ["image/png", "inline"],
  ["image/svg+xml", "attachment"],
  ["image/x-icon", "attachment"],
  ["text/html", "attachment"],
  ["text/plain", "attachment"],
  ["application/pdf", "attachment"],
])("lets browsers show %s: %s", (contentType, disposition) => {
  const headers = headersOfFile({ name: "x", contentType, sha256: "ab" });
  expect(headers["content-disposition"]).toMatch(new RegExp(`^${disposition};`));
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    etag: '"ab"',
  });
});
