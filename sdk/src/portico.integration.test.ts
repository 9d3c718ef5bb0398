import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPortico, type TestPortico } from "../../scripts/portico/testPortico.testing";
import { rejection } from "../test/fakeServer";
import { Portico } from "./client";
import {
  AuthenticationError,
  BadRequestError,
  ConflictError,
  isProblem,
  NotFoundError,
  PermissionError,
  TenantMismatchError,
} from "./errors";

const hourMs = 3_600_000;

let product: TestPortico;
let acme: Portico;
let acmeId = "";
let globexScheduleId = "";

beforeAll(async () => {
  product = await startTestPortico();
  acme = client("acme");
  acmeId = organization("acme").id;
  globexScheduleId = (await schedule(client("globex"), "Of another organization")).id;
});

afterAll(async () => {
  await product.close();
});

function organization(slug: string) {
  const found = product.demo.organizations.find((one) => one.slug === slug);
  if (!found) throw new Error(`The demo data has no ${slug}`);
  return found;
}

function client(slug: string): Portico {
  return new Portico({ baseUrl: product.siteUrl, convexUrl: product.cloudUrl, apiKey: organization(slug).apiKey });
}

function schedule(portico: Portico, title: string, startDate = Date.now() + hourMs) {
  return portico.schedules.create({ title, startDate, endDate: startDate + hourMs });
}

describe("files", () => {
  const bytes = new TextEncoder().encode("Some text, Grüße.");

  test.each([
    ["a Blob", new Blob([bytes], { type: "text/plain" })],
    ["a buffer", bytes.slice().buffer],
    ["a view of a part of a buffer", new Uint8Array([0, ...bytes, 0]).subarray(1, bytes.length + 1)],
    ["text", "Some text, Grüße."],
  ])("%s goes up and comes back as it is", async (_name, given) => {
    const file = await acme.files.upload(given, { fileName: "Größe 🙂.txt" });
    expect(file).toMatchObject({
      name: "Größe 🙂.txt",
      contentType: "text/plain",
      size: bytes.length,
      purpose: "other",
    });
    const { data, etag } = await acme.files.download(file.id).withResponse();
    expect(new Uint8Array(await data.arrayBuffer())).toEqual(bytes);
    expect(await acme.files.download(file.id, { ifNoneMatch: String(etag) })).toBeUndefined();
    expect((await fetch(String(file.url))).status).toBe(200);
  });

  test("what the API refuses is an error like any other", async () => {
    const refusal = await rejection(acme.files.upload("no picture", { fileName: "a.png", filePurpose: "logo" }));
    expect(refusal).toMatchObject({ status: 422, code: "not_an_image" });
    expect(await rejection(acme.files.download(acmeId))).toMatchObject({ status: 404 });
  });

  test("a file that is too large for a request is sent to a URL, and read from where it lies", async () => {
    const large = new Blob([new Uint8Array(20 * 1024 * 1024 + 1)]);
    const { url, contentType } = await acme.files.createUploadUrl({ size: large.size });
    const { storageId } = Object(
      await (await fetch(url, { method: "POST", headers: { "content-type": contentType }, body: large })).json(),
    );
    const file = await acme.files.register({ storageId, name: "large.bin" });
    expect((await acme.files.download(file.id)).size).toBe(large.size);
  });
});

