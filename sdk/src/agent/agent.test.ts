import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type AgentEvent, type AgentOptions, createAgent, fileStorage, memoryStorage } from "../agent";
import { patientBackoffMs } from "../runtime/pace";
import { catchUpMs, composed, nextCheckInMs } from "./reporting";

const device = { hostname: "rooftop-pi-07", platform: "linux", version: "1.0.0" } as const;
const enrolled = {
  url: "https://portico.test",
  guid: "a-device",
  agentId: "a1",
  key: "agt_kept-key",
  notes: [],
  droppedNotes: 0,
};
const intervalSeconds = 300;
const serverTime = 1_768_469_400_000;

/** A check-in as the server saw it. */
interface Seen {
  readonly path: string;
  readonly credential: string | null;
  readonly idempotencyKey: string | null;
  readonly body: Record<string, unknown>;
}

type Outcome = "taken" | "lost" | "unreachable" | Response;

/**
 * A server that does what `outcome` says of each request: takes it, takes it and loses the answer, or is not reached. It answers a
 * key that it knows as it did before.
 */
function server(outcome: (seen: Seen, index: number) => Outcome | Promise<Outcome> = () => "taken") {
  const seen: Seen[] = [];
  const taken: Seen[] = [];
  const fetch = async (url: unknown, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    const request = {
      path: new URL(String(url)).pathname,
      credential: headers.get("authorization"),
      idempotencyKey: headers.get("idempotency-key"),
      body: JSON.parse(typeof init.body === "string" ? init.body : "{}"),
    };
    seen.push(request);
    const came = await outcome(request, seen.length - 1);
    if (came instanceof Response) return came;
    if (came === "unreachable") throw new TypeError("fetch failed");
    const isKnown = taken.some(({ idempotencyKey }) => idempotencyKey === request.idempotencyKey);
    if (!isKnown) taken.push(request);
    if (came === "lost") throw new TypeError("socket hang up");
    if (request.path.endsWith("/enroll")) return Response.json({ id: "a1", key: "agt_new-key" }, { status: 201 });
    return Response.json({ serverTime, nextCheckinInSeconds: intervalSeconds, settings: {} });
  };
  const told = () => taken.flatMap(({ body }) => body["errors"] ?? []);
  return { fetch, seen, taken, told };
}

function problem(status: number, code: string, more: { headers?: Record<string, string>; errors?: unknown } = {}) {
  const { headers = {}, errors = [] } = more;
  return Response.json({ code, title: `Title of ${code}`, status, errors }, { status, headers });
}

