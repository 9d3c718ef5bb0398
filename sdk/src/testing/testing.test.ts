import { describe, expect, test } from "vitest";
import { isProblem, Portico } from "../rest";
import { isRecord } from "../runtime/json";
import { checkTenants, type OperationName, ScriptedApi } from "../testing";
import { samples } from "./samples";

function scripted(limits: { readonly maxRetries?: number; readonly timeoutMs?: number } = {}) {
  const api = new ScriptedApi();
  const options = { baseUrl: "https://portico.test", apiKey: "sk_test_scripted", maxRetries: 0, ...limits };
  return { api, portico: new Portico({ ...options, fetch: api.fetch }) };
}

describe("a scripted API", () => {
  test("answers each operation as the document shows, and says which one was called", async () => {
    const { api, portico } = scripted();
    const operations = Object.entries(samples().operations);
    expect(operations.length).toBeGreaterThan(200);
    for (const [operation, { route, status, answer }] of operations) {
      const [method = "", path = ""] = route.split(" ");
      const call = portico.request({
        method,
        path: path.replaceAll("{}", "an-id"),
        body: method === "GET" ? undefined : {},
      });
      const { data, response } = await call.withResponse();
      expect([response.status, api.requests.at(-1)?.operation], operation).toEqual([status, operation]);
      expect(typeof data === "object", operation).toBe(answer !== undefined);
    }
  });

  test("answers what the test says, once, typed as the operation answers", async () => {
    const { api, portico } = scripted();
    api.answer("schedules.get", { title: "Patch day" }).answer("schedules.get", { title: "Later" }, { times: 2 });
    // @ts-expect-error no field of a schedule
    api.answer("schedules.create", { colour: "red" });
    const titles: string[] = [];
    for (let call = 0; call < 4; call++) titles.push((await portico.schedules.get("s1")).title);
    expect(titles).toEqual(["Patch day", "Later", "Later", "Service the pumps"]);
    expect(api.requests[0]).toMatchObject({ operation: "schedules.get", method: "GET", path: "/v1/schedules/s1" });
  });

  test("notes what was sent", async () => {
    const { api, portico } = scripted();
    await portico.schedules.create({ title: "a", startDate: 1, endDate: 2 }, { idempotencyKey: "a-key-of-mine" });
    await portico.sites.delete("s1", {}, { dryRun: true });
    const [created] = api.requests;
    expect(created).toMatchObject({ operation: "schedules.create", body: { title: "a", startDate: 1, endDate: 2 } });
    expect(created?.headers.get("idempotency-key")).toBe("a-key-of-mine");
    expect(created?.headers.get("authorization")).toBe("Bearer sk_test_scripted");
  });

  test("pages through rows", async () => {
    const { api, portico } = scripted();
    api.rows(
      "schedules.list",
      Array.from({ length: 60 }, (_, index) => ({ title: `Schedule ${index}` })),
    );
    const all = await portico.schedules.list({ limit: 25 }).toArray();
    expect(all.map(({ title }) => title)).toEqual(Array.from({ length: 60 }, (_, index) => `Schedule ${index}`));
    expect(all[0]?.status).toBe("draft");
    expect(api.requests).toHaveLength(3);
    expect(await scripted().portico.schedules.list().toArray()).toHaveLength(1);
    expect(() => api.rows("schedules.get", [])).toThrow("schedules.get is no list");
  });

  test("refuses as the operation can, with the problem of the document", async () => {
    const { api, portico } = scripted();
    api.refuse("schedules.activate", "invalid_state_transition", { detail: "From draft only." });
    const error = await portico.schedules.activate("s1").then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    expect(isProblem(error, "invalid_state_transition") && [error.status, error.detail]).toEqual([
      409,
      "From draft only.",
    ]);
    expect((await portico.schedules.activate("s1")).id).toBeTruthy();
    expect(() => api.refuse("schedules.get", "guid_in_use")).toThrow(
      /never refused with guid_in_use; its codes are .*not_found/,
    );
    // @ts-expect-error no such code
    expect(() => api.refuse("schedules.get", "no_such_code")).toThrow("never refused");
    // @ts-expect-error no such operation
    expect(() => api.answer("schedules.lose")).toThrow("There is no operation schedules.lose");
  });

  test("loses answers, which the client's retries and limits meet", async () => {
    const { api, portico } = scripted({ maxRetries: 1, timeoutMs: 2_000 });
    api.lose("schedules.get");
    const { attempts } = await portico.schedules.get("s1").withResponse();
    expect(attempts).toBe(2);
    api.lose("schedules.get", { silently: true });
    await expect(portico.schedules.get("s1")).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("has nothing at other paths", async () => {
    const { api, portico } = scripted();
    await expect(portico.request({ method: "GET", path: "/v1/nothing" })).rejects.toMatchObject({ code: "not_found" });
    expect(api.requests[0]?.operation).toBeUndefined();
  });
});

describe("tenants", () => {
  /** Two organizations of a deployment that tells one nothing of the other, but where `leaks` says so. */
  async function reportOf(leaks: (operation: string) => boolean) {
    const [mine, foreign] = [scripted(), scripted()];
    const { answers, operations, refusals } = samples();
    for (const [name, { answer = -1, refusals: of }] of Object.entries(operations)) {
      if (leaks(name)) continue;
      const operation = operationName(name);
      const example = answers[answer];
      const isMissing = Object.values(refusals[of] ?? {}).some((codes) => codes.includes("not_found"));
      if (isRecord(example) && "page" in example) foreign.api.rows(operation, []);
      else if (isMissing) foreign.api.refuse(operation, "not_found", { times: Number.POSITIVE_INFINITY });
    }
    return checkTenants({ mine: mine.portico, foreign: foreign.portico });
  }

  /** The document's names are those of the type. */
  function operationName(name: string): OperationName {
    return name as OperationName;
  }

  test("that see nothing of each other pass", async () => {
    const { faults, passed } = await reportOf(() => false);
    expect(faults).toEqual([]);
    expect(passed).toBeGreaterThan(60);
  });

  test.each(["schedules.get", "schedules.delete", "schedules.update", "schedules.list"])(
    "of which one reaches the other's rows by %s fail",
    async (leaking) => {
      const { faults } = await reportOf((operation) => operation === leaking);
      expect(faults.map(({ operation }) => operation)).toContain(leaking);
    },
  );
});