describe("REST", () => {
  test("what was created is read again, with its ETag, and answered 304 while it is current", async () => {
    const created = await schedule(acme, "Read me");
    expect(created).toMatchObject({ title: "Read me", status: "draft", organizationId: acmeId });
    const { data, etag, requestId } = await acme.schedules.get(created.id).withResponse();
    expect(data).toEqual(created);
    expect(requestId).toMatch(/\S/);
    expect(await acme.schedules.get(created.id, { ifNoneMatch: String(etag) })).toBeUndefined();
  });

  test.each([
    ["weakened", (etag: string) => `W/${etag.replace(/^W\//, "")}`],
    ["marked by a compressing proxy", (etag: string) => etag.replace(/"$/, '-gzip"')],
  ])("a tag that was %s on its way still serves", async (_name, changed) => {
    const { id } = await schedule(acme, "Behind a proxy");
    const { etag = "" } = await acme.schedules.get(id).withResponse();
    expect(await acme.schedules.get(id, { ifNoneMatch: changed(etag) })).toBeUndefined();
    const updated = await acme.schedules.update(id, { title: "Changed" }, { ifMatch: changed(etag) });
    expect(updated.title).toBe("Changed");
  });

  test("one call works in another organization than the client", async () => {
    const member = new Portico({ baseUrl: product.siteUrl, token: organization("acme").users.member.token });
    const { data } = await member.schedules.list({ limit: 1 }, { organization: acmeId });
    expect(data[0]?.organizationId).toBe(acmeId);
  });

  test("iterating gives every row once, in order, over several pages; a stored cursor resumes", async () => {
    const firstStart = Date.now() + 1_000 * hourMs;
    const titles = ["a", "b", "c", "d", "e"];
    for (const [at, title] of titles.entries()) await schedule(acme, title, firstStart + at * hourMs);
    const filter = { startFrom: firstStart, sort: "startDate", limit: 2 } as const;
    const sizes: number[] = [];
    for await (const page of acme.schedules.list(filter).pages()) sizes.push(page.data.length);
    expect(sizes).toEqual([2, 2, 1]);
    const rows = await acme.schedules.list(filter).toArray({ limit: 100 });
    expect(rows.map(({ title }) => title)).toEqual(titles);
    const { page } = await acme.schedules.list(filter);
    const rest: string[] = [];
    for await (const { title } of acme.schedules.list({ ...filter, cursor: String(page.nextCursor) })) rest.push(title);
    expect(rest).toEqual(["c", "d", "e"]);
  });

  test("a list has an ETag, and is answered 304 while it is current", async () => {
    const filter = { startFrom: Date.now() + 5_000 * hourMs } as const;
    const { data, etag } = await acme.schedules.list(filter).withResponse();
    expect(data.data).toEqual([]);
    expect(etag).toMatch(/"/);
    expect(await acme.schedules.list(filter, { ifNoneMatch: etag })).toBeUndefined();
    await schedule(acme, "New in the list", Date.now() + 6_000 * hourMs);
    const changed = await acme.schedules.list(filter, { ifNoneMatch: etag });
    expect(changed?.data.map(({ title }) => title)).toEqual(["New in the list"]);
  });

  test("a write meant for an older version is refused with 412 and changes nothing", async () => {
    const { id } = await schedule(acme, "First");
    const { etag } = await acme.schedules.get(id).withResponse();
    const changed = await acme.schedules.update(id, { title: "Second" }, { ifMatch: etag }).withResponse();
    const error = await rejection(acme.schedules.update(id, { title: "Third" }, { ifMatch: etag }));
    expect(isProblem(error, "precondition_failed")).toBe(true);
    expect((await acme.schedules.get(id)).title).toBe("Second");
    await acme.schedules.update(id, { title: "Third" }, { ifMatch: changed.etag });
  });

  test("a transition that the state forbids is a ConflictError that names what is allowed", async () => {
    const { id } = await schedule(acme, "Not active");
    const error = await rejection(acme.schedules.complete(id));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({
      code: "invalid_state_transition",
      status: 409,
      detail: expect.stringContaining("active"),
    });
  });

  test("the same idempotency key gives the first answer again; another request with it is refused", async () => {
    const input = { text: "Only once" };
    const first = await acme.todos.create(input, { idempotencyKey: "sdk-replay-1" }).withResponse();
    const second = await acme.todos.create(input, { idempotencyKey: "sdk-replay-1" }).withResponse();
    expect([first.replayed, second.replayed]).toEqual([false, true]);
    expect(second.data).toEqual(first.data);
    const error = await rejection(acme.todos.create({ text: "Other" }, { idempotencyKey: "sdk-replay-1" }));
    expect(isProblem(error, "idempotency_conflict")).toBe(true);
  });

  test("invalid fields, a missing row, a foreign row and a bad key are errors of their class", async () => {
    const invalid = await rejection(acme.schedules.create({ title: "", startDate: 1, endDate: 2 }));
    expect(invalid).toBeInstanceOf(BadRequestError);
    expect(invalid).toMatchObject({ code: "validation_failed", errors: [{ pointer: "/title" }] });
    const missing = await rejection(acme.schedules.get(globexScheduleId.replace(/.{5}$/, "aaaaa")));
    const foreign = await rejection(acme.schedules.get(globexScheduleId));
    for (const error of [missing, foreign]) {
      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ code: "not_found", detail: "There is no such schedule." });
    }
    const stranger = new Portico({ baseUrl: product.siteUrl, apiKey: "sk_live_not-a-key" });
    expect(await rejection(stranger.schedules.list())).toBeInstanceOf(AuthenticationError);
  });

  test("a role without the permission is a PermissionError", async () => {
    const viewer = new Portico({ baseUrl: product.siteUrl, token: organization("acme").users.viewer.token });
    expect(await viewer.me.getPermissions()).toMatchObject({ roleKey: "viewer" });
    const error = await rejection(viewer.todos.create({ text: "May I?" }));
    expect(error).toBeInstanceOf(PermissionError);
    expect(error).toMatchObject({ code: "forbidden", status: 403 });
  });
});

describe("organizations", () => {
  test("a clone for the token's organization works; for another one it is refused before anything is sent", async () => {
    const member = new Portico({ baseUrl: product.siteUrl, token: organization("acme").users.member.token });
    const { data } = await member.withOrganization(acmeId).schedules.list({ limit: 1 });
    expect(data[0]?.organizationId).toBe(acmeId);
    const error = await rejection(member.withOrganization(organization("globex").id).schedules.list());
    expect(error).toBeInstanceOf(TenantMismatchError);
    expect(error).toMatchObject({ attempts: 0 });
  });

  test("the external id that the token carries names its organization, at both doors, as its slug and its id do", async () => {
    const externalId = "5d0a1c9e-sdk-tenant";
    const claims = { sub: "sdk-founder", email: "founder@sdk.example", email_verified: true, name: "Founder" };
    const founder = new Portico({
      baseUrl: product.siteUrl,
      convexUrl: product.cloudUrl,
      token: await product.issuer.mintUserToken({ ...claims, org_id: externalId }, 600),
    });
    const { id, slug } = await founder.organizations.create({ name: "Sdk Tenant", externalId });
    for (const organizationId of [externalId, slug, id]) {
      const named = founder.withOrganization(organizationId);
      expect(await named.me.getPermissions()).toMatchObject({ organizationId: id });
      expect(await named.convex.query("tenancy/me:getPermissions", { organizationId })).toMatchObject({
        organizationId: id,
      });
    }
    const elsewhere = await rejection(founder.withOrganization("globex").schedules.list());
    expect(isProblem(elsewhere, "tenant_mismatch")).toBe(true);
  });

  test("where only the server can tell, the server refuses: a key with another organization's slug", async () => {
    const error = await rejection(acme.withOrganization("globex").schedules.list());
    expect(isProblem(error, "tenant_mismatch")).toBe(true);
  });
});

describe("the Convex door, with an API key", () => {
  test("both doors give equal documents, whichever of them wrote", async () => {
    const byRest = await schedule(acme, "Written over REST");
    expect(await acme.convex.query("workspace/schedules:get", { scheduleId: byRest.id })).toEqual(byRest);
    const startDate = Date.now() + hourMs;
    const input = { title: "Written by a mutation", startDate, endDate: startDate + hourMs };
    const byMutation = await acme.convex.mutation("workspace/schedules:create", input);
    expect(await acme.schedules.get(byMutation.id)).toEqual(byMutation);
  });

  test("both doors give equal lists, page by page", async () => {
    const filter = { sort: "startDate" } as const;
    const rows = await acme.schedules.list(filter).toArray({ limit: 100 });
    const paged: unknown[] = [];
    let cursor: string | null = null;
    do {
      const paginationOpts: { numItems: number; cursor: string | null } = { numItems: 3, cursor };
      const result = await acme.convex.query("workspace/schedules:list", { ...filter, paginationOpts });
      paged.push(...result.page);
      cursor = result.isDone ? null : result.continueCursor;
    } while (cursor !== null);
    expect(rows.length).toBeGreaterThan(3);
    expect(paged).toEqual(rows);
  });

  test("paginate gives the rows of REST's list", async () => {
    const rows = await acme.schedules.list({ sort: "startDate" }).toArray();
    const options = { numItems: 3 };
    const paged = acme.convex.paginate("workspace/schedules:list", { sort: "startDate" }, options);
    expect(rows.length).toBeGreaterThan(3);
    expect(await paged.toArray()).toEqual(rows);
  });

  test("subscribe tells what is there and each change, to two at once, and a refusal as REST does", async () => {
    const { id } = await schedule(acme, "Watched");
    const follow = async () => {
      const seen: string[] = [];
      for await (const { title } of acme.convex.subscribe("workspace/schedules:get", { scheduleId: id })) {
        seen.push(title);
        if (title === "Watched") await acme.schedules.update(id, { title: "Changed" });
        else break;
      }
      return seen;
    };
    expect(await Promise.all([follow(), follow()])).toEqual([
      ["Watched", "Changed"],
      ["Watched", "Changed"],
    ]);
    const refused = acme.convex.subscribe("workspace/schedules:get", { scheduleId: globexScheduleId }).next();
    const error = await rejection(refused);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ operation: "workspace/schedules:get", code: "not_found" });
  });

  test("both doors refuse alike", async () => {
    const { id } = await schedule(acme, "Refused twice");
    const [rest, convex] = await Promise.all([
      rejection(acme.schedules.complete(id)),
      rejection(acme.convex.mutation("workspace/schedules:complete", { scheduleId: id })),
    ]);
    for (const error of [rest, convex]) {
      expect(error).toMatchObject({ requestId: expect.stringMatching(/\S/) });
      expect(error).toBeInstanceOf(ConflictError);
      expect(isProblem(error, "invalid_state_transition")).toBe(true);
    }
    const startDate = Date.now();
    const invalid = { title: "", startDate, endDate: startDate + hourMs };
    const invalidAnswers = await Promise.all([
      rejection(acme.schedules.create(invalid)),
      rejection(acme.convex.mutation("workspace/schedules:create", invalid)),
    ]);
    for (const error of invalidAnswers) {
      expect(error).toMatchObject({ code: "validation_failed", errors: [{ pointer: "/title", code: "too_small" }] });
    }
    const missing = makeFunctionReference<"query">("workspace/schedules:gett");
    expect(await rejection(acme.convex.query(missing, {}))).toMatchObject({ status: 404, code: "function_not_found" });
    const malformed = await rejection(acme.convex.query("workspace/schedules:get", { scheduleId: "no-id" }));
    expect(malformed).toBeInstanceOf(BadRequestError);
    const foreign = await rejection(acme.convex.query("workspace/schedules:get", { scheduleId: globexScheduleId }));
    expect(isProblem(foreign, "not_found")).toBe(true);
  });
});

