import path from "node:path";
import * as z from "zod";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { documentDomains } from "../../convex/documentation/documentDomains";
import { startTestPortico } from "../portico/testPortico.testing";
import { findChromium, launchChromium } from "./chromium.testing";
import { SwaggerPage } from "./swaggerPage.testing";
import type { Browser, BrowserContext, Locator } from "playwright-core";
import type { TestPortico } from "../portico/testPortico.testing";

// Each picture of the docs is taken anew where this says so: `PORTICO_PICTURES=1 npx vitest run scripts/browser`.
const takesPictures = process.env["PORTICO_PICTURES"] === "1";
const pictures = path.join(import.meta.dirname, "../../docs/pictures");

const executable = findChromium();
if (executable === undefined) {
  console.warn("swagger ui: NOT RUN, no Chromium found (set CHROMIUM_PATH, or install chromium)");
}

const scheduleRow = z.object({ id: z.string(), title: z.string(), status: z.string() });
const schedulePage = z.object({ data: z.array(scheduleRow) });

describe.skipIf(executable === undefined)("Swagger UI in a real browser", () => {
  let portico: TestPortico;
  let browser: Browser;
  // One profile, as a person has: only the first test loads Swagger UI over the network and compiles it from nothing.
  let profile: BrowserContext;
  let swagger: SwaggerPage;

  beforeAll(async () => {
    portico = await startTestPortico();
    browser = await launchChromium(executable ?? "");
    profile = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  });
  afterEach(() => swagger.close());
  afterAll(async () => {
    await browser?.close();
    await portico?.close();
  });

  test("an API key lists and creates schedules with the values that the page proposes", async () => {
    const { apiKey } = acme();
    swagger = await SwaggerPage.open(profile, workspaceUrl());
    await swagger.authorizeWithBearer("apiKey", apiKey);
    const operation = await listAndCreate();
    // The proposed values create another row each time they are sent.
    const count = (await schedules()).length;
    const again = await swagger.execute(operation);
    expect(again.status, again.body).toMatch(/^201/);
    await expect.poll(async () => (await schedules()).length).toBe(count + 1);
    expect(credentialsSent()).toEqual([`Bearer ${apiKey}`]);
    expectNothingForeign();
    if (takesPictures) await takePicture("swagger-ui.png");
  });

  test("client credentials are exchanged for a token that does the same", async () => {
    swagger = await SwaggerPage.open(profile, workspaceUrl());
    await swagger.authorizeWithClient("clientCredentials", { id: "anything", secret: acme().apiKey });
    await listAndCreate();
    const [exchange, ...calls] = credentialsSent();
    expect(exchange).toMatch(/^Basic /);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/^Bearer eyJ/);
    expectNothingForeign();
  });

  test("the dialog begins with the API key, in sight, and asks for no client id", async () => {
    swagger = await SwaggerPage.open(profile, `${portico.demo.docsUrl}?domain=sites`);
    const dialog = await swagger.openAuthorizations();
    const headings = await dialog.locator("h4").allInnerTexts();
    const schemes = ["apiKey", "clientCredentials", "userToken", "agentKey", "enrollmentToken"];
    expect(headings.map((heading) => heading.trim().split(/\s/)[0])).toEqual(schemes);
    expect(await dialog.locator(".modal-ux-content").evaluate(({ scrollTop }) => scrollTop)).toBe(0);
    expect(await dialog.getByLabel("client_id").inputValue()).not.toBe("");
  });

  test("a person authorizes once, goes from domain to domain and back, and gets real answers in each", async () => {
    const { apiKey } = acme();
    swagger = await SwaggerPage.open(profile, portico.demo.docsUrl);
    const [first] = documentDomains;
    expect(await swagger.domains()).toEqual({
      offered: documentDomains.map(({ title }) => title),
      chosen: [first?.title],
      tags: first?.tags,
    });
    await swagger.openDomain("Sites");
    await swagger.authorizeWithBearer("apiKey", apiKey);
    const sites = await swagger.execute(await swagger.openOperation("Sites", "listSites"));
    expect(sites.status, sites.body).toMatch(/^200/);

    for (const { title, tags } of documentDomains.toReversed()) {
      await swagger.openDomain(title);
      expect(await swagger.domains()).toMatchObject({ chosen: [title], tags });
    }
    await swagger.openDomain("Access");
    await swagger.page.goBack();
    await expect.poll(() => swagger.domains()).toMatchObject({ chosen: [first?.title], tags: first?.tags });
    await swagger.page.goForward();
    await expect.poll(() => swagger.domains()).toMatchObject({ chosen: ["Access"] });
    await swagger.openDomain("Workspace");
    await list();
    expect(credentialsSent()).toEqual([`Bearer ${apiKey}`]);
    expectNothingForeign();
    // What is typed in goes with the page: the browser keeps nothing of it.
    expect(await swagger.page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  });

  test("an operation is a few screens tall, and unfolds what a refusal looks like, headers and code", async () => {
    swagger = await SwaggerPage.open(profile, workspaceUrl());
    const operation = await swagger.openOperation("Schedules", "updateSchedule");
    const refusals = operation.locator("tr.folded");
    await refusals.first().waitFor();
    const heightPx = await operation.evaluate(({ scrollHeight }) => scrollHeight);
    expect(heightPx).toBeLessThan(3000);
    const stateful = refusals.filter({ hasText: "409" }).getByRole("button");
    expect(await stateful.innerText()).toMatch(/^invalid_state_transition, /);
    const count = await operation.locator("tr.response").count();
    expect(await refusals.count()).toBe(count - 1);
    await refusals.filter({ hasText: "412" }).getByRole("button").click();
    await operation.locator("tr.unfolded", { hasText: "precondition_failed" }).waitFor();
    await operation
      .getByText(/^\d+ headers$/)
      .first()
      .click();
    await operation.getByRole("cell", { name: "X-Request-Id" }).first().waitFor();

    await operation.getByText("Code: curl, TypeScript").click();
    const code = operation.locator(".code-samples");
    await expect.poll(() => code.innerText()).toContain("await portico.schedules.update(");
    expect(await code.innerText()).toContain(`curl -X PATCH "${portico.siteUrl}/v1/schedules/`);
    // Who has asked for code once sees it with the next operation.
    const next = await swagger.openOperation("Schedules", "listSchedules");
    await expect.poll(() => next.locator(".code-samples").innerText()).toContain("portico.schedules.list()");
    expectNothingForeign();
    if (takesPictures) {
      process.stdout.write(`an open operation is ${heightPx} px tall\n`);
      const picture = path.join(import.meta.dirname, "../../node_modules/.cache/swagger-operation.png");
      await operation.screenshot({ path: picture });
    }
  });

  test("an address of an operation opens its domain and the operation", async () => {
    swagger = await SwaggerPage.open(profile, `${portico.demo.docsUrl}#/API%20keys/createApiKey`);
    expect(await swagger.domains()).toMatchObject({ chosen: ["Access"] });
    await swagger.page.locator(".opblock.is-open", { hasText: "createApiKey" }).waitFor();
    await expect.poll(() => resolved("/v1/api-keys", "post")).toContain('"operationId":"createApiKey"');
    // Swagger UI's own resolver, which would take seconds, leaves notes of what each reference was.
    expect(await resolved("/v1/api-keys", "post")).not.toMatch(/"\$\$?ref"/);
    // The address that the page writes for another operation opens that one, in the same way.
    await swagger.openDomain("Sites");
    await swagger.openOperation("Agents", "listAgents");
    const address = swagger.page.url();
    await swagger.close();
    swagger = await SwaggerPage.open(profile, address);
    expect(await swagger.domains()).toMatchObject({ chosen: ["Sites"] });
    await swagger.page.locator(".opblock.is-open", { hasText: "listAgents" }).waitFor();
    expectNothingForeign();
  });

  test("the domain that was chosen last is shown, whichever answer comes last, and a failure can be tried again", async () => {
    swagger = await SwaggerPage.open(profile, portico.demo.docsUrl);
    const { page } = swagger;
    const held: (() => Promise<void>)[] = [];
    await page.route("**/v1/openapi/access", (route) => void held.push(() => route.continue()));
    await page.locator("#domains").getByRole("link", { name: "Access" }).click();
    await expect.poll(() => held.length).toBe(1);
    await swagger.openDomain("Workspace");
    const late = page.waitForResponse("**/v1/openapi/access");
    await held[0]?.();
    await (await late).finished();
    await page.unroute("**/v1/openapi/access");

    await page.route("**/v1/openapi/sites", (route) => route.fulfill({ status: 503, body: "" }));
    await page.locator(`#domains a[data-title="Sites"]`).click();
    await page.getByText("HTTP 503").waitFor();
    await page.unroute("**/v1/openapi/sites");
    await swagger.openDomain("Sites");
    expect(await page.getByText("HTTP 503").count()).toBe(0);
    expect(await swagger.domains()).toMatchObject({ chosen: ["Sites"], tags: expect.arrayContaining(["Agents"]) });
  });

  test("a script that is not of the page is refused, and this test would have seen it", async () => {
    swagger = await SwaggerPage.open(profile, portico.demo.docsUrl);
    await expect(swagger.page.addScriptTag({ content: "window.planted = 1" })).rejects.toThrow(
      /Content Security Policy/,
    );
    expect(swagger.record.errors.join("\n")).toMatch(/Content Security Policy/);
  });

  /** Lists and creates with what the page proposes, as REST has it. */
  async function listAndCreate(): Promise<Locator> {
    const before = await schedules();
    const listed = await list();
    expect(schedulePage.parse(JSON.parse(listed.body)).data).toHaveLength(before.length);

    const operation = await swagger.openOperation("Schedules", "createSchedule");
    const created = await swagger.execute(operation);
    expect(created.status, created.body).toMatch(/^201/);
    const row = scheduleRow.parse(JSON.parse(created.body));
    expect(before.map(({ id }) => id)).not.toContain(row.id);
    expect(await schedules()).toContainEqual(row);
    return operation;
  }

  async function list(): Promise<{ body: string }> {
    const listed = await swagger.execute(await swagger.openOperation("Schedules", "listSchedules"));
    expect(listed.status, listed.body).toMatch(/^200/);
    return listed;
  }

  /** The operation as the page has it in mind, its references resolved. */
  async function resolved(route: string, method: string): Promise<string> {
    const at = JSON.stringify(["paths", route, method]);
    return swagger.page.evaluate<string>(`JSON.stringify(window.ui.specSelectors.specResolvedSubtree(${at}) ?? null)`);
  }

  /** The picture of the docs: an operation and its answer, without the key that the curl line shows. */
  async function takePicture(name: string): Promise<void> {
    const { page } = swagger;
    const operation = page.locator(".opblock.is-open", { hasText: "createSchedule" });
    await page.setViewportSize({ width: 1280, height: 1560 });
    await page.mouse.move(0, 0);
    await operation.locator(".curl").evaluate((element, key) => {
      element.innerHTML = element.innerHTML.replaceAll(key, "sk_live_…");
    }, acme().apiKey);
    await operation.evaluate((element) => element.scrollIntoView());
    await page.screenshot({ path: path.join(pictures, name), animations: "disabled", caret: "hide" });
  }

  /** The distinct credentials of the page's requests, in the order of their first use. */
  function credentialsSent(): string[] {
    return [...new Set(swagger.record.requests.flatMap(({ authorization }) => authorization ?? []))];
  }

  function expectNothingForeign(): void {
    expect(swagger.record.errors).toEqual([]);
    const { origin } = new URL(portico.demo.docsUrl);
    const urls = swagger.record.requests.map(({ url }) => url).filter((url) => !url.startsWith("data:"));
    expect(urls.length).toBeGreaterThan(5);
    expect(urls.filter((url) => new URL(url).origin !== origin)).toEqual([]);
  }

  function workspaceUrl(): string {
    return `${portico.demo.docsUrl}?domain=workspace`;
  }

  function acme(): TestPortico["demo"]["organizations"][number] {
    const [organization] = portico.demo.organizations;
    if (!organization) throw new Error("There is no demo organization.");
    return organization;
  }

  /** The schedules as REST has them, past the page. */
  async function schedules(): Promise<z.infer<typeof schedulePage>["data"]> {
    const response = await fetch(`${portico.demo.restUrl}/v1/schedules?limit=100`, {
      headers: { authorization: `Bearer ${acme().apiKey}` },
    });
    return schedulePage.parse(await response.json()).data;
  }
});
