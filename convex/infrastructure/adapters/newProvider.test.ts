import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { api } from "../../_generated/api";
import { repositoryFiles, repositoryRoot } from "../../../scripts/lib/repositoryFiles";
import { runDue } from "../../jobs/jobsHost.testing";
import { dockHost } from "../dockHost.testing";
import { asking } from "./asking";
import { FakeProvider, fakeKey, sliceOf } from "./fakeProvider.testing";
import { idOf, resourceFrom, resourcesOf } from "./reading";
import { dockAdapters } from "./registry";
import { isCount, objectIn } from "../../core/wire/unknownJson";
import type { DockAdapter } from "./adapter";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const keeps = { servers: { id: true, cores: true } } as const;
const machines = Array.from({ length: 30 }, (_, at) => ({
  id: at,
  name: `node-${at}`,
  cores: 2,
  password: "planted-01",
}));

/** All that a file of an adapter has to say, and `provider` in the place of the provider's servers. */
function acmeOf(provider: FakeProvider): DockAdapter {
  const ask = () => asking(provider.access, "https://api.acme.example");
  return {
    provider: "acme-cloud",
    label: "Acme Cloud",
    baseUrlAllowed: false,
    recommendedIntervalSeconds: 600,
    minimumIntervalSeconds: 300,
    resourceTables: ["servers"],
    keeps,
    validateCredentials: async () => {
      const accountId = idOf((await ask()("/me")).answer["id"]);
      return accountId === undefined ? {} : { accountId };
    },
    fetch: (_access, _table, from) =>
      resourcesOf(
        {
          pageAt: async (at = "1") => {
            const { answer } = await ask()("/machines", { page: at, per_page: "20" });
            const { rows } = answer;
            const { total } = objectIn(answer, "meta");
            return {
              rows: Array.isArray(rows) ? rows : [],
              next: String(Number(at) + 1),
              ...(isCount(total) ? { total } : {}),
            };
          },
          resourceOf: (row) =>
            resourceFrom("servers", row, { id: row["id"], name: row["name"], status: "running", keeps: keeps.servers }),
        },
        from,
      ),
  };
}

/** The provider, with what it lists. */
const acmeCloud = (listed: readonly object[]) =>
  new FakeProvider({
    answer: (url) =>
      url.pathname === "/me" ? { id: "acct-1" } : { rows: sliceOf(url, listed), meta: { total: listed.length } },
    isList: ({ pathname }) => pathname === "/machines",
  });

/** An organization with a dock of the provider, which is registered until the test ends. */
async function worldOf(provider: FakeProvider) {
  dockAdapters.push(acmeOf(provider));
  onTestFinished(() => void dockAdapters.pop());
  const made = await dockHost();
  const { ann, named, create, host } = made;
  const dock = await create({ provider: "acme-cloud", apiKey: fakeKey });
  const sync = async () => {
    await ann.mutation(api.infrastructure.docks.sync, { ...named, dockId: dock.id });
    await runDue(host);
  };
  return { ...made, dock, sync };
}

it("needs one adapter and one line: it is listed, connected, tested, synced, and found among all resources", async () => {
  const { ann, named, test, rows, dock, sync } = await worldOf(acmeCloud(machines));

  const { data: providers } = await ann.query(api.infrastructure.providers.list, named);
  expect(providers.find((each) => each.provider === "acme-cloud")).toEqual({
    provider: "acme-cloud",
    label: "Acme Cloud",
    resourceTables: ["servers"],
    recommendedIntervalSeconds: 600,
    minimumIntervalSeconds: 300,
    baseUrlAllowed: false,
  });

  expect(dock.syncConfig).toEqual({ enabled: true, intervalSeconds: 600 });
  expect(await test(dock.id)).toMatchObject({ isValid: true });
  await sync();

  expect(await rows("syncHistory")).toMatchObject([{ status: "success", counts: { servers: { created: 30 } } }]);
  const paginationOpts = { cursor: null, numItems: 50 };
  const listed = await ann.query(api.infrastructure.servers.list, { ...named, provider: "acme-cloud", paginationOpts });
  expect(listed).toMatchObject({ isDone: true, page: expect.any(Array) });
  expect((await rows("servers")).map(({ name }) => name)).toEqual(machines.map(({ name }) => name));
  for (const { name } of machines) expect(JSON.stringify(listed)).toContain(`"${name}"`);
  expect(JSON.stringify(await rows("resourcePayloads"))).not.toContain("planted");
});

it("leaves out what is no machine, and the run says so and takes nothing for gone", async () => {
  const { rows, sync } = await worldOf(acmeCloud([...machines.slice(1), { name: "without an id" }]));
  await sync();
  expect(await rows("syncHistory")).toMatchObject([
    { status: "partial", isComplete: false, errors: [{ message: expect.stringContaining("1 of 30 rows") }] },
  ]);
  expect(await rows("servers")).toHaveLength(29);
});

it("is named by no other file of the product", () => {
  const product = repositoryFiles().filter(
    (file) => /^convex\/(?!_generated\/|documentation\/).*\.ts$/.test(file) && !/\.(test|testing)\.ts$/.test(file),
  );
  const namedBy = (provider: string) =>
    product.filter((file) => readFileSync(`${repositoryRoot}/${file}`, "utf8").includes(`"${provider}"`));
  for (const { provider } of dockAdapters.filter((adapter) => adapter.provider !== "mock"))
    expect(namedBy(provider)).toEqual([`convex/infrastructure/adapters/${provider}.ts`]);
});
