import { expect, test } from "vitest";
import { fakeServer } from "../../test/fakeServer";
import { Portico } from "../client";
import { type Deprecation, deprecations } from "./deprecations";

test("a deprecated operation is reported once", async () => {
  const headers = {
    deprecation: "@1688169599",
    sunset: "Sun, 30 Jun 2030 23:59:59 GMT",
    link: '<https://api.example.com/docs/move>; rel="deprecation"',
  };
  const server = await fakeServer(() => ({ json: { id: "a" }, headers }));
  const reports: Deprecation[] = [];
  const portico = new Portico({
    baseUrl: server.url,
    apiKey: "sk_test_engine",
    hooks: [deprecations((report) => reports.push(report))],
  });
  await portico.schedules.get("a");
  await portico.schedules.get("b");
  expect(reports).toEqual([{ operation: "schedules.get", ...headers }]);
});
