import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtInRights, reachOf } from "../../convex/core/access/rights";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { noteTries } from "../../scripts/lib/tries.testing";
import { registry } from "../registry";
import { nameOf } from "./arrangements.testing";
import { send, sendOperation, withoutRequestId } from "./client.testing";
import { grant } from "./grantees.testing";
import { expectProblem } from "./hostile.testing";
import { rowsOfDocks } from "./rows/infrastructure.testing";
import { nextSample, sampleFields } from "./samples.testing";
import { createMember, createWorld, roleKeys, unknownIdLike } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Assignment } from "../../convex/core/records/assignedRows";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer } from "./client.testing";
import type { NewMember, RoleKey, World } from "./world.testing";

/** Every resource whose rows are assigned, by each of its ways and each built-in role that reads assigned rows alone. */

let portico: TestPortico;
let world: World;
let tries = 0;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(async () => {
  noteTries(tries);
  await portico.close();
});

interface Case {
  readonly list: Operation;
  readonly get: Operation;
  /** None of what is reached with its dock. */
  readonly create: Operation | undefined;
  readonly way: Assignment;
  readonly role: RoleKey;
}

const cases = registry.flatMap((list): Case[] => {
  const { assigned, permission = "" } = list.declaration;
  const named = (verb: string) => registry.find((one) => nameOf(one) === `${list.resource}.${verb}`);
  const [get, create] = [named("get"), named("create")];
  if (list.verb !== "list" || !assigned || !get) return [];
  const readers = roleKeys.filter((role) => reachOf(builtInRights(role), permission) === "assigned");
  return assigned.flatMap((way) => readers.map((role) => ({ list, get, create, way, role })));
});

/** A row, and the id of what is granted to have it reached: its dock's where it is reached with that, else its own. */
async function newRow(one: Case, values: object = {}, owner = world.owner): Promise<Made> {
  const { create, list } = one;
  const ofDock = rowsOfDocks[list.resource];
  if (ofDock) {
    const { id, dockId } = await ofDock({ portico, owner });
    return { id, granted: dockId };
  }
  if (!create) throw new Error(`${list.resource} has no create: say in rowsOfDocks how its rows are made.`);
  const rows = owner === world.owner ? world.rows : world.foreignRows;
  const body = { ...sampleFields(create.declaration.body ?? {}, rows), ...values };
  const answer = await sendOperation(portico, create, { body }, owner);
  expect(answer.status, answer.text).toBe(201);
  const id = String(answer.body["id"]);
  return { id, granted: id };
}

interface Made {
  readonly id: string;
  readonly granted: string;
}

/** Makes a row and assigns it to a member. */
async function assignedRow(one: Case, member: NewMember): Promise<string> {
  const { to, field, through } = one.way;
  const isHolder = field === "_id" && !through;
  const made = await send(portico, "POST", `/v1/${to}`, world.owner, { name: `Holder ${nextSample()}` });
  const holder = isHolder ? (await newRow(one)).id : String(made.body["id"]);
  const place = { userId: member.userId, roleKey: "client" };
  const added = await send(portico, "POST", `/v1/${to}/${holder}/members`, world.owner, place);
  expect(added.status, added.text).toBe(201);
  if (isHolder) return holder;
  if (!through) return (await newRow(one, { [field]: holder })).id;
  const { id, granted } = await newRow(one);
  await grant(world, through, { granted, holder, level: "read" });
  return id;
}

function read(operation: Operation, token: string, query: Readonly<Record<string, string>>): Promise<Answer> {
  tries += 1;
  return sendOperation(portico, operation, { query }, token);
}

const idsIn = ({ body }: Answer): string[] => Object(body)["data"].map(({ id }: { id: string }) => id);

/** The ids that the owner is listed, page by page; none where the list is refused. */
async function allIds(list: Operation, query: Readonly<Record<string, string>>, cursor?: string): Promise<string[]> {
  const asked = { ...query, limit: "100", ...(cursor === undefined ? {} : { cursor }) };
  const answer = await read(list, world.owner, asked);
  if (answer.status !== 200) return [];
  const { nextCursor }: { nextCursor: string | null } = Object(answer.body["page"]);
  return [...idsIn(answer), ...(nextCursor === null ? [] : await allIds(list, query, nextCursor))];
}

