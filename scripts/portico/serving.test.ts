import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryFiles, repositoryRoot } from "../lib/repositoryFiles";
import { readServing, servingWarnings } from "./serving";
import { passedVariables, readSettings } from "./settings";
import { settingNames, unknownVariables } from "./variableNames";

const ports = { cloudPort: 3210, sitePort: 3211 };

function refusalOf(environment: NodeJS.ProcessEnv): string {
  try {
    readSettings(environment);
  } catch (error) {
    return String(error);
  }
  return "";
}

describe("how an installation is served", () => {
  it("is on loopback, under its own addresses, trusting nobody", () => {
    expect(readServing({}, ports)).toMatchObject({
      hostname: "127.0.0.1",
      publicUrls: { cloudUrl: "http://127.0.0.1:3210", siteUrl: "http://127.0.0.1:3211" },
    });
  });

  it.each([
    ["192.0.2.1", "http://192.0.2.1:3211"],
    ["::1", "http://[::1]:3211"],
    ["0.0.0.0", "http://localhost:3211"],
    ["host.example", "http://host.example:3211"],
  ])("on PORTICO_HOST=%s is known as %s", (hostname, siteUrl) => {
    expect(readServing({ PORTICO_HOST: hostname }, ports).publicUrls.siteUrl).toBe(siteUrl);
  });

  it.each([
    ["https://API.example.com", "https://api.example.com"],
    ["https://api.example.com/", "https://api.example.com"],
    ["https://api.example.com:443//", "https://api.example.com"],
    ["https://example.com/portico/", "https://example.com/portico"],
    ["http://[2001:db8::1]:8080/a/b", "http://[2001:db8::1]:8080/a/b"],
  ])("under PORTICO_SITE_URL=%s is known as %s", (value, siteUrl) => {
    expect(readServing({ PORTICO_SITE_URL: value }, ports).publicUrls.siteUrl).toBe(siteUrl);
  });

  it("warns when other machines would be told to go to localhost", () => {
    const warningsOf = (environment: NodeJS.ProcessEnv) => servingWarnings(readServing(environment, ports));
    expect(warningsOf({})).toEqual([]);
    expect(warningsOf({ PORTICO_HOST: "192.0.2.1" })).toEqual([]);
    expect(warningsOf({ PORTICO_HOST: "0.0.0.0" })).toEqual([
      expect.stringContaining("set PORTICO_SITE_URL and PORTICO_CLOUD_URL"),
    ]);
    expect(
      warningsOf({ PORTICO_HOST: "::", PORTICO_SITE_URL: "https://e.x", PORTICO_CLOUD_URL: "https://l.x" }),
    ).toEqual([]);
  });
});

describe("settings that cannot be right", () => {
  it.each<[string, NodeJS.ProcessEnv]>([
    ["PORTICO_HOST", { PORTICO_HOST: "http://0.0.0.0" }],
    ["PORTICO_HOST", { PORTICO_HOST: "0.0.0.0:3211" }],
    ["PORTICO_HOST", { PORTICO_HOST: "[::1]" }],
    ["PORTICO_HOST", { PORTICO_HOST: "a b" }],
    ["PORTICO_HOST", { PORTICO_HOST: "300.1.1.1" }],
    ["PORTICO_HOST", { PORTICO_HOST: "1.2.3" }],
    ["PORTICO_HOST", { PORTICO_HOST: "host.example/v1" }],
    ["PORTICO_HOST", { PORTICO_HOST: "0x7f.1" }],
    ["PORTICO_HOST", { PORTICO_HOST: "xn--a" }],
    ["PORTICO_SITE_URL", { PORTICO_SITE_URL: "api.example.com" }],
    ["PORTICO_SITE_URL", { PORTICO_SITE_URL: "ftp://api.example.com" }],
    ["PORTICO_SITE_URL", { PORTICO_SITE_URL: "https:///v1" }],
    ["PORTICO_SITE_URL", { PORTICO_SITE_URL: "https://user:secret@api.example.com" }],
    ["PORTICO_SITE_URL", { PORTICO_SITE_URL: "https://api.example.com?a" }],
    ["PORTICO_SITE_URL", { PORTICO_SITE_URL: "https://api.example.com/#a" }],
    ["PORTICO_SITE_URL", { PORTICO_SITE_URL: "https://api.example.com/a//b" }],
    ["PORTICO_SITE_URL", { PORTICO_SITE_URL: "https://api.example.com/a%2Fb" }],
    ["PORTICO_SITE_URL", { PORTICO_SITE_URL: "https://api.example.com/v1" }],
    ["PORTICO_CLOUD_URL", { PORTICO_CLOUD_URL: "https://live.example.com/api" }],
    ["PORTICO_CLOUD_URL", { PORTICO_CLOUD_URL: "https://e.x/", PORTICO_SITE_URL: "https://e.x" }],
    ["PORTICO_SITE_PORT", { PORTICO_PORT: "4000", PORTICO_SITE_PORT: "4000" }],
    ["PORTICO_SITE_PORT", { PORTICO_PORT: "3211" }],
    ["PORTICO_TRUST_PROXY", { PORTICO_TRUST_PROXY: "0" }],
    ["PORTICO_TRUST_PROXY", { PORTICO_TRUST_PROXY: "11" }],
    ["PORTICO_TRUST_PROXY", { PORTICO_TRUST_PROXY: "true" }],
    ["PORTICO_TRUST_PROXY", { PORTICO_TRUST_PROXY: "127.0.0.1," }],
    ["PORTICO_TRUST_PROXY", { PORTICO_TRUST_PROXY: "10.0.0.0/33" }],
  ])("are refused in one line that names %s: %j", (name, environment) => {
    const refusal = new RegExp(`^(?!.*secret).*${name}.* An example: PORTICO_.*$`);
    expect(() => readSettings(environment)).toThrow(refusal);
  });

  it.each([
    ["PORTICO_PORT", { PORTICO_PORT: "3212" }],
    ["PORTICO_SITE_PORT", { PORTICO_SIGN_IN_PORT: "3211" }],
  ])("are refused where the local sign-in would be on the port of %s", (name, environment) => {
    const refusal = new RegExp(`^${name} and PORTICO_SIGN_IN_PORT are both 321\\d; each needs a port of its own\\.`);
    expect(() => readSettings(environment, { watch: true })).toThrow(refusal);
    expect(readSettings(environment).signInPort).toBeUndefined();
  });

  /** For each setting values that nobody can have meant; a name without any takes whatever it is given. */
  const impossible: Readonly<Record<(typeof settingNames)[number], string>> = {
    PORTICO_ADMIN_KEY: "too short",
    PORTICO_ALLOW_LOOPBACK_ORIGINS: "https://example.com",
    PORTICO_CLOUD_URL: "live.example.com",
    PORTICO_DATA_DIR: " ",
    PORTICO_HOST: "https://0.0.0.0",
    PORTICO_LOG: "yaml",
    PORTICO_LOG_LEVEL: "trace",
    PORTICO_PORT: "none",
    PORTICO_REDACT_ERRORS: "1",
    PORTICO_SEED: "no",
    PORTICO_SIGN_IN_PORT: "65536",
    PORTICO_SITE_PORT: "-1",
    PORTICO_SITE_URL: "//api.example.com",
    PORTICO_STOP_SECONDS: " ",
    PORTICO_TRUST_PROXY: "nginx",
  };

  it.each(settingNames)("say of %s what it takes, and an example that it takes", (name) => {
    expect(() => readSettings({ [name]: impossible[name] })).toThrow(
      new RegExp(`^${name} must be [a-z].*\\. An example: ${name}=\\S`),
    );
    const message = refusalOf({ [name]: impossible[name] });
    const example = message.split(`${name}=`)[1]?.replaceAll(/^"\$\((.*)\)"$/g, "$1") ?? "";
    expect(() => readSettings({ [name]: example.replaceAll(" ", "-") })).not.toThrow();
  });
});

