import { describe, expect, it } from "vitest";
import { AskedToWait, CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { allSecret, FakeProvider, plantedIn, readAll, secretShapes } from "./fakeProvider.testing";
import { vercel } from "./vercel";
import {
  vercelDomain,
  vercelPerson,
  vercelProject,
  vercelTeam,
  vercelTeamScope,
  vercelToken,
  vercelUser,
} from "./vercelAnswers.testing";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ResourceTable } from "../tables";
import type { Trouble } from "./fakeProvider.testing";

const perPage = 100;
const other = "team_ofSomebodyElse";
const resetAt = Math.ceil(Date.now() / 1000) * 1000 + 60_000;
const many = (count: number, row: (at: number) => JsonObject) => Array.from({ length: count }, (_, at) => row(at));
/** Projects go on behind a token, domains behind a time. */
const cursorOf = (url: URL) => (url.pathname === "/v10/projects" ? "from" : "until");
const startOf = (url: URL) => Number((url.searchParams.get(cursorOf(url)) ?? "0").replace(/^at-/, ""));

/** Vercel with a key and what it lists. */
function fake({
  projects = [],
  domains = [],
  token = vercelToken(vercelTeamScope),
  person = vercelPerson(),
}: {
  readonly projects?: readonly unknown[];
  readonly domains?: readonly unknown[];
  readonly token?: JsonObject;
  readonly person?: JsonObject;
}) {
  const pageOf = (url: URL, rows: readonly unknown[]) => {
    const name = url.pathname === "/v10/projects" ? "projects" : "domains";
    const [from, size] = [startOf(url), Number(url.searchParams.get("limit") ?? 20)];
    const shown = rows.slice(from, from + size);
    const isLast = from + size >= rows.length;
    const next = name === "projects" ? `at-${from + size}` : from + size;
    return { [name]: shown, pagination: { count: shown.length, next: isLast ? null : next, prev: null } };
  };
  return new FakeProvider({
    answer: (url) => {
      if (url.host !== "api.vercel.com") throw new Error(`${url.host} was asked.`);
      const answers: Readonly<Record<string, () => unknown>> = {
        "/v5/user/tokens/current": () => token,
        "/v2/user": () => person,
        "/v10/projects": () => pageOf(url, projects),
        "/v5/domains": () => pageOf(url, domains),
      };
      return answers[url.pathname]?.();
    },
    isList: ({ pathname }) => pathname === "/v10/projects" || pathname === "/v5/domains",
    headers: {
      "x-ratelimit-limit": "500",
      "x-ratelimit-remaining": "498",
      "x-ratelimit-reset": String(resetAt / 1000),
    },
    empty: () => ({ projects: [], pagination: { count: 0, next: "at-900", prev: null } }),
    pageBefore: (url) => {
      const before = new URL(url);
      before.searchParams.set(cursorOf(url), `at-${Math.max(startOf(url) - perPage, 0)}`);
      return before;
    },
  });
}

const read = (provider: FakeProvider, table: ResourceTable, from?: string) =>
  readAll(vercel.fetch(provider.access, table, from));
const listsAsked = ({ requests }: FakeProvider) => requests.filter((request) => /projects|domains/.test(request));

