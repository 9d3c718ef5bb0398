import { mkdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageOfBill } from "../../convex/billing/bills/page";
import { repositoryRoot } from "../lib/repositoryFiles";
import { findChromium, launchChromium } from "./chromium.testing";
import { contrasts } from "./contrasts.testing";
import type { Browser } from "playwright-core";

// Writes pictures of a bill and its print, to be looked at: `PORTICO_PICTURES=1 npx vitest run scripts/browser/bill`.
const takesPictures = process.env["PORTICO_PICTURES"] === "1";
const folder = path.join(repositoryRoot, "node_modules/.cache/bill-pictures");

type BillPage = Parameters<typeof pageOfBill>;
const longName = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

const adjustment = (values: Partial<BillPage[0]["adjustments"][number]>): BillPage[0]["adjustments"][number] => ({
  type: "credit",
  amountType: "fixed",
  amount: 2500,
  reason: "Outage of 3 January",
  applied: -2500,
  isGranted: true,
  ...values,
});

const bill: BillPage[0] = {
  number: "B-2026-00042",
  startDate: "2026-01-01",
  endDate: "2026-02-01",
  timeZone: "Europe/Zurich",
  status: "finalized",
  currency: "chf",
  subtotal: 1_234_550,
  total: 1_111_095,
  adjustments: [
    adjustment({}),
    adjustment({
      type: "discount",
      amountType: "percent",
      amount: 9,
      reason: "Nine per cent for the first year",
      applied: -110_955,
    }),
    adjustment({ reason: `Left over from <December> & "before"`, applied: -10_000, isGranted: false }),
  ],
  notes: "Thank you.\nPay within 30 days; ask billing@northwind.example whatever is unclear.",
  finalizedAt: Date.UTC(2026, 1, 2),
};
const line = (description: string, units: number, unitCost: number, total: number): BillPage[1][number] => ({
  description,
  units,
  unitCost,
  total,
});
const lines = [
  line("endpoint, 2026-01-01 to 2026-01-31", 4200, 250, 1_050_000),
  line("mailbox, 2026-01-01 to 2026-01-31", 1234.5, 125.0375, 154_359),
  line(longName, 1, 30_191, 30_191),
];

const executablePath = findChromium();

describe.skipIf(executablePath === undefined)("a bill in a browser", () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launchChromium(executablePath ?? "")));
  afterAll(() => browser.close());

  it.each([
    ["short", lines, bill],
    [
      "long",
      Array.from({ length: 60 }, (_, at) => line(`Site ${at + 1}, 2026-01-01 to 2026-01-31`, at, 250, at * 250)),
      bill,
    ],
    ["draft", [], { ...bill, number: undefined, status: "draft" as const, adjustments: [], subtotal: 0, total: 0 }],
  ])(
    "loads nothing, fits screens and paper, and is legible in light and dark: %s",
    async (name, shown, { number, ...rest }) => {
      const html = pageOfBill(
        { ...rest, ...(number === undefined ? {} : { number }) },
        shown,
        "North Wind <b>Energy</b> & Söhne",
      );
      const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, media: "screen" });
        await page.setContent(html);
        expect(await page.locator("h1").textContent()).toBe(
          number === undefined ? "Draft of a bill" : `Bill ${number}`,
        );
        expect(await page.locator("header p").first().textContent()).toBe("North Wind <b>Energy</b> & Söhne");
        for (const width of [360, 1024]) {
          await page.setViewportSize({ width, height: 800 });
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
          for (const ratio of await page.evaluate<number[]>(contrasts)) expect(ratio).toBeGreaterThanOrEqual(4.5);
          for (const amount of await page.locator("tfoot td:last-child").all())
            expect(await amount.isVisible()).toBe(true);
          // Amounts stand below each other.
          expect(new Set(await page.evaluate<number[]>(rightEdges)).size).toBe(1);
          if (!takesPictures) continue;
          await mkdir(folder, { recursive: true });
          await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}-${width}.png`), fullPage: true });
        }
      }
      // What is printed is dark on light whatever the screen was.
      await page.emulateMedia({ colorScheme: "dark", media: "print" });
      for (const ratio of await page.evaluate<number[]>(contrasts)) expect(ratio).toBeGreaterThanOrEqual(4.5);
      expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
      const pdf = await page.pdf({ preferCSSPageSize: true });
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length;
      expect(pages).toBe(name === "long" ? 4 : 1);
      if (takesPictures) {
        await page.pdf({ path: path.join(folder, `${name}.pdf`), preferCSSPageSize: true });
        await page.setViewportSize({ width: 794, height: 1123 });
        await page.screenshot({ path: path.join(folder, `${name}-print.png`), fullPage: true });
      }
      expect(requests).toEqual([]);
      await page.close();
    },
  );
});

/** Where the last cells of all rows end. */
const rightEdges = `[...document.querySelectorAll("tr > :last-child")].map((cell) => Math.round(cell.getBoundingClientRect().right))`;
