import { afterEach, expect, it, vi } from "vitest";
import * as z from "zod";
import { createTestHost } from "../../../host/testHost/createTestHost";
import { allProblems, problemsOf } from "../../../openapi/impliedProblems";
import schema from "../../schema";
import { outboundUrl, sealed, text } from "../schema/fields";
import { failureOf } from "../wire/errors";
import { noContent } from "../resources/operations";
import { resource } from "../resources/resource";
import { operationOf } from "./convexFunctions";
import { mutationOperation } from "./define";
import { execute } from "./pipeline";
import type { Operation } from "./declaration";

afterEach(() => void vi.unstubAllEnvs());

const ran: string[] = [];
const subscribe = operation(
  mutationOperation({
    name: "workspace/hooks:subscribe",
    operationId: "subscribeHook",
    noun: "hook",
    method: "POST",
    path: "/hooks",
    summary: "Subscribe",
    access: "identity",
    body: () => ({
      name: text(1, 10),
      url: outboundUrl(),
      more: z.array(z.object({ url: outboundUrl().optional() })).optional(),
    }),
    output: noContent,
    status: 204,
    handler: async (_ctx, { url }) => {
      ran.push(url);
      return Promise.resolve(null);
    },
  }),
);

function operation(exported: unknown): Operation {
  const found = operationOf(exported);
  if (!found) throw new Error("It declares no operation.");
  return found;
}

/** The problem that an input is refused with; null where the handler has run. */
async function refusalOf(input: Record<string, unknown>) {
  const host = createTestHost({ schema });
  const identity = { issuer: "https://issuer.example", subject: "ann" };
  return await host.withIdentity(identity).run((ctx) =>
    execute(ctx, { operation: subscribe, input: { name: "a", ...input }, origin: {} }).then(
      () => null,
      (error: unknown) => failureOf(error).problem ?? Promise.reject(error),
    ),
  );
}

const publicUrl = "https://hooks.example.com/in";

it("refuses a URL that nothing is sent to with 422 and points at it, wherever it stands", async () => {
  ran.length = 0;
  const inside = "https://169.254.169.254/latest/meta-data";
  expect(await refusalOf({ url: inside })).toMatchObject({
    status: 422,
    code: "url_not_allowed",
    errors: [{ pointer: "/url", code: "url_not_allowed" }],
  });
  const nested = await refusalOf({ url: publicUrl, more: [{ url: publicUrl }, {}, { url: "https://localhost./" }] });
  expect(nested).toMatchObject({ code: "url_not_allowed", errors: [{ pointer: "/more/2/url" }] });
  expect(await refusalOf({ url: "http://hooks.example.com/" })).toMatchObject({ code: "url_not_allowed" });
  expect(ran).toEqual([]);
});

it("takes a public one, and says of what is no URL at all that it is not valid", async () => {
  ran.length = 0;
  expect(await refusalOf({ url: publicUrl, more: [{ url: publicUrl }] })).toBeNull();
  expect(ran).toEqual([publicUrl]);
  for (const url of ["hooks.example.com", "ftp://hooks.example.com/", 7, null, undefined])
    expect(await refusalOf({ url })).toMatchObject({ status: 400, code: "validation_failed" });
});

it("takes the origins of this machine that the operator has named", async () => {
  vi.stubEnv("PORTICO_ALLOW_LOOPBACK_ORIGINS", "http://127.0.0.1:9999");
  expect(await refusalOf({ url: "http://127.0.0.1:9999/in" })).toBeNull();
  expect(await refusalOf({ url: "http://127.0.0.1:9998/in" })).toMatchObject({ code: "url_not_allowed" });
});

it("is a problem that the document names of every operation that takes such a URL, and of no other", () => {
  expect(allProblems(problemsOf(subscribe, undefined))).toContain("url_not_allowed");
  const other: Operation = Object.create(subscribe, {
    declaration: { value: { ...subscribe.declaration, body: { name: text(1, 10) } } },
  });
  expect(allProblems(problemsOf(other, undefined))).not.toContain("url_not_allowed");
});

it("lets no resource take a sealed secret from a request", () => {
  const declaration = {
    name: "workspace/vaults",
    table: "todos",
    path: "/vaults",
    permissions: "item",
    fields: { title: text(1, 10), secret: sealed() },
  } as const;
  expect(() => resource(declaration).createFields).toThrow("secret is a sealed secret: name it in serverOwned.");
  expect(Object.keys(resource({ ...declaration, serverOwned: ["secret"] }).createFields)).toEqual(["title"]);
});
