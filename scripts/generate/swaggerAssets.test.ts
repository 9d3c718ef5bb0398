import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { swaggerAssets } from "../../convex/documentation/swaggerAssets";

test("every file unpacks to what its hash says", () => {
  for (const [name, { sha256, gzipBase64 }] of swaggerAssets) {
    const content = gunzipSync(Buffer.from(gzipBase64, "base64"));
    expect(createHash("sha256").update(content).digest("hex"), name).toBe(sha256);
  }
});

test("holds what the documentation page loads, and a licence for what it ships", () => {
  expect([...swaggerAssets.keys()]).toEqual(
    expect.arrayContaining([
      "swagger-ui-bundle.js",
      "swagger-ui.css",
      "oauth2-redirect.html",
      "swagger-ui-bundle.js.LICENSE.txt",
    ]),
  );
});
