import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { quotaRules } from "../../convex/core/records/quotas";
import { dockAdapters } from "../../convex/infrastructure/adapters/registry";
import { resourceTables } from "../../convex/infrastructure/tables";
import { filePurposes } from "../../convex/core/schema/fields";
import { dayMs, hourMs, minuteMs, secondMs } from "../../convex/core/wire/durations";
import { ceilingOf, quotaOf, requestsPerMinute } from "../../convex/core/wire/rateLimits";
import { purposeRules } from "../../convex/platform/files/rules";
import { retryWaitsMs } from "../../convex/platform/webhooks/rules";
import { registry } from "../../openapi/registry";
import { repositoryRoot } from "../lib/repositoryFiles";
import { readSettings } from "./settings";

const read = (file: string) => readFileSync(path.join(repositoryRoot, file), "utf8");
const numberOf = (text: string) => Number(text.replaceAll(",", ""));

/** The section of a page under a heading, up to the next one. */
function section(page: string, heading: string): string {
  const [, rest = ""] = read(page).split(`\n## ${heading}\n`);
  return rest.split(/\n## /)[0] ?? "";
}

/** The rows of the tables of a text, cell by cell, without their heads. */
function rows(text: string): string[][] {
  const cells = text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").slice(1, -1))
    .map((row) => row.map((cell) => cell.trim()));
  return cells.filter(([first = ""]) => !first.startsWith("--") && first.includes("`"));
}

const codes = (cell = "") => Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = ""]) => code);

describe("limits of requests in docs/operate.md", () => {
  it("are those that hold unless RATE_LIMITS says otherwise, and all of them", () => {
    const written = rows(section("docs/operate.md", "Limit requests")).flatMap(([names, numbers = ""]) => {
      const counts = numbers.split(", ").map(numberOf);
      return codes(names).map((name, at): [string, number | undefined] => [
        name,
        counts.at(counts.length === 1 ? 0 : at),
      ]);
    });
    const hourly = registry.flatMap(({ declaration: { operationId, hourlyLimit } }): [string, number][] =>
      hourlyLimit ? [[operationId, hourlyLimit.count]] : [],
    );
    const callers = (
      [
        "user",
        "apiKey",
        "agent",
        "public",
        "link",
        "token",
        "webhook",
      ] as const satisfies (keyof typeof requestsPerMinute)[]
    ).map((name): [string, number] => [name, quotaOf(undefined, name).limit]);
    const ceilings = (["user", "apiKey", "agent"] as const).map((name): [string, number] => [
      `${name}Ceiling`,
      ceilingOf(undefined, name),
    ]);
    const known = Object.fromEntries([...callers, ...ceilings, ...hourly]);
    expect(Object.keys(requestsPerMinute).toSorted()).toEqual(callers.map(([name]) => name).toSorted());
    expect(Object.fromEntries(written)).toEqual(known);
  });
});

it("has the quotas in docs/operate.md, and all of them", () => {
  const written = rows(section("docs/operate.md", "Limit what an organization has")).flatMap(
    ([names, numbers = ""]) => {
      const limits = Array.from(numbers.matchAll(/([\d,]*\d)( GiB)?/g), ([, number = "", unit]) =>
        unit === undefined ? numberOf(number) : numberOf(number) * 1024 ** 3,
      );
      return codes(names).map((name, at): [string, number | undefined] => [name, limits[at]]);
    },
  );
  const known = [...quotaRules()].map(([name, [rule]]): [string, number | undefined] => [name, rule?.limit]);
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(known));
});

describe("files in docs/files.md", () => {
  const shortNames: Readonly<Record<string, string>> = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WebP",
    "image/avif": "AVIF",
    "image/x-icon": "ICO",
    "application/pdf": "PDF",
    "application/zip": "ZIP",
    "audio/mpeg": "MP3",
    "video/mp4": "MP4",
    "video/webm": "WebM",
    "text/plain": "plain text",
  };
  const bytesOf: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2 };

  it("of every purpose are what is taken, and as large", () => {
    const table = rows(section("docs/files.md", "What a file is"));
    const pictures = table[0]?.[1] ?? "";
    const written = table.flatMap(([purposes, takes = "", most = ""]) => {
      const types = takes
        .replace(/^the same( pictures)?/, pictures)
        .split(", ")
        .toSorted();
      const [count = "", unit = ""] = most.split(" ");
      return codes(purposes).map((purpose) => ({ purpose, types, maximumBytes: Number(count) * (bytesOf[unit] ?? 0) }));
    });
    const known = filePurposes.map((purpose) => {
      const { types, maximumBytes } = purposeRules[purpose];
      return {
        purpose,
        types: types === "any" ? ["anything"] : types.map((type) => shortNames[type] ?? type).toSorted(),
        maximumBytes,
      };
    });
    const byPurpose = (one: { purpose: string }, other: { purpose: string }) =>
      one.purpose.localeCompare(other.purpose);
    expect(written.toSorted(byPurpose)).toEqual(known.toSorted(byPurpose));
  });
});

describe("times in docs/webhooks.md", () => {
  const unitsMs: Readonly<Record<string, number>> = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs };

  it("are those that a delivery waits after each attempt", () => {
    const [, list = ""] =
      /sent again after ([^;]+?), a fifth/.exec(section("docs/webhooks.md", "When it is not taken")) ?? [];
    const written = Array.from(
      list.matchAll(/(\d+) ([smhd])\b/g),
      ([, count, unit = ""]) => Number(count) * (unitsMs[unit] ?? 0),
    );
    expect(written).toEqual(retryWaitsMs);
  });
});

describe("defaults in README.md", () => {
  it("are those of a start without settings", () => {
    const written = Object.fromEntries(
      rows(section("README.md", "Run it")).map(([name, value = ""]) => [
        codes(name)[0] ?? "",
        codes(value)[0] ?? value,
      ]),
    );
    const settings = readSettings({}, { watch: true });
    expect(written).toMatchObject({
      PORTICO_DATA_DIR: path.relative(process.cwd(), settings.dataDirectory),
      PORTICO_SITE_PORT: String(settings.sitePort),
      PORTICO_PORT: String(settings.cloudPort),
      PORTICO_SIGN_IN_PORT: String(settings.signInPort),
      PORTICO_SEED: settings.seed,
      PORTICO_HOST: settings.serving.hostname,
      PORTICO_LOG: settings.logFormat,
      PORTICO_LOG_LEVEL: settings.logLevel,
      PORTICO_STOP_SECONDS: String(settings.stopSeconds),
      PORTICO_REDACT_ERRORS: String(readSettings({}).redactErrors),
    });
  });
});

it("are the providers of docs/infrastructure.md, with what they bring and how often they are asked", () => {
  const written = rows(section("docs/infrastructure.md", "Providers")).map(([names, label, tables, seconds = ""]) => ({
    provider: codes(names)[0],
    label,
    resourceTables: tables === "all four tables" ? resourceTables : codes(tables),
    intervals: Array.from(seconds.matchAll(/(\d+) s/g), ([, number = ""]) => Number(number)),
  }));
  const known = dockAdapters.map((adapter) => ({
    provider: adapter.provider,
    label: adapter.label,
    resourceTables: adapter.resourceTables,
    intervals: [adapter.recommendedIntervalSeconds, adapter.minimumIntervalSeconds],
  }));
  expect(written).toEqual(known);
});
