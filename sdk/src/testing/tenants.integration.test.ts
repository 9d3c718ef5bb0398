import { expect, test } from "vitest";
import { startTestPortico } from "../../../scripts/portico/testPortico.testing";
import { Portico } from "../rest";
import { checkTenants } from "../testing";

test("the product's organizations see nothing of each other", async () => {
  const product = await startTestPortico();
  try {
    const [mine, foreign] = product.demo.organizations.map(
      ({ apiKey }) => new Portico({ baseUrl: product.siteUrl, apiKey }),
    );
    if (!mine || !foreign) throw new Error("The demo data has two organizations");
    const { faults, passed, skipped } = await checkTenants({ mine, foreign });
    expect(faults).toEqual([]);
    expect(passed, JSON.stringify(skipped)).toBeGreaterThan(20);
    // The other way round it would find rows: the check is not blind.
    const own = await checkTenants({ mine, foreign: mine });
    expect(own.faults.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(["schedules.get", "schedules.list", "sites.delete"]),
    );
  } finally {
    await product.close();
  }
});
