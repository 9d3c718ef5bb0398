import { escaped } from "../../core/wire/html";
import { daysAfter } from "../calendar";
import { amountText, priceText } from "./amounts";
import type { Doc } from "../../_generated/dataModel";

/** What a page shows of a bill. */
type Bill = Pick<
  Doc<"bills">,
  | "number"
  | "status"
  | "startDate"
  | "endDate"
  | "timeZone"
  | "currency"
  | "subtotal"
  | "total"
  | "notes"
  | "finalizedAt"
  | "paidAt"
  | "cancelledAt"
  | "paymentReference"
> & { readonly adjustments: readonly Omit<Doc<"bills">["adjustments"][number], "adjustmentId">[] };
type Line = Pick<Doc<"billLineItems">, "description" | "units" | "unitCost" | "total">;

const style = `:root{color-scheme:light dark;--text:#1c1c1e;--muted:#5b5b66;--line:#dcdce2;--strong:#1c1c1e;--back:#fff}
@media (prefers-color-scheme:dark){:root{--text:#ececf1;--muted:#a9a9b6;--line:#3a3a44;--strong:#ececf1;--back:#17171b}}
@page{size:A4;margin:18mm 16mm}
body{margin:0 auto;max-width:52rem;padding:3rem 1.5rem;font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:1rem 2rem;margin-bottom:2.5rem}
h1{font-size:1.7rem;line-height:1.2;margin:0}header p,dl{margin:.25rem 0 0;color:var(--muted)}header p,td,th,.notes{overflow-wrap:anywhere}
.state{display:inline-block;padding:.1rem .6rem;border:1px solid currentColor;border-radius:1rem;font-size:.85rem}
dl{display:grid;grid-template-columns:auto auto;gap:.15rem 1rem}dd{margin:0;color:var(--text);text-align:right}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th{font-size:.85rem;font-weight:600;color:var(--muted);border-bottom:2px solid var(--strong)}
th,td{padding:.55rem .75rem .55rem 0;text-align:left;vertical-align:top}th:nth-child(n+2),td:nth-child(n+2){text-align:right;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}tbody td,tfoot .after td{border-bottom:1px solid var(--line)}td small{display:block;color:var(--muted)}
tfoot td{font-weight:400}tfoot .total td{font-weight:700;font-size:1.15rem;border-top:2px solid var(--strong)}
.notes{white-space:pre-wrap;margin-top:2rem}footer{margin-top:2.5rem;font-size:.85rem;color:var(--muted)}
@media print{:root{--text:#000;--muted:#444;--line:#bbb;--strong:#000;--back:#fff}body{max-width:none;padding:0;font-size:10.5pt}
thead{display:table-header-group}tfoot{display:table-row-group}tr{break-inside:avoid}.total{break-before:avoid}}
.each{display:none!important}
@media screen and (max-width:34rem){table,thead,tbody,tfoot{display:block}tr{display:flex}th:first-child,td:first-child{flex:1}
.wide{display:none}.each{display:block!important}}`;

/** A bill as a document for people: nothing in it is loaded, nothing runs, and every text is text. */
export function pageOfBill(bill: Bill, lines: readonly Line[], organizationName: string): string {
  const { currency, subtotal, adjustments, total, number, startDate, endDate, notes } = bill;
  const title = number === undefined ? "Draft of a bill" : `Bill ${number}`;
  const money = (minorUnits: number) => escaped(amountText(minorUnits, currency));
  const facts: [term: string, description: string][] = [
    ["Period", `${dateText(startDate)} – ${dateText(daysAfter(endDate, -1))}`],
    ["Time zone", bill.timeZone],
    ...timesOf(bill),
    ...(bill.paymentReference === undefined ? [] : ([["Payment", bill.paymentReference]] satisfies [string, string][])),
  ];
  const rows = lines.map(
    ({ description, units, unitCost, total: cost }) =>
      `<tr><td>${escaped(description)}<small class="each">${escaped(`${unitsText(units)} × ${priceText(unitCost, currency)}`)}</small></td><td class="wide">${escaped(unitsText(units))}</td><td class="wide">${escaped(priceText(unitCost, currency))}</td><td>${money(cost)}</td></tr>`,
  );
  const changes = adjustments
    .filter(({ applied }) => applied !== 0)
    .map(
      ({ reason, applied, isGranted, ...adjustment }) =>
        `<tr class="after"><td colspan="3">${escaped(reason)}<small>${escaped(kindOf(adjustment, isGranted))}</small></td><td>${money(applied)}</td></tr>`,
    );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${style}</style></head>
<body><header><div><h1>${escaped(title)}</h1><p>${escaped(organizationName)}</p><p><span class="state">${bill.status}</span></p></div>
<dl>${facts.map(([term, description]) => `<dt>${term}</dt><dd>${escaped(description)}</dd>`).join("")}</dl></header>
<main><table><thead><tr><th scope="col">Description</th><th scope="col" class="wide">Units</th><th scope="col" class="wide">Price</th><th scope="col">Amount</th></tr></thead>
<tbody>${rows.join("\n") || `<tr><td colspan="4">Nothing was used.</td></tr>`}</tbody>
<tfoot><tr class="after"><td colspan="3">Subtotal</td><td>${money(subtotal)}</td></tr>
${changes.join("\n")}
<tr class="total"><td colspan="3">Total</td><td>${money(total)}</td></tr></tfoot></table>
${notes === undefined || notes === "" ? "" : `<p class="notes">${escaped(notes)}</p>`}</main>
<footer>${bill.status === "draft" ? "This is a draft: amounts may change until it is finalized." : `Each line is rounded once, to the minor unit of ${currency.toUpperCase()}.`}</footer></body>
</html>
`;
}

function timesOf({ timeZone, finalizedAt, paidAt, cancelledAt }: Bill): [string, string][] {
  const times: [string, number | undefined][] = [
    ["Finalized", finalizedAt],
    ["Paid", paidAt],
    ["Cancelled", cancelledAt],
  ];
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "long" });
  return times.flatMap(([term, time]): [string, string][] => (time === undefined ? [] : [[term, format.format(time)]]));
}

function dateText(date: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "long" }).format(Date.parse(date));
}

function unitsText(units: number): string {
  return new Intl.NumberFormat("en", { maximumFractionDigits: 6 }).format(units);
}

function kindOf(
  { type, amountType, amount }: Pick<Bill["adjustments"][number], "type" | "amountType" | "amount">,
  isGranted: boolean,
): string {
  const kind = amountType === "percent" ? `${type} of ${amount} %` : type;
  return isGranted ? kind : `${kind}, carried over`;
}
