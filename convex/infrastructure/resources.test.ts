import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api";
import { dayMs } from "../core/wire/durations";
import { resourcesPerBatch } from "./docks/upserting";
import { keyOf } from "./dockHost.testing";
import { inventoryHost, listed } from "./inventoryHost.testing";
import { dueNotice } from "./resources/expiry";
import { maximumProjects } from "./resources/links";
import type { Id } from "../_generated/dataModel";

const begin = Date.UTC(2026, 0, 15);
beforeEach(() => void vi.useFakeTimers({ now: begin }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

interface Listed {
  readonly page: readonly unknown[];
  readonly isDone: boolean;
}
type World = Awaited<ReturnType<typeof inventoryHost>>;

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => Object(error).data,
  );

/** This many servers as the provider lists them. */
const many = (count: number, name = "web") =>
  Array.from({ length: count }, (_, number) => listed(number, { name: `${name}-${number}` }));

/** What links say, and what they ought to say by the rows of their resources. */
async function linksAndRows(world: World) {
  const servers = new Map((await world.rows("servers")).map((row) => [String(row._id), row]));
  return (await world.links()).map(({ resourceId, denormalizedName, denormalizedStatus }) => {
    const server = servers.get(resourceId);
    const status = server && server.deletedAt === undefined ? server.status : "deleted";
    return {
      said: { name: denormalizedName, status: denormalizedStatus },
      right: { name: server?.name ?? denormalizedName, status },
    };
  });
}

async function expectRightLinks(world: World) {
  for (const { said, right } of await linksAndRows(world)) expect(said).toEqual(right);
}

/** Links past every write of the product's. */
function linked(world: World, projectId: Id<"projects">, servers: readonly { _id: string; name: string }[]) {
  const { organizationId, host } = world;
  return host.run(async ({ db }) => {
    for (const { _id: resourceId, name: denormalizedName } of servers) {
      const link = { organizationId, projectId, resourceTable: "servers", resourceId, denormalizedName } as const;
      await db.insert("projectResources", { ...link, denormalizedStatus: "running", createdAt: 1, updatedAt: 1 });
    }
  });
}

describe("links of projects to resources", () => {
  const count = 4;
  const at = fc.nat(count - 1);
  const write = fc.oneof(
    fc.record({
      kind: fc.constant("sync" as const),
      found: fc.uniqueArray(
        fc.record({ at, name: fc.constantFrom("web", "db", "mail"), status: fc.constantFrom("running", "stopped") }),
        { selector: ({ at: number }) => number },
      ),
    }),
    fc.record({ kind: fc.constantFrom("delete" as const, "restore" as const, "purge" as const, "tag" as const), at }),
    fc.record({ kind: fc.constantFrom("deleteDock" as const, "restoreDock" as const) }),
  );
  type Write = typeof write extends fc.Arbitrary<infer Value> ? Value : never;

  async function makeOfDock(world: World, isDeletion: boolean): Promise<void> {
    if (isDeletion) {
      await world.remove(world.dockId);
      for (let turn = 0; turn < 4; turn++) await world.finish();
    } else {
      await world.restore(world.dockId);
      await world.rotate(world.dockId, keyOf("acme"));
    }
  }

  async function make(world: World, step: Write): Promise<void> {
    if (step.kind === "sync") {
      world.lists(
        "servers",
        step.found.map(({ at: number, name, status }) => listed(number, { name: `${name}-${number}`, status })),
      );
      return world.sync(true);
    }
    if (!("at" in step)) return makeOfDock(world, step.kind === "deleteDock");
    const wanted = `r-${step.at}`;
    const server = (await world.rows("servers")).find(({ providerResourceId }) => providerResourceId === wanted);
    if (!server) return;
    if (step.kind === "tag") await world.server.update(server._id, [`t${Date.now()}`]);
    else if (step.kind === "restore") await world.server.restore(server._id);
    else await world.server.remove(server._id, step.kind === "purge");
  }

  it("are as their resources after every write of these, whoever writes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 12 }), async (writes) => {
        vi.setSystemTime(begin);
        vi.restoreAllMocks();
        const world = await inventoryHost();
        world.lists("servers", many(count));
        await world.sync();
        for (const name of ["A", "B"]) {
          const projectId = await world.project(name);
          for (const { _id } of await world.rows("servers")) await world.link(projectId, _id);
        }
        for (const each of writes) {
          // What is refused, such as a restore of what is not in the trash, writes nothing.
          await make(world, each).catch((error: unknown) => {
            if (Object(error).data?.code === undefined) throw error;
          });
          await expectRightLinks(world);
        }
        await world.repair();
        expect(await world.audited("system.repair")).toEqual([]);
      }),
    );
  });

  it("are written with the resource, as many as there may be, in one transaction of a sync", async () => {
    const world = await inventoryHost();
    world.lists("servers", many(resourcesPerBatch));
    await world.sync();
    const servers = await world.rows("servers");
    for (let number = 0; number < maximumProjects; number++)
      await linked(world, await world.project(`P${number}`), servers);
    world.lists("servers", many(resourcesPerBatch, "api"));
    await world.sync();
    expect(await world.rows("syncHistory")).toMatchObject([{ status: "success" }, { status: "success" }]);
    expect(await world.links()).toHaveLength(maximumProjects * resourcesPerBatch);
    await expectRightLinks(world);
    const names = new Set((await world.links()).map(({ denormalizedName }) => denormalizedName.split("-")[0]));
    expect([...names]).toEqual(["api"]);
    const oneMore = world.link(await world.project("One more"), String(servers[0]?._id));
    expect(await refusal(oneMore)).toMatchObject({ status: 409, code: "limit_reached" });
  });

  it("follow a dock into the trash, as many as there may be", async () => {
    const world = await inventoryHost();
    world.lists("servers", many(resourcesPerBatch * 2));
    await world.sync();
    const servers = await world.rows("servers");
    for (let number = 0; number < maximumProjects; number++)
      await linked(world, await world.project(`P${number}`), servers);
    await world.remove(world.dockId);
    await world.settle();
    expect(new Set((await world.links()).map(({ denormalizedStatus }) => denormalizedStatus))).toEqual(
      new Set(["deleted"]),
    );
  });

  it("are repaired at night, and the trail says of which organization", async () => {
    const world = await inventoryHost();
    world.lists("servers", many(250));
    await world.sync();
    const servers = await world.rows("servers");
    const drifted = servers.map((row, number) => (number % 100 === 7 ? { ...row, name: "drifted" } : row));
    await linked(world, await world.project("Shop"), drifted);
    // Gone past every write of ours.
    const [gone] = servers;
    await world.host.run(async ({ db }) => {
      if (gone) await db.delete("servers", gone._id);
    });
    await world.repair();
    await expectRightLinks(world);
    const about = { organizationId: world.organizationId, tableName: "projectResources" };
    const [report, ...others] = await world.audited("system.repair");
    expect(report).toMatchObject({ ...about, metadata: { checked: 250, repaired: 4 } });
    await world.repair();
    expect([others, await world.audited("system.repair")]).toEqual([[], [report]]);
  });
});

