import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filled, render } from "../../convex/messaging/templates";
import { repositoryRoot } from "../lib/repositoryFiles";
import { findChromium, launchChromium } from "./chromium.testing";
import { contrasts } from "./contrasts.testing";
import type { TemplateData, TemplateType } from "../../convex/messaging/templates";
import type { Browser } from "playwright-core";

// Writes pictures of every template, to be looked at: `PORTICO_PICTURES=1 npx vitest run scripts/browser/emails`.
const takesPictures = process.env["PORTICO_PICTURES"] === "1";
const folder = path.join(repositoryRoot, "node_modules/.cache/email-pictures");

const longName = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
const failingWebhook = {
  organizationName: "North Wind Energy",
  url: "https://hooks.example.com/portico/with/a/path/that/is/rather/long",
  failingSince: Date.UTC(2026, 0, 14, 9, 30),
};
const subscription = {
  organizationName: "North Wind Energy",
  tierName: "Pro",
  until: Date.UTC(2026, 1, 14, 9, 30),
};
const samples: { readonly [Type in TemplateType]: TemplateData[Type] } = {
  welcome: { name: "Dana Okoye" },
  organizationInvite: {
    organizationName: `${longName} <b>& Söhne</b>`,
    roleName: "Member",
    inviterName: "Dana Okoye",
    expiresAt: Date.UTC(2026, 0, 22, 9, 30),
  },
  roleChanged: { organizationName: "North Wind Energy", roleName: "Administrator" },
  organizationDeleted: { organizationName: "North Wind Energy", purgeAfter: Date.UTC(2026, 1, 14, 9, 30) },
  invitationAccepted: { organizationName: "North Wind Energy", personName: "Sam Rivera", roleName: "Member" },
  webhookFailing: failingWebhook,
  webhookDisabled: failingWebhook,
  billFinalized: {
    organizationName: "North Wind Energy",
    number: "B-2026-00042",
    period: "2026-01-01 to 2026-01-31",
    total: "USD 1,234.50",
  },
  subscriptionActive: subscription,
  subscriptionCanceled: subscription,
  paymentFailed: subscription,
  trialEnding: subscription,
};
const filling = {
  token: `inv_${"4fZ2kQ9xB7".repeat(5).slice(0, 43)}`,
  unsubscribe: "https://api.example.com/v1/email/unsubscribe?token=a.b.c",
};
const names = Object.keys(samples).filter((name): name is TemplateType => Object.hasOwn(samples, name));

function mailOf(type: TemplateType, siteUrl: string | undefined) {
  return filled(render(type, samples[type], { siteUrl, carriesToken: true }), filling);
}

const executablePath = findChromium();

describe.skipIf(executablePath === undefined)("an e-mail in a browser", () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launchChromium(executablePath ?? "")));
  afterAll(() => browser.close());

  it.each(
    names.flatMap(
      (name) =>
        [
          [name, "https://app.example.com"],
          [name, undefined],
        ] as const,
    ),
  )(
    "loads nothing, fits a small screen, and is legible in light and dark: %s, product at %s",
    async (name, siteUrl) => {
      const { html, text, subject } = mailOf(name, siteUrl);
      const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setContent(html);
        expect(await page.title()).toBe(subject);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
        for (const ratio of await page.evaluate<number[]>(contrasts)) expect(ratio).toBeGreaterThanOrEqual(4.5);
        if (!takesPictures) continue;
        await mkdir(folder, { recursive: true });
        const file = path.join(folder, `${name}-${siteUrl === undefined ? "token" : "link"}`);
        await page.screenshot({ path: `${file}-${colorScheme}-small.png`, fullPage: true });
        await page.setViewportSize({ width: 800, height: 600 });
        await page.screenshot({ path: `${file}-${colorScheme}.png`, fullPage: true });
        await page.setViewportSize({ width: 360, height: 640 });
        await writeFile(`${file}.txt`, text);
        process.stdout.write(`${file}-${colorScheme}.png\n`);
      }
      expect(requests).toEqual([]);
      await page.close();
    },
  );
});
