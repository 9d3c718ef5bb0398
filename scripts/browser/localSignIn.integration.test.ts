import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePorts } from "../lib/freePorts";
import { raisedLimits } from "../portico/raisedLimits.testing";
import { startPortico } from "../portico/startPortico";
import { freeSettings } from "../portico/testPortico.testing";
import { findChromium, launchChromium } from "./chromium.testing";
import { SwaggerPage } from "./swaggerPage.testing";
import type { Browser } from "playwright-core";
import type { RunningPortico } from "../portico/startPortico";

const executable = findChromium();
if (executable === undefined) {
  console.warn("local sign-in: NOT RUN, no Chromium found (set CHROMIUM_PATH, or install chromium)");
}

describe.skipIf(executable === undefined)("in a real browser", () => {
  let dataDirectory: string;
  let portico: RunningPortico;
  let browser: Browser;

  beforeAll(async () => {
    dataDirectory = await mkdtemp(path.join(tmpdir(), "portico-browser-"));
    const [signInPort] = await freePorts();
    const settings = { ...(await freeSettings(dataDirectory)), signInPort };
    portico = await startPortico(settings, () => {}, {
      passed: { ...process.env, ...raisedLimits },
    });
    browser = await launchChromium(executable ?? "");
  });
  afterAll(async () => {
    await browser?.close();
    await portico?.close();
    await rm(dataDirectory, { recursive: true });
  });

  test("Swagger UI signs a demo user in at the local sign-in, and then acts as that user", async () => {
    const swagger = await SwaggerPage.open(
      await browser.newContext({ viewport: { width: 1280, height: 900 } }),
      `${portico.siteUrl}/v1/docs?domain=tenancy`,
    );
    const dialog = await swagger.openAuthorizations();
    await expect(dialog.locator(".auth-container h4").first().innerText()).resolves.toMatch(/^localSignIn/);
    const scheme = dialog.locator(".auth-container").filter({ hasText: "localSignIn" });
    const opened = swagger.page.waitForEvent("popup");
    await scheme.locator("button.authorize").click();
    const popup = await opened;
    await popup.getByRole("heading", { name: "Sign in for development" }).waitFor();
    const closed = popup.waitForEvent("close");
    await popup.getByRole("button", { name: "acme moderator" }).click();
    await closed;
    await scheme.locator("button", { hasText: "Logout" }).waitFor();
    await swagger.page.locator(".modal-ux .close-modal").click();
    const { status, body } = await swagger.execute(await swagger.openOperation("Me", "getCurrentUser"));
    expect(status, body).toMatch(/^200/);
    expect(JSON.parse(body)).toMatchObject({ organization: { slug: "acme" }, role: { key: "moderator" } });
    expect(swagger.record.errors).toEqual([]);
    await swagger.close();
  });

  test("the first page leads to the reference, without a script and without an error", async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    for (const address of ["/", "/v1"]) {
      await page.goto(portico.siteUrl + address);
      await page.getByRole("heading", { name: "Portico", exact: true }).waitFor();
      for (const link of await page.getByRole("link").all()) {
        const href = await link.evaluate((element: HTMLAnchorElement) => element.href);
        expect((await page.request.get(href)).status(), href).toBe(200);
      }
    }
    await page.getByRole("link", { name: "API reference" }).click();
    await page.locator(".opblock-tag-section").first().waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});