function agentOf(options: Partial<AgentOptions>) {
  const events: AgentEvent[] = [];
  const agent = createAgent({
    baseUrl: "https://portico.test/",
    storage: memoryStorage(JSON.stringify(enrolled)),
    device,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const controller = new AbortController();
  const run = () =>
    agent.run(controller.signal).then(
      () => "stopped",
      (error: unknown) => error,
    );
  return { agent, events, run, stop: () => controller.abort(), types: () => events.map(({ type }) => type) };
}

/** What a storage holds. */
async function stateOf(storage: AgentOptions["storage"]): Promise<Record<string, unknown>> {
  return JSON.parse((await storage.read()) ?? "{}");
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("enrolment", () => {
  test("happens once, keeps the key, and the check-ins that follow use it", async () => {
    const { fetch, seen } = server();
    const storage = memoryStorage();
    const first = agentOf({ fetch, storage, enrollmentToken: "enr_of-the-site", guid: "its-own-id" });
    const ended = first.run();
    await vi.advanceTimersByTimeAsync(10);
    first.stop();
    expect(await ended).toBe("stopped");
    expect(await stateOf(storage)).toMatchObject({ guid: "its-own-id", agentId: "a1", key: "agt_new-key" });
    await agentOf({ fetch, storage }).agent.checkIn();
    expect(seen.map(({ path, credential }) => `${path} ${credential}`)).toEqual([
      "/v1/agents/enroll Bearer enr_of-the-site",
      "/v1/agents/check-in Bearer agt_new-key",
      "/v1/agents/check-in Bearer agt_new-key",
    ]);
    expect(seen[0]?.body).toEqual({ guid: "its-own-id", ...device });
  });

  test("waits for a network that is not there yet", async () => {
    const { fetch, seen } = server((_seen, index) => (index < 3 ? "unreachable" : "taken"));
    const { run, types, stop } = agentOf({ fetch, storage: memoryStorage(), enrollmentToken: "enr_of-the-site" });
    const ended = run();
    await vi.advanceTimersByTimeAsync(20_000);
    stop();
    await ended;
    expect(types().slice(0, 5)).toEqual([...Array(3).fill("enrollmentFailed"), "enrolled", "checkedIn"]);
    expect(new Set(seen.slice(0, 4).map(({ body }) => body["guid"])).size).toBe(1);
  });

  test("whose answer was lost is asked for again with the same made-up GUID, also after a restart", async () => {
    const { fetch, seen } = server((_seen, index) => (index === 0 ? "lost" : "taken"));
    const storage = memoryStorage();
    const options = { fetch, storage, enrollmentToken: "enr_of-the-site" };
    await expect(agentOf(options).agent.checkIn()).rejects.toMatchObject({ name: "ConnectionError" });
    await agentOf(options).agent.checkIn();
    expect(seen[1]?.body["guid"]).toBe(seen[0]?.body["guid"]);
    // The key is shown to the first request of an idempotency key alone.
    expect(seen[1]?.idempotencyKey).not.toBe(seen[0]?.idempotencyKey);
  });

  test.each([problem(401, "invalid_enrollment_token"), problem(409, "guid_in_use")])(
    "that is refused ends it",
    async (refusal) => {
      const { fetch, seen } = server(() => refusal.clone());
      const { run } = agentOf({ fetch, storage: memoryStorage(), enrollmentToken: "enr_of-the-site" });
      expect(await run()).toMatchObject({ status: refusal.status });
      expect(seen).toHaveLength(1);
    },
  );

  test("needs a token", async () => {
    await expect(agentOf({ storage: memoryStorage() }).agent.checkIn()).rejects.toThrow("no enrolment token");
  });
});

describe("the pace", () => {
  test("is the server's, with a jitter, and of one check-in at a time", async () => {
    let open = 0;
    let mostOpen = 0;
    const { fetch, seen } = server(async (): Promise<Outcome> => {
      mostOpen = Math.max(mostOpen, (open += 1));
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      open -= 1;
      return "taken";
    });
    const { agent, run, stop } = agentOf({ fetch });
    const ended = run();
    const other = agent.checkIn();
    await vi.advanceTimersByTimeAsync(10 * intervalSeconds * 1_000);
    await other;
    stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await ended).toBe("stopped");
    expect(mostOpen).toBe(1);
    expect(seen.length).toBeGreaterThanOrEqual(11);
    expect(seen.length).toBeLessThanOrEqual(13);
  });

  test("after failures is slower and slower, and never faster than Retry-After", async () => {
    const { fetch, seen } = server((_seen, index) =>
      index === 0 ? problem(503, "unavailable", { headers: { "retry-after": "120" } }) : "unreachable",
    );
    const { run, stop, types } = agentOf({ fetch });
    const ended = run();
    await vi.advanceTimersByTimeAsync(119_000);
    expect(seen).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_600_000);
    stop();
    await ended;
    // Every 2.5 to 5 minutes in the end.
    expect(seen.length).toBeGreaterThan(12);
    expect(seen.length).toBeLessThan(32);
    expect(new Set(types())).toEqual(new Set(["checkInFailed"]));
    expect(vi.getTimerCount()).toBe(0);
  });

  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map((value) => () => value);

  test("a check-in comes at most a tenth early and never late; one that has more to tell within a tenth", () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 86_400 }), random, (seconds, anyRandom) => {
        const delayMs = nextCheckInMs(seconds, anyRandom);
        expect(delayMs).toBeGreaterThanOrEqual(seconds * 900);
        expect(delayMs).toBeLessThanOrEqual(seconds * 1_000);
        expect(catchUpMs(seconds, anyRandom)).toBeLessThanOrEqual(seconds * 100);
      }),
    );
  });

  test("back-off grows to five minutes, never beyond and never to nothing, for any number of failures", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 86_400_000 }), random, (...given) => {
        const [failures, askedMs, anyRandom] = given;
        const delayMs = patientBackoffMs(failures, askedMs, anyRandom);
        expect(delayMs).toBeGreaterThanOrEqual(Math.max(1_000, askedMs));
        expect(delayMs).toBeLessThanOrEqual(Math.max(300_000, askedMs));
      }),
    );
    const longest = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((failures) => patientBackoffMs(failures, 0, () => 0));
    expect(longest).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
  });
});

