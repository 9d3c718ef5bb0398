import { z } from "zod";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonValue } from "../../deployment";
import { openConnection } from "../../store/sqlite";
import { openConformance, openFixture, scratchDirectory, valueOf } from "../../testing/testDeployment.testing";
import type { ReloadableDeployment } from "../openDeployment";

const dayMs = 86_400_000;

let scratch: ReturnType<typeof scratchDirectory>;
let file: string;
let deployment: ReloadableDeployment;

beforeEach(async () => {
  scratch = scratchDirectory();
  file = `${scratch.path}/store.sqlite3`;
  deployment = await openConformance({ file });
});

afterEach(async () => {
  await deployment.close();
  scratch.remove();
});

const jobsShape = z.array(
  z.object({
    _id: z.string(),
    name: z.string(),
    completedTime: z.number().optional(),
    state: z.object({ kind: z.string(), error: z.string().optional() }),
  }),
);

const mutate = (name: string, args: JsonValue = {}) => valueOf(deployment, "mutation", `syscalls:${name}`, args);
const names = async () => z.array(z.string()).parse(await valueOf(deployment, "query", "syscalls:names"));
const jobs = async () => jobsShape.parse(await valueOf(deployment, "query", "syscalls:jobs"));
const states = async (name: string) =>
  (await jobs()).filter((job) => job.name === `syscalls.js:${name}`).map(({ state }) => state.kind);
const until = (condition: () => Promise<boolean>) => expect.poll(condition).toBe(true);

describe("scheduled functions", () => {
  it("tell the log when they fail, since nobody waits for them", async () => {
    const lines: string[] = [];
    const noted = await openFixture({ onLog: ({ path, line }) => void lines.push(`${path} ${line}`) });
    await valueOf(noted, "mutation", "behaviour:scheduleFailures");
    for (const name of ["behaviour:add", "behaviour:addByAction"]) {
      const told = () =>
        lines.filter((line) => line.startsWith(`${name} [ERROR] The scheduled function failed:`)).length;
      await expect.poll(told).toBe(1);
    }
    await noted.close();
  });

  it("run eight at a time", async () => {
    await mutate("startWaiting", { count: 12, until: "go" });
    await until(async () => (await names()).length === 8);
    // A ninth would have started by the time that these have gone through.
    for (let i = 0; i < 20; i++) await names();
    expect(await states("wait")).toEqual([...Array<string>(8).fill("inProgress"), ...Array<string>(4).fill("pending")]);
    await valueOf(deployment, "mutation", "syscalls:effect", { name: "go" }, { allowInternal: true });
    await until(async () => (await states("wait")).every((kind) => kind === "success"));
    expect(await names()).toContain("started 11");
  });

  it("that are canceled while they run keep running, but what they schedule does not", async () => {
    const [id] = z.array(z.string()).parse(await mutate("startWaiting", { count: 1, until: "go" }));
    await until(async () => (await names()).includes("started 0"));
    expect(await mutate("cancel", { id: id ?? "" })).toBe("canceled");
    await valueOf(deployment, "mutation", "syscalls:effect", { name: "go" }, { allowInternal: true });
    await until(async () => (await jobs()).length === 3);
    expect((await jobs()).map(({ state }) => state.kind)).toEqual(["canceled", "canceled", "canceled"]);
    expect(await names()).toEqual(["started 0", "go"]);
    expect(await mutate("cancel", { id: id ?? "" })).toBe("canceled");
  });

  it("read their own job as inProgress and cannot cancel it", async () => {
    await mutate("scheduleSelfCancel");
    await until(async () => (await states("selfCancel")).includes("success"));
    expect(await names()).toEqual(["A mutation cannot cancel itself"]);
  });

  it("stay readable for seven days after they have finished", async () => {
    await mutate("scheduleSelfCancel");
    await mutate("scheduleSelfCancel");
    await until(async () => (await states("selfCancel")).every((kind) => kind === "success"));
    await mutate("systemTables");
    const [first, second] = await jobs();
    await deployment.close();
    // The first finished more than seven days ago and the second less: their index entries follow their documents.
    moveCompletion(first?._id ?? "", -7 * dayMs - 60_000);
    moveCompletion(second?._id ?? "", -7 * dayMs + 60_000);
    deployment = await openConformance({ file });
    expect((await jobs()).map(({ _id, state }) => [_id, state.kind])).toEqual([
      [second?._id, "success"],
      [expect.any(String), "pending"],
    ]);
  });
});

/** Rewrites a closed store as if a job had finished at another time, without the index that an older store lacks. */
function moveCompletion(id: string, byMs: number): void {
  const connection = openConnection(file);
  connection.exec(
    `UPDATE documents SET value = json_set(value, '$.completedTime', json_extract(value, '$.completedTime') + ${byMs})
     WHERE id = '${id}'`,
  );
  const index = "FROM meta WHERE key LIKE 'index:%' AND value LIKE '%_by_completed_time%'";
  connection.exec(
    `DELETE FROM index_entries WHERE substr(key, 1, 4) = (SELECT unhex(printf('%08x', substr(key, 7))) ${index})`,
  );
  connection.exec(`DELETE ${index}`);
  connection.close();
}
