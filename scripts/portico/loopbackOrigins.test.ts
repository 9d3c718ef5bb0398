import { expect, it } from "vitest";
import { loopbackWarnings, readLoopbackOrigins } from "./loopbackOrigins";
import { readServing } from "./serving";
import { readSettings } from "./settings";

const ports = { cloudPort: 3210, sitePort: 3211 };

function originsIn(environment: NodeJS.ProcessEnv): readonly string[] {
  return readLoopbackOrigins(environment, readServing(environment, ports));
}

it("are none unless named, and then said to whoever starts it", () => {
  expect(originsIn({})).toEqual([]);
  expect(originsIn({ PORTICO_ALLOW_LOOPBACK_ORIGINS: " " })).toEqual([]);
  expect(loopbackWarnings([])).toEqual([]);
  const named = "http://127.0.0.1:9999, https://localhost:8443/,http://[::1]:9998";
  const origins = originsIn({ PORTICO_ALLOW_LOOPBACK_ORIGINS: named });
  expect(origins).toEqual(["http://127.0.0.1:9999", "https://localhost:8443", "http://[::1]:9998"]);
  expect(readSettings({ PORTICO_ALLOW_LOOPBACK_ORIGINS: named }).loopbackOrigins).toEqual(origins);
  expect(loopbackWarnings(origins)[0]).toContain("http://127.0.0.1:9999");
});

it.each([
  "127.0.0.1:9999",
  "http://127.0.0.1:9999/path",
  "http://user@127.0.0.1:9999",
  "http://10.0.0.1:9999",
  "http://localhost.example.com",
  "http://0.0.0.0:80",
  "ftp://127.0.0.1",
  "*",
  "http://127.0.0.1:9999,",
])("must be origins of this machine, and not %s", (text) => {
  expect(() => originsIn({ PORTICO_ALLOW_LOOPBACK_ORIGINS: text })).toThrow(/must be origins of this machine/);
});

it.each([
  ["PORTICO_HOST", "0.0.0.0"],
  ["PORTICO_HOST", "192.0.2.7"],
  ["PORTICO_SITE_URL", "https://api.example.com"],
  ["PORTICO_CLOUD_URL", "https://live.example.com"],
])("are refused where %s serves other machines", (name, value) => {
  const environment = { PORTICO_ALLOW_LOOPBACK_ORIGINS: "http://127.0.0.1:9999", [name]: value };
  expect(() => originsIn(environment)).toThrow("is for development");
  expect(originsIn({ [name]: value })).toEqual([]);
});