describe("troubles", () => {
  test("are told once, although the answer was lost and the agent restarted", async () => {
    const { fetch, seen, told } = server((_seen, index) => (index === 0 ? "lost" : "taken"));
    const storage = memoryStorage(JSON.stringify(enrolled));
    const { agent } = agentOf({ fetch, storage });
    await agent.note("the fan has stopped");
    await expect(agent.checkIn()).rejects.toMatchObject({ name: "ConnectionError" });
    const { agent: restarted } = agentOf({ fetch, storage });
    await restarted.checkIn();
    await restarted.checkIn();
    expect(seen[1]).toEqual(seen[0]);
    expect(told()).toEqual([expect.stringContaining("the fan has stopped")]);
    expect(seen[2]?.body["errors"]).toBeUndefined();
    expect(seen[2]?.idempotencyKey).not.toBe(seen[1]?.idempotencyKey);
  });

  test("and facts of now follow a report that was held up, before the interval has passed", async () => {
    const { fetch, seen } = server((_seen, index) => (index === 0 ? "unreachable" : "taken"));
    let load = 0;
    const report = () => ({ version: "1.0.0", facts: { load: (load += 1) } });
    const { agent, run, stop } = agentOf({ fetch, report });
    await agent.note("the fan has stopped");
    const ended = run();
    await vi.advanceTimersByTimeAsync(2_000 + intervalSeconds * 100);
    stop();
    await ended;
    expect(seen.slice(0, 3).map(({ body }) => body["facts"])).toEqual([{ load: 1 }, { load: 1 }, { load: 2 }]);
  });

  test("an outage is one line, however long it was", async () => {
    const { fetch, told } = server((_seen, index) => (index < 40 ? "unreachable" : "taken"));
    const { run, stop } = agentOf({ fetch });
    const ended = run();
    await vi.advanceTimersByTimeAsync(5 * 3_600_000);
    stop();
    await ended;
    expect(told()).toEqual([
      expect.stringContaining("check-in failed:"),
      expect.stringMatching(/check-in failed 3\d times, at last: The server could not be reached/),
    ]);
  });

  test("beyond 50 wait for the next report, beyond 500 the oldest are counted", async () => {
    const { fetch, seen, told } = server();
    const { agent, run, stop } = agentOf({ fetch });
    await Promise.all(Array.from({ length: 520 }, (_, index) => agent.note(`trouble ${index}`)));
    const ended = run();
    await vi.advanceTimersByTimeAsync(11 * intervalSeconds * 100);
    stop();
    await ended;
    for (const { body } of seen)
      expect(Array.isArray(body["errors"]) ? body["errors"].length : 0).toBeLessThanOrEqual(50);
    expect(told()).toHaveLength(501);
    expect(told()[0]).toBe("20 older troubles were left out.");
    expect(told().at(-1)).toContain("trouble 519");
  });

  test("that the note of an outage pushes out are counted too", () => {
    const notes = Array.from({ length: 500 }, (_, index) => `trouble ${index}`);
    const outage = { sinceMs: serverTime, failures: 1, reason: "no route" };
    const state = { ...enrolled, notes, outage };
    expect(composed(state, { version: "1.0.0" }, serverTime).body.errors?.slice(0, 2)).toEqual([
      "1 older troubles were left out.",
      "trouble 1",
    ]);
    expect(state.notes.at(-1)).toContain("check-in failed: no route");
    expect(state).toMatchObject({ droppedNotes: 0, outage: undefined });
  });

  test("are text that the API takes, whatever was noted", async () => {
    const { fetch, told } = server();
    const { agent } = agentOf({ fetch });
    await agent.note(`${"x".repeat(974)}😀${"y".repeat(100)}`);
    await agent.checkIn();
    const [text] = told().map(String);
    expect(text).toHaveLength(1_000);
    expect(text).not.toMatch(/\p{Surrogate}/u);
  });

  test("a report that is refused is composed anew; troubles that are refused themselves are given up", async () => {
    const refusals = [
      problem(400, "validation_failed", { errors: [{ pointer: "/version", code: "x", message: "y" }] }),
      problem(400, "validation_failed", { errors: [{ pointer: "/errors/0", code: "x", message: "y" }] }),
    ];
    const { fetch, told, seen } = server((_seen, index) => refusals[index] ?? "taken");
    const { agent, events } = agentOf({ fetch });
    await agent.note("the fan has stopped");
    for (const refusal of refusals) await expect(agent.checkIn()).rejects.toMatchObject({ status: refusal.status });
    await agent.checkIn();
    expect(seen[1]?.body["errors"]).toEqual(seen[0]?.body["errors"]);
    expect(seen[1]?.idempotencyKey).not.toBe(seen[0]?.idempotencyKey);
    expect(told()).toEqual([]);
    expect(events).toMatchObject([{ type: "reportRefused", errors: [expect.stringContaining("the fan")] }]);
  });

  test("are told again under a new key where the API has forgotten the old one", async () => {
    const { fetch, seen } = server((_seen, index) => (index === 0 ? "unreachable" : "taken"));
    const storage = memoryStorage(JSON.stringify(enrolled));
    const { agent } = agentOf({ fetch, storage });
    await agent.note("the fan has stopped");
    await expect(agent.checkIn()).rejects.toThrow("could not be reached");
    vi.setSystemTime(Date.now() + 25 * 3_600_000);
    await agentOf({ fetch, storage }).agent.checkIn();
    expect(seen[1]?.body).toEqual(seen[0]?.body);
    expect(seen[1]?.idempotencyKey).not.toBe(seen[0]?.idempotencyKey);
  });
});

