import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bundleOnce } from "../../host/testing/bundleOnce.testing";
import { freePorts } from "../lib/freePorts";
import { repositoryRoot } from "../lib/repositoryFiles";
import { sdkBuildFault } from "../lib/sdkBuild";
import { raisedLimits } from "../portico/raisedLimits.testing";
import { startPortico } from "../portico/startPortico";
import { freeSettings } from "../portico/testPortico.testing";
import { findChromium, launchChromium } from "./chromium.testing";
import type { ChildProcess } from "node:child_process";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { RunningPortico } from "../portico/startPortico";

const executable = findChromium();
if (executable === undefined) {
  console.warn("browser-live: NOT RUN, no Chromium found (set CHROMIUM_PATH, or install chromium)");
}

describe.skipIf(executable === undefined)("examples/browser-live", () => {
  let dataDirectory: string;
  let portico: RunningPortico;
  let browser: Browser;
  let example: ChildProcess;
  let address: string;
  const errors: string[] = [];
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    // `npm test` has built it; the example imports the package as its users do.
    const fault = await sdkBuildFault();
    if (fault !== undefined) throw new Error(fault);
    dataDirectory = await mkdtemp(path.join(tmpdir(), "portico-browser-"));
    const [signInPort, pagePort] = await freePorts();
    const settings = { ...(await freeSettings(dataDirectory)), signInPort };
    const passed = { ...process.env, ...raisedLimits };
    portico = await startPortico(settings, () => {}, { bundle: bundleOnce, passed });
    const tsx = path.join(repositoryRoot, "node_modules/tsx/dist/cli.mjs");
    example = spawn(process.execPath, [tsx, "examples/browser-live/main.ts"], {
      cwd: repositoryRoot,
      env: {
        PATH: process.env["PATH"],
        PORT: String(pagePort),
        PORTICO_URL: portico.siteUrl,
        PORTICO_CONVEX_URL: portico.cloudUrl,
        PORTICO_SIGN_IN_URL: portico.signInUrl,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    address = await addressOf(example);
    browser = await launchChromium(executable ?? "");
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    example?.kill();
    await portico?.close();
    await rm(dataDirectory, { recursive: true });
  });

  test("two people see each other's changes, and those of programs, without a reload", async () => {
    const owner = await signedIn("acme owner");
    const viewer = await signedIn("acme viewer");
    await viewer.getByText("Acme viewer, Acme", { exact: true }).waitFor();
    const before = await owner.getByRole("listitem").count();
    expect(await viewer.getByRole("listitem").count()).toBe(before);

    await owner.getByPlaceholder("What is to be done").fill("Look at the pumps");
    await owner.getByRole("button", { name: "Add" }).click();
    const seen = viewer.getByRole("listitem").filter({ hasText: "Look at the pumps" });
    await seen.waitFor();
    await owner.getByRole("checkbox", { name: "Look at the pumps" }).click();
    await viewer.locator("li.done", { hasText: "Look at the pumps" }).waitFor();

    const apiKey = portico.demo?.organizations[0]?.apiKey;
    const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
    const body = JSON.stringify({ text: "From a program" });
    expect((await fetch(`${portico.siteUrl}/v1/todos`, { method: "POST", headers, body })).status).toBe(201);
    for (const page of [owner, viewer])
      await page.getByRole("listitem").filter({ hasText: "From a program" }).waitFor();
    if (process.env["PORTICO_PICTURES"] === "1") {
      const picture = path.join(repositoryRoot, "node_modules/.cache/browser-live.png");
      await owner.screenshot({ path: picture });
      process.stdout.write(`${picture}\n`);
    }

    const own = owner.getByRole("listitem").filter({ hasText: "Look at the pumps" });
    await own.getByRole("button", { name: "Delete" }).click();
    await seen.waitFor({ state: "detached" });
    expect(errors).toEqual([]);
  });

  test("who may not change anything is told so, and nobody of another organization sees anything", async () => {
    const viewer = await signedIn("acme viewer");
    await viewer.getByPlaceholder("What is to be done").fill("Not allowed");
    await viewer.getByRole("button", { name: "Add" }).click();
    await expect.poll(() => viewer.getByRole("alert").innerText()).toMatch(/permission/);
    const stranger = await signedIn("globex owner");
    await stranger.getByText("Globex owner, Globex", { exact: true }).waitFor();
    expect(await stranger.getByText("From a program").count()).toBe(0);
    errors.length = 0;
  });

  /** A person in a browser of their own, whose todos are shown. */
  async function signedIn(name: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 900, height: 700 } });
    contexts.push(context);
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(address);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name }).click();
    await page.getByRole("listitem").first().waitFor();
    return page;
  }
});

/** The address that the example prints. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [url] = /http:\S+/.exec(text) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once("exit", () => reject(new Error(`The example ended: ${text}`)));
  });
}
