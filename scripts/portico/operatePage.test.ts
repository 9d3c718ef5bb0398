import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../lib/repositoryFiles";
import { operatorOf } from "./operatorCall";
import { readSettings } from "./settings";
import { startTestPortico } from "./testPortico.testing";
import { unknownVariables } from "./variableNames";
import type { TestPortico } from "./testPortico.testing";

const read = (file: string) => readFileSync(path.join(repositoryRoot, file), "utf8");
const page = read("docs/operate.md");
const valueOf = (unit: string, name: string) =>
  new RegExp(`^${name}=(.*)$`, "m").exec(read(`docs/operate/${unit}`))?.[1] ?? "";

describe("the files of docs/operate", () => {
  it("are all named by the page", () => {
    const named = Array.from(page.matchAll(/`docs\/operate\/([\w.-]+)`/g), ([, name]) => name);
    expect(named).toEqual(
      expect.arrayContaining(["nginx.conf", "nginx-path.conf", "Caddyfile", "portico.service", "portico-backup.timer"]),
    );
  });

  it("hold settings that a start takes", () => {
    const lines = read("docs/operate/portico.env").matchAll(/^([A-Z_]+)=(.*)$/gm);
    const environment = Object.fromEntries(Array.from(lines, ([, name = "", value = ""]) => [name, value]));
    expect(unknownVariables(environment)).toEqual([]);
    expect(readSettings(environment)).toMatchObject({ seed: "none", logFormat: "json" });
  });

  it("run what npm runs, and leave it the time to stop", () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read("package.json"));
    expect(valueOf("portico.service", "ExecStart")).toBe(`/usr/bin/${scripts["start"]}`);
    expect(valueOf("portico-backup.service", "ExecStart")).toContain(scripts["backup"] ?? "none");
    expect(Number(valueOf("portico.service", "TimeoutStopSec"))).toBeGreaterThan(readSettings({}).stopSeconds);
  });
});

describe("a running installation", () => {
  let portico: TestPortico;
  const loopbackOrigin = "http://127.0.0.1:9999";
  beforeAll(async () => void (portico = await startTestPortico({ PORTICO_ALLOW_LOOPBACK_ORIGINS: loopbackOrigin })));
  afterAll(() => portico.close());

  it("has a master key of its own beside the database, which the page's command encrypts with", async () => {
    const { mode } = statSync(path.join(portico.dataDirectory, "encryption-key"));
    expect(mode & 0o777).toBe(0o600);
    const [, section = ""] = page.split("\n## The master key\n");
    const [, command = ""] = /`npx convex run ([\w/:]+)`/.exec(section) ?? [];
    const done = await operatorOf(portico.deployment)("action", command, {});
    expect(done).toEqual({ reencrypted: 0, unreadable: 0, next: null });
  });

  it("warns of origins of this machine that requests may go to", () => {
    const warnings = portico.logLines.filter((line) => line.includes("[WARN]") && line.includes(loopbackOrigin));
    expect(warnings).toHaveLength(1);
  });

  it("has every metric that the page says to watch", async () => {
    const authorization = `Bearer ${String(portico.demo.organizations[0]?.apiKey)}`;
    expect((await fetch(`${portico.siteUrl}/v1/schedules`, { headers: { authorization } })).status).toBe(200);
    expect((await fetch(`${portico.siteUrl}/v1/health`)).status).toBe(200);
    const metrics = await (await fetch(`${portico.cloudUrl}/metrics`)).text();
    const [table = ""] = /^\| metric .*?\n\n/ms.exec(page) ?? [];
    const named = Array.from(table.matchAll(/^\| `(\w+)` +\|/gm), ([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(metrics, name).toMatch(new RegExp(`^${name}(_count|_bucket)?[ {].*\\d$`, "m"));
    expect(metrics).toContain('portico_requests_total{operation="listSchedules",status="2xx"}');
    expect(metrics).toMatch(/portico_request_duration_seconds_bucket\{le="[^"]+",operation="listSchedules"\}/);
  });
});