describe("a key", () => {
  it("for one team is of that team, and asks for nothing more", async () => {
    const provider = fake({});
    expect(await vercel.validateCredentials(provider.access)).toEqual({
      accountId: vercelTeam,
      rateLimit: { limit: 500, remaining: 498, resetAt },
    });
    expect(provider.requests).toEqual(["GET https://api.vercel.com/v5/user/tokens/current"]);
  });

  it.each([
    ["scopes for all that a person has", vercelToken({ type: "user" })],
    ["a team beside all that a person has", vercelToken({ type: "user" }, { type: "team", teamId: other })],
    ["no scopes", vercelToken()],
  ])("with %s is of the default team, or of the person without one", async (_what, token) => {
    expect(await vercel.validateCredentials(fake({ token }).access)).toMatchObject({ accountId: vercelTeam });
    const alone = fake({ token, person: vercelPerson(null) });
    expect(await vercel.validateCredentials(alone.access)).toMatchObject({ accountId: vercelUser });
  });

  it("for several teams is refused: their projects would be those of one dock", async () => {
    const token = vercelToken(vercelTeamScope, { type: "team", teamId: other });
    await expect(vercel.validateCredentials(fake({ token }).access)).rejects.toBeInstanceOf(CredentialsRefused);
  });

  it("for one project is refused: Vercel tells nothing of a person or a team to it", async () => {
    const { access } = fake({});
    const send: typeof access.send = async () => ({
      kind: "answered",
      status: 403,
      headers: new Headers({ "content-type": "application/json" }),
      body: new TextEncoder().encode('{"error":{"code":"forbidden"}}'),
      isWhole: true,
      durationMs: 1,
    });
    await expect(vercel.validateCredentials({ ...access, send })).rejects.toBeInstanceOf(CredentialsRefused);
    expect((await readAll(vercel.fetch({ ...access, send }, "webServices"))).failure).toBeInstanceOf(
      CredentialsRefused,
    );
  });

  it("that is wrong is refused, and one without an account is none", async () => {
    const { access } = fake({});
    const wrong = { ...access, apiKey: "wrong_correct-horse" };
    await expect(vercel.validateCredentials(wrong)).rejects.toBeInstanceOf(CredentialsRefused);
    const nobody = { token: vercelToken(), person: {} };
    await expect(vercel.validateCredentials(fake(nobody).access)).rejects.toThrow(/without an account/);
    const shapeless = { token: vercelToken({ type: "team", teamId: { id: vercelTeam } }) };
    await expect(vercel.validateCredentials(fake(shapeless).access)).rejects.toThrow(/without an account/);
  });

  it("has its team in every request for a list, and without a team none", async () => {
    const provider = fake({ projects: many(101, vercelProject) });
    await read(provider, "webServices");
    expect(listsAsked(provider)).toEqual([
      `GET https://api.vercel.com/v10/projects?limit=100&teamId=${vercelTeam}`,
      `GET https://api.vercel.com/v10/projects?limit=100&teamId=${vercelTeam}&from=at-100`,
    ]);
    const alone = fake({ token: vercelToken({ type: "user" }), person: vercelPerson(null) });
    await read(alone, "domains");
    expect(listsAsked(alone)).toEqual(["GET https://api.vercel.com/v5/domains?limit=100"]);
  });
});

describe("lists", () => {
  it.each([0, 1, 7, perPage - 1, perPage, perPage + 1, 3 * perPage, 3 * perPage + 1])(
    "are read to the mark of their end: %i",
    async (count) => {
      const provider = fake({ projects: many(count, vercelProject), domains: many(count, vercelDomain) });
      const services = await read(provider, "webServices");
      expect(services.rows.map(({ name }) => name)).toEqual(many(count, vercelProject).map(({ name }) => name));
      const domains = await read(provider, "domains");
      expect(domains.rows.map(({ providerResourceId: id }) => id)).toEqual(
        many(count, vercelDomain).map(({ id }) => id),
      );
      expect([services.end, domains.end]).toEqual([
        { complete: true, count },
        { complete: true, count },
      ]);
      expect(listsAsked(provider)).toHaveLength(2 * Math.max(Math.ceil(count / perPage), 1));
    },
  );

  it("go on behind any page in another process", async () => {
    const projects = many(250, vercelProject);
    const whole = await read(fake({ projects }), "webServices");
    expect(whole.nexts.map((next) => next === undefined)).toEqual([false, false, true]);
    const provider = fake({ projects });
    const rest = await read(provider, "webServices", whole.nexts[0]);
    expect([rest.rows, rest.end]).toEqual([whole.rows.slice(perPage), { complete: true, count: 250 }]);
    expect(listsAsked(provider)).toHaveLength(2);
  });

  it("are of projects and domains alone", async () => {
    expect((await read(fake({}), "servers")).failure).toBeInstanceOf(ProviderError);
  });
});