describe("a resource that a person deletes", () => {
  it("is brought back by no sync, until somebody restores it, and anew once it is gone for good", async () => {
    const world = await inventoryHost();
    world.lists("servers", [listed(1, { fullApiData: "{}" })]);
    await world.sync();
    const [server] = await world.rows("servers");
    const id = String(server?._id);
    await world.server.update(id, ["kept"]);
    await world.server.remove(id);
    world.lists("servers", [listed(1, { name: "renamed", fullApiData: "{}" })]);
    await world.sync();
    expect(await world.rows("servers")).toMatchObject([{ deletedAt: expect.anything(), ignoredAt: expect.anything() }]);
    expect(await refusal(world.server.remove(id))).toMatchObject({ code: "already_deleted" });
    const restored = await world.server.restore(id);
    expect(restored).toMatchObject({ name: "web-1", tags: ["kept"] });
    expect(restored).not.toHaveProperty("ignoredAt");
    expect(await refusal(world.server.restore(id))).toMatchObject({ code: "not_deleted" });
    await world.sync();
    expect(await world.server.get(id)).toMatchObject({ name: "renamed", tags: ["kept"] });
    expect(await refusal(world.server.remove(id, true))).toMatchObject({ code: "not_deleted" });
    await world.server.remove(id);
    await world.server.remove(id, true);
    expect(await world.rows("resourcePayloads")).toEqual([]);
    await world.sync();
    expect(await world.rows("servers")).toMatchObject([{ name: "renamed", tags: [] }]);
  });

  it("stays in the trash while its dock is there", async () => {
    const world = await inventoryHost();
    world.lists("servers", [listed(1)]);
    await world.sync();
    const [server] = await world.rows("servers");
    await world.remove(world.dockId);
    await world.settle();
    const restoring = world.server.restore(String(server?._id));
    expect(await refusal(restoring)).toMatchObject({ status: 409, code: "dock_deleted" });
  });
});