describe("the end", () => {
  test("a refused key ends it, unless the storage has another by now", async () => {
    const storage = memoryStorage(JSON.stringify(enrolled));
    const { fetch, seen } = server(({ credential }) =>
      credential === "Bearer agt_rotated" ? "taken" : problem(401, "agent_revoked"),
    );
    expect(await agentOf({ fetch, storage }).run()).toMatchObject({ code: "agent_revoked" });
    expect(seen).toHaveLength(1);

    const running = agentOf({ fetch, storage });
    await running.agent.note("x");
    await storage.write(JSON.stringify({ ...enrolled, key: "agt_rotated" }));
    const ended = running.run();
    await vi.advanceTimersByTimeAsync(3_000);
    running.stop();
    expect(await ended).toBe("stopped");
    expect(seen.at(-1)?.credential).toBe("Bearer agt_rotated");
  });

  test("a proxy's page that says 401 or 404 does not", async () => {
    const pages = [401, 404].map((status) => new Response("<h1>Please sign in</h1>", { status }));
    const { fetch } = server((_seen, index) => pages[index] ?? "taken");
    const { run, stop, types } = agentOf({ fetch });
    const ended = run();
    await vi.advanceTimersByTimeAsync(10_000);
    stop();
    expect(await ended).toBe("stopped");
    // Another may follow at once: the report was held up.
    expect(types().slice(0, 3)).toEqual(["checkInFailed", "checkInFailed", "checkedIn"]);
  });

  test("a stop lets a check-in under way end, and leaves nothing behind", async () => {
    const { fetch, taken } = server(() => new Promise((resolve) => setTimeout(() => resolve("taken"), 3_000)));
    const { run, stop } = agentOf({ fetch });
    const ended = run();
    await vi.advanceTimersByTimeAsync(1_000);
    stop();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await ended).toBe("stopped");
    expect(taken).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a device's clock", () => {
  test.each([0, 3_600_000, -315_360_000_000, 315_360_000_000])("that is %i ms wrong does no harm", async (wrongMs) => {
    const { fetch, seen, told } = server();
    const storage = memoryStorage(JSON.stringify(enrolled));
    vi.setSystemTime(serverTime + wrongMs);
    const first = agentOf({ fetch, storage });
    await first.agent.checkIn();
    // It is known from then on, also after a restart.
    const second = agentOf({ fetch, storage });
    await second.agent.note("the fan has stopped");
    expect(Math.abs(second.agent.now() - serverTime)).toBeLessThan(10_000);
    const ended = second.run();
    await vi.advanceTimersByTimeAsync(2 * intervalSeconds * 1_000);
    second.stop();
    await ended;
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen.length).toBeLessThanOrEqual(5);
    expect(told()[0]).toContain(new Date(serverTime).toISOString().slice(0, 16));
  });
});