describe("projects", () => {
  const only = async (more: JsonObject) =>
    (await read(fake({ projects: [vercelProject(1, more)] }), "webServices")).rows[0];

  it("are web services, of which few fields are kept", async () => {
    const row = await only({});
    expect(row).toMatchObject({
      providerResourceId: "prj_1",
      name: "shop-1",
      status: "running",
      details: { productionUrl: "https://shop-1.example.com", environment: "production", gitRepo: "acme/shop-1" },
    });
    const at = Date.UTC(2026, 0, 1);
    expect(JSON.parse(row?.fullApiData ?? "")).toEqual({
      id: "prj_1",
      name: "shop-1",
      accountId: vercelTeam,
      framework: "nextjs",
      nodeVersion: "22.x",
      rootDirectory: "apps/shop",
      serverlessFunctionRegion: "iad1",
      paused: false,
      createdAt: at + 1,
      updatedAt: at + 1,
      link: { type: "github", org: "acme", repo: "shop-1", repoId: 4711, productionBranch: "main" },
      targets: {
        production: {
          id: "dpl_1",
          url: "shop-1-f00d-acme.vercel.app",
          alias: ["shop-1.vercel.app", "shop-1.example.com", "shop-1-git-main-acme.vercel.app"],
          readyState: "READY",
          target: "production",
          createdAt: at,
          readyAt: at,
        },
      },
    });
  });

  it.each([
    [{ targets: { production: { readyState: "BUILDING" } } }, "building"],
    [{ targets: { production: { readyState: "QUEUED" } } }, "building"],
    [{ targets: { production: { readyState: "ERROR" } } }, "error"],
    [{ targets: { production: { readyState: "CANCELED" } } }, "stopped"],
    [{ targets: { production: { readyState: "LEVITATING" } } }, "unknown"],
    [{ targets: { production: { readyState: "constructor" } } }, "unknown"],
    [{ targets: { production: null } }, "unknown"],
    [{ targets: undefined }, "unknown"],
    [{ paused: true }, "stopped"],
  ])("have the status of their production: %j is %s", async (more, status) => {
    expect((await only(more))?.status).toBe(status);
  });

  it.each([
    [{ targets: { production: { alias: ["shop.vercel.app"] } } }, "https://shop.vercel.app"],
    [{ targets: { production: { alias: [], url: "shop-f00d.vercel.app" } } }, "https://shop-f00d.vercel.app"],
    [
      { targets: { production: { alias: ["ann:planted-40@shop.example", "shop.example/?key=planted-41"] } } },
      undefined,
    ],
    [{ targets: { production: { alias: ["bücher.example"] } } }, "https://xn--bcher-kva.example"],
    [{ targets: { production: { alias: "shop.example" } } }, undefined],
    [{ targets: { preview: { alias: ["shop.example"] } } }, undefined],
  ])("have the address of their production: %j", async (more, productionUrl) => {
    expect((await only(more))?.details?.["productionUrl"]).toBe(productionUrl);
  });

  it.each([
    [{ link: { type: "gitlab", projectNamespace: "acme/web", projectName: "shop" } }, "acme/web/shop"],
    [{ link: { type: "bitbucket", owner: "acme", slug: "shop", name: "Shop" } }, "acme/shop"],
    [{ link: { type: "github", org: "acme" } }, undefined],
    [{ link: undefined }, undefined],
  ])("have the repository that they are built from: %j", async (more, gitRepo) => {
    expect((await only(more))?.details?.["gitRepo"]).toBe(gitRepo);
  });

  it("are of preview where there is nothing else, and of nothing where nothing was deployed", async () => {
    expect((await only({ targets: { preview: {} } }))?.details).toEqual({
      environment: "preview",
      gitRepo: "acme/shop-1",
    });
    expect((await only({ targets: {} }))?.details).toEqual({ gitRepo: "acme/shop-1" });
  });
});

describe("domains", () => {
  it("have their names in lower case, and when they end", async () => {
    const { rows } = await read(fake({ domains: [vercelDomain(1)] }), "domains");
    expect(rows[0]).toMatchObject({
      providerResourceId: "domain_1",
      name: "shop-1.example.com",
      status: "active",
      details: { expiresAt: Date.UTC(2040, 0, 2) },
    });
  });

  it.each([
    [{ verified: false }, "pending"],
    [{ verified: "yes" }, "unknown"],
    [{ expiresAt: 1 }, "expired"],
    [{ expiresAt: null }, "active"],
  ])("that say %j are %s", async (more, status) => {
    const { rows } = await read(fake({ domains: [vercelDomain(1, more)] }), "domains");
    expect(rows[0]?.status).toBe(status);
  });

  it("of a person are theirs by their user", async () => {
    const mine = vercelDomain(1, { teamId: null });
    const another = vercelDomain(2, { teamId: null, userId: "somebody" });
    const ofTeam = vercelDomain(3);
    const alone = { token: vercelToken({ type: "user" }), person: vercelPerson(null) };
    const { rows, end } = await read(fake({ ...alone, domains: [mine, another, ofTeam] }), "domains");
    expect([rows.length, end?.complete]).toEqual([1, false]);
  });
});