describe("a dry run", () => {
  const titles = async () => (await acme.schedules.list({ limit: 100 })).data.map(({ title }) => title);

  test("answers over REST what a change would, and keeps nothing of it", async () => {
    const startDate = Date.now() + hourMs;
    const input = { title: "Only tried", startDate, endDate: startDate + hourMs };
    const { data, dryRun, response } = await acme.schedules.create(input, { dryRun: true }).withResponse();
    expect(data).toMatchObject({ title: "Only tried", status: "draft", organizationId: acmeId });
    expect([dryRun, response.status]).toEqual([true, 201]);
    expect(await titles()).not.toContain("Only tried");
    const real = await acme.schedules.create(input).withResponse();
    expect(real.dryRun).toBe(false);
    expect(await titles()).toContain("Only tried");
  });

  test("answers through Convex what a change would, and keeps nothing of it", async () => {
    const startDate = Date.now() + hourMs;
    const input = { title: "Only tried through Convex", startDate, endDate: startDate + hourMs };
    const tried = await acme.convex.mutation("workspace/schedules:create", { ...input, dryRun: true });
    expect(tried).toMatchObject({ title: "Only tried through Convex", status: "draft", organizationId: acmeId });
    expect(await titles()).not.toContain("Only tried through Convex");
  });

  test("is refused as the change is, at both doors", async () => {
    const input = { title: "Backwards", startDate: Date.now() + hourMs, endDate: Date.now() };
    const refusals = await Promise.all([
      rejection(acme.schedules.create(input)),
      rejection(acme.schedules.create(input, { dryRun: true })),
      rejection(acme.convex.mutation("workspace/schedules:create", { ...input, dryRun: true })),
    ]);
    const told = refusals.map((error) => {
      const { code, status, detail, errors } = Object(error);
      return { code, status, detail, errors };
    });
    expect(told).toEqual([told[0], told[0], told[0]]);
    expect(told[0]?.status).toBe(400);
  });

  test("makes no credential", async () => {
    const { token } = organization("acme").users.owner;
    const owner = new Portico({ baseUrl: product.siteUrl, convexUrl: product.cloudUrl, token });
    const input = { name: "Tried key", scopes: ["schedule:read"] };
    const tried = await owner.apiKeys.create(input, { dryRun: true });
    expect(tried).toMatchObject({ name: "Tried key", keyPrefix: "sk_live_" });
    expect(tried.key).toBeUndefined();
    const called = await owner.convex.action("access/apiKeys:create", { ...input, dryRun: true });
    expect(called.key).toBeUndefined();
    expect((await owner.apiKeys.create(input)).key).toMatch(/^sk_/);
  });
});