describe("what a provider says", () => {
  it("is kept beside the row, and read where it is asked for alone", async () => {
    const world = await inventoryHost();
    const says = (size: string) => JSON.stringify({ $type: "droplet", size });
    const details = { region: "fra1", primaryIpAddress: "203.0.113.7", unknown: "x" };
    world.lists("servers", [listed(1, { details, fullApiData: says("s-1") })]);
    await world.sync();
    const [server] = await world.rows("servers");
    const id = String(server?._id);
    const plain = await world.server.get(id);
    expect(plain).toMatchObject({ region: "fra1", primaryIpAddress: "203.0.113.7" });
    expect(plain).not.toHaveProperty("fullApiData");
    expect(plain).not.toHaveProperty("unknown");
    expect(await world.server.get(id, "full")).toMatchObject({ fullApiData: says("s-1") });
    world.lists("servers", [listed(1, { details: { region: "ams3" }, fullApiData: says("s-2") })]);
    await world.sync();
    const changed = await world.server.get(id, "full");
    expect(changed).toMatchObject({ region: "ams3", fullApiData: says("s-2") });
    expect(changed).not.toHaveProperty("primaryIpAddress");
    expect(await world.rows("resourcePayloads")).toHaveLength(1);
  });

  it("is left out where it is not in the form of its field", async () => {
    const world = await inventoryHost();
    const details = { environment: "moon", gitRepo: "acme/shop", productionUrl: 7 };
    world.lists("webServices", [listed(1, { details })]);
    await world.sync();
    const [row] = await world.rows("webServices");
    expect(row).toMatchObject({ gitRepo: "acme/shop" });
    expect(row).not.toHaveProperty("environment");
    expect(row).not.toHaveProperty("productionUrl");
  });

  it("comes in pages of few rows where it is asked for", async () => {
    const world = await inventoryHost();
    world.lists(
      "servers",
      many(50).map((each) => ({ ...each, fullApiData: JSON.stringify({ text: "x".repeat(200_000) }) })),
    );
    await world.sync();
    const listing = world.ann.query(api.infrastructure.servers.list, {
      ...world.named,
      include: "full",
      paginationOpts: { cursor: null, numItems: 100 },
    });
    const { page, isDone }: Listed = Object(await listing);
    expect([page.length, isDone]).toEqual([12, false]);
  });
});

describe("registrations that end", () => {
  it("are told of 30, 7 and 1 days before, each time once, and anew after a renewal", async () => {
    const world = await inventoryHost();
    const warn = async () => {
      for (let times = 0; times < 2; times++)
        await world.host.mutation(internal.infrastructure.resourceUpkeep.warn, {});
      const told = (await world.rows("notifications")).filter(({ type }) => type === "domain_expiring");
      const [notification, ...others] = told;
      expect(others).toEqual([]);
      return notification?.data["count"] ?? told.length;
    };
    const lists = (expiresAt: number) => {
      const domain = { providerResourceId: "d-1", name: "example.com", status: "active" };
      world.lists("domains", [{ ...domain, details: { expiresAt } }]);
      return world.sync();
    };
    const expiresAt = begin + 60 * dayMs;
    await lists(expiresAt);
    const counts = [];
    for (const days of [31, 30, 20, 7, 6, 1]) {
      vi.setSystemTime(expiresAt - days * dayMs);
      counts.push(await warn());
    }
    expect(counts).toEqual([0, 1, 1, 2, 2, 3]);
    await lists(expiresAt + 20 * dayMs);
    expect(await warn()).toBe(4);
    const [row] = await world.rows("domains");
    await world.ann.mutation(api.infrastructure.domains.delete, { ...world.named, domainId: String(row?._id) });
    vi.setSystemTime(expiresAt + 19 * dayMs);
    expect(await warn()).toBe(4);
  });

  it("are made up for by one notice where no cron ran, and are past afterwards", () => {
    const expiresAt = begin + dayMs / 2;
    expect(dueNotice({ expiresAt }, begin)).toEqual({ expiresAt, count: 3 });
    expect(dueNotice({ expiresAt, expiryNotices: { expiresAt, count: 3 } }, begin)).toBeUndefined();
    expect(dueNotice({ expiresAt: begin }, begin)).toBeUndefined();
    expect(dueNotice({}, begin)).toBeUndefined();
  });
});
