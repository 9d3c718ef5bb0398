import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { createTestHost } from "../../../host/testHost/createTestHost";
import schema from "../../schema";
import { defaultOrganizationSettings } from "../../tenancy/tables";
import { isAssigned } from "./assignedRows";
import { reachedPage } from "./reachedPages";
import type { Id } from "../../_generated/dataModel";
import type { Assignment } from "./assignedRows";
import type { ReachedList } from "./reachedPages";

/** Rows of the product's own tables stand for what is assigned: those that the people of one's teams have made, or are about. */

const peopleCount = 3;
const teamCount = 3;
const host = createTestHost(schema);
const base = { createdAt: 1, updatedAt: 1 };

/** One person's rows, and a team that they are in. */
interface World {
  /** For each row, whose it is and what it is sorted by. */
  readonly rows: readonly { readonly person: number; readonly at: number }[];
  /** For each person, their teams. */
  readonly teamsOf: readonly (readonly number[])[];
  /** Teams of the caller, who is the first person. */
  readonly holders: readonly number[];
  readonly own: boolean;
}

const teams = fc.uniqueArray(fc.nat(teamCount - 1), { maxLength: teamCount });
const worlds: fc.Arbitrary<World> = fc.record({
  rows: fc.array(fc.record({ person: fc.nat(peopleCount - 1), at: fc.nat(3) }), { maxLength: 14 }),
  teamsOf: fc.tuple(teams, teams, teams),
  holders: teams,
  own: fc.boolean(),
});

/** Writes the world into an organization of its own; its todos and schedules are made by and about the rows' people. */
function written({ rows, teamsOf }: World) {
  return host.run(async ({ db }) => {
    const people: Id<"users">[] = [];
    for (let at = 0; at < peopleCount; at += 1) {
      const user = { emailVerified: false, name: "P", status: "active", isPlatformAdmin: false, ...base } as const;
      people.push(await db.insert("users", user));
    }
    const [ownerId] = people;
    if (!ownerId) throw new Error("Nobody owns it.");
    const organization = { name: "A", slug: "a", status: "active", ownerId, ...base } as const;
    const organizationId = await db.insert("organizations", { ...organization, settings: defaultOrganizationSettings });
    const role = { key: "none", name: "N", rights: [], rank: 1, isSystem: false, ...base };
    const roleId = await db.insert("roles", { organizationId, scope: "assigned", ...role });
    const teamIds: Id<"teams">[] = [];
    for (let at = 0; at < teamCount; at += 1)
      teamIds.push(await db.insert("teams", { organizationId, name: "T", ...base }));
    for (const [person, memberOf] of teamsOf.entries()) {
      for (const team of memberOf) {
        const [teamId, userId] = [teamIds[team], people[person]];
        if (teamId && userId)
          await db.insert("teamMemberships", { organizationId, teamId, userId, roleId, roleKey: "none", ...base });
      }
    }
    const todos: Id<"todos">[] = [];
    const schedules: Id<"schedules">[] = [];
    for (const { person, at } of rows) {
      const userId = people[person];
      if (!userId) throw new Error("A row is nobody's.");
      todos.push(await db.insert("todos", { organizationId, text: "t", completed: false, createdBy: userId, ...base }));
      const times = { startDate: at, endDate: at + 1 };
      schedules.push(
        await db.insert("schedules", { organizationId, title: "S", userId, status: "draft", ...times, ...base }),
      );
    }
    return { organizationId, people, teamIds, todos, schedules };
  });
}

type Written = Awaited<ReturnType<typeof written>>;

/** Rows by a field that names people, assigned to the teams that these are in. */
const throughTeams = (field: string): readonly Assignment[] => [
  { to: "teams", field, through: { table: "teamMemberships", holder: "teamId", granted: "userId" } },
];

function reachIn({ holders, own }: World, { teamIds }: Written): ReachedList["reach"] {
  const held = holders.flatMap((team) => teamIds[team] ?? []);
  const rights: ReadonlySet<string> = new Set();
  return { every: false, own, assigned: true, holders: held.map((id) => ({ table: "teams" as const, id, rights })) };
}

/** Every page of a list, one after the other; each but the last is full. */
async function walk(list: ReachedList, limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const at = cursor;
    const page = await host.run((ctx) => reachedPage(ctx, [list], at, limit));
    ids.push(...page.page.map(({ row }) => row._id));
    if (page.isDone) return ids;
    expect(page.page).toHaveLength(limit);
    cursor = page.continueCursor;
  }
}

/** True of a row's person where the world assigns it to the caller, or it is the caller's own. */
function isReached({ teamsOf, holders, own }: World, person: number): boolean {
  return (own && person === 0) || (teamsOf[person] ?? []).some((team) => holders.includes(team));
}