describe("variables that nothing reads", () => {
  it("are refused when a setting was meant", () => {
    expect(() => unknownVariables({ PORTICO_DATADIR: "d" })).toThrow(
      "PORTICO_DATADIR is not a setting; PORTICO_DATA_DIR is.",
    );
    for (const name of settingNames)
      expect(() => unknownVariables({ [`${name}S`]: "" }), name).toThrow(`${name}S is not a setting`);
  });

  it("are refused or told of when what is handed on to the functions was meant, in whatever case", () => {
    for (const name of ["AUTH_PROVIDERS", ...passedVariables]) {
      for (const slip of [name.slice(0, -1), `${name}S`, name.toLowerCase(), name.replace("_", "")])
        expect(unknownVariables({ [slip]: "" })).toEqual([`${slip} is not a setting and changes nothing; ${name} is.`]);
    }
    // Some are settings under both names: PORTICO_SITE_URL is where REST is, SITE_URL where e-mails lead.
    const settings = new Set<string>(settingNames);
    for (const name of passedVariables.filter((passed) => !settings.has(`PORTICO_${passed}`)))
      expect(() => unknownVariables({ [`PORTICO_${name}`]: "" })).toThrow(
        `PORTICO_${name} is not a setting; ${name} is.`,
      );
    expect(() => unknownVariables({ portico_port: "" })).toThrow("portico_port is not a setting; PORTICO_PORT is.");
    expect(unknownVariables({ AUTH_PROVIDERS: "", CORS_ALLOWED_ORIGINS: "", LOG_LEVEL: "", AUTHORS: "" })).toEqual([]);
  });

  it("are told of when they may be somebody else's", () => {
    const ofContainers = { PORTICO_SERVICE_HOST: "10.0.0.1", PORTICO_PORT_3210_TCP_ADDR: "10.0.0.1" };
    expect(unknownVariables({ ...ofContainers, PATH: "" })).toEqual([
      "PORTICO_SERVICE_HOST is not a setting and changes nothing.",
      "PORTICO_PORT_3210_TCP_ADDR is not a setting and changes nothing.",
    ]);
  });

  it("are none of those that this repository names", () => {
    const named = repositoryFiles()
      .filter((file) => /\.(ts|md|js|sh|service|conf)$|\.ci\/run$/.test(file) && !file.endsWith("serving.test.ts"))
      // The document's text is cut into lines anywhere; openapi.json is what it is made of.
      .filter((file) => !file.endsWith("/openApiDocument.ts"))
      .flatMap(
        (file) => readFileSync(path.join(repositoryRoot, file), "utf8").match(/\bPORTICO_[A-Z_]*[A-Z]\b/g) ?? [],
      );
    const examples = ["PORTICO_SERVICE_HOST", "PORTICO_DATADIR"];
    const names = named.filter((name) => !examples.includes(name));
    expect(unknownVariables(Object.fromEntries(names.map((name) => [name, ""])))).toEqual([]);
  });

  it("are none of README's table, which has every setting", () => {
    const table = readFileSync(path.join(repositoryRoot, "README.md"), "utf8").matchAll(/^\| `(PORTICO_\w+)`/gm);
    expect(new Set(Array.from(table, ([, name]) => name))).toEqual(new Set(settingNames));
  });
});