describe("nothing is taken for whole", () => {
  const projects = many(250, vercelProject);
  const page = (more: JsonObject): Trouble => ({ kind: "body", body: { projects, ...more }, after: 1 });
  const cases: readonly (readonly [string, Trouble, RegExp])[] = [
    ["500", { kind: "status", status: 500, after: 1 }, /answered 500/],
    ["404", { kind: "status", status: 404, after: 1 }, /answered 404/],
    ["401", { kind: "status", status: 401, after: 1 }, /refused the credentials/],
    ["HTML", { kind: "html", after: 1 }, /no JSON/],
    ["late", { kind: "slow", after: 1 }, /in time/],
    ["half", { kind: "half", after: 1 }, /no JSON/],
    ["too large", { kind: "huge", after: 1 }, /larger than/],
    ["a redirect", { kind: "redirect", after: 1 }, /redirect/],
    ["rows alone", { kind: "body", body: projects, after: 1 }, /no object/],
    ["without pages", page({}), /whether it ends/],
    ["without a mark of the end", page({ pagination: { count: 250 } }), /whether it ends/],
    ["one with a cursor of another shape", page({ pagination: { count: 250, next: {} } }), /whether it ends/],
    ["one with an empty cursor", page({ pagination: { count: 250, next: "" } }), /whether it ends/],
    ["no list", page({ projects: {}, pagination: { count: 0, next: null } }), /without its rows/],
    ["nothing", page({ projects: undefined, pagination: { count: 0, next: null } }), /without its rows/],
  ];
  it.each(cases)("where the second page is %s", async (_what, trouble, message) => {
    const provider = fake({ projects });
    provider.trouble = trouble;
    const { rows, end, failure } = await read(provider, "webServices");
    expect([rows.length, end]).toEqual([perPage, undefined]);
    expect(failure).toBeInstanceOf(ProviderError);
    expect(String(failure)).toMatch(message);
    expect(String(failure)).not.toMatch(/shop-|fake_|planted/);
  });

  it.each(["3600", new Date(Date.now() + 3_600_000).toUTCString()])(
    "where it is to wait: Retry-After %s",
    async (retryAfter) => {
      const provider = fake({ projects });
      provider.trouble = { kind: "status", status: 429, retryAfter, after: 1 };
      const { rows, failure } = await read(provider, "webServices");
      expect([rows.length, provider.waitsMs, failure instanceof AskedToWait]).toEqual([perPage, [], true]);
      expect(failure).toMatchObject({ isRetryable: true, retryAfterMs: expect.closeTo(3_600_000, -5) });
    },
  );

  const miscounted = page({ projects: [vercelProject(900)], pagination: { count: 2, next: null } });
  it.each<[string, Trouble, number, RegExp]>([
    ["403", { kind: "status", status: 403, after: 1 }, perPage, /may not read/],
    ["nothing more", { kind: "emptyPage", after: 1 }, perPage, /without its mark/],
    ["the first page for ever", { kind: "repeatedPage", after: 1 }, perPage, /without its mark/],
    ["another number of rows than the page counts", miscounted, perPage + 1, /1 of 102 rows/],
  ])("where the list ends by %s", async (_what, trouble, count, why) => {
    const provider = fake({ projects });
    provider.trouble = trouble;
    const { rows, end } = await read(provider, "webServices");
    expect(rows).toHaveLength(count);
    expect(end).toMatchObject({ complete: false, why: expect.stringMatching(why) });
    expect(listsAsked(provider).length).toBeLessThan(5);
  });

  it.each([
    ["came twice", vercelProject(1)],
    ["is of another account", vercelProject(2, { accountId: other })],
    ["has no id", vercelProject(2, { id: undefined })],
    ["has an id of another shape", vercelProject(2, { id: ["prj_2"] })],
    ["has no name", vercelProject(2, { name: "" })],
    ["is no object", "prj_2"],
  ])("where a row %s", async (_what, row) => {
    const { rows, end } = await read(fake({ projects: [vercelProject(1), row, vercelProject(3)] }), "webServices");
    expect(rows.map(({ providerResourceId: id }) => id)).toEqual(["prj_1", "prj_3"]);
    expect(end).toMatchObject({ complete: false, count: 2 });
  });

  it("where domains of another team are among them", async () => {
    const { rows, end } = await read(
      fake({ domains: [vercelDomain(1), vercelDomain(2, { teamId: other })] }),
      "domains",
    );
    expect([rows.length, end?.complete]).toEqual([1, false]);
  });
});

it("waits as it is told, and goes on", async () => {
  const provider = fake({ projects: many(101, vercelProject) });
  provider.trouble = { kind: "status", status: 429, retryAfter: "0", after: 1, times: 2 };
  const { rows, end } = await read(provider, "webServices");
  expect([rows.length, end?.complete, listsAsked(provider).length]).toEqual([101, true, 4]);
});

it("stores no secret of a project or a domain: neither where Vercel has them, nor in any other shape", async () => {
  const planted = (value: unknown) => new Set(JSON.stringify(value).match(/planted-[a-z-]+/g) ?? []);
  expect(planted([vercelProject(1), vercelDomain(1)]).size).toBeGreaterThanOrEqual(30);
  const turned = (row: JsonObject) => ({ ...allSecret(row), ...secretShapes, id: row["id"], name: row["name"] });
  const owner = { accountId: vercelTeam, teamId: null, expiresAt: null };
  const provider = fake({
    projects: [vercelProject(1), { ...secretShapes, ...vercelProject(2) }, { ...turned(vercelProject(3)), ...owner }],
    domains: [vercelDomain(1), { ...secretShapes, ...vercelDomain(2) }, { ...turned(vercelDomain(3)), ...owner }],
  });
  for (const table of vercel.resourceTables) {
    const { rows } = await read(provider, table);
    expect(rows).toHaveLength(3);
    expect([...planted(rows), ...plantedIn(rows)]).toEqual([]);
  }
});
