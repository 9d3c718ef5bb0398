import type { FakePsa } from "./fakePsa";

/** The customers of this example, whose sites are named after them. */
export const customers = [
  { id: 9001, name: "Harbour Logistics" },
  { id: 9002, name: "Mill Lane Dental" },
] as const;

const device = (id: number, customer: number, name: string, status: string, day: string) => ({
  id,
  client_id: customer,
  last_update: day,
  key_field: name,
  status,
  serial_number: `SN-${id}`,
  os: "Windows 11 Pro",
});
const ticket = (id: number, customer: number, summary: string, status: string, day: string) => ({
  id,
  client_id: customer,
  last_update: day,
  summary,
  status_name: status,
  priority_name: "P3",
});

/** What the provider has when the example begins: more devices than fit on one page. */
export function stock({ rows }: FakePsa): void {
  const day = "2026-01-14T09:00:00Z";
  for (const { id, name } of customers)
    rows.companies.push({ id, client_id: id, last_update: day, name, status: "active" });
  for (let at = 1; at <= 120; at++) {
    const customer = customers[at % 2]?.id ?? customers[0].id;
    rows.devices.push(device(at, customer, `PC-${String(at).padStart(3, "0")}`, "online", day));
  }
  rows.tickets.push(
    ticket(501, customers[0].id, "The printer in the office is offline", "Open", day),
    ticket(502, customers[0].id, "A new laptop for Dana", "In progress", day),
    ticket(503, customers[1].id, "E-mail is slow", "Open", day),
  );
}

/** What happens there before the second sync: a ticket is solved, another one opened, a device goes offline. */
export function passOneDay({ rows }: FakePsa): void {
  const day = "2026-01-15T09:00:00Z";
  rows.tickets.splice(0, 1, ticket(501, customers[0].id, "The printer in the office is offline", "Closed", day));
  rows.tickets.push(ticket(504, customers[1].id, "The backup has failed", "Open", day));
  rows.devices.splice(6, 1, device(7, customers[1].id, "PC-007", "offline", day));
}
