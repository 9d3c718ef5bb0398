import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, launchChromium } from "../../scripts/browser/chromium.testing";

const executable = findChromium();
if (executable === undefined) {
  console.warn("sdk in a browser: NOT RUN, no Chromium found (set CHROMIUM_PATH, or install chromium)");
}

/** A name of a company's own network, on plain http: no secure context, where browsers leave functions out. */
const origin = "http://intranet.test";

describe.skipIf(executable === undefined)("in Chromium on plain http", { timeout: 60_000 }, () => {
  let browser: Browser;
  let page: Page;
  const requests: { readonly method: string; readonly headers: Record<string, string> }[] = [];

  beforeAll(async () => {
    const bundle = await build({
      entryPoints: [fileURLToPath(new URL("../src/rest.ts", import.meta.url))],
      bundle: true,
      format: "iife",
      globalName: "sdk",
      platform: "browser",
      write: false,
    });
    browser = await launchChromium(executable ?? "");
    page = await browser.newPage();
    // Answered before any name is looked up.
    await page.route(`${origin}/**`, async (route) => {
      const request = route.request();
      const { pathname } = new URL(request.url());
      if (pathname === "/") return route.fulfill({ contentType: "text/html", body: "<title>Intranet</title>" });
      requests.push({ method: request.method(), headers: request.headers() });
      if (pathname === "/v1/schedules/missing")
        return route.fulfill({ status: 404, json: { code: "not_found", title: "Not found" } });
      return route.fulfill({ json: { id: "s1" } });
    });
    await page.goto(origin);
    await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? "" });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
  });

  test("a POST is sent, with a key of its own", async () => {
    const answered = await page.evaluate(`(async () => {
      const portico = new sdk.Portico({ baseUrl: location.origin, apiKey: "sk_test_browser" });
      const { id } = await portico.schedules.create({ title: "Patch day", startDate: 1, endDate: 2 });
      return { id, isSecureContext, uuid: typeof crypto.randomUUID };
    })()`);
    // The last two: the situation that the test is about.
    expect(answered).toEqual({ id: "s1", isSecureContext: false, uuid: "undefined" });
    expect(requests.at(-1)).toMatchObject({
      method: "POST",
      headers: {
        "idempotency-key": expect.stringMatching(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/),
        "portico-client": expect.stringMatching(/^portico-sdk\//),
        "user-agent": expect.stringContaining("Chrome"),
      },
    });
  });

  test("an error names its operation and the function that called", async () => {
    const error = await page.evaluate(`(async () => {
      const portico = new sdk.Portico({ baseUrl: location.origin, apiKey: "sk_test_browser" });
      const theCaller = async () => await portico.schedules.get("missing");
      return theCaller().catch(({ message, stack }) => ({ message, stack }));
    })()`);
    expect(error).toEqual({
      message: "Not found (schedules.get, GET /v1/schedules/{id})",
      stack: expect.stringContaining("theCaller"),
    });
  });
});