describe("pages of reached rows", () => {
  it("are full, in order, and of every row that is assigned or own, each once", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.integer({ min: 1, max: 4 }), fc.boolean(), async (world, limit, isAscending) => {
        const made = await written(world);
        const { organizationId, people, todos } = made;
        const list: ReachedList = {
          table: "todos",
          options: { filters: ["completed"] },
          ways: throughTeams("createdBy"),
          reach: reachIn(world, made),
          organizationId,
          person: people[0],
          input: isAscending ? { sort: "created" } : {},
        };
        const expected = todos.filter((_id, at) => isReached(world, world.rows[at]?.person ?? 0));
        expect(await walk(list, limit)).toEqual(isAscending ? expected : expected.toReversed());
        const rows = await host.run(({ db }) => Promise.all(todos.map((id) => db.get("todos", id))));
        const assigned = await host.run((ctx) =>
          Promise.all(rows.map((row) => isAssigned(ctx, organizationId, list.ways, row ?? {}, list.reach))),
        );
        expect(assigned).toEqual(world.rows.map(({ person }) => isReached({ ...world, own: false }, person)));
      }),
    );
  });

  it("are cut and sorted by what the index of the assigned field goes on by, equal values by age", async () => {
    const bound = fc.option(fc.nat(3), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(worlds, bound, bound, fc.boolean(), async (world, from, length, isAscending) => {
        const made = await written(world);
        const to = length === undefined ? undefined : (from ?? 0) + length;
        const cut = {
          ...(from === undefined ? {} : { startFrom: from }),
          ...(to === undefined ? {} : { startTo: to }),
        };
        const list: ReachedList = {
          table: "schedules",
          options: { ranges: { startDate: ["startFrom", "startTo"] }, sorts: ["startDate"] },
          ways: throughTeams("userId"),
          reach: { ...reachIn(world, made), own: false },
          organizationId: made.organizationId,
          person: made.people[0],
          input: { ...cut, sort: isAscending ? "startDate" : "-startDate" },
        };
        const expected = world.rows
          .map((row, at) => ({ ...row, id: made.schedules[at], place: at }))
          .filter(
            ({ person, at }) => isReached({ ...world, own: false }, person) && at >= (from ?? 0) && at < (to ?? 9),
          )
          .toSorted((left, right) => left.at - right.at || left.place - right.place)
          .map(({ id }) => id);
        expect(await walk(list, 2)).toEqual(isAscending ? expected : expected.toReversed());
      }),
    );
  });
});

describe("a list of reached rows refuses", () => {
  const world: World = {
    rows: [0, 0, 0].map((person) => ({ person, at: 0 })),
    teamsOf: [[0], [], []],
    holders: [0],
    own: true,
  };
  async function listOf(changes: Partial<ReachedList>): Promise<ReachedList> {
    const made = await written(world);
    const { organizationId, people } = made;
    const own = { table: "todos", options: { filters: ["completed"] }, ways: [] } as const;
    return { ...own, reach: reachIn(world, made), organizationId, person: people[0], input: {}, ...changes };
  }
  const codeOf = async (list: ReachedList, cursor?: string): Promise<unknown> =>
    host
      .run((ctx) => reachedPage(ctx, [list], cursor, 2))
      .then(
        () => "answered",
        (error: unknown): unknown => Object(Object(error).data).code,
      );

  test.each([
    ["filters that no index answers beside the assignment", { input: { completed: true } }, "unsupported_filter"],
    ["the trash", { input: { deleted: "only" } }, "unsupported_filter"],
    ["own rows that no index tells from others", { table: "items" as const, options: {} }, "forbidden"],
    ["nothing that it can answer", {}, "answered"],
  ])("%s", async (_what, changes, code) => {
    expect(await codeOf(await listOf(changes))).toBe(code);
  });

  it("a cursor of another list, and what is none", async () => {
    const list = await listOf({});
    const { continueCursor } = await host.run((ctx) => reachedPage(ctx, [list], undefined, 2));
    expect(await codeOf(list, continueCursor)).toBe("answered");
    for (const other of [{ input: { sort: "created" } }, { person: undefined }]) {
      expect(await codeOf({ ...list, ...other }, continueCursor)).toBe("invalid_cursor");
    }
    const text = JSON.stringify(["", {}, "soon", 7]);
    for (const cursor of ["", "!", "e30", btoa(text), `${continueCursor}x`, continueCursor.slice(1)])
      expect(await codeOf(list, cursor), cursor).toBe("invalid_cursor");
  });
});