describe("storage", () => {
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "portico-agent-"));
    onTestFinished(() => rm(folder, { recursive: true }));
  });

  test("a file is its owner's alone, and is what was written last", async () => {
    const path = join(folder, "kept/agent.json");
    const storage = fileStorage(path);
    expect(await storage.read()).toBeUndefined();
    await storage.write("one");
    await storage.write("two");
    expect(await readFile(path, "utf8")).toBe("two");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "kept"))).mode & 0o777).toBe(0o700);
    await writeFile(path, "three", { mode: 0o644 });
    expect(await storage.read()).toBe("three");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("what is no state is not overwritten, and a key is sent to no other server", async () => {
    const { fetch, seen } = server();
    const path = join(folder, "agent.json");
    await writeFile(path, '{"key":');
    const options = { fetch, storage: fileStorage(path), enrollmentToken: "enr_of-the-site" };
    await expect(agentOf(options).agent.checkIn()).rejects.toThrow(`${path} is not an agent's state`);
    expect(await readFile(path, "utf8")).toBe('{"key":');
    await writeFile(path, JSON.stringify({ ...enrolled, url: "https://other.test" }));
    await expect(agentOf(options).agent.checkIn()).rejects.toThrow("belongs to https://other.test");
    expect(seen).toEqual([]);
  });

  test("that is full keeps no device from checking in", async () => {
    const { fetch, told } = server();
    const storage = { ...memoryStorage(JSON.stringify(enrolled)), write: () => Promise.reject(new Error("ENOSPC")) };
    const { agent, types } = agentOf({ fetch, storage });
    await expect(agent.note("the disk is full")).rejects.toThrow("ENOSPC");
    await agent.checkIn();
    expect(told()).toEqual([expect.stringContaining("the disk is full")]);
    expect(types()).toContain("storageFailed");
  });

  test("a state of the first version is read", async () => {
    const { fetch, seen } = server();
    const { url, guid, agentId, key } = enrolled;
    const storage = memoryStorage(JSON.stringify({ url, guid, agentId, key }));
    await agentOf({ fetch, storage }).agent.checkIn();
    expect(seen[0]?.credential).toBe("Bearer agt_kept-key");
  });
});
