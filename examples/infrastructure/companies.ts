import { startFakeProvider } from "./fakeProvider";
import type { FakeProvider } from "./fakeProvider";

/** Where the two companies listen. */
export interface CompanyPorts {
  readonly cloud: number;
  readonly hosting: number;
}

/** A cloud where the agency runs machines and databases of all its customers: more of them than fit on one page. */
export async function startCloud({ cloud: port }: CompanyPorts): Promise<FakeProvider> {
  const provider = await startFakeProvider({ port, apiKey: "north-cloud-key-4711-correct-horse", account: "north-17" });
  const machine = (id: number, label: string, state: string) => ({
    id,
    label,
    state,
    owner: provider.account,
    addresses: [`203.0.113.${id}`],
    place: { code: "fra1" },
    plan: { name: "business-4", memory_mb: 8192 },
    // What no mapping asks for stays with the provider.
    root_password: `root-${id}-correct-horse`,
  });
  provider.lists.machines.push(
    machine(1, "harbour-web-1", "on"),
    machine(2, "harbour-web-2", "on"),
    machine(3, "mill-web-1", "off"),
  );
  provider.lists.stores.push({ id: 1, label: "harbour-shop", state: "on", engine: "postgresql", release: "17.2" });
  return provider;
}

/** A hosting company where Harbour has an account of its own, with web services and domains. */
export async function startHosting({ hosting: port }: CompanyPorts): Promise<FakeProvider> {
  const provider = await startFakeProvider({ port, apiKey: "south-hosting-key-0815-battery", account: "south-4" });
  provider.lists.sites.push(
    {
      id: 1,
      host: "Shop of Harbour",
      state: "live",
      url: "https://shop.harbour.example",
      stage: "production",
      repository: "harbour/shop",
    },
    { id: 2, host: "Intranet of Harbour", state: "deploying", url: "https://in.harbour.example", stage: "staging" },
  );
  provider.lists.zones.push(
    { id: 1, zone: "harbour.example", state: "active", paid_until: "2040-05-01" },
    { id: 2, zone: "shop.harbour.example", state: "active" },
    { id: 3, zone: "harbour-logistics.example", state: "pending", paid_until: "2041-02-01" },
  );
  return provider;
}