it("is declared of some resource", () => {
  expect(cases.length).toBeGreaterThan(0);
});

describe.each(cases.map((one) => [`${one.list.resource} by ${one.way.to}, read by ${one.role}`, one] as const))(
  "%s",
  (_title, one) => {
    const { list, get, role } = one;
    const made = async () => {
      const member = await createMember(portico, world.acme, role);
      const assigned: string[] = [];
      const others: string[] = [];
      for (let at = 0; at < 3; at += 1) {
        assigned.unshift(await assignedRow(one, member));
        others.push((await newRow(one)).id);
      }
      return { member, assigned, others };
    };
    // Rows are only added to what the others look at.
    let making: ReturnType<typeof made> | undefined;
    const setUp = () => (making ??= made());
    const getRow = (id: string, token: string) => {
      tries += 1;
      return sendOperation(portico, get, { params: { [get.declaration.on?.idParameter ?? ""]: id } }, token);
    };

    it("reads assigned rows, refuses the others, and finds none of another organization", async () => {
      const { member, assigned, others } = await setUp();
      for (const id of assigned) expect((await getRow(id, member.token)).status).toBe(200);
      for (const id of others) expectProblem(await getRow(id, member.token), 403, "not_assigned");
      const foreign = await getRow((await newRow(one, {}, world.foreignOwner)).id, member.token);
      const missing = await getRow(unknownIdLike(assigned[0] ?? ""), member.token);
      expectProblem(foreign, 404, "not_found");
      expect(withoutRequestId(foreign)).toEqual(withoutRequestId(missing));
    });

    it("lists assigned rows alone, in full pages that say nothing of the others", async () => {
      const { member, assigned } = await setUp();
      const first = await read(list, member.token, { limit: "2" });
      expect(idsIn(first)).toEqual(assigned.slice(0, 2));
      await newRow(one);
      const again = await read(list, member.token, { limit: "2" });
      expect(again.text).toBe(first.text);
      const cursor = String(Object(first.body["page"]).nextCursor);
      const second = await read(list, member.token, { limit: "2", cursor });
      expect(idsIn(second)).toEqual(assigned.slice(2));
      expect(second.body["page"]).toEqual({ nextCursor: null, hasMore: false, limit: 2 });
      const nobody = await createMember(portico, world.acme, role);
      const none = await read(list, nobody.token, {});
      expect(none.body).toEqual({ data: [], page: { nextCursor: null, hasMore: false, limit: 25 } });
      expectProblem(await read(list, nobody.token, { cursor }), 400, "invalid_cursor");
      expectProblem(await read(list, world.owner, { cursor }), 400, "invalid_cursor");
      const ofAll = Object(await read(list, world.owner, { limit: "1" }).then(({ body }) => body["page"])).nextCursor;
      expectProblem(await read(list, member.token, { cursor: String(ofAll) }), 400, "invalid_cursor");
    });

    it("filters and sorts as for everybody, among assigned rows, or refuses", async () => {
      const { member, assigned } = await setUp();
      const shown = (await getRow(assigned[0] ?? "", member.token)).body;
      const page = new Set(["cursor", "limit", "sort", "deleted"]);
      const filters = Object.keys(list.query).flatMap((name) => {
        const value = shown[name];
        return page.has(name) || typeof value !== "string" ? [] : [{ [name]: value }];
      });
      const sorts = ["created", "-created", "name", "-name"].map((sort) => ({ sort }));
      for (const query of [...filters, ...sorts, { deleted: "only" }]) {
        const everybodys = await allIds(list, query);
        const answer = await read(list, member.token, { ...query, limit: "100" });
        const expected = everybodys.filter((id) => assigned.includes(id));
        const refusals = ["unsupported_filter", "validation_failed", "forbidden"];
        const isRefused = refusals.includes(String(answer.body["code"]));
        const seen = answer.status === 200 ? idsIn(answer) : isRefused;
        expect([query, seen], answer.text).toEqual([query, answer.status === 200 ? expected : true]);
      }
    });
  },
);
